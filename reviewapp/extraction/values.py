"""How does a value become what a reviewer sees in an input, and how is what they typed read back? By type and locale.

What was typed becomes an exact token: `1.234,56` typed in German is `Number("1234.56")`, `12586,00` keeps its zeros. Nothing is
guessed: what could mean two things, or would lose something, is refused with the reason.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from .jsontext import BadJson, Json, Number, dump, parse
from .schema import PATTERN_NOT_CHECKED, SchemaNode, judge


class FieldType(StrEnum):
    """How a value is entered. `free`: nothing says what it is; it is read as text until a person picks a type."""

    TEXT = "text"
    NUMBER = "number"
    INTEGER = "integer"
    BOOLEAN = "boolean"
    DATE = "date"
    DATETIME = "datetime"
    ENUM = "enum"
    OBJECT = "object"
    ARRAY = "array"
    FREE = "free"


class Refused(ValueError):
    """What was typed cannot become a value. `code` is a key of MESSAGES; `message` its English sentence, to be translated by
    whoever shows it, with `params` to fill in (`%(name)s`)."""

    def __init__(self, code: str, **params: str) -> None:
        self.code = code
        self.message = MESSAGES[code]
        self.params = params
        super().__init__(self.message % params)


def gettext_noop(sentence: str) -> str:
    """Marks a sentence for the catalogues, as Django's function of this name does; this room knows no Django."""
    return sentence


MESSAGES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "empty": gettext_noop(
            "Nothing was entered. If the value is not in the document, say so with “not in the document”."
        ),
        "not_text": gettext_noop("This text holds a character that cannot be kept."),
        "not_a_number": gettext_noop("This is not a number."),
        "unit": gettext_noop("Enter the number alone, without a currency, unit or percent sign."),
        "separators": gettext_noop(
            "These separators do not fit: the decimal separator here is “%(decimal)s”, thousands stand in threes."
        ),
        "leading_zeros": gettext_noop(
            "A number cannot keep leading zeros. If this is a code, change the type to text."
        ),
        "not_whole": gettext_noop("A whole number is needed here."),
        "too_large": gettext_noop("This number is beyond any measurement."),
        "not_a_boolean": gettext_noop("Enter yes or no."),
        "not_a_date": gettext_noop("This is not a date. Enter it like %(example)s or 2026-12-31."),
        "no_such_day": gettext_noop("There is no such day in the calendar."),
        "ambiguous_date": gettext_noop("Day and month could be swapped. Enter the date as year-month-day: 2026-12-31."),
        "short_year": gettext_noop("Enter the year with four digits."),
        "not_a_datetime": gettext_noop("This is not a date with a time. Enter it like 2026-12-31 14:30."),
        "no_zone": gettext_noop(
            "The time needs its distance from UTC. Enter it like 2026-12-31T14:30:00+01:00, or end it with Z."
        ),
        "not_an_option": gettext_noop("This is none of the choices: %(detail)s."),
        "not_json": gettext_noop("This is not JSON."),
        "not_an_object": gettext_noop("A JSON object is needed here: {…}."),
        "not_an_array": gettext_noop("A JSON list is needed here: […]."),
        "type_mismatch": gettext_noop("The schema asks for another type here: %(detail)s."),
        "format_mismatch": gettext_noop("The schema asks for the format %(detail)s here."),
        "pattern_mismatch": gettext_noop("The schema asks for the pattern %(detail)s here."),
        "enum_mismatch": gettext_noop("This is none of the choices: %(detail)s."),
    }
)

_SPACES: Final = "\u0020\u00a0\u2009\u202f"


@dataclass(frozen=True, slots=True)
class Conventions:
    """How a locale writes numbers and dates. `groups`: what may stand between thousands. `day_first`: None when the locale
    does not tell 3/4 from 4/3, so that only what is clear is accepted."""

    decimal: str
    groups: str
    day_first: bool | None
    example: str


#: The five locales people work in, and the two ways of English dates.
CONVENTIONS: Final[Mapping[str, Conventions]] = MappingProxyType(
    {
        "en": Conventions(".", "," + _SPACES, None, "31/12/2026"),
        "en-gb": Conventions(".", "," + _SPACES, True, "31/12/2026"),
        "en-us": Conventions(".", "," + _SPACES, False, "12/31/2026"),
        "de": Conventions(",", "." + _SPACES, True, "31.12.2026"),
        "fr": Conventions(",", _SPACES, True, "31/12/2026"),
        "nl": Conventions(",", "." + _SPACES, True, "31-12-2026"),
        "ch": Conventions(".", "'’" + _SPACES, True, "31.12.2026"),
    }
)

