"""What do the lines of a commercial document add up to? Amounts and sums, exact to the cent."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from ...extraction.jsontext import Json, Number
from .trade import Column

#: The usual columns of a table of lines, in English.
GOODS = (
    Column("sku", "Item", 0.13),
    Column("description", "Description", 0.45),
    Column("quantity", "Qty", 0.1, "right"),
    Column("unit_price", "Unit price", 0.15, "right"),
    Column("amount", "Amount", 0.17, "right"),
)


def goods(*entries: tuple[str, str, str, str]) -> list[Json]:
    """Lines out of (item, description, quantity, unit price), each with its amount."""
    return [
        {
            "sku": sku,
            "description": text,
            "quantity": Number(count),
            "unit_price": Number(price),
            "amount": times(count, price),
        }
        for sku, text, count, price in entries
    ]


def sums(lines: Sequence[Json], rate: str) -> dict[str, Json]:
    """Net, tax and grand total of lines, at one tax rate in per cent, to the cent."""
    net = Decimal(0)
    for line in lines:
        assert isinstance(line, dict) and isinstance(line["amount"], Number)
        net += line["amount"].decimal
    cent = Decimal("0.01")
    tax = (net * Decimal(rate) / 100).quantize(cent)
    return {
        "net_total": Number(str(net.quantize(cent))),
        "tax_total": Number(str(tax)),
        "grand_total": Number(str((net + tax).quantize(cent))),
    }


def times(quantity: str, price: str) -> Number:
    """Quantity times price, to the cent."""
    return Number(str((Decimal(quantity) * Decimal(price)).quantize(Decimal("0.01"))))
