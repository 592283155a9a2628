"""Which documents came off a scanner? A skewed receipt, and a two-page form filled in by typewriter."""

from __future__ import annotations

import random

from ...extraction.jsontext import Json, Number
from .easel import Easel, jpeg, moved, scanned, tiff
from .sheet import Drawn, Mark

_DPI = 200
_ITEMS = (
    ("2", "Flat white", "7.20"),
    ("1", "Pot of smoke tea", "3.80"),
    ("1", "Kedgeree, small", "9.50"),
    ("2", "Brown toast, marmalade", "6.40"),
    ("1", "Lemon drizzle slice", "3.95"),
)


def receipt() -> Drawn:
    """A cafe's till receipt, laid 1.5 degrees askew on the glass; marks in pixels of the image."""
    items: list[Json] = [
        {"quantity": Number(count), "description": text, "amount": Number(amount)} for count, text, amount in _ITEMS
    ]
    right: dict[str, Json] = {
        "merchant": "THE COPPER LANTERN",
        "merchant_address": "2 Lamplighter Steps, Wrenhaven WQ1 0DD",
        "receipt_number": "0417-0882",
        "date": "2026-03-14",
        "time": "10:42",
        "items": items,
        "total": Number("30.85"),
        "vat_included": Number("5.14"),
        "currency": "GBP",
        "paid_by": "card",
        "cash_given": None,
        "served_by": "till 2",
    }
    easel = Easel(720, 1330, paper=250)
    y = _receipt_head(easel)
    for index, (count, text, amount) in enumerate(_ITEMS):
        at = f"/items/{index}"
        easel.text(60, y, count, font="mono", size=29, at=f"{at}/quantity")
        easel.text(110, y, text, font="mono", size=29, at=f"{at}/description")
        easel.text(660, y, amount, font="mono", size=29, align="right", at=f"{at}/amount")
        y += 46
    _receipt_sums(easel, y + 14)
    picture, marks = scanned(easel, degrees=1.5, margin=70, seed=1042)
    size = (float(picture.width), float(picture.height))
    return Drawn("receipt-copper-lantern.jpg", jpeg(picture), (size,), right, marks)


def _receipt_head(easel: Easel) -> float:
    easel.text(360, 60, "THE COPPER LANTERN", font="slab-bold", size=40, align="center", at="/merchant")
    easel.text(360, 122, "2 Lamplighter Steps", font="mono", size=26, align="center", at="/merchant_address")
    easel.text(360, 156, "Wrenhaven WQ1 0DD", font="mono", size=26, align="center", at="/merchant_address")
    easel.text(360, 190, "VAT GB 000 0882 17", font="mono", size=26, align="center")
    _dashes(easel, 246)
    x = easel.text(60, 268, "Receipt ", font="mono", size=26)
    easel.text(x, 268, "0417-0882", font="mono", size=26, at="/receipt_number")
    easel.text(660, 268, "till 2", font="mono", size=26, align="right", at="/served_by")
    easel.text(60, 304, "14 Mar 2026", font="mono", size=26, at="/date")
    easel.text(660, 304, "10:42", font="mono", size=26, align="right", at="/time")
    _dashes(easel, 356)
    return 384


def _receipt_sums(easel: Easel, y: float) -> None:
    _dashes(easel, y)
    x = easel.text(60, y + 26, "TOTAL ", font="mono-bold", size=42)
    easel.text(x, y + 26, "GBP", font="mono-bold", size=42, at="/currency")
    easel.text(660, y + 26, "30.85", font="mono-bold", size=42, align="right", at="/total")
    easel.text(60, y + 92, "incl. VAT 20%", font="mono", size=26)
    easel.text(660, y + 92, "5.14", font="mono", size=26, align="right", at="/vat_included")
    x = easel.text(60, y + 128, "Paid by ", font="mono", size=26)
    easel.text(x, y + 128, "card", font="mono", size=26, at="/paid_by")
    easel.text(660, y + 128, "**** **** 0199", font="mono", size=26, align="right")
    _dashes(easel, y + 184)
    for number, text in enumerate(
        ("Thank you, mind the steps.", "Tips go to the washing-up.", "copper-lantern.example")
    ):
        easel.text(360, y + 210 + 36 * number, text, font="mono", size=25, align="center")
    rng = random.Random(417)
    x = 130.0
    while x < 590:
        width = rng.choice((2, 2, 4, 6))
        easel.block(x, y + 346, width, 92)
        x += width + rng.choice((3, 4, 6))
    easel.text(360, y + 448, "0 417088 200314", font="mono", size=24, align="center")


