"""What did classification, Talonic and LlamaCloud make of the samples? Every planted mistake is written down here."""

from __future__ import annotations

from ...extraction.jsontext import Json, Number
from . import wire
from .made import Made, Papers, fixed_id
from .reading import Reading, Slip, truth
from .schemas import schema_of

#: The closed choice that the classification jobs were started with.
CATEGORIES = ("invoice", "delivery_note", "contract", "bank_statement", "receipt", "letter", "other")


def llamacloud(papers: Papers) -> list[Made]:
    """Every LlamaCloud result, each with its sidecar."""
    quillstream = papers.reading(
        "invoice-quillstream.pdf",
        {
            "/line_items/15/quantity": Slip("wrong_high", Number("69"), "0.95", "0.96"),
            "/line_items/20/amount": Slip("wrong_low", Number("84.73"), "0.58", "0.91"),
            "/buyer/address": Slip("right_low", extraction="0.76", grounding="0.74"),
            "/account": Slip("right_low", extraction="0.63", grounding="0.95"),
        },
    )
    sarlene = papers.reading(
        "avoir-sarlene.pdf",
        {
            "/grand_total": Slip("wrong_high", Number("1600.86"), "0.94", "0.97"),
            "/corrected_invoice": Slip("right_low", extraction="0.65", grounding="0.90"),
            "/line_items/1/description": Slip("wrong_low", "Farine de sarrazin, sac de 10 kg", "0.71", "0.89"),
        },
    )
    orrery = papers.reading(
        "invoice-orrery-finch.pdf",
        {
            "/buyer_address": Slip("right_low", extraction="0.74", grounding="0.92"),
            "/invoice_number": Slip("wrong_low", "1134", "0.56", "0.94"),
        },
    )
    return [
        _llama("invoice-quillstream", quillstream),
        _llama("avoir-sarlene", sarlene),
        _llama("invoice-orrery-finch", orrery),
    ]


def _llama(name: str, reading: Reading, optional: tuple[str, ...] = ()) -> Made:
    payload = wire.llamacloud(reading, agent_id=fixed_id("agent: invoices"), run_id=fixed_id(f"run: {name}"))
    schema = schema_of(reading.drawn.right, optional=optional)
    sidecar = wire.sidecar(fixed_id(name), "SUCCESS", reading.drawn.file, schema)
    return Made(name, payload, {"0": truth(reading)}, sidecar)


def llamacloud_v2(papers: Papers) -> list[Made]:
    """The LlamaCloud v2 job: it needs no sidecar, and finds its document by the payload's own name."""
    ropes = papers.reading(
        "invoice-windle-ropeworks.pdf",
        {
            "/total": Slip("wrong_low", Number("758.52"), "0.52", "0.93"),
            "/line_items/1/quantity": Slip("wrong_high", Number("7"), "0.95", "0.97"),
            "/invoice_number": Slip("right_low", extraction="0.66", grounding="0.95"),
        },
    )
    name, at = "invoice-windle-ropeworks", ("2026-03-20T09:14:02Z", "2026-03-20T09:14:31Z")
    payload = wire.llamacloud_v2(ropes, name=fixed_id(name), schema=schema_of(ropes.drawn.right), at=at)
    return [Made(name, payload, {"0": truth(ropes)})]


def classified(papers: Papers) -> list[Made]:
    """Every classification job."""
    confident = ("0.9991872371837232", "0.9874431120011871", "0.9999996871837232", "0.9712")
    pages = [wire.page_read(number, "contract", score) for number, score in enumerate(confident, start=1)]
    mixed = [
        wire.page_read(1, "invoice", "0.9712"),
        wire.page_read(2, "delivery_note", "0.88"),
        wire.page_failed(3, CATEGORIES[0], "Vision model timeout"),
        wire.page_read(4, "letter", "0.71", "a letter to customers"),
    ]
    return [
        _class(papers, "contract-coast-survey", "contract", ["contract"] * 4, "contract", "0.9893", pages),
        _class(
            papers,
            "bundle-saltmarsh",
            "other",
            ["invoice", "delivery_note", "other", "letter"],
            "invoice",
            "0.58",
            mixed,
        ),
        Made(
            "receipt-copper-lantern",
            wire.classified_image(fixed_id("receipt-copper-lantern"), "invoice", "0.62"),
            {"0": _class_truth("receipt-copper-lantern.jpg", {"/classification": "receipt"}, ["/classification"])},
        ),
    ]


