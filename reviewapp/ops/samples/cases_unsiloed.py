"""What did Unsiloed's extraction make of the samples? Every planted mistake and oddity is written down here."""

from __future__ import annotations

from ...extraction.jsontext import Number
from . import wire
from .made import Made, Papers, fixed_id
from .reading import Reading, Slip, truth
from .schemas import schema_of


def unsiloed(papers: Papers) -> list[Made]:
    """Every Unsiloed extraction, finished or not."""
    return [
        *_invoices(papers),
        *_tables(papers),
        *_forms(papers),
        *_water_bills(papers),
        *_unfinished(papers),
    ]


def _clock(minutes: int) -> tuple[str, str]:
    hour, minute = divmod(8 * 60 + minutes, 60)
    return f"2026-04-02T{hour:02}:{minute:02}:04.407237+00:00", f"2026-04-02T{hour:02}:{minute:02}:31.232009+00:00"


def _job(
    name: str,
    reading: Reading,
    minutes: int,
    *,
    status: str = "completed",
    flat: bool = False,
    optional: tuple[str, ...] = (),
    file_url: str | None = None,
) -> Made:
    payload = wire.unsiloed(
        reading,
        job_id=fixed_id(name),
        status=status,
        schema=schema_of(reading.drawn.right, optional=optional),
        at=_clock(minutes),
        flat=flat,
        file_url=file_url,
    )
    return Made(name, payload, {"0": truth(reading)})


def _signed_url(file: str) -> str:
    # Looks like a storage service's link, so that the cutting of its query can be seen; example.com answers nobody.
    query = "AWSAccessKeyId=SAMPLEKEYOFNOBODY&Signature=c2FtcGxlLW9ubHk%3D&Expires=1775121331"
    return f"https://uploads.example.com/samples/{file}?{query}"


def _invoices(papers: Papers) -> list[Made]:
    harrow = papers.reading(
        "invoice-harrow-vale.pdf",
        {
            "/grand_total": Slip("wrong_low", Number("1428.60"), "0.41", "0.93"),
            "/purchase_order": Slip("right_low", extraction="0.62", grounding="0.94"),
            "/line_items/2/quantity": Slip("right_low", extraction="0.71", grounding="0.90"),
        },
    )
    silberaue = papers.reading(
        "rechnung-silberaue.pdf",
        {
            "/currency": Slip("not_in_enum", "EURO", "0.95", "0.92"),
            "/customer_number": Slip("not_found", extraction="0.91", grounding="0.0", cite="none"),
            "/line_items/0/unit_price": Slip("wrong_high", Number("0.36"), "0.97", "0.96"),
            "/issue_date": Slip("wrong_low", "2026-04-03", "0.66", "0.95"),
            "/line_items/4/description": Slip("right_low", extraction="0.68", grounding="0.81"),
        },
    )
    order = papers.reading(
        "purchase-order-tamarack.pdf",
        {
            "/delivery_date": Slip("format_mismatch", "13/2026", "0.83", "0.88"),
            "/supplier_name": Slip("right_low", extraction="0.64", grounding="0.91"),
        },
        dropped=frozenset({"/line_items/3"}),
        list_scores={"/line_items": ("0.52", "0.61")},
    )
    url = _signed_url("invoice-harrow-vale.pdf")
    return [
        _job("invoice-harrow-vale", harrow, 2, status="review", optional=("purchase_order",), file_url=url),
        _job("rechnung-silberaue", silberaue, 5, file_url=_signed_url("rechnung-silberaue.pdf")),
        _job("purchase-order-tamarack", order, 9),
    ]


def _tables(papers: Papers) -> list[Made]:
    movements = papers.reading(
        "statement-brackwater.pdf",
        {
            "/transactions/17/amount": _transposed(papers, "statement-brackwater.pdf", 17, "0.97"),
            "/transactions/30/balance": _transposed(papers, "statement-brackwater.pdf", 30, "0.57", key="balance"),
            "/transactions/5/description": Slip("right_low", extraction="0.64", grounding="0.88"),
            "/transactions/22/description": Slip("elsewhere", cite="/transactions/23/description"),
            "/transactions/36/date": Slip("right_low", extraction="0.73", grounding="0.92"),
            "/statement_number": Slip("right_low", extraction="0.69", grounding="0.90"),
        },
    )
    tides = papers.reading(
        "tide-levels-rotated.pdf",
        {
            "/stations/3/highest": Slip("partly_outside", extraction="0.90", grounding="0.71", cite="partly_outside"),
            "/stations/6/mar": Slip("elsewhere", extraction="0.88", grounding="0.83", cite="/stations/7/mar"),
            "/stations/2/apr": Slip("wrong_high", Number("9.99"), "0.96", "0.95"),
            "/stations/9/gauge": Slip("no_extraction_score", extraction=None, grounding="0.90"),
            "/stations/4/jan": Slip("right_low", extraction="0.55", grounding="0.86"),
            "/unit": Slip("wrong_low", "millimetres above datum", "0.61", "0.90"),
        },
    )
    return [_job("statement-brackwater", movements, 14), _job("tide-levels-rotated", tides, 18)]


