"""Did the vendor write this webhook? HMAC-SHA256 over the raw body, `sha256=<hex>`, by any of the secrets. Pure."""

from __future__ import annotations

import hashlib
import hmac

from reviewapp.extraction import jsontext
from reviewapp.extraction.jsontext import Json

from .clients import BadSignature

_SCHEME = "sha256="


def signed(header: str, body: bytes, secrets: tuple[str, ...]) -> dict[str, Json]:
    """The body of a webhook that one of the secrets signed. Raises BadSignature, also for a body that is no object.

    Every secret is tried, whichever fits, and compared in constant time. An empty one signs nothing: a vendor that was
    given none signs with it, and so may anybody.
    """
    given = header.strip().lower().removeprefix(_SCHEME).encode("utf-8", "replace")
    good = False
    for secret in secrets:
        made = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest().encode()
        good |= bool(secret) and hmac.compare_digest(made, given)
    if not good or not header.strip().lower().startswith(_SCHEME):
        raise BadSignature("none of the secrets signed this webhook")
    try:
        tree = jsontext.parse(body)
        if isinstance(tree, str):  # LlamaCloud's webhook_output_format "string"
            tree = jsontext.parse(tree)
    except jsontext.BadJson:
        raise BadSignature("the webhook is signed, but is no JSON that can be read") from None
    if not isinstance(tree, dict):
        raise BadSignature("the webhook is signed, but is no event")
    return tree
