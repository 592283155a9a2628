"""A document's object: its metadata stands in `document_metadata`, the schema in the expanded configuration."""

from reviewapp.extraction.edit import Edit, EditKind
from reviewapp.extraction.jsontext import Number
from reviewapp.extraction.model import Box, Citation, Field, JobStatus, Kind, Presence, Row, Snapshot

N = Number

EXPECTED = Snapshot(
    kind=Kind.LLAMACLOUD_V2,
    job_id="ext-7",
    status=JobStatus.COMPLETED,
    raw_status="COMPLETED",
    schema='{"type":"object","properties":{"number":{"type":"string"},"total":{"type":"number"}}}',
    schema_id="cfg-1",
    file_id="dfl-7",
    created_at="2026-03-10T16:41:58Z",
    updated_at="2026-03-10T16:42:31Z",
    rows=(
        Row(
            key="0",
            values={
                "number": "H-204",
                "total": N("93.00"),
                "buyer": {"name": "Halm"},
                "lines": [{"hours": N("2")}, {"hours": N("12")}],
                "note": None,
            },
            fields={
                "/number": Field(
                    scores={"confidence": N("0.97"), "extraction": N("0.97"), "parsing": N("1.0")},
                    citations=(
                        Citation(
                            1, (Box(N("29.61"), N("10"), N("93.00"), N("18.5")),), N("612"), N("792"), "No. H-204"
                        ),
                    ),
                    citation_presence=Presence.PRESENT,
                    reasoning="VERBATIM EXTRACTION",
                ),
                "/total": Field({"confidence": N("0.41")}, citation_presence=Presence.PRESENT),
                "/buyer": Field(reasoning="read at the top"),
                "/buyer/name": Field({"confidence": N("0.9")}),
                "/lines/0/hours": Field({"confidence": N("0.8")}),
                "/lines/1/hours": Field({"confidence": N("0.7")}, citation_presence=Presence.NULL),
            },
        ),
    ),
)
DRAWN = Citation(1, (Box(N("400"), N("700"), N("460"), N("712")),), N("612"), N("792"))
EDITS = {
    "0": [
        Edit("/total", EditKind.CORRECTED, N("98.40"), (DRAWN,)),
        Edit("/lines/0", EditKind.LINE_REMOVED),
        Edit("/note", EditKind.CORRECTED, "paid in cash"),
    ]
}