def _dashes(easel: Easel, y: float) -> None:
    for place in range(43):
        easel.line(60 + 14 * place, y, 67 + 14 * place, y, ink=110)


def intake_form() -> Drawn:
    """A sailing trust's intake form, 200 dpi; marks in points (pixels times 72/200), as for any page."""
    right: dict[str, Json] = {
        "form_number": "WST-7",
        "family_name": "HOLLOWAY-QUILL",
        "first_names": "MARISOL TEODORA",
        "date_of_birth": "1987-11-03",
        "street": "5 ROPEWALK TERRACE",
        "town": "WRENHAVEN",
        "postcode": "WQ1 0RT",
        "telephone": "01632 960 733",
        "membership_number": "00731",
        "can_swim_50_m": True,
        "needs_glasses": False,
        "courses": ["NAVIGATION BY NIGHT", "ENGINE CARE", "SPLICING"],
        "emergency_contact": "CORNELIUS HOLLOWAY-QUILL",
        "emergency_telephone": "01632 960 734",
        "medical_notes": "HAY FEVER IN MAY AND JUNE. CARRIES OWN TABLETS.",
        "fee_paid": Number("185.00"),
        "signed_on": "2026-02-28",
    }
    rng = random.Random(731)
    pages = [_intake_first(right, rng), _intake_second(right, rng)]
    scale = 72 / _DPI
    marks: dict[str, tuple[Mark, ...]] = {}
    for page in pages:
        marks.update(moved(page.marks, lambda point: (point[0] * scale, point[1] * scale)))
    content = tiff([page.image for page in pages], _DPI)
    return Drawn("intake-wrenhaven.tiff", content, ((612.0, 792.0), (612.0, 792.0)), right, marks)


def _intake_frame(page: int) -> Easel:
    easel = Easel(1700, 2200, page)
    easel.block(120, 110, 90, 90, ink=45)
    easel.text(165, 122, "W", font="serif-bold", size=62, ink=245, align="center")
    easel.text(240, 108, "Wrenhaven Sailing Trust", font="serif-bold", size=52)
    easel.text(240, 172, "Membership and course intake", font="serif-italic", size=34, ink=80)
    easel.text(1580, 120, "Form ", font="sans", size=28, ink=80, align="right")
    easel.line(120, 228, 1580, 228, width=5, ink=45)
    easel.text(
        120,
        2080,
        "Please type or print in block letters. Return to the harbour office.",
        font="serif-italic",
        size=27,
        ink=80,
    )
    easel.text(1580, 2080, f"Page {page} of 2", font="serif-italic", size=27, ink=80, align="right")
    return easel


def _entry(
    easel: Easel,
    rng: random.Random,
    x: int,
    y: int,
    width: int,
    label: str,
    text: str,
    at: str | None,
    height: int = 106,
) -> None:
    easel.frame(x, y, width, height)
    easel.text(x + 14, y + 8, label, font="sans", size=23, ink=95)
    if text:
        easel.typed(x + 24, y + 52, text, rng, size=33, at=at)


def _tick(easel: Easel, rng: random.Random, x: int, y: int, label: str, ticked: bool, at: str) -> None:
    easel.frame(x, y, 38, 38, line=3)
    if ticked:
        easel.typed(x + 8, y - 1, "X", rng, size=36)
    easel.mark(at, (x - 4, y - 4, x + 42, y + 42), "X" if ticked else "")
    easel.text(x + 58, y + 2, label, font="sans", size=29)


