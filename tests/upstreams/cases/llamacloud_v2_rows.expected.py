"""Early v2, one row for each line of a table: aligned with `row_metadata`; nothing of the configuration was expanded."""

from reviewapp.extraction.edit import Edit, EditKind
from reviewapp.extraction.jsontext import Number
from reviewapp.extraction.model import Box, Citation, Field, JobStatus, Kind, Row, Snapshot

N = Number

EXPECTED = Snapshot(
    kind=Kind.LLAMACLOUD_V2,
    job_id="ext-8",
    status=JobStatus.COMPLETED,
    raw_status="completed",
    file_id="pjb-8",
    rows=(
        Row(key="0", values={"item": "rope", "price": N("4.50")}, fields={"/price": Field({"confidence": N("0.6")})}),
        Row(key="1", values={"item": "hook", "price": N("1")}),
        Row(key="2", values={"item": "sail", "price": N("90")}, fields={"/price": Field({"confidence": N("0.95")})}),
    ),
)
DRAWN = Citation(1, (Box(N("1"), N("2"), N("3"), N("5")),), N("612"), N("792"))
EDITS = {"1": [Edit("/price", EditKind.CORRECTED, N("1.10"), (DRAWN,))], "2": [Edit("/item", EditKind.CLEARED)]}
