"""Which documents are there to be sorted, not read? A six-page contract and a bundle of four unlike pages."""

from __future__ import annotations

from collections.abc import Sequence

from .easel import Easel, jpeg, scanned
from .logos import LOGOS
from .sheet import A4, GREY, Drawn, Sheet

_GREEN, _SAND = "#2f4a3c", "#bfa46a"
_TITLE = "Framework agreement for survey services"
_CLAUSES: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("Purpose", (
        "The Office needs levels, positions and drawings along the coast between Wrenhaven and Port Ellery. The "
        "Surveyor has the people and the instruments to make them. This agreement says how single orders are "
        "placed, carried out, accepted and paid, so that an order itself need say no more than what, where and by "
        "when.",
        "Nothing in this agreement obliges the Office to place an order, and nothing obliges the Surveyor to "
        "accept one. An order that was accepted binds both.",
    )),
    ("Words used", (
        "Order means a request in writing that names this agreement. Deliverable means a drawing, a table or a "
        "file that an order asks for. Working day means a day on which the harbour office in Wrenhaven is open. In "
        "writing includes electronic mail to the addresses in Schedule 2.",
    )),
    ("Placing an order", (
        "The Office sends an order with a sketch of the area, the accuracy that is needed and the day on which the "
        "deliverables are wanted. The Surveyor answers within five working days with a price made up from the "
        "rates in Schedule 1, or says that the work cannot be done as asked, and why.",
        "An order is accepted when the Office confirms the price. From that day the time for the work runs.",
    )),
    ("Doing the work", (
        "The Surveyor works with care, with instruments that were checked within the last twelve months, and keeps "
        "the field books. People who go into tidal areas do so in pairs and tell the harbour office before and "
        "after.",
        "When weather or tide makes a day's work unsafe, the Surveyor decides alone to stop. Such days extend the "
        "time; they are not charged beyond the standby rate in Schedule 1.",
    )),
    ("Access and permissions", (
        "The Office obtains leave to enter land and foreshore, and hands it to the Surveyor before the work "
        "starts. The Surveyor keeps to its conditions and makes good any damage that could have been avoided.",
    )),
    ("Delivery and acceptance", (
        "Deliverables are handed over in the forms named in the order, with a note of how they were made and how "
        "exact they are. The Office has fifteen working days to check them. If it names faults within that time, "
        "the Surveyor mends them without charge and the time for checking begins anew.",
        "If the Office says nothing within the time, the deliverables are accepted. Acceptance does not cover "
        "faults that an ordinary check could not have shown.",
    )),
    ("Prices and payment", (
        "Prices follow from Schedule 1 and hold for two years. After that they may be adjusted once a year, by no "
        "more than the published change of the index of technical wages.",
        "The Surveyor sends one invoice for each order after acceptance. The Office pays within thirty days. An "
        "invoice that does not name the order may be sent back, and the time for payment then starts with the "
        "corrected one.",
    )),
    ("Rights in the deliverables", (
        "With payment the Office may use, change, publish and pass on the deliverables without limit. The Surveyor "
        "may keep copies and use the measurements for its own studies, but names the Office when it publishes them.",
    )),
    ("Confidence", (
        "Each side keeps to itself what it learns about the other and what is plainly not meant for the public. "
        "This does not cover what was known before, what became known without breach, or what the law orders to be "
        "disclosed.",
    )),
    ("Records", (
        "Field books and raw measurements are kept for ten years and shown to the Office on request. Before they are "
        "destroyed the Office is asked whether it wants them.",
    )),
    ("Liability", (
        "Each side answers for damage that it caused by intent or gross negligence. For slight negligence it "
        "answers only when a duty was broken on which the other had to rely, and then up to the price of the "
        "order, but at least 50,000 pounds. Liability for injury to persons is not limited.",
    )),
    ("Term and ending", (
        "This agreement begins with the last signature and runs for four years. Either side may end it with three "
        "months' notice to the end of a quarter. Orders that were accepted are finished under its terms.",
    )),
)  # fmt: skip
_RATES = (
    ("Levelling, per kilometre, both ways", "340.00"),
    ("Position, per point, to 2 cm", "46.00"),
    ("Foreshore profile, per profile", "185.00"),
    ("Boat with two people, per day", "1,240.00"),
    ("Drawing, per sheet", "210.00"),
    ("Surveyor, per hour", "88.00"),
    ("Assistant, per hour", "52.00"),
    ("Standby, per day and team", "380.00"),
)


