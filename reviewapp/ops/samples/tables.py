"""Which documents are mostly numbers? A bank statement on two pages and a landscape table on a rotated page."""

from __future__ import annotations

import random
from decimal import Decimal

from ...extraction.jsontext import Json, Number
from .logos import LOGOS
from .printing import grouped
from .sheet import A4, GREY, INK, LETTER, Drawn, Sheet

_BLUE, _GOLD = "#1e3a5f", "#c29b45"
_PAYEES = (
    ("Card payment  CORNER PROVISIONS", 18, 96),
    ("Direct debit  EASTMERE WATER COOP", 38, 39),
    ("Card payment  MARSH LANE FUEL", 41, 78),
    ("Transfer to  THACKLE JOINERY", 320, 980),
    ("Card payment  THE COPPER LANTERN", 9, 34),
    ("Direct debit  HARBOUR TELEPHONE", 29, 29),
    ("Standing order  RENT UNIT 6", 1450, 1450),
    ("Card payment  ORRERY AND FINCH", 22, 118),
    ("Cash withdrawal  QUAY BRANCH", 50, 200),
    ("Card payment  FERRY TICKETS", 12, 46),
    ("Transfer to  SALTMARSH COURIERS", 64, 310),
    ("Card payment  HARDWARE AND ROPE", 15, 140),
)
_INCOME = (
    ("Received from  WRENHAVEN TRUST", 1400, 2900),
    ("Received from  LOWER DUNMORE COUNCIL", 900, 2400),
    ("Received from  COAST SURVEY OFFICE", 1800, 3600),
)


