"""Nested fields: wrapped and unwrapped objects, a list of scalars, a deep array, a plain value, bad citations."""

from reviewapp.extraction.edit import Edit, EditKind
from reviewapp.extraction.jsontext import Number
from reviewapp.extraction.model import Box, Citation, Field, JobStatus, Kind, Presence, Row, Snapshot

N = Number
NULL, PRESENT = Presence.NULL, Presence.PRESENT
CITED = Citation(2, (Box(N("441"), N("131.50"), N("520"), N("147")),), N("612"), N("792.0"))
SMALL = (Box(N("1"), N("2"), N("30"), N("40")),)


def scored(grounding: str, extraction: str | None, presence: Presence = NULL, *cited: Citation) -> Field:
    return Field({"grounding": N(grounding), "extraction": extraction and N(extraction)}, cited, presence)


EXPECTED = Snapshot(
    kind=Kind.UNSILOED_EXTRACT,
    job_id="36adb597-3c2c-43e8-a259-410553291f47",
    status=JobStatus.REVIEW,
    raw_status="REVIEW",
    schema='{"type":"object","properties":{"total":{"type":"number"}}}',
    field_order=("total", "not there", "labels"),
    file_name="letter.pdf",
    page_count=27,
    created_at="2026-03-10T16:41:58.407237+00:00",
    updated_at="2026-03-10T16:42:26Z",
    rows=(
        Row(
            key="0",
            values={
                "total": N("12586.00"),
                "labels": ["urgent", "paid"],
                "address": {"city": "Bern", "since": "2019"},
                "seller": {"name": "A", "items": [{"q": N("1")}]},
                "plain": {"a": {"b": [N("1"), "x", None]}},
                "bad box": "x",
                "no size": "x",
                "page zero": "x",
                "never asked": None,
            },
            fields={
                "/total": scored("0.98", None, PRESENT, CITED),
                "/labels": scored("0.5", "0.6"),
                "/labels/0": scored("0.9", "0.8"),
                "/labels/1": scored("0.0", "0.7"),
                "/address/city": scored("1", "1"),
                "/seller": scored("0.2", "0.1"),
                "/seller/name": scored("0.4", "0.3"),
                "/seller/items": scored("0.9", "0.8", Presence.ABSENT),
                "/seller/items/0/q": scored("0.9", "0.8"),
                "/plain": scored("0.8", "0.8"),
                "/bad box": scored("0.5", "0.9", PRESENT, Citation(1, (), None, None, problem="malformed")),
                "/no size": scored("0.5", "0.9", PRESENT, Citation(1, SMALL, None, None, problem="no_page_size")),
                "/page zero": scored("0.5", "0.9", PRESENT, Citation(0, SMALL, N("612"), N("792"), problem="page")),
            },
        ),
    ),
)

TWO_LINES = Citation(
    3,
    (Box(N("10"), N("20"), N("30.5"), N("30")), Box(N("5.0"), N("30"), N("20"), N("41"))),
    N("612"),
    N("792"),
    text="two lines",
)
EDITS = {
    "0": [
        Edit("/total", EditKind.CORRECTED, N("12568.00"), (TWO_LINES,)),
        Edit("/labels/+1", EditKind.LINE_ADDED, "new"),
        Edit("/labels/0", EditKind.LINE_REMOVED),
        Edit("/address/since", EditKind.CORRECTED, "2020"),
        Edit("/seller/items/+1", EditKind.LINE_ADDED, {"q": N("2"), "unit": "kg"}),
        Edit("/plain/a/b/0", EditKind.CORRECTED, N("2")),
        Edit("/page zero", EditKind.CLEARED),
        Edit("/never asked", EditKind.CORRECTED, "found"),
        Edit("/missing", EditKind.CORRECTED, True),
    ]
}