def contract() -> Drawn:
    """A framework agreement of six pages: cover, four pages of clauses and rates, signatures."""
    sheet = Sheet(_TITLE)
    _cover(sheet)
    y = _contract_page(sheet)
    for number, (title, paragraphs) in enumerate(_CLAUSES, start=1):
        wrapped = [sheet.wrapped(text, 416, "serif", 12) for text in paragraphs]
        if y + 60 + 18.5 * len(wrapped[0]) > 770:
            y = _contract_page(sheet)
        sheet.text(72, y, f"{number}", font="serif-bold", size=12, color=_GREEN)
        sheet.text(107, y, title, font="serif-bold", size=12, color=_GREEN)
        y += 20
        for part, lines in enumerate(wrapped, start=1):
            if y + 18.5 * len(lines) > 776:
                y = _contract_page(sheet)
            if len(wrapped) > 1:
                sheet.text(78, y, f"{number}.{part}", font="serif", size=9.5, color=GREY)
            y = sheet.lines(107, y, lines, lead=18.5, font="serif", size=12) + 8
        y += 18
    _rates(sheet, _contract_page(sheet))
    _signatures(sheet, _contract_page(sheet))
    return sheet.finish("contract-coast-survey.pdf")


def _cover(sheet: Sheet) -> None:
    sheet.rectangle(0, 0, 24, sheet.height, fill=_GREEN)
    LOGOS["peaks"](sheet, 72, 96, 44, _GREEN, _SAND)
    sheet.text(72, 236, "Framework agreement", font="serif-bold", size=31, color=_GREEN)
    sheet.text(72, 268, "for survey services", font="serif", size=22, color=_GREEN)
    sheet.rule(72, 292, 280, width=1.4, color=_SAND)
    sheet.text(72, 332, "between", font="serif-italic", size=12, color=GREY)
    sheet.lines(72, 354, ("Coast Survey Office", "Signal House, Wrenhaven WQ1 0CS"), lead=18, font="serif", size=13)
    sheet.text(72, 396, "called the Office", font="serif-italic", size=11, color=GREY)
    sheet.text(72, 428, "and", font="serif-italic", size=12, color=GREY)
    sheet.lines(72, 450, ("Kettle Ridge Surveys", "PO Box 88, Kettle Ridge"), lead=18, font="serif", size=13)
    sheet.text(72, 492, "called the Surveyor", font="serif-italic", size=11, color=GREY)
    sheet.text(72, 700, "Agreement no. CSO/F/2026-014", font="mono", size=10)
    sheet.text(72, 716, "Six pages, two schedules", font="serif", size=11, color=GREY)
    sheet.text(72, 770, "Both parties are invented, and so is the coast.", font="serif-italic", size=9, color=GREY)


def _contract_page(sheet: Sheet) -> float:
    sheet.next_page()
    sheet.text(72, 52, _TITLE, font="serif-italic", size=9.5, color=GREY)
    sheet.text(523, 52, "CSO/F/2026-014", font="mono", size=8.5, color=GREY, align="right")
    sheet.rule(72, 60, 523, color=_SAND, width=0.8)
    sheet.text(297, 808, f"{sheet.page}", font="serif", size=10, color=GREY, align="center")
    return 100