def _movements() -> tuple[list[Json], Decimal, Decimal]:
    rng = random.Random(4417)
    opening = balance = Decimal("6218.44")
    lines: list[Json] = []
    day = 2
    for number in range(40):
        income = number % 9 == 4
        text, least, most = _INCOME[number // 9 % 3] if income else _PAYEES[(number * 5 + number // 12) % len(_PAYEES)]
        cents = rng.randrange(least * 100, most * 100 + 1)
        amount = Decimal(cents if income else -cents) / 100
        balance += amount
        lines.append(
            {
                "date": f"2026-03-{day:02}",
                "description": text.replace("  ", " "),
                "amount": Number(f"{amount:.2f}"),
                "balance": Number(f"{balance:.2f}"),
            }
        )
        day = min(31, day + (1, 0, 1, 1)[number % 4])
    return lines, opening, balance


def statement() -> Drawn:
    """A current account's month: 40 movements that add up, 24 on the first page."""
    lines, opening, closing = _movements()
    paid_in = sum((Decimal(str(line["amount"])) for line in lines if Decimal(str(line["amount"])) > 0), Decimal(0))  # type: ignore[index, call-overload]
    right: dict[str, Json] = {
        "bank": "Brackwater Savings Bank",
        "account_holder": "Tidewrack Research Collective",
        "account_number": "0044 1702 88",
        "iban": "GB00 ZZZZ 0000 4417 0288 00",
        "statement_number": "3 / 2026",
        "period_from": "2026-03-01",
        "period_to": "2026-03-31",
        "opening_balance": Number(f"{opening:.2f}"),
        "transactions": lines,
        "paid_in": Number(f"{paid_in:.2f}"),
        "paid_out": Number(f"{paid_in + opening - closing:.2f}"),
        "closing_balance": Number(f"{closing:.2f}"),
    }
    sheet = Sheet("Statement of account", A4)
    y = _statement_head(sheet, right)
    for index, line in enumerate(lines):
        if index == 24:
            sheet.text(543, y + 6, "continued overleaf", font="sans-italic", size=8, color=GREY, align="right")
            _statement_foot(sheet)
            sheet.next_page()
            y = _columns(sheet, _statement_band(sheet) + 26)
        assert isinstance(line, dict)
        y = _movement(sheet, y, index, line)
    _statement_sums(sheet, y + 14, right)
    _statement_foot(sheet)
    return sheet.finish("statement-brackwater.pdf", right)


def _statement_band(sheet: Sheet) -> float:
    LOGOS["ring"](sheet, 52, 40, 34, _BLUE, _GOLD)
    name_at = "/bank" if sheet.page == 1 else None
    sheet.text(98, 56, "Brackwater Savings Bank", font="serif-bold", size=17, color=_BLUE, at=name_at)
    sheet.text(98, 70, "Mutual since the great thaw", font="serif-italic", size=9, color=GREY)
    sheet.text(543, 56, "Statement of account", font="serif", size=13, align="right")
    sheet.text(543, 70, f"Page {sheet.page} of 2", size=8, color=GREY, align="right")
    sheet.rectangle(52, 84, 491, 2.4, fill=_BLUE)
    sheet.rectangle(52, 87.6, 491, 0.8, fill=_GOLD)
    return 108


def _statement_head(sheet: Sheet, right: dict[str, Json]) -> float:
    _statement_band(sheet)
    sheet.text(52, 122, "Tidewrack Research Collective", font="sans-bold", size=10.5, at="/account_holder")
    sheet.lines(52, 136, ("Shed 3, North Mole", "Wrenhaven WQ1 0QA"), lead=12.5, size=9)
    facts = (
        ("Account number", "/account_number", str(right["account_number"])),
        ("IBAN", "/iban", str(right["iban"])),
        ("Statement", "/statement_number", str(right["statement_number"])),
    )
    for number, (label, pointer, text) in enumerate(facts):
        sheet.text(330, 122 + 14 * number, label, size=8.5, color=GREY)
        sheet.text(543, 122 + 14 * number, text, size=9, align="right", at=pointer)
    sheet.text(330, 164, "Period", size=8.5, color=GREY)
    x = sheet.text(543, 164, "31 March 2026", size=9, align="right", at="/period_to")
    x -= sheet.width_of("31 March 2026", "sans", 9)
    sheet.text(x - 5, 164, "to", size=9, align="right")
    sheet.text(x - 16, 164, "1 March 2026", size=9, align="right", at="/period_from")
    sheet.rectangle(52, 186, 491, 24, fill="#eef1f6", radius=3)
    sheet.text(62, 201, "Balance brought forward", font="sans-bold", size=9, color=_BLUE)
    opening = grouped(str(right["opening_balance"]), "en")
    sheet.text(533, 201, opening, font="sans-bold", size=9.5, align="right", at="/opening_balance")
    return _columns(sheet, 232)


def _columns(sheet: Sheet, y: float) -> float:
    for x, label, left in (
        (56, "Date", True),
        (118, "Details", True),
        (448, "Amount GBP", False),
        (539, "Balance", False),
    ):
        sheet.text(x, y, label, font="sans-bold", size=8, color=_BLUE, align="left" if left else "right")
    sheet.rule(52, y + 6, 543, width=0.9, color=_BLUE)
    return y + 21


def _movement(sheet: Sheet, y: float, index: int, line: dict[str, Json]) -> float:
    at = f"/transactions/{index}"
    if index % 2:
        sheet.rectangle(52, y - 12.2, 491, 18.4, fill="#f7f8fa")
    date = str(line["date"])
    sheet.text(56, y, f"{date[8:]} Mar", size=9, at=f"{at}/date")
    sheet.text(118, y, str(line["description"]), size=9, at=f"{at}/description")
    amount = grouped(str(line["amount"]), "en")
    color = "#23663f" if not amount.startswith("-") else INK
    sheet.text(448, y, amount, font="mono", size=9, color=color, align="right", at=f"{at}/amount")
    sheet.text(539, y, grouped(str(line["balance"]), "en"), font="mono", size=9, align="right", at=f"{at}/balance")
    return y + 18.4


def _statement_sums(sheet: Sheet, y: float, right: dict[str, Json]) -> None:
    sheet.rule(300, y - 14, 543, width=0.9, color=_BLUE)
    sums = (("Paid in", "/paid_in"), ("Paid out", "/paid_out"), ("Balance carried forward", "/closing_balance"))
    for label, pointer in sums:
        font = "sans-bold" if pointer == "/closing_balance" else "sans"
        sheet.text(300, y, label, font=font, size=9.5)
        sheet.text(539, y, grouped(str(right[pointer[1:]]), "en"), font=font, size=9.5, align="right", at=pointer)
        y += 17
    note = "Please check this statement and tell us within 30 days of anything you do not recognise."
    sheet.text(52, y + 26, note, font="sans-italic", size=8.5, color=GREY)


def _statement_foot(sheet: Sheet) -> None:
    sheet.rule(52, 792, 543)
    text = "Brackwater Savings Bank   ·   1 Sluice Street, Wrenhaven WQ1 0BB   ·   01632 960 028   ·   An invented bank"
    sheet.text(297, 805, text, size=7.2, color=GREY, align="center")


_STATIONS = (
    "Gannet Rock",
    "Wrenhaven Mole",
    "Low Sands",
    "Kettle Ridge",
    "Port Ellery",
    "Heron Bank",
    "Scarp Light",
    "Mile Post 9",
    "Old Sluice",
    "Brack Weir",
)
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun")


def tide_table() -> Drawn:
    """Half a year of gauge readings: a landscape table on a portrait page that carries /Rotate 90."""
    rng = random.Random(90)
    lines: list[Json] = []
    for number, station in enumerate(_STATIONS):
        months: dict[str, Json] = {
            month.lower(): Number(f"{Decimal(rng.randrange(180, 690)) / 100:.2f}") for month in _MONTHS
        }
        highest = max(Decimal(str(value)) for value in months.values())
        lines.append(
            {"station": station, "gauge": f"G-{417 + 13 * number}", **months, "highest": Number(f"{highest:.2f}")}
        )
    right: dict[str, Json] = {
        "report_title": "Highest monthly water levels",
        "issued_by": "Coast Survey Office, Wrenhaven",
        "report_number": "CSO 26/07",
        "unit": "metres above datum",
        "stations": lines,
    }
    sheet = Sheet("Highest monthly water levels", (LETTER[1], LETTER[0]), turned=True)
    _tide_head(sheet, right)
    y = 172.0
    for index, line in enumerate(lines):
        assert isinstance(line, dict)
        if index % 2 == 0:
            sheet.rectangle(48, y - 16, 696, 25, fill="#edf4f4")
        sheet.text(56, y, str(line["station"]), font="sans-bold", size=10, at=f"/stations/{index}/station")
        sheet.text(196, y, str(line["gauge"]), font="mono", size=10, color=GREY, at=f"/stations/{index}/gauge")
        for place, key in enumerate((*(month.lower() for month in _MONTHS), "highest")):
            font = "sans-bold" if key == "highest" else "sans"
            x = 316 + 70 * place
            sheet.text(x, y, str(line[key]), font=font, size=10, align="right", at=f"/stations/{index}/{key}")
        y += 25
    sheet.rule(48, y - 12, 744, width=1, color="#1d6a70")
    note = "Readings are quarter-hour means. Gauges G-456 and G-508 were re-levelled in February. Figures are invented."
    sheet.text(48, y + 8, note, font="sans-italic", size=8.5, color=GREY)
    sheet.text(744, 580, "Sheet 7", size=8, color=GREY, align="right")
    return sheet.finish("tide-levels-rotated.pdf", right)


def _tide_head(sheet: Sheet, right: dict[str, Json]) -> None:
    LOGOS["wave"](sheet, 48, 42, 34, "#1d6a70", "#d98e3b")
    sheet.text(96, 62, str(right["report_title"]), font="slab-bold", size=19, color="#1d6a70", at="/report_title")
    sheet.text(96, 80, str(right["issued_by"]), size=10, color=GREY, at="/issued_by")
    sheet.text(744, 62, str(right["report_number"]), font="mono", size=11, align="right", at="/report_number")
    x = sheet.text(48, 118, "January to June 2025, in", size=9.5)
    sheet.text(x + 4, 118, str(right["unit"]), size=9.5, at="/unit")
    sheet.rectangle(48, 132, 696, 22, fill="#1d6a70")
    sheet.text(56, 147, "Station", font="sans-bold", size=9, color="#ffffff")
    sheet.text(196, 147, "Gauge", font="sans-bold", size=9, color="#ffffff")
    for place, label in enumerate((*_MONTHS, "Highest")):
        sheet.text(316 + 70 * place, 147, label, font="sans-bold", size=9, color="#ffffff", align="right")
