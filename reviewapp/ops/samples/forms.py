"""Which documents are boxes with labels? A tax form of an invented state."""

from __future__ import annotations

from dataclasses import dataclass

from ...extraction.jsontext import Json, Number
from .printing import grouped
from .sheet import GREY, INK, LETTER, Drawn, Sheet

_TEAL = "#20484f"


@dataclass(frozen=True, slots=True)
class _Cell:
    """One box of the form: where it lies, its number, its label and the value's address ("" for print only)."""

    x: float
    y: float
    width: float
    height: float
    number: str
    label: str
    at: str
    font_size: float = 11.0


_CELLS = (
    _Cell(44, 132, 300, 92, "", "PAYER'S name, street address, city, state, ZIP code and telephone", ""),
    _Cell(344, 132, 112, 46, "1", "Contract income", "/contract_income"),
    _Cell(456, 132, 112, 46, "2", "Royalties", "/royalties"),
    _Cell(344, 178, 112, 46, "3", "Equipment rents", "/equipment_rents"),
    _Cell(456, 178, 112, 46, "4", "Other income", "/other_income"),
    _Cell(44, 224, 150, 44, "", "PAYER'S TIN", "/payer_tin"),
    _Cell(194, 224, 150, 44, "", "RECIPIENT'S TIN", "/recipient_tin"),
    _Cell(344, 224, 112, 44, "5", "Federal tax withheld", "/federal_tax_withheld"),
    _Cell(456, 224, 112, 44, "6", "Health payments", "/health_payments"),
    _Cell(44, 268, 300, 44, "", "RECIPIENT'S name", "/recipient_name"),
    _Cell(344, 268, 112, 44, "7", "Resale over $5,000", ""),
    _Cell(456, 268, 112, 44, "8", "Crop insurance", "/crop_insurance"),
    _Cell(44, 312, 300, 44, "", "Street address (including apt. no.)", "/recipient_street"),
    _Cell(344, 312, 112, 44, "9", "Fishing proceeds", "/fishing_proceeds"),
    _Cell(456, 312, 112, 44, "10", "Deferred compensation", "/deferred_compensation"),
    _Cell(44, 356, 300, 44, "", "City or town, state, and ZIP code", "/recipient_city"),
    _Cell(344, 356, 224, 44, "11", "Date the statement was furnished", "/furnished_on"),
    _Cell(44, 400, 200, 44, "", "Account number (see instructions)", "/account_number"),
    _Cell(244, 400, 100, 44, "12", "State / no.", "/state_number"),
    _Cell(344, 400, 112, 44, "13", "State income", "/state_income"),
    _Cell(456, 400, 112, 44, "14", "State tax withheld", "/state_tax_withheld"),
)


def tax_form() -> Drawn:
    """Form 88-S of the Commonwealth of Arden, filled by machine; empty boxes are empty in truth."""
    right: dict[str, Json] = {
        "form": "88-S",
        "tax_year": Number("2025"),
        "void": False,
        "corrected": True,
        "payer_name": "Tamarack Field Robotics LLC",
        "payer_tin": "00-0417288",
        "recipient_tin": "000-88-0199",
        "recipient_name": "Odalys M. Fennimore",
        "recipient_street": "31 Pigeon Loft Road, Apt 4B",
        "recipient_city": "Port Ellery, AD 00422",
        "account_number": "KR-2025-00731",
        "contract_income": Number("48250.00"),
        "royalties": None,
        "equipment_rents": Number("3600.00"),
        "other_income": Number("412.75"),
        "federal_tax_withheld": Number("0.00"),
        "health_payments": None,
        "direct_sales_over_5000": False,
        "crop_insurance": None,
        "fishing_proceeds": None,
        "deferred_compensation": None,
        "furnished_on": "2026-01-29",
        "state_number": "AD/0417288",
        "state_income": Number("52262.75"),
        "state_tax_withheld": Number("1306.57"),
    }
    sheet = Sheet("Form 88-S", LETTER)
    _head(sheet)
    for cell in _CELLS:
        _draw_cell(sheet, cell, right)
    payer = ("Tamarack Field Robotics LLC", "880 Larkspur Parkway, Suite 210", "Fairhollow, AD 00417", "(000) 555-0188")
    for number, line in enumerate(payer):
        sheet.text(52, 164 + 15 * number, line, font="mono", size=10.5, at="/payer_name" if number == 0 else None)
    _tick(sheet, 436, 291, False, "/direct_sales_over_5000")
    _below(sheet)
    return sheet.finish("form-88s-arden.pdf", right)