def _rates(sheet: Sheet, y: float) -> None:
    sheet.text(72, y, "Schedule 1: rates in pounds, without tax", font="serif-bold", size=13, color=_GREEN)
    y += 34
    for label, rate in _RATES:
        sheet.text(72, y, label, font="serif", size=11)
        sheet.text(523, y, rate, font="serif", size=11, align="right")
        sheet.rule(72, y + 7, 523)
        y += 25
    y += 26
    sheet.text(72, y, "Schedule 2: addresses for notices", font="serif-bold", size=13, color=_GREEN)
    lines = ("The Office: notices@coast-survey.example", "The Surveyor: orders@kettle-ridge.example")
    y = sheet.lines(72, y + 28, lines, lead=20, font="serif", size=11)
    text = (
        "A notice counts as received on the next working day. Each side tells the other of a change of address at "
        "least two weeks ahead."
    )
    sheet.lines(72, y + 10, sheet.wrapped(text, 451, "serif", 11), lead=16, font="serif", size=11)


def _signatures(sheet: Sheet, y: float) -> None:
    sheet.text(72, y, "Signatures", font="serif-bold", size=13, color=_GREEN)
    text = (
        "Signed in two copies, of which each side keeps one. Changes to this agreement are made in writing and "
        "name it by its number; this also holds for a change of this sentence."
    )
    y = sheet.lines(72, y + 26, sheet.wrapped(text, 451, "serif", 11), lead=16, font="serif", size=11) + 90
    signers = (
        (72, "For the Office", "Wrenhaven, 2 March 2026", 8),
        (312, "For the Surveyor", "Kettle Ridge, 5 March 2026", 5),
    )
    for x, party, place, loops in signers:
        sheet.signature(x + 14, y, 130, loops=loops)
        sheet.rule(x, y, x + 200, color="#555555")
        sheet.lines(x, y + 16, (party, place), lead=15, font="serif", size=10.5)


def bundle() -> Drawn:
    """Four pages that came in one envelope: an invoice, a delivery note, a bad photocopy, a letter."""
    sheet = Sheet("Bundle")
    _bundle_invoice(sheet)
    sheet.next_page()
    _bundle_delivery(sheet)
    sheet.next_page()
    sheet.picture(_photocopy(), 0, 0, *A4)
    sheet.next_page()
    _bundle_letter(sheet)
    return sheet.finish("bundle-saltmarsh.pdf")


def _bundle_head(sheet: Sheet, word: str, number: str) -> None:
    sheet.rectangle(0, 0, sheet.width, 84, fill="#0f5a73")
    LOGOS["wave"](sheet, 56, 28, 30, "#ffffff", "#e07a3f")
    sheet.text(104, 44, "Saltmarsh Couriers", font="sans-bold", size=16, color="#ffffff")
    sheet.text(104, 60, "There before the tide", size=9, color="#cfe3ea")
    sheet.text(540, 50, word, font="sans-bold", size=19, color="#ffffff", align="right")
    sheet.text(540, 112, number, font="mono", size=9.5, color=GREY, align="right")
    sheet.lines(56, 124, ("Pellworth Laboratories", "Unit 6 Sycamore Yard", "Lower Dunmore LQ2 9ZX"), lead=14, size=10)


