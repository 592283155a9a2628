"""Flat fields and the older shape beside them: told apart field by field."""

from reviewapp.extraction.edit import Edit, EditKind
from reviewapp.extraction.jsontext import Number
from reviewapp.extraction.model import Box, Citation, Field, JobStatus, Kind, Presence, Row, Snapshot

N = Number


def scored(score: str | None) -> Field:
    return Field({"score": score and N(score)})


EXPECTED = Snapshot(
    kind=Kind.UNSILOED_EXTRACT,
    job_id="283c77a1",
    status=JobStatus.COMPLETED,
    raw_status="completed",
    page_count=2,
    created_at="2026-05-25T15:38:11.821Z",
    rows=(
        Row(
            key="0",
            values={
                "number": "NC-2025-00417",
                "whole": N("1e2"),
                "unscored": N("0"),
                "null score": N("-0.0"),
                "line_items": [{"hours": N("12"), "rate": N("275.0")}, {"hours": N("3"), "rate": N("275.0")}],
                "words": ["a", "b"],
                "old": "X",
            },
            fields={
                "/number": scored("0.97"),
                "/whole": scored("1"),
                "/null score": scored(None),
                "/line_items": scored("0.99"),
                "/line_items/0/hours": scored("0.97"),
                "/line_items/0/rate": scored("0.96"),
                "/line_items/1/hours": scored("0.95"),
                "/line_items/1/rate": scored("0.94"),
                "/words": scored("0.5"),
                "/old": Field(
                    {"score": N("0.97")},
                    (
                        Citation(1, (Box(N("139"), N("209"), N("280"), N("222")),), N("595.0"), N("842.0"), text="X"),
                        Citation(1, (), N("595.0"), N("842.0"), problem="malformed"),
                    ),
                    Presence.PRESENT,
                ),
            },
        ),
    ),
)
DRAWN = Citation(1, (Box(N("1"), N("2"), N("3"), N("4")),), N("612"), N("792"))
EDITS = {
    "0": [
        Edit("/number", EditKind.CORRECTED, "NC-2025-00471", (DRAWN,)),
        Edit("/line_items/0", EditKind.LINE_REMOVED),
        Edit("/line_items/+1", EditKind.LINE_ADDED, {"hours": N("4"), "rate": None}),
        Edit("/words/+1", EditKind.LINE_ADDED, "c"),
        Edit("/unscored", EditKind.CORRECTED, N("7")),
        Edit("/old", EditKind.CORRECTED, "Y", (DRAWN,)),
        Edit("/missing", EditKind.CORRECTED, N("1.0")),
    ]
}
