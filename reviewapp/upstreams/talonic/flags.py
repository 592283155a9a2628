"""How does Talonic say that something is wrong with a row? `validation_flags`: strings (`code:field`) or objects, both
ways.

The vendor's page shows strings, its OpenAPI objects; nobody has published an object, so the names in it are guesses and
the whole token is kept. A string is split at the first colon only where what follows can be a field.
"""

from __future__ import annotations

from collections.abc import Sequence

from reviewapp.extraction import paths
from reviewapp.extraction.jsontext import Json, dump
from reviewapp.extraction.model import Flag

from .. import tokens

#: Codes that always speak of a field, also of one that is missing from the values; the last two are our own.
_FIELD_CODES = {"missing_required_field", "format_mismatch", "illegible", "cleared_required"}
_CODE_KEYS = ("code", "type", "rule")
_FIELD_KEYS = ("field", "field_key", "fieldKey", "path")


def read(node: Json, values: Json, asked: frozenset[str]) -> tuple[Flag, ...]:
    """A row's flags; none where the key is null, absent or no list. `asked`: the field names of the schema."""
    return tuple(_flag(raw, values, asked) for raw in node if raw is not None) if isinstance(node, list) else ()


def write(flags: Sequence[Flag], was: Json, values: Json, asked: frozenset[str]) -> list[Json]:
    """Flags -> tokens, in the form of the flags that stand there now (`was`); a flag keeps its own token while that
    still says the same."""
    as_objects = isinstance(was, list) and bool(was) and all(isinstance(raw, dict) for raw in was)
    return [_token(flag, as_objects, values, asked) for flag in flags]


def _flag(raw: Json, values: Json, asked: frozenset[str]) -> Flag:
    if isinstance(raw, dict):
        code = next((word for key in _CODE_KEYS if (word := tokens.text(raw.get(key)))), "flag")
        field = next((word for key in _FIELD_KEYS if (word := tokens.text(raw.get(key)))), None)
        return Flag(code, None if field is None else _address(field, values), raw)
    text = raw if isinstance(raw, str) else dump(raw)
    code, colon, field = text.partition(":")
    if colon and field and code and _is_field(code, field, values, asked):
        return Flag(code, _address(field, values), raw)
    return Flag(text, None, raw)


def _is_field(code: str, field: str, values: Json, asked: frozenset[str]) -> bool:
    return code in _FIELD_CODES or field in asked or (isinstance(values, dict) and field in values)


def _address(field: str, values: Json) -> str:
    if isinstance(values, dict) and field in values:
        return paths.join(field)
    return field if field.startswith("/") else paths.join(field)


def _token(flag: Flag, as_object: bool, values: Json, asked: frozenset[str]) -> Json:
    if flag.raw is not None:
        meant = _flag(flag.raw, values, asked)
        if (meant.code, meant.path) == (flag.code, flag.path):
            return flag.raw
    if flag.path is None:
        return {"code": flag.code} if as_object else flag.code
    field = _field(flag.path, values)
    return {"code": flag.code, "field": field} if as_object else f"{flag.code}:{field}"


def _field(path: str, values: Json) -> str:
    """A top-level field by its name, as the vendor writes it; anything deeper by its pointer."""
    steps = paths.split(path)
    return steps[0] if len(steps) == 1 and _address(steps[0], values) == path else path