def _bundle_table(sheet: Sheet, y: float, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> float:
    places = (56, 400, 470, 540)
    for x, label in zip(places, heads, strict=False):
        sheet.text(x, y, label, font="sans-bold", size=8.5, color="#0f5a73", align="left" if x == 56 else "right")
    sheet.rule(56, y + 7, 540, width=1, color="#0f5a73")
    y += 26
    for row in rows:
        for x, cell in zip(places, row, strict=False):
            sheet.text(x, y, cell, size=10, align="left" if x == 56 else "right")
        sheet.rule(56, y + 8, 540)
        y += 25
    return y


def _bundle_invoice(sheet: Sheet) -> None:
    _bundle_head(sheet, "Invoice", "26-11902   19 February 2026")
    rows = (
        ("Same-day, refrigerated, Port Ellery", "2", "61.00", "122.00"),
        ("Overnight parcel up to 10 kg", "9", "9.40", "84.60"),
        ("Return of empty boxes", "4", "5.50", "22.00"),
    )
    y = _bundle_table(sheet, 220, ("Service", "Number", "Each", "Amount"), rows)
    for label, amount in (("Net", "228.60"), ("VAT 20%", "45.72"), ("Total GBP", "274.32")):
        font = "sans-bold" if label.startswith("Total") else "sans"
        sheet.text(400, y + 10, label, font=font, size=10.5)
        sheet.text(540, y + 10, amount, font=font, size=10.5, align="right")
        y += 18
    sheet.text(56, 780, "Payable within 14 days. Saltmarsh Couriers is an invented company.", size=8, color=GREY)


def _bundle_delivery(sheet: Sheet) -> None:
    _bundle_head(sheet, "Delivery note", "DN-40418   18 February 2026")
    rows = (
        ("Refrigerated box, 12 litre, sealed", "2", "4.1 kg"),
        ("Parcel, documents", "1", "0.8 kg"),
        ("Empty boxes taken back", "4", ""),
    )
    y = _bundle_table(sheet, 220, ("Content", "Pieces", "Weight"), rows)
    sheet.text(56, y + 30, "Temperature on arrival: 4.2 °C. Seals unbroken. Left at gate B, 08:10.", size=10)
    sheet.signature(70, y + 110, 110, loops=6)
    sheet.rule(56, y + 110, 240, color="#555555")
    sheet.text(56, y + 124, "Received by", size=9, color=GREY)


def _photocopy() -> bytes:
    easel = Easel(940, 1340, paper=214)
    easel.text(120, 140, "Customs declaration", font="serif-bold", size=44, ink=150)
    easel.text(120, 204, "simplified, for samples without value", font="serif-italic", size=27, ink=160)
    contents = (
        "Sample tubes, sealed",
        "Sea water, filtered",
        "Twelve pieces",
        "2.4 kg",
        "No value",
        "Not for sale",
        "Return box enclosed",
        "Keep between 2 and 8",
        "Signed, see below",
    )
    for row, content in enumerate(contents):
        easel.frame(120, 300 + 84 * row, 700, 84, line=2, ink=165)
        easel.text(134, 308 + 84 * row, f"Box {row + 1}", font="sans", size=17, ink=165)
        easel.text(160, 334 + 84 * row, content, font="mono", size=30, ink=172)
    easel.block(0, 0, 940, 26, ink=70)
    easel.block(902, 0, 38, 1340, ink=96)
    picture, _ = scanned(easel, degrees=-2.6, margin=30, seed=3)
    return jpeg(picture.resize((picture.width * 3 // 4, picture.height * 3 // 4)), quality=60)


def _bundle_letter(sheet: Sheet) -> None:
    sheet.text(72, 96, "Saltmarsh Couriers", font="serif-bold", size=15, color="#0f5a73")
    sheet.text(72, 112, "Quay 4, Wrenhaven WQ1 0QA", font="serif-italic", size=10, color=GREY)
    sheet.lines(
        72, 170, ("Pellworth Laboratories", "Goods inward", "Lower Dunmore LQ2 9ZX"), lead=16, font="serif", size=11.5
    )
    sheet.text(523, 234, "19 February 2026", font="serif", size=11.5, align="right")
    sheet.text(72, 280, "A change of the morning round", font="serif-bold", size=13)
    paragraphs = (
        "Dear customers,",
        "from the first of March our refrigerated round reaches you half an hour earlier, between half past seven "
        "and eight. The ferry to Port Ellery has moved, and we would rather wait at your gate than at the quay.",
        "Nothing else changes. Boxes that you hand to us before four in the afternoon still go out on the same "
        "day, and the prices of January hold until the end of the year. The enclosed papers belong to the delivery "
        "of 18 February.",
        "If the new time does not suit you, tell us and we will find another.",
        "With kind regards",
        "The dispatch desk",
    )
    y = 312.0
    for text in paragraphs:
        y = sheet.lines(72, y, sheet.wrapped(text, 440, "serif", 11.5), lead=17, font="serif", size=11.5) + 11