def _intake_first(right: dict[str, Json], rng: random.Random) -> Easel:
    easel = _intake_frame(1)
    easel.text(1580, 160, str(right["form_number"]), font="sans-bold", size=40, align="right", at="/form_number")
    _section(easel, 270, "A   About you")
    _entry(easel, rng, 120, 330, 730, "Family name", str(right["family_name"]), "/family_name")
    _entry(easel, rng, 850, 330, 730, "First names", str(right["first_names"]), "/first_names")
    _entry(easel, rng, 120, 436, 480, "Date of birth (day, month, year)", "03 11 1987", "/date_of_birth")
    _entry(
        easel, rng, 600, 436, 490, "Membership number, if any", str(right["membership_number"]), "/membership_number"
    )
    _entry(easel, rng, 1090, 436, 490, "Telephone", str(right["telephone"]), "/telephone")
    _entry(easel, rng, 120, 542, 730, "Street", str(right["street"]), "/street")
    _entry(easel, rng, 850, 542, 440, "Town", str(right["town"]), "/town")
    _entry(easel, rng, 1290, 542, 290, "Postcode", str(right["postcode"]), "/postcode")
    _section(easel, 710, "B   On the water")
    _tick(easel, rng, 140, 782, "I can swim 50 metres in clothes", True, "/can_swim_50_m")
    _tick(easel, rng, 140, 848, "I need glasses to read a chart", False, "/needs_glasses")
    easel.text(140, 926, "Courses wished for, most wanted first", font="sans", size=29)
    courses = right["courses"]
    assert isinstance(courses, list)
    for number, course in enumerate(courses):
        easel.text(140, 990 + 78 * number, f"{number + 1}.", font="sans", size=29, ink=95)
        easel.typed(200, 984 + 78 * number, str(course), rng, size=34, at=f"/courses/{number}")
        easel.line(190, 1034 + 78 * number, 1580, 1034 + 78 * number)
    _section(easel, 1290, "C   What we promise each other")
    promises = (
        "The trust lends every member a life jacket, a berth in fair weather and an ear in foul. Members",
        "keep the boats dry, the logs honest and the kettle clean. Nobody sails alone in their first year.",
        "Courses are held between April and October; a course of fewer than four is put off, not cancelled.",
        "A place is kept for you when the fee has arrived. It is returned in full until a week before the start.",
    )
    for number, line in enumerate(promises):
        easel.text(140, 1362 + 46 * number, line, font="serif", size=31, ink=50)
    return easel


def _intake_second(right: dict[str, Json], rng: random.Random) -> Easel:
    easel = _intake_frame(2)
    easel.text(1580, 160, str(right["form_number"]), font="sans-bold", size=40, align="right")
    _section(easel, 270, "D   In case of need")
    _entry(easel, rng, 120, 330, 900, "Whom shall we call?", str(right["emergency_contact"]), "/emergency_contact")
    _entry(easel, rng, 1020, 330, 560, "Telephone", str(right["emergency_telephone"]), "/emergency_telephone")
    _entry(easel, rng, 120, 436, 1460, "Anything a skipper should know", "", None, height=190)
    easel.typed(144, 494, "HAY FEVER IN MAY AND JUNE.", rng, size=33, at="/medical_notes")
    easel.typed(144, 554, "CARRIES OWN TABLETS.", rng, size=33, at="/medical_notes")
    _section(easel, 700, "E   Fee")
    _entry(easel, rng, 120, 760, 480, "Paid, in pounds", "185.00", "/fee_paid")
    _entry(easel, rng, 600, 760, 980, "How", "BANK TRANSFER", None)
    _section(easel, 940, "F   Signature")
    _entry(easel, rng, 120, 1000, 480, "Date", "28 02 2026", "/signed_on", height=170)
    _entry(easel, rng, 600, 1000, 980, "Signed", "", None, height=170)
    easel.signature(760, 1146, 430, loops=9)
    easel.frame(120, 1320, 1460, 330, line=3, ink=120)
    easel.text(144, 1336, "For the harbour office", font="sans-bold", size=27, ink=80)
    for number, label in enumerate(("Seen by", "Entered in the book, page", "Berth")):
        easel.text(144, 1400 + 80 * number, label, font="sans", size=27, ink=80)
        easel.line(520, 1434 + 80 * number, 1540, 1434 + 80 * number)
    return easel


def _section(easel: Easel, y: int, title: str) -> None:
    easel.text(120, y, title, font="sans-bold", size=32, ink=40)
