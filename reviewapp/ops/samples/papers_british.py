"""Which British papers are drawn with care? Every company, person and number is invented."""

from __future__ import annotations

from ...extraction.jsontext import Json
from .lines import GOODS, goods, sums
from .trade import Paper, Style


def harrow_vale() -> Paper:
    """The English invoice that a newcomer corrects first."""
    lines = goods(
        ("HV-110", "Platinum thermocouple probe, 300 mm", "4", "68.50"),
        ("HV-214", "Digital manometer, 0-10 bar", "2", "149.00"),
        ("HV-032", "Silicone tubing 8 mm, per metre", "25", "3.20"),
        ("HV-301", "Calibration certificate, traceable", "6", "42.00"),
        ("HV-077", "Stainless hose clips 12 mm, box of 10", "5", "7.90"),
        ("HV-450", "Bench power supply 30 V / 5 A", "1", "187.00"),
        ("HV-600", "On-site commissioning, half day", "1", "105.00"),
    )
    values: dict[str, Json] = {
        "invoice_number": "HV-20417",
        "issue_date": "2026-03-09",
        "due_date": "2026-04-08",
        "purchase_order": "PL-7731",
        "seller_name": "Harrow & Vale Instruments Ltd",
        "seller_vat_id": "GB 000 4417 28",
        "buyer_name": "Pellworth Laboratories",
        "buyer_address": "Unit 6 Sycamore Yard, Lower Dunmore LQ2 9ZX",
        "currency": "GBP",
        "line_items": lines,
        **sums(lines, "20"),
        "iban": "GB00 ZZZZ 0099 9900 4417 28",
    }
    return Paper(
        file="invoice-harrow-vale.pdf",
        word="Invoice",
        style=Style("peaks", "#1f4d5c", "#d98e3b"),
        language="en",
        values=values,
        tagline="Measuring and control since the last repair",
        contact=("14 Tannery Wharf, Eastmere EM4 7QX", "Telephone 01632 960 417", "accounts@harrow-vale.example"),
        parties=(
            ("INVOICE TO", ("/buyer_name", "/buyer_address")),
            ("DELIVERED TO", ("Goods inward", "Unit 6 Sycamore Yard", "Gate B, 07:30 to 15:30")),
        ),
        meta=(
            ("Invoice number", "/invoice_number"),
            ("Invoice date", "/issue_date"),
            ("Payment due", "/due_date"),
            ("Your order", "/purchase_order"),
        ),
        columns=GOODS,
        totals=(("Net", "/net_total"), ("VAT 20%", "/tax_total"), ("Total|/currency", "/grand_total")),
        notes=(
            "Please quote the invoice number with your payment.",
            "IBAN|/iban",
            "Goods remain our property until paid in full.",
        ),
        footer=(
            ("Harrow & Vale Instruments Ltd", "Registered in Eastmere, no. 00004417"),
            ("VAT|/seller_vat_id", "EORI GB000441728000"),
            ("Bank of the Lower Marches", "Sort code 99-99-00"),
        ),
        stamp=("RECEIVED", "12 MAR 2026"),
    )


def orrery() -> Paper:
    """The invoice whose address stands on two lines, and which names no order."""
    lines = goods(
        ("0-417", "Atlas of Imaginary Coasts, folio, half leather", "1", "240.00"),
        ("0-822", "Tide Tables for Landlocked Readers", "3", "18.50"),
        ("1-093", "The Barometer Keeper's Almanac 2026", "2", "12.90"),
        ("S-001", "Wrapping and postage", "1", "9.80"),
    )
    values: dict[str, Json] = {
        "invoice_number": "1184",
        "issue_date": "2026-03-21",
        "purchase_order": None,
        "seller_name": "Orrery & Finch, Booksellers",
        "buyer_name": "Library of the Wrenhaven Sailing Trust",
        "buyer_address": "The Old Chandlery, Wrenhaven WQ1 0AA",
        "currency": "GBP",
        "line_items": lines,
        **sums(lines, "0"),
    }
    return Paper(
        file="invoice-orrery-finch.pdf",
        word="Invoice",
        style=Style("ring", "#3c3a36", "#a4492f", "letter", "serif-bold", "serif", "serif-bold"),
        language="en",
        values=values,
        tagline="Old, odd and useful books",
        contact=("3 Sundial Court, Eastmere EM1 2QQ", "01632 960 184", "shop@orrery-finch.example"),
        parties=(("SOLD TO", ("/buyer_name", "/buyer_address")),),
        meta=(("Invoice", "/invoice_number"), ("Date", "/issue_date")),
        columns=GOODS,
        totals=(("Books", "/net_total"), ("VAT, zero rated", "/tax_total"), ("To pay|/currency", "/grand_total")),
        notes=("Payable within thirty days. Books may be returned within fourteen.",),
        footer=(("Orrery & Finch, Booksellers",), ("Not registered for VAT",), ("Open Tuesday to Saturday",)),
    )