_BOOLEANS: Final[Mapping[str, bool]] = MappingProxyType(
    dict.fromkeys(("true", "yes", "ja", "oui", "wahr", "vrai", "waar", "1"), True)
    | dict.fromkeys(("false", "no", "nein", "nee", "non", "falsch", "faux", "onwaar", "0"), False)
)

_DIGITS: Final = re.compile(r"[0-9]+\Z")
_EXPONENT: Final = re.compile(r"(.*[0-9.,])([eE][+-]?[0-9]+)\Z", re.DOTALL)
_UNIT: Final = re.compile(r"[^\W\d_]|[%‰°$£€¥₣₤₹]")
_ISO_DATE: Final = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})\Z")
_LOCAL_DATE: Final = re.compile(r"([0-9]{1,2})([./-]) ?([0-9]{1,2})\2 ?([0-9]{2}|[0-9]{4})\Z")
_TIME: Final = re.compile(r"(.+?)[Tt ]+([0-9]{2}:[0-9]{2})(:[0-9]{2}(?:\.[0-9]+)?)? ?([Zz]|[+-][0-9]{2}:[0-9]{2})?\Z")
#: The exponent beyond which the gate (`jsontext.parse`) would not read the number back.
_MAX_EXPONENT: Final = 400
_LONGEST_TIME: Final = 80


def conventions(locale: str) -> Conventions:
    """The conventions of a locale name such as `de`, `de-CH`, `en_US`; plain English for an unknown one."""
    name = locale.lower().replace("_", "-")
    if name in CONVENTIONS:
        return CONVENTIONS[name]
    return CONVENTIONS["ch"] if name.endswith("-ch") else CONVENTIONS.get(name.split("-")[0], CONVENTIONS["en"])


def type_of(node: SchemaNode | None, value: Json) -> FieldType:
    """The schema's type, else the JSON type of the value, else `free`."""
    if node is not None and node.enum is not None:
        return FieldType.ENUM
    types = node.types if node is not None else None
    if not types:
        return _type_of_value(value)
    if types == {"integer", "number"}:
        return FieldType.NUMBER
    if len(types) == 1:
        return _type_by_name(next(iter(types)), node.format if node is not None else "")
    by_value = _type_of_value(value)
    names = {_type_by_name(name, "") for name in types}
    if by_value is FieldType.NUMBER and by_value not in names and FieldType.INTEGER in names:
        return FieldType.INTEGER
    return by_value if by_value in names else FieldType.TEXT if FieldType.TEXT in names else FieldType.FREE


