"""What may come in? Named parts as received -> parts to keep and the snapshot they say, or a refusal with its code.

Every payload passes here, from files and from upstreams alike: the JSON gate (extraction/jsontext.py), then presigned
queries are cut, then the adapter of its kind reads it. Nothing that was refused is lost: `intake.rejections` keeps it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from reviewapp.extraction import jsontext
from reviewapp.extraction.model import Kind, NotAResult, Snapshot
from reviewapp.results.chains import Part
from reviewapp.upstreams import presigned, registry


class Refused(ValueError):
    """The bytes are no job's result. `code` is the gate's or the adapter's; never anything of the bytes is lost by it. The
    message is shown and kept: presigned queries are cut in it as well."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True)
class Opened:
    """A payload that passed."""

    kind: Kind
    parts: tuple[Part, ...]
    snapshot: Snapshot


def open_(raw: Mapping[str, bytes], *, kind: Kind | None = None) -> Opened:
    """Named parts as received -> what to keep. The kind is detected from the part `result` when it is not named.

    Raises Refused.
    """
    try:
        for data in raw.values():
            jsontext.parse(data)
        parts = tuple(
            Part(name=name, text=presigned.cut(data.decode("utf-8-sig")), sha256=hashlib.sha256(data).hexdigest())
            for name, data in raw.items()
        )
        payload = {part.name: part.text for part in parts}
        kind = kind or registry.detect(jsontext.parse(payload["result"]))
        return Opened(kind=kind, parts=parts, snapshot=registry.adapter(kind).parse(payload))
    except (jsontext.BadJson, NotAResult) as error:
        # The JSON gate reads the bytes as they came, and names a key that stands twice.
        raise Refused(error.code, presigned.cut(str(error))) from error
