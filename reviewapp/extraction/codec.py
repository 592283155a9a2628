"""How is a row kept as text? Two JSON texts that give the row back exactly, and a fingerprint for "the same again".

`values_text` is the row's values with every number as it was read. `facts_text` is everything else, versioned by `"v"`.
Neither text ever holds a payload part, so nothing presigned can get in here.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from .jsontext import BadJson, Json, Number, dump, parse
from .model import Box, Citation, Field, Flag, JobStatus, Presence, Row

VERSION = 1


class BadFacts(ValueError):
    """A kept text is not one that this module wrote: an unknown version or a broken form."""


def row_to_text(row: Row) -> tuple[str, str]:
    """A row -> (values_text, facts_text), both compact JSON. Equal rows give equal facts, whatever order they were built in.

    `row.key` is in neither: it stands in a column of its own.
    """
    return dump(row.values), dump(_facts(row))


def row_from_text(*, key: str, values_text: str, facts_text: str) -> Row:
    """The inverse of `row_to_text`. Raises BadFacts when the texts were not written by it."""
    try:
        values, facts = _load(values_text), _load(facts_text)
        if not isinstance(facts, dict) or facts.get("v") != Number(str(VERSION)):
            raise BadFacts(f"facts of an unknown version: {facts_text[:60]!r}")
        return _row(key, values, facts)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise error if isinstance(error, BadFacts) else BadFacts(f"not a kept row: {error}") from error


def citations_to_text(citations: Sequence[Citation]) -> str:
    """The citations that a person gave with a value, as kept beside the verdict."""
    return dump([_citation_facts(citation) for citation in citations])


def citations_from_text(text: str) -> tuple[Citation, ...]:
    """The inverse of `citations_to_text`. Raises BadFacts when the text was not written by it."""
    try:
        kept: Any = _load(text)
        return tuple(_citation(one) for one in kept)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise BadFacts(f"not kept citations: {error}") from error


def fingerprint(row: Row, schema: str | None) -> str:
    """Hex SHA-256 of what makes a row the same again (design law 4): exact values, facts, status and schema.

    The order of keys does not count, neither in the values nor in the schema; the order of lines does.
    """
    digest = hashlib.sha256()
    for part in (_sorted_text(row.values), dump(_facts(row)), _schema_digest(schema)):
        encoded = part.encode()
        # The length first, so that no two different rows can run together into the same bytes.
        digest.update(len(encoded).to_bytes(8, "big") + encoded)
    return digest.hexdigest()


@lru_cache(maxsize=64)
def _schema_digest(schema: str | None) -> str:
    if schema is None:
        return ""
    try:
        text = _sorted_text(parse(schema))
    except BadJson:
        text = schema
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _sorted_text(tree: Json) -> str:
    return dump(_sorted(tree))


def _sorted(tree: Json) -> Json:
    if isinstance(tree, dict):
        return {key: _sorted(tree[key]) for key in sorted(tree)}
    if isinstance(tree, list):
        return [_sorted(item) for item in tree]
    return tree


def _load(text: str) -> Json:
    # Our own text: the limits of the gate were kept when the payload came in, and facts are longer than their payload.
    tree: Json = json.loads(text, parse_int=_number, parse_float=_number, parse_constant=Number)
    return tree


def _number(token: str) -> Number:
    # What json takes for a number is one: to check each again was a third of reading a long row.
    number = Number.__new__(Number)
    number.__dict__["text"] = token
    return number


def _facts(row: Row) -> dict[str, Json]:
    return {
        "v": Number(str(VERSION)),
        "status": row.status,
        "raw_status": row.raw_status,
        "confidence": row.confidence,
        "flags": [[flag.code, flag.path, flag.raw] for flag in row.flags],
        "file_name": row.file_name,
        "document_id": row.document_id,
        "fields": {path: _field_facts(row.fields[path]) for path in sorted(row.fields)},
    }


def _field_facts(field: Field) -> dict[str, Json]:
    facts: dict[str, Json] = {
        "scores": {name: field.scores[name] for name in sorted(field.scores)},
        "presence": field.citation_presence,
    }
    if field.citations:
        facts["citations"] = [_citation_facts(citation) for citation in field.citations]
    if field.reasoning is not None:
        facts["reasoning"] = field.reasoning
    return facts


def _citation_facts(citation: Citation) -> dict[str, Json]:
    facts: dict[str, Json] = {
        "page": None if citation.page is None else Number(str(citation.page)),
        "boxes": [[box.left, box.top, box.right, box.bottom] for box in citation.boxes],
        "size": [citation.page_width, citation.page_height],
    }
    if citation.text is not None:
        facts["text"] = citation.text
    if citation.problem:
        facts["problem"] = citation.problem
    return facts


def _row(key: str, values: Json, facts: Mapping[str, Any]) -> Row:
    status = facts["status"]
    return Row(
        key=key,
        values=values,
        fields={path: _field(kept) for path, kept in facts["fields"].items()},
        status=None if status is None else JobStatus(status),
        raw_status=facts["raw_status"],
        confidence=facts["confidence"],
        flags=tuple(Flag(code=code, path=path, raw=raw) for code, path, raw in facts["flags"]),
        file_name=facts["file_name"],
        document_id=facts["document_id"],
    )


def _field(facts: Mapping[str, Any]) -> Field:
    return Field(
        scores=facts["scores"],
        citations=tuple(_citation(kept) for kept in facts.get("citations", ())),
        citation_presence=Presence(facts["presence"]),
        reasoning=facts.get("reasoning"),
    )


def _citation(facts: Mapping[str, Any]) -> Citation:
    page, (width, height) = facts["page"], facts["size"]
    return Citation(
        page=None if page is None else int(page.text),
        boxes=tuple(Box(*box) for box in facts["boxes"]),
        page_width=width,
        page_height=height,
        text=facts.get("text"),
        problem=facts.get("problem", ""),
    )