def _transposed(papers: Papers, file: str, index: int, score: str, key: str = "amount") -> Slip:
    """Two neighbouring, different digits exchanged, the last such pair before the cents."""
    line = papers.drawn[file].right["transactions"]
    assert isinstance(line, list)
    cells = line[index]
    assert isinstance(cells, dict)
    text = str(cells[key])
    for place in range(text.index(".") - 1, 0, -1):
        left, right = text[place - 1], text[place]
        if left.isdigit() and left != right and not (right == "0" and not text[place - 2 : place - 1].isdigit()):
            read_as = text[: place - 1] + right + left + text[place + 1 :]
            kind = "wrong_high" if float(score) >= 0.9 else "wrong_low"
            return Slip(kind, Number(read_as), score, "0.94")
    raise ValueError(f"no two digits of {text} can be exchanged")


def _forms(papers: Papers) -> list[Made]:
    form = papers.reading(
        "form-88s-arden.pdf",
        {
            "/contract_income": Slip("wrong_high", Number("48520.00"), "0.96", "0.97"),
            "/recipient_tin": Slip("right_low", extraction="0.58", grounding="0.93"),
            "/corrected": Slip("wrong_low", False, "0.55", "0.90"),
            "/royalties": Slip("elsewhere", Number("3600.00"), "0.92", "0.89", "/equipment_rents"),
        },
    )
    till = papers.reading(
        "receipt-copper-lantern.jpg",
        {
            "/total": Slip("right_low", extraction="0.63", grounding="0.90"),
            "/receipt_number": Slip("wrong_high", "0417-0332", "0.94", "0.93"),
            "/items/3/description": Slip("wrong_low", "Brown toast, marmelade", "0.72", "0.88"),
            "/vat_included": Slip("wrong_low", None, "0.22", "0.0", "none"),
        },
    )
    intake = papers.reading(
        "intake-wrenhaven.tiff",
        {
            "/family_name": Slip("wrong_low", "HOLL0WAY-QUILL", "0.69", "0.91"),
            "/date_of_birth": Slip("wrong_high", "1987-03-11", "0.91", "0.94"),
            "/needs_glasses": Slip("wrong_high", True, "0.93", "0.88"),
            "/signed_on": Slip("no_extraction_score", extraction=None, grounding="0.77"),
            "/courses/2": Slip("right_low", extraction="0.66", grounding="0.87"),
        },
    )
    boxes = ("royalties", "health_payments", "crop_insurance", "fishing_proceeds", "deferred_compensation")
    return [
        _job("form-88s-arden", form, 23, status="review", optional=boxes),
        _job("receipt-copper-lantern-extract", till, 31, status="review", optional=("cash_given",)),
        _job("intake-wrenhaven", intake, 36),
    ]


def _water_bills(papers: Papers) -> list[Made]:
    file = "bill-eastmere-water.pdf"
    flat = papers.reading(
        file,
        {
            "/invoice_number": Slip("wrong_low", "0088-4417-26O1", "0.59"),
            "/line_items/1/quantity": Slip("wrong_high", Number("421"), "0.95"),
            "/vendor": Slip("right_low", extraction="0.70"),
        },
    )
    without = papers.reading(
        file, {"/date": Slip("right_low", extraction="0.67"), "/net": Slip("wrong_high", Number("1508.28"), "0.93")},
        citations=False,
    )  # fmt: skip
    name = "bill-eastmere-water"
    return [_job(name, flat, 44, flat=True), _job(f"{name}-without-citations", without, 47)]


def _unfinished(papers: Papers) -> list[Made]:
    made = []
    states = (
        ("remittance-lower-marches", "failed", "Extraction stopped after 300 s without an answer from the model."),
        ("invoice-thornbury-hill-signs", "processing", None),
        ("invoice-kettle-ridge-surveys", "queued", None),
    )
    for minutes, (name, status, error) in enumerate(states, start=52):
        drawn = papers.drawn[f"{name}.pdf"]
        payload = wire.unsiloed_unfinished(
            drawn.file,
            len(drawn.sizes),
            job_id=fixed_id(name),
            status=status,
            schema=schema_of(drawn.right),
            at=_clock(minutes),
            error=error,
        )
        made.append(Made(name, payload, {}))
    return made
