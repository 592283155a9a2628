"""Which American papers are drawn with care? Every company, person and number is invented."""

from __future__ import annotations

from ...extraction.jsontext import Json
from .lines import GOODS, goods, sums
from .sheet import LETTER
from .trade import Column, Paper, Style


def quillstream() -> Paper:
    """The English invoice whose lines run over two pages."""
    machines = (
        ("c4.small", "Compute, 2 cores, 4 GB", "744", "0.041"),
        ("c4.large", "Compute, 8 cores, 16 GB", "1488", "0.164"),
        ("m2.large", "Memory-rich, 8 cores, 64 GB", "744", "0.298"),
        ("g1.single", "Accelerator, one card", "96", "1.450"),
        ("disk.ssd", "Block storage, GB-month", "2400", "0.095"),
        ("disk.archive", "Archive storage, GB-month", "18000", "0.004"),
        ("net.out", "Traffic out, GB", "3120", "0.070"),
        ("net.addr", "Public address, hour", "2976", "0.004"),
        ("db.small", "Managed database, 2 cores", "744", "0.087"),
        ("db.replica", "Database replica, read only", "744", "0.087"),
        ("queue", "Message queue, million messages", "41", "0.400"),
        ("logs", "Log keeping, GB", "260", "0.500"),
    )
    sites = ("Fairhollow", "Port Ellery", "Wrenhaven")
    lines = goods(
        *(
            (f"{sku}-{site[0].lower()}", f"{text}, {site}", count, price)
            for site in sites
            for sku, text, count, price in machines
        )
    )
    totals = sums(lines, "6.5")
    values: dict[str, Json] = {
        "invoice_number": "QS-2026-03-88140",
        "issue_date": "2026-04-01",
        "due_date": "2026-05-01",
        "account": "tamarack-prod",
        "seller_name": "Quillstream Compute Inc.",
        "buyer": {
            "name": "Tamarack Field Robotics LLC",
            "address": "880 Larkspur Parkway, Suite 210, Fairhollow AD 00417",
        },
        "currency": "USD",
        "line_items": lines,
        **totals,
    }
    return Paper(
        file="invoice-quillstream.pdf",
        word="Invoice",
        style=Style("wave", "#27376b", "#3fa7a1", "rail", "wide-bold", "sans", size=LETTER),
        language="us",
        values=values,
        tagline="Compute by the hour",
        contact=("1 Weather Vane Plaza, Fairhollow, AD 00401", "billing@quillstream.example   (000) 555-0142"),
        parties=(("BILL TO", ("/buyer/name", "/buyer/address")),),
        meta=(
            ("Invoice number", "/invoice_number"),
            ("Invoice date", "/issue_date"),
            ("Due date", "/due_date"),
            ("Account", "/account"),
        ),
        columns=(
            Column("sku", "Service", 0.18),
            Column("description", "Description", 0.42),
            Column("quantity", "Quantity", 0.12, "right"),
            Column("unit_price", "Rate", 0.12, "right"),
            Column("amount", "Amount", 0.16, "right"),
        ),
        totals=(
            ("Subtotal", "/net_total"),
            ("Communications tax 6.5%", "/tax_total"),
            ("Amount due|/currency", "/grand_total"),
        ),
        notes=("Usage period March 1 to March 31. Autopay is on: nothing needs to be done.",),
        footer=(("Quillstream Compute Inc.", "Invented for demonstration"), ("Tax registration 00-0088140",), ()),
    )


def purchase_order() -> Paper:
    """The order of which one printed line is missing in the result."""
    lines = goods(
        ("AL-2020", "Aluminium profile 20 × 20 mm, 3 m", "40", "11.60"),
        ("AL-4040", "Aluminium profile 40 × 40 mm, 3 m", "16", "27.90"),
        ("CN-090", "Corner bracket 90°, cast", "120", "1.85"),
        ("WH-125", "Swivel castor 125 mm, braked", "24", "14.20"),
        ("PL-010", "Polycarbonate sheet 10 mm, 1 × 2 m", "6", "96.00"),
        ("FX-M6", "T-slot nuts M6, bag of 50", "9", "17.50"),
    )
    values: dict[str, Json] = {
        "order_number": "PO-004512",
        "order_date": "2026-03-12",
        "delivery_date": "2026-03-27",
        "seller_name": "Tamarack Field Robotics",
        "supplier_name": "Orchard Lane Metalworks",
        "supplier_address": "19 Foundry Loop, Port Ellery AD 00422",
        "currency": "USD",
        "line_items": lines,
        "order_total": sums(lines, "0")["grand_total"],
    }
    return Paper(
        file="purchase-order-tamarack.pdf",
        word="Purchase order",
        style=Style("bars", "#35543a", "#e0a526", "rail", "sans-bold", "sans", size=LETTER),
        language="us",
        values=values,
        tagline="Machines that walk the rows",
        contact=("880 Larkspur Parkway, Suite 210", "Fairhollow, AD 00417", "buying@tamarack-robotics.example"),
        parties=(
            ("SUPPLIER", ("/supplier_name", "/supplier_address")),
            ("SHIP TO", ("Hall 2, receiving", "880 Larkspur Parkway", "Fairhollow, AD 00417")),
        ),
        meta=(
            ("Order", "/order_number"),
            ("Date", "/order_date"),
            ("Deliver by (week 13/2026)", "/delivery_date"),
        ),
        columns=GOODS,
        totals=(("Order total|/currency", "/order_total"),),
        notes=("Confirm within two working days. Partial deliveries only after agreement.",),
        footer=(("Tamarack Field Robotics LLC",), ("Terms: net 45",), ()),
    )
