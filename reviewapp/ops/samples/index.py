"""Which samples are there, and what does each show? One entry a job; the order is the one for showing them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
DOCUMENTS = FOLDER / "documents"
PAYLOADS = FOLDER / "payloads"
TRUTH = FOLDER / "truth"
#: The closed choice of the classification jobs: a JSON list.
CATEGORIES = FOLDER / "categories.json"


@dataclass(frozen=True, slots=True)
class Sample:
    """One job. `payload` lies in PAYLOADS (for LlamaCloud v1 with NAME.meta.json beside it), `documents` in DOCUMENTS (for
    Talonic in the order of the rows), the truth in TRUTH under the payload's name. `kind` is a value of extraction's
    `Kind`, `upstream` the slug of the connection that it belongs to. `attached`: the demo attaches the documents; where it
    does not, a person may."""

    payload: str
    documents: tuple[str, ...]
    kind: str
    upstream: str
    shows: str
    attached: bool = True

    @property
    def categories(self) -> Path | None:
        """The file of categories that the import of this job needs."""
        return CATEGORIES if self.kind == "unsiloed_classify" else None


def _extract(payload: str, document: str, shows: str) -> Sample:
    return Sample(payload, (document,), "unsiloed_extract", "unsiloed", shows)


def _classify(payload: str, document: str, shows: str) -> Sample:
    return Sample(payload, (document,), "unsiloed_classify", "unsiloed-classify", shows)


def _llama(payload: str, document: str, shows: str) -> Sample:
    return Sample(payload, (document,), "llamacloud", "llamacloud", shows)


SAMPLES: tuple[Sample, ...] = (
    _extract(
        "invoice-harrow-vale.json",
        "invoice-harrow-vale.pdf",
        "Start here: the total was read as 1,428.60 and the page prints 1,482.60; two right values with low scores.",
    ),
    _extract(
        "rechnung-silberaue.json",
        "rechnung-silberaue.pdf",
        "German numbers and dates; a currency outside the enum, a value not found, a wrong price with a high score.",
    ),
    _extract(
        "purchase-order-tamarack.json",
        "purchase-order-tamarack.pdf",
        "One printed line is missing and the list's own score is low; a date that is no date.",
    ),
    _extract(
        "statement-brackwater.json",
        "statement-brackwater.pdf",
        "40 movements on two pages; one wrong amount with a high score, one box on the wrong line.",
    ),
    _extract(
        "form-88s-arden.json",
        "form-88s-arden.pdf",
        "A tax form: tick boxes, empty boxes, a transposed amount with a high score, a value of the next box.",
    ),
    _extract(
        "receipt-copper-lantern-extract.json",
        "receipt-copper-lantern.jpg",
        "A skewed scan, boxes in pixels; a right total with a low score.",
    ),
    _extract(
        "intake-wrenhaven.json",
        "intake-wrenhaven.tiff",
        "A two-page TIFF filled in by typewriter; a list of plain texts, day and month exchanged, a null score.",
    ),
    _extract(
        "tide-levels-rotated.json",
        "tide-levels-rotated.pdf",
        "A landscape table on a page with /Rotate 90; a box that leaves the page, a box of another cell.",
    ),
    _llama(
        "invoice-quillstream.json",
        "invoice-quillstream.pdf",
        "36 lines over two pages, a nested buyer; a wrong quantity with a high score.",
    ),
    _llama(
        "avoir-sarlene.json",
        "avoir-sarlene.pdf",
        "A French credit note: the minus of the total was lost, with a high score.",
    ),
    _llama(
        "invoice-orrery-finch.json",
        "invoice-orrery-finch.pdf",
        "An address on two lines with a box for each; a required value that the page does not have.",
    ),
    Sample(
        "invoice-windle-ropeworks.json",
        ("invoice-windle-ropeworks.pdf",),
        "llamacloud_v2",
        "llamacloud-v2",
        "LlamaCloud's newer answer, with its schema inside: a wrong total with a low score, a wrong quantity with a high one.",
    ),
    Sample(
        "february-invoices.json",
        (
            "invoice-thackle-joinery.pdf",
            "invoice-saltmarsh-couriers.pdf",
            "invoice-tarn-thistle.pdf",
            "invoice-voltmead-electrics.pdf",
            "invoice-brightledge-cleaning.pdf",
        ),
        "talonic",
        "talonic",
        "One job, five documents: approved rows (one of them wrong), a missing total, a date of the wrong form.",
    ),
    Sample(
        "march-invoices-growing.json",
        ("invoice-pale-argon.pdf", "invoice-halcyon-laundry.pdf"),
        "talonic",
        "talonic",
        "A job that still runs: two of four rows are there, one without a confidence.",
    ),
    Sample(
        "bill-eastmere-water.json",
        ("bill-eastmere-water.pdf",),
        "unsiloed_extract",
        "unsiloed",
        "The flat shape: one score a value and no citation. Its document is not attached, so that attaching can be tried.",
        attached=False,
    ),
    _extract(
        "bill-eastmere-water-without-citations.json",
        "bill-eastmere-water.pdf",
        "The same bill with citations switched off: every grounding score is 0.0 and says nothing.",
    ),
    _classify(
        "contract-coast-survey.json",
        "contract-coast-survey.pdf",
        "Six pages of which only the first four were looked at; all agree.",
    ),
    _classify(
        "bundle-saltmarsh.json",
        "bundle-saltmarsh.pdf",
        "Four unlike pages that disagree; one could not be read and carries a default.",
    ),
    _classify(
        "receipt-copper-lantern.json",
        "receipt-copper-lantern.jpg",
        "An image: no list of pages, and the wrong category.",
    ),
    _extract(
        "remittance-lower-marches.json",
        "remittance-lower-marches.pdf",
        "A job that failed; its document is there.",
    ),
    _extract(
        "invoice-thornbury-hill-signs.json",
        "invoice-thornbury-hill-signs.pdf",
        "A job that is still processing.",
    ),
    _extract(
        "invoice-kettle-ridge-surveys.json",
        "invoice-kettle-ridge-surveys.pdf",
        "A job that waits to be picked up.",
    ),
)
