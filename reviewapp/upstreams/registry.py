"""Which adapter reads which payload, and which client asks whose server? One folder a kind; a new vendor is a folder
and an entry in each table here."""

from __future__ import annotations

from reviewapp.extraction.jsontext import Json
from reviewapp.extraction.model import Kind

from .adapter import MAIN, Adapter
from .clients import VendorClient
from .llamacloud import client as llamacloud_client
from .llamacloud import compose as llamacloud_compose
from .llamacloud import parse as llamacloud_parse
from .llamacloud_v2 import client as llamacloud_v2_client
from .llamacloud_v2 import compose as llamacloud_v2_compose
from .llamacloud_v2 import parse as llamacloud_v2_parse
from .refusal import refuse
from .talonic import client as talonic_client
from .talonic import compose as talonic_compose
from .talonic import parse as talonic_parse
from .unsiloed_classify import client as classify_client
from .unsiloed_classify import compose as classify_compose
from .unsiloed_classify import parse as classify_parse
from .unsiloed_extract import client as extract_client
from .unsiloed_extract import compose as extract_compose
from .unsiloed_extract import parse as extract_parse

ADAPTERS: dict[Kind, Adapter] = {
    Kind.UNSILOED_EXTRACT: Adapter(
        kind=Kind.UNSILOED_EXTRACT,
        label="Unsiloed extract",
        needs=(MAIN,),
        knows=(),
        parse=extract_parse.parse,
        compose=extract_compose.compose,
        expressible=extract_compose.expressible,
    ),
    Kind.UNSILOED_CLASSIFY: Adapter(
        kind=Kind.UNSILOED_CLASSIFY,
        label="Unsiloed classify",
        needs=(MAIN,),
        knows=(),
        parse=classify_parse.parse,
        compose=classify_compose.compose,
        expressible=classify_compose.expressible,
    ),
    Kind.TALONIC: Adapter(
        kind=Kind.TALONIC,
        label="Talonic",
        needs=(MAIN,),
        knows=("job", "schema"),
        parse=talonic_parse.parse,
        compose=talonic_compose.compose,
        expressible=talonic_compose.expressible,
    ),
    Kind.LLAMACLOUD: Adapter(
        kind=Kind.LLAMACLOUD,
        label="LlamaCloud",
        needs=(MAIN,),
        knows=("sidecar", "job", "run", "schema"),
        parse=llamacloud_parse.parse,
        compose=llamacloud_compose.compose,
        expressible=llamacloud_compose.expressible,
    ),
    Kind.LLAMACLOUD_V2: Adapter(
        kind=Kind.LLAMACLOUD_V2,
        label="LlamaCloud v2",
        needs=(MAIN,),
        knows=("sidecar", "file", "schema"),
        parse=llamacloud_v2_parse.parse,
        compose=llamacloud_v2_compose.compose,
        expressible=llamacloud_v2_compose.expressible,
    ),
}

CLIENTS: dict[Kind, VendorClient] = {
    Kind.UNSILOED_EXTRACT: extract_client.Client(),
    Kind.UNSILOED_CLASSIFY: classify_client.Client(),
    Kind.TALONIC: talonic_client.Client(),
    Kind.LLAMACLOUD: llamacloud_client.Client(),
    Kind.LLAMACLOUD_V2: llamacloud_v2_client.Client(),
}

#: Asked in this order: the first four answers share keys with an extract job, whose contract promises least.
_RECOGNISE = (
    (Kind.LLAMACLOUD, llamacloud_parse.recognises),
    (Kind.LLAMACLOUD_V2, llamacloud_v2_parse.recognises),
    (Kind.TALONIC, talonic_parse.recognises),
    (Kind.UNSILOED_CLASSIFY, classify_parse.recognises),
    (Kind.UNSILOED_EXTRACT, extract_parse.recognises),
)


def adapter(kind: Kind | str) -> Adapter:
    """The adapter of a kind. Raises ValueError for a word that is none."""
    return ADAPTERS[Kind(kind)]


def client(kind: Kind | str) -> VendorClient:
    """The client of a kind. Raises ValueError for a word that is none."""
    return CLIENTS[Kind(kind)]


def detect(tree: Json) -> Kind:
    """Whose result a JSON tree is. Raises NotAResult with `error_body`, `fragment` or `unknown_shape`."""
    for kind, recognises in _RECOGNISE:
        if recognises(tree):
            return kind
    refuse(tree)
