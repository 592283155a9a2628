"""The metadata tree: several boxes over several citations, reasoning, fields that are called like a leaf's keys."""

from reviewapp.extraction.edit import Edit, EditKind
from reviewapp.extraction.jsontext import Number
from reviewapp.extraction.model import Box, Citation, Field, JobStatus, Kind, Presence, Row, Snapshot

N = Number

PRESENT = Presence.PRESENT
SIZE = (N("222.24"), N("736.56"))


def sure(confidence: str) -> Field:
    return Field({"confidence": N(confidence)})


def box(left: str, top: str, right: str, bottom: str) -> Box:
    return Box(N(left), N(top), N(right), N(bottom))


EXPECTED = Snapshot(
    kind=Kind.LLAMACLOUD,
    job_id="run-1",
    status=JobStatus.COMPLETED,
    raw_status="",
    schema_id="182bd5e5",
    error="one page was skipped",
    rows=(
        Row(
            key="0",
            values={
                "type": "FACTURE",
                "total": N("12586.0"),
                "paid": False,
                "po": None,
                "line_items": [{"hours": N("12"), "rate": N("1.5")}, {"hours": N("8"), "rate": N("2")}],
                "buyer": {"name": "B", "reasoning": "why", "confidence": N("0.5")},
                "tags": ["a", "b"],
                "odd": N("1"),
            },
            fields={
                "/total": Field(
                    {"confidence": N("0.725"), "extraction": N("0.725"), "parsing": N("1.0")},
                    (
                        Citation(
                            2, (box("77.28", "615.12", "147.88", "622.32"), box("1", "2", "4.50", "6")), *SIZE, "12,586"
                        ),
                        Citation(3, (), *SIZE, "total"),
                    ),
                    PRESENT,
                ),
                "/type": Field({}, (), PRESENT, "VERBATIM EXTRACTION"),
                "/paid": Field({"confidence": None}, (), Presence.NULL),
                "/line_items/0/hours": sure("0.9"),
                "/line_items/0/rate": Field(
                    {"confidence": N("0.8")},
                    (Citation(1, (box("0", "446", "107", "465"),), N("612"), N("792")),),
                    PRESENT,
                ),
                "/line_items/1/hours": sure("0.7"),
                "/buyer/name": sure("0.6"),
                "/buyer/reasoning": sure("0.4"),
                "/buyer/confidence": sure("0.3"),
                "/tags/0": sure("0.2"),
                "/tags/1": sure("0.1"),
                "/odd": Field(
                    {},
                    (Citation(None, (box("1", "2", "4", "6"),), N("612"), N("792"), problem="malformed"),),
                    PRESENT,
                ),
            },
        ),
    ),
)
DRAWN = Citation(4, (box("10.5", "20", "30.75", "40.0"),), N("612"), N("792"))
KEPT = EXPECTED.rows[0].fields["/total"].citations[1]
EDITS = {
    "0": [
        Edit("/total", EditKind.CORRECTED, N("12568.0"), (KEPT, DRAWN)),
        Edit("/paid", EditKind.CLEARED),
        Edit("/type", EditKind.ILLEGIBLE),
        Edit("/po", EditKind.CORRECTED, "PO-1", (DRAWN,)),
        Edit("/line_items/0", EditKind.LINE_REMOVED),
        Edit("/line_items/+1", EditKind.LINE_ADDED, {"hours": N("1"), "rate": N("3")}),
        Edit("/line_items/+1/rate", EditKind.CORRECTED, N("4"), (DRAWN,)),
        Edit("/tags", EditKind.LINE_ORDER, ["/tags/1", "/tags/0"]),
    ]
}