def _head(sheet: Sheet) -> None:
    sheet.text(44, 62, "Form", size=9)
    sheet.text(68, 62, "88-S", font="sans-bold", size=20, color=_TEAL, at="/form")
    sheet.text(44, 78, "Commonwealth of Arden", size=8.5, color=GREY)
    sheet.text(44, 89, "Department of Revenue", size=8.5, color=GREY)
    sheet.text(306, 60, "Statement of Contract Income", font="sans-bold", size=15, align="center")
    sheet.text(306, 76, "Copy B, for the recipient. Keep it with your records.", size=8.5, color=GREY, align="center")
    sheet.text(568, 64, "2025", font="sans-bold", size=24, color=_TEAL, align="right", at="/tax_year")
    sheet.text(568, 78, "Tax year", size=8, color=GREY, align="right")
    _tick(sheet, 234, 100, False, "/void")
    sheet.text(248, 108, "VOID", size=8.5)
    _tick(sheet, 310, 100, True, "/corrected")
    sheet.text(324, 108, "CORRECTED", size=8.5)
    sheet.rule(44, 124, 568, width=1.6, color=_TEAL)


def _tick(sheet: Sheet, x: float, y: float, ticked: bool, at: str) -> None:
    sheet.rectangle(x, y, 9, 9, stroke=INK, line=0.7)
    if ticked:
        sheet.text(x + 4.5, y + 8, "X", font="mono-bold", size=10, align="center")
    sheet.mark(at, (x - 0.5, y - 0.5, x + 9.5, y + 9.5), "X" if ticked else "")


def _draw_cell(sheet: Sheet, cell: _Cell, right: dict[str, Json]) -> None:
    money = isinstance(right.get(cell.at[1:]), Number) or cell.at[1:] in ("royalties", "health_payments")
    shaded = cell.number in ("1", "13", "14")
    sheet.rectangle(
        cell.x, cell.y, cell.width, cell.height, fill="#f1f6f5" if shaded else "#ffffff", stroke=_TEAL, line=0.7
    )
    x = cell.x + 5
    if cell.number:
        x = sheet.text(x, cell.y + 10.5, cell.number, font="sans-bold", size=7.5, color=_TEAL) + 4
    sheet.text(x, cell.y + 10.5, cell.label, size=7, color=GREY)
    if not cell.at:
        return
    base = cell.y + cell.height - 10
    value = right[cell.at[1:]]
    if money or cell.at[1:] in ("crop_insurance", "fishing_proceeds", "deferred_compensation"):
        sheet.text(cell.x + 6, base, "$", size=9, color=GREY)
    if value is None:
        return
    if isinstance(value, Number):
        text = grouped(value.text, "us")
        sheet.text(cell.x + cell.width - 8, base, text, font="mono", size=cell.font_size, align="right", at=cell.at)
    else:
        text = "01/29/2026" if cell.at == "/furnished_on" else str(value)
        sheet.text(cell.x + 8, base, text, font="mono", size=cell.font_size, at=cell.at)


def _below(sheet: Sheet) -> None:
    sheet.rule(44, 458, 568, width=1.6, color=_TEAL)
    sheet.text(44, 470, "Form 88-S (Rev. 11-2025)", size=7.5, color=GREY)
    sheet.text(568, 470, "arden-revenue.example/88S", size=7.5, color=GREY, align="right")
    sheet.text(44, 506, "Instructions for the recipient", font="sans-bold", size=11, color=_TEAL)
    paragraphs = (
        "You received this form because a payer reported income paid to you under a contract. Report the amount in "
        "box 1 on line 3 of your return. If box 7 is ticked, the payer resold goods to you for more than $5,000; "
        "no amount is given.",
        "Boxes 2 to 4. Royalties, rents for machines and tools, and other income that is not wages. An empty box "
        "means that nothing was reported, not that nothing is owed.",
        "Box 5. Tax that the payer withheld because no taxpayer number was on file. Claim it as a payment.",
        "Boxes 12 to 14. The state number of the payer, the income allotted to the state, and the tax withheld for it.",
        "Corrected. If this word is ticked, this statement takes the place of an earlier one with the same account "
        "number.",
    )
    y = 526.0
    for paragraph in paragraphs:
        for line in sheet.wrapped(paragraph, 524, "sans", 9):
            sheet.text(44, y, line, size=9)
            y += 13
        y += 6
    sheet.text(
        44,
        752,
        "Arden is an invented state; so are all names and numbers on this form.",
        font="sans-italic",
        size=8,
        color=GREY,
    )
