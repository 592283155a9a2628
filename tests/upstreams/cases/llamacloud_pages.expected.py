"""A list is several rows, aligned with `page_metadata`; the last one has no metadata of its own."""

from reviewapp.extraction.edit import Edit, EditKind
from reviewapp.extraction.jsontext import Number
from reviewapp.extraction.model import Box, Citation, Field, JobStatus, Kind, Row, Snapshot

N = Number

EXPECTED = Snapshot(
    kind=Kind.LLAMACLOUD,
    job_id="run-2",
    status=JobStatus.COMPLETED,
    raw_status="",
    schema_id="182bd5e5",
    rows=(
        Row(key="0", values={"total": N("1")}, fields={"/total": Field({"confidence": N("0.9")})}),
        Row(key="1", values={"total": N("2")}),
        Row(key="2", values={"total": N("3")}),
    ),
)
DRAWN = Citation(2, (Box(N("0"), N("0"), N("5"), N("6")),), N("612"), N("792"))
EDITS = {
    "1": [Edit("/total", EditKind.CORRECTED, N("2.0"), (DRAWN,))],
    "2": [Edit("/total", EditKind.CORRECTED, N("4"), (DRAWN,))],
}