def show(value: Json, type: FieldType, *, locale: str = "en") -> str:
    """What stands in the input. Numbers have the locale's decimal separator and no grouping; null is empty; a value that is
    not of the type is shown as it is, and objects and lists as JSON."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, Number) and type in (FieldType.NUMBER, FieldType.INTEGER):
        return value.text.replace(".", conventions(locale).decimal)
    return dump(value)


def read(
    text: str,
    type: FieldType,
    *,
    locale: str,
    schema: SchemaNode | None = None,
    was: Json = None,
) -> Json:
    """What a person typed -> the value, exact. Raises Refused.

    `was`: the value that the input showed as this very type (leave it out after a type switch); when the text is still the
    one shown, that value comes back, token for token and whatever it is. `schema`: what it refuses is refused here too.
    """
    typed = text.replace("\r\n", "\n").replace("\r", "\n")
    shown = show(was, type, locale=locale)
    if was is not None and typed == shown.replace("\r\n", "\n").replace("\r", "\n"):
        return was
    if "\0" in typed or re.search("[\ud800-\udfff]", typed):
        raise Refused("not_text")
    if not typed.strip():
        raise Refused("empty")
    value = _read(typed, type, conventions(locale), schema)
    if schema is not None:
        for code, detail in judge(schema, value):
            if code != PATTERN_NOT_CHECKED:
                raise Refused(code, detail=detail)
    return value


def _read(typed: str, type: FieldType, local: Conventions, schema: SchemaNode | None) -> Json:
    match type:
        case FieldType.NUMBER | FieldType.INTEGER:
            return _read_number(typed.strip(), local, whole=type is FieldType.INTEGER)
        case FieldType.BOOLEAN:
            return _read_boolean(typed)
        case FieldType.DATE:
            return _read_date(typed.strip(), local)
        case FieldType.DATETIME:
            strict = schema is not None and schema.format == "date-time"
            return _read_datetime(typed.strip(), local, zone_needed=strict)
        case FieldType.ENUM:
            return _read_option(typed, (schema.enum if schema is not None else None) or ())
        case FieldType.OBJECT | FieldType.ARRAY:
            return _read_json(typed, dict if type is FieldType.OBJECT else list)
    return typed


def _read_number(typed: str, local: Conventions, *, whole: bool) -> Number:
    sign = "-" if typed[0] in "-−" else ""
    body = (typed[1:] if typed[0] in "+-−" else typed).strip()
    exponent = ""
    if match := _EXPONENT.match(body):
        body, exponent = match.groups()
    if _UNIT.search(body):
        raise Refused("unit" if any(character.isdigit() for character in body) else "not_a_number")
    if not re.match(rf"[0-9{re.escape(local.groups + local.decimal)}.,'’]*[0-9]\Z", body):
        raise Refused("not_a_number")
    head, dot, fraction = body.partition(local.decimal)
    digits = _ungrouped(head, local.groups) if head else "0"
    if digits is None or (dot and not _DIGITS.match(fraction)):
        raise Refused("separators", decimal=local.decimal)
    if len(digits) > 1 and digits.startswith("0"):
        raise Refused("leading_zeros")
    number = Number(f"{sign}{digits}{'.' if dot else ''}{fraction}{exponent}")
    if len(exponent) > 8 or abs(number.decimal.adjusted()) > _MAX_EXPONENT:
        raise Refused("too_large")
    if whole and number.decimal != number.decimal.to_integral_value():
        raise Refused("not_whole")
    return number


def _ungrouped(head: str, groups: str) -> str | None:
    """The digits of a whole part; None when its thousands are not set apart regularly by one and the same mark."""
    if _DIGITS.match(head):
        return head
    marks = {character for character in head if character in groups}
    if len(marks) != 1:
        return None
    first, *rest = head.split(marks.pop())
    regular = _DIGITS.match(first) and len(first) <= 3 and all(len(part) == 3 and _DIGITS.match(part) for part in rest)
    return first + "".join(rest) if regular else None


def _read_boolean(typed: str) -> bool:
    try:
        return _BOOLEANS[typed.strip().casefold()]
    except KeyError:
        raise Refused("not_a_boolean") from None


def _read_date(typed: str, local: Conventions) -> str:
    if match := _ISO_DATE.match(typed):
        return _day(*(int(part) for part in match.groups()))
    match = _LOCAL_DATE.match(typed)
    if match is None:
        raise Refused("not_a_date", example=local.example)
    first, mark, second, year = match.groups()
    if len(year) == 2:
        raise Refused("short_year")
    one, two = int(first), int(second)
    # A dot is written where the day comes first, everywhere.
    day_first = True if mark == "." else local.day_first
    if day_first is None:
        if one <= 12 and two <= 12 and one != two:
            raise Refused("ambiguous_date")
        day_first = one > 12
    return _day(int(year), two, one) if day_first else _day(int(year), one, two)


def _day(year: int, month: int, day: int) -> str:
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        raise Refused("no_such_day") from None


def _read_datetime(typed: str, local: Conventions, *, zone_needed: bool) -> str:
    match = _TIME.match(typed) if len(typed) <= _LONGEST_TIME else None
    if match is None:
        raise Refused("not_a_datetime")
    day, minutes, seconds, zone = match.groups()
    if zone_needed and not zone:
        raise Refused("no_zone")
    text = f"{_read_date(day, local)}T{minutes}{seconds or ':00'}{(zone or '').upper()}"
    try:
        datetime.fromisoformat(text)
    except ValueError:
        raise Refused("not_a_datetime") from None
    return text


def _read_option(typed: str, options: Iterable[Json]) -> Json:
    shown = [(show(option, FieldType.ENUM), option) for option in options]
    same = [option for name, option in shown if name == typed]
    alike = same or [option for name, option in shown if name.strip().casefold() == typed.strip().casefold()]
    if len(alike) != 1:
        raise Refused("not_an_option", detail=", ".join(name for name, _ in shown)[:200])
    return alike[0]


def _read_json(typed: str, form: type[dict[str, Json] | list[Json]]) -> Json:
    try:
        value = parse(typed)
    except BadJson:
        raise Refused("not_json") from None
    if not isinstance(value, form):
        raise Refused("not_an_object" if form is dict else "not_an_array")
    return value


def _type_by_name(name: str, format: str) -> FieldType:
    if name == "string":
        return {"date": FieldType.DATE, "date-time": FieldType.DATETIME}.get(format, FieldType.TEXT)
    return FieldType(name)


def _type_of_value(value: Json) -> FieldType:
    match value:
        case bool():
            return FieldType.BOOLEAN
        case str():
            return FieldType.TEXT
        case Number():
            return FieldType.NUMBER
        case dict():
            return FieldType.OBJECT
        case list():
            return FieldType.ARRAY
    return FieldType.FREE
