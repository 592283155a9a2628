"""Which plain documents fill the queues? A dozen short papers of invented companies, by one line of facts each."""

from __future__ import annotations

from dataclasses import dataclass

from ...extraction.jsontext import Json
from .lines import goods, sums
from .printing import Language
from .sheet import LETTER
from .trade import Column, Paper, Style

_COLUMNS = (
    Column("description", "Description", 0.56),
    Column("quantity", "Qty", 0.12, "right"),
    Column("unit_price", "Price", 0.15, "right"),
    Column("amount", "Amount", 0.17, "right"),
)
_BUYER = ("Pellworth Laboratories", "Unit 6 Sycamore Yard, Lower Dunmore LQ2 9ZX")


@dataclass(frozen=True, slots=True)
class Facts:
    """What differs between two plain papers; `rate` is the tax in per cent, `lines` (description, quantity, price)."""

    file: str
    vendor: str
    tagline: str
    place: str
    number: str
    date: str
    style: Style
    lines: tuple[tuple[str, str, str], ...]
    rate: str = "20"
    currency: str = "GBP"
    language: Language = "en"
    word: str = "Invoice"
    buyer: tuple[str, str] = _BUYER
    note: str = "Payable within 30 days. Please give the number with your payment."


def paper(facts: Facts) -> Paper:
    """Facts -> a document ready to be drawn."""
    lines = goods(*(("", *line) for line in facts.lines))
    for line in lines:
        assert isinstance(line, dict)
        del line["sku"]
    totals = sums(lines, facts.rate)
    values: dict[str, Json] = {
        "invoice_number": facts.number,
        "vendor": facts.vendor,
        "date": facts.date,
        "net": totals["net_total"],
        "tax": totals["tax_total"],
        "total": totals["grand_total"],
        "currency": facts.currency,
        "line_items": lines,
    }
    slug = facts.vendor.split()[0].lower().strip(",")
    return Paper(
        file=facts.file,
        seller="/vendor",
        word=facts.word,
        style=facts.style,
        language=facts.language,
        values=values,
        tagline=facts.tagline,
        contact=(facts.place, f"office@{slug}.example"),
        parties=(("FOR", (facts.buyer[0], *facts.buyer[1].split(", "))),),
        meta=(("Number", "/invoice_number"), ("Date", "/date")),
        columns=_COLUMNS,
        totals=(("Net", "/net"), (f"Tax {facts.rate}%", "/tax"), ("Total|/currency", "/total")),
        notes=(facts.note,),
        footer=((facts.vendor,), (facts.place,), ("Invented for demonstration",)),
    )


