"""What is a made payload, and which id does it carry? What the tables of cases share."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from ...extraction.jsontext import Json
from .reading import Reading, Slip, read
from .sheet import Drawn

_NAMESPACE = uuid.UUID("6b1f6f0e-5b0c-4c60-9d2a-0417a0417a41")


@dataclass(frozen=True, slots=True)
class Made:
    """One payload with what belongs to it: the truth by row key, and LlamaCloud's sidecar."""

    name: str
    payload: Json
    rows: Mapping[str, Json]
    sidecar: Json = None


class Papers(NamedTuple):
    """Every document, by file name."""

    drawn: Mapping[str, Drawn]

    def reading(
        self,
        file: str,
        slips: Mapping[str, Slip] | None = None,
        *,
        dropped: frozenset[str] = frozenset(),
        list_scores: Mapping[str, tuple[str, str]] | None = None,
        citations: bool = True,
    ) -> Reading:
        """A document as read, see `reading.read`."""
        return read(self.drawn[file], slips, dropped=dropped, list_scores=list_scores, citations=citations)


def fixed_id(name: str) -> str:
    """The same UUID for the same name, always."""
    return str(uuid.uuid5(_NAMESPACE, name))
