"""Which schema was a sample extracted with? Types come from the true values, words and rules from the tables below."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

from ...extraction.jsontext import Json, Number

#: Where a key needs more than its own name says.
_DESCRIPTIONS: Mapping[str, str] = {
    "invoice_number": "The number the seller gave this invoice",
    "issue_date": "Date printed on the document",
    "due_date": "Last day of payment",
    "delivery_date": "Day on which the goods were or shall be delivered",
    "purchase_order": "The buyer's order number, if the invoice names one",
    "seller_name": "Full name of the company that sends the document",
    "seller_vat_id": "VAT identification number of the seller",
    "buyer_name": "Company or person the document is addressed to",
    "buyer_address": "Street, place and postcode of the buyer, parts separated by commas",
    "supplier_address": "Street, place and postcode of the supplier, parts separated by commas",
    "merchant_address": "Street and place of the shop, separated by a comma",
    "net_total": "Sum of all lines before tax",
    "tax_total": "Tax on the whole document",
    "grand_total": "Amount to be paid, tax included",
    "order_total": "Sum of all lines of the order",
    "currency": "ISO 4217 code",
    "line_items": "One entry for each printed line",
    "transactions": "One entry for each movement, in the printed order",
    "stations": "One entry for each gauge",
    "items": "One entry for each thing bought",
    "courses": "Courses wished for, most wanted first",
    "sku": "The seller's article number",
    "unit_price": "Price of one unit, before tax",
    "amount": "Amount of the line; money going out is negative",
    "balance": "Balance after this movement",
    "iban": "Bank account of the payee",
    "contract_income": "Box 1",
    "royalties": "Box 2",
    "equipment_rents": "Box 3",
    "other_income": "Box 4",
    "federal_tax_withheld": "Box 5",
    "health_payments": "Box 6",
    "direct_sales_over_5000": "Box 7 is ticked",
    "crop_insurance": "Box 8",
    "fishing_proceeds": "Box 9",
    "deferred_compensation": "Box 10",
    "furnished_on": "Box 11",
    "void": "The word VOID is ticked",
    "corrected": "The word CORRECTED is ticked",
    "cash_given": "Cash handed over, if paid in cash",
    "vat_included": "VAT contained in the total",
    "medical_notes": "Whatever stands under 'Anything a skipper should know'",
}
_TITLES: Mapping[str, str] = {
    "iban": "IBAN",
    "sku": "Article",
    "seller_vat_id": "Seller VAT ID",
    "payer_tin": "Payer TIN",
    "recipient_tin": "Recipient TIN",
    "can_swim_50_m": "Can swim 50 m",
    "vat_included": "VAT included",
    "direct_sales_over_5000": "Resale over 5,000",
}
_ENUMS: Mapping[str, tuple[str, ...]] = {
    "currency": ("GBP", "EUR", "USD", "CHF"),
    "paid_by": ("cash", "card", "voucher"),
}
_TEXT_WHEN_ABSENT = ("purchase_order",)


def schema_of(values: Mapping[str, Json], *, optional: Collection[str] = ()) -> dict[str, Json]:
    """The JSON Schema that asks for `values`; every key is required but the `optional` ones."""
    return {
        "type": "object",
        "required": [key for key in values if key not in optional],
        "properties": {key: _property(key, value, optional) for key, value in values.items()},
        "additionalProperties": False,
    }


def _property(key: str, value: Json, optional: Collection[str]) -> dict[str, Json]:
    described: dict[str, Json] = {"title": _TITLES.get(key, key.replace("_", " ").capitalize())}
    if key in _DESCRIPTIONS:
        described["description"] = _DESCRIPTIONS[key]
    if isinstance(value, list):
        first = value[0]
        items = schema_of(first, optional=optional) if isinstance(first, dict) else _scalar("", first)
        return {"type": "array", **described, "items": items}
    if isinstance(value, dict):
        return {**schema_of(value, optional=optional), **described}
    return {**_scalar(key, value), **described}


def _scalar(key: str, value: Json) -> dict[str, Json]:
    if isinstance(value, bool):
        return {"type": "boolean"}
    if isinstance(value, Number):
        return {"type": "integer" if key == "tax_year" else "number"}
    if value is None:
        return {"type": "string" if key in _TEXT_WHEN_ABSENT else "number"}
    if key in _ENUMS:
        return {"type": "string", "enum": list(_ENUMS[key])}
    if re.fullmatch(r"\d{4}-\d\d-\d\d", str(value)):
        return {"type": "string", "format": "date"}
    return {"type": "string"}