JOINERY = Facts(
    "invoice-thackle-joinery.pdf",
    "Thackle & Daughters Joinery",
    "Staircases, windows, small repairs",
    "Saw Pit Lane, Eastmere EM2 0TJ",
    "TD-0931",
    "2026-02-03",
    Style("bars", "#6b4423", "#c58b4e"),
    (
        ("Laboratory bench, oak, 2.4 m", "3", "640.00"),
        ("Drawer unit on castors", "4", "185.00"),
        ("Fitting, per hour", "11", "48.00"),
    ),
)
COURIERS = Facts(
    "invoice-saltmarsh-couriers.pdf",
    "Saltmarsh Couriers",
    "There before the tide",
    "Quay 4, Wrenhaven WQ1 0QA",
    "26-11873",
    "2026-02-09",
    Style("wave", "#0f5a73", "#e07a3f", "band"),
    (
        ("Same-day, refrigerated, Eastmere", "6", "38.50"),
        ("Overnight parcel up to 10 kg", "22", "9.40"),
        ("Waiting time, quarter hours", "3", "7.00"),
    ),
)
CATERING = Facts(
    "invoice-tarn-thistle.pdf",
    "Tarn & Thistle Catering",
    "Good bread, honest soup",
    "Old School House, Lower Dunmore LQ2 3TT",
    "TT/26/044",
    "2026-02-12",
    Style("leaf", "#5a3d6b", "#8fae5d", "letter", "serif-bold", "serif", "serif-bold"),
    (
        ("Open day buffet, per guest", "85", "14.20"),
        ("Coffee and tea service", "1", "160.00"),
        ("Crockery, hire", "85", "0.80"),
    ),
)
ELECTRICS = Facts(
    "invoice-voltmead-electrics.pdf",
    "Voltmead Electrics",
    "Wiring, testing, lighting",
    "7 Capstan Street, Eastmere EM3 6VE",
    "VE-20260217",
    "2026-02-17",
    Style("tiles", "#2b2f77", "#e3b23c", "rail"),
    (
        ("Distribution board, 18 way", "1", "412.00"),
        ("LED panel 600 × 600", "14", "31.50"),
        ("Periodic inspection report", "1", "275.00"),
        ("Electrician, per hour", "16", "52.00"),
    ),
)
CLEANING = Facts(
    "invoice-brightledge-cleaning.pdf",
    "Brightledge Cleaning",
    "Glass, floors, fume hoods",
    "22 Fennel Row, Lower Dunmore LQ1 8BC",
    "BL-5520",
    "2026-02-25",
    Style("ring", "#1c6e5a", "#9ad0c2", "band", "wide-bold"),
    (("Monthly contract, February", "1", "890.00"), ("Fume hood deep clean", "5", "64.00")),
)
SIGNS = Facts(
    "invoice-thornbury-hill-signs.pdf",
    "Thornbury Hill Signs",
    "Seen from afar",
    "Unit 11 Kiln Park, Eastmere EM5 1SG",
    "S-7704",
    "2026-03-02",
    Style("peaks", "#8a2f2f", "#2e4a62"),
    (
        ("Door plate, engraved brass", "18", "22.00"),
        ("Wayfinding panel, aluminium", "4", "145.00"),
        ("Design, flat rate", "1", "210.00"),
    ),
)
GASES = Facts(
    "invoice-pale-argon.pdf",
    "Pale Argon Gas Supply",
    "Cylinders, filled and fetched",
    "Cryo Road 2, Port Ellery PQ9 4GS",
    "PA-66021",
    "2026-03-03",
    Style("bars", "#33475b", "#6fb1d6", "rail", "wide-bold"),
    (
        ("Argon 5.0, 50 litre cylinder", "8", "96.40"),
        ("Nitrogen 4.6, 50 litre cylinder", "12", "58.10"),
        ("Cylinder rent, month", "20", "4.75"),
    ),
)
LAUNDRY = Facts(
    "invoice-halcyon-laundry.pdf",
    "Halcyon Coat Laundry",
    "Laboratory coats, washed and mended",
    "Soapwell 9, Lower Dunmore LQ2 7HC",
    "HC-30881",
    "2026-03-05",
    Style("wave", "#4a5d8a", "#d9a0a0", "letter", "slab-bold"),
    (("Laboratory coats, weekly service", "64", "2.35"), ("Mending, each", "7", "4.50"), ("Collection", "4", "12.00")),
)
WATER = Facts(
    "bill-eastmere-water.pdf",
    "Eastmere Water Cooperative",
    "Supply and drainage for 41 parishes",
    "Reservoir House, Eastmere EM1 1WC",
    "0088-4417-26Q1",
    "2026-03-31",
    Style("wave", "#12466b", "#58a6c9", "band", "sans-bold"),
    (
        ("Standing charge, quarter", "1", "38.20"),
        ("Water, cubic metres", "412", "1.62"),
        ("Drainage, cubic metres", "391", "2.04"),
    ),
    rate="0",
    word="Water bill",
    note="Collected by direct debit on 14 April. Meter read on 27 March: 18 402.",
)
REMITTANCE = Facts(
    "remittance-lower-marches.pdf",
    "Guild Bank of the Lower Marches",
    "Payments desk",
    "Mint Square 1, Eastmere EM1 0GB",
    "RA-2026-118",
    "2026-03-16",
    Style("ring", "#20304f", "#b08d3e", "letter", "serif-bold"),
    (
        ("Settlement HV-20417, instalment 1 of 3", "1", "494.20"),
        ("Settlement TD-0931", "1", "3825.60"),
        ("Transfer fee", "2", "1.50"),
    ),
    rate="0",
    word="Remittance advice",
    note="We have paid the items above to your account today.",
)
SURVEYS = Facts(
    "invoice-kettle-ridge-surveys.pdf",
    "Kettle Ridge Surveys",
    "Level by level",
    "PO Box 88, Kettle Ridge, AD 00455",
    "KR-1147",
    "2026-03-18",
    Style("peaks", "#5b4b2a", "#7c9a5e", "rail", "slab-bold", size=LETTER),
    (
        ("Boundary survey, parcel 12", "1", "1850.00"),
        ("Drone flight, hour", "3", "220.00"),
        ("Drawing set, printed", "2", "65.00"),
    ),
    rate="6.5",
    currency="USD",
    language="us",
    buyer=("Tamarack Field Robotics LLC", "880 Larkspur Parkway, Suite 210, Fairhollow AD 00417"),
)
ROPES = Facts(
    "invoice-windle-ropeworks.pdf",
    "Windle Ropeworks",
    "Laid, spliced and tested by hand",
    "Hemp Walk 3, Wrenhaven WQ4 8RW",
    "WR/5512",
    "2026-03-20",
    Style("wave", "#3c5a3a", "#c9a227", "letter", "slab-bold"),
    (
        ("Mooring line 24 mm, eye spliced, 12 m", "6", "74.50"),
        ("Heaving line with monkey's fist", "4", "18.90"),
        ("Pull test with certificate", "6", "22.00"),
    ),
)

#: All of them.
ALL = (JOINERY, COURIERS, CATERING, ELECTRICS, CLEANING, SIGNS, GASES, LAUNDRY, WATER, REMITTANCE, SURVEYS, ROPES)
