"""A page that failed carries the first category: no reading. A person may read it after all."""

from reviewapp.extraction.edit import Edit, EditKind
from reviewapp.extraction.jsontext import Number
from reviewapp.extraction.model import Field, Flag, JobStatus, Kind, Row, Snapshot

N = Number

EXPECTED = Snapshot(
    kind=Kind.UNSILOED_CLASSIFY,
    job_id="0ccde0b4",
    status=JobStatus.PARTIAL,
    raw_status="completed",
    pages_read=3,
    progress="Classification completed",
    rows=(
        Row(
            key="0",
            values={
                "classification": "contract",
                "pages": {
                    "1": {"classification": "contract"},
                    "2": {"classification": None},
                    "3": {"classification": None},
                },
            },
            fields={
                "/classification": Field({"score": N("0.61")}),
                "/pages/1/classification": Field({"score": N("0.92")}),
                "/pages/2/classification": Field({"score": N("0.0")}),
                "/pages/3/classification": Field({"score": N("0.0")}),
            },
            flags=(
                Flag("page_failed", "/pages/2/classification", "Vision model timeout"),
                Flag("page_failed", "/pages/3/classification", "Vision model timeout"),
            ),
        ),
    ),
)
EDITS = {
    "0": [
        Edit("/classification", EditKind.CORRECTED, "invoice"),
        Edit("/pages/1/classification", EditKind.APPROVED),
        Edit("/pages/2/classification", EditKind.CORRECTED, "contract"),
        Edit("/pages/3/classification", EditKind.ILLEGIBLE),
    ]
}