def _class(
    papers: Papers,
    name: str,
    right: str,
    right_pages: list[str],
    read_as: str,
    score: str,
    pages: list[dict[str, Json]],
) -> Made:
    file = papers.drawn[f"{name}.pdf"].file
    truths: dict[str, Json] = {"/classification": right}
    truths |= {f"/pages/{number}/classification": category for number, category in enumerate(right_pages, start=1)}
    wrong = ["/classification"] if right != read_as else []
    for page, category in zip(pages, right_pages, strict=True):
        if not page["success"] or page["classification"] != category:
            wrong.append(f"/pages/{page['page']}/classification")
    payload = wire.classified(fixed_id(name), read_as, score, pages)
    return Made(name, payload, {"0": _class_truth(file, truths, wrong)})


def _class_truth(file: str, right: dict[str, Json], wrong: list[str]) -> Json:
    return {"document": file, "right": right, "wrong": list(wrong), "planted": {}, "missing_lines": [], "printed": {}}


def talonic(papers: Papers) -> list[Made]:
    """A finished Talonic job and one that still grows."""
    return [_finished(papers), _growing(papers)]


def _finished(papers: Papers) -> Made:
    couriers = {
        "/total": Slip("wrong_high", Number("505.56")),
        "/line_items/1/quantity": Slip("wrong_high", Number("27")),
    }
    catering = {"/total": Slip("missing", None)}
    electrics = {"/date": Slip("format_mismatch", "17/02/26"), "/invoice_number": Slip("wrong_low", "VE-2026O217")}
    rows: list[tuple[Reading, str, str | None, list[str]]] = [
        (papers.reading("invoice-thackle-joinery.pdf"), "approved", "0.96", []),
        (papers.reading("invoice-saltmarsh-couriers.pdf", couriers), "approved", "0.93", []),
        (papers.reading("invoice-tarn-thistle.pdf", catering), "review", "0.71", ["missing_required_field:total"]),
        (papers.reading("invoice-voltmead-electrics.pdf", electrics), "review", "0.66", ["format_mismatch:date"]),
        (papers.reading("invoice-brightledge-cleaning.pdf"), "review", "0.78", []),
    ]
    return _job("february-invoices", "complete", len(rows), rows)


def _growing(papers: Papers) -> Made:
    rows: list[tuple[Reading, str, str | None, list[str]]] = [
        (papers.reading("invoice-pale-argon.pdf"), "approved", "0.95", []),
        (papers.reading("invoice-halcyon-laundry.pdf"), "review", None, []),
    ]
    return _job("march-invoices-growing", "processing", 4, rows)


def _job(name: str, status: str, total: int, rows: list[tuple[Reading, str, str | None, list[str]]]) -> Made:
    made, truths = [], {}
    for reading, row_status, confidence, flags in rows:
        file = reading.drawn.file
        row_id = fixed_id(f"row: {file}")
        document_id = fixed_id(f"document: {file}")
        made.append(
            wire.talonic_row(
                reading, row_id=row_id, document_id=document_id, status=row_status, confidence=confidence, flags=flags
            )
        )
        truths[row_id] = truth(reading)
    schema: Json = {"id": fixed_id("schema: Invoice"), "name": "Invoice"}
    return Made(name, wire.talonic_job(fixed_id(name), status, schema, total, made), truths)
