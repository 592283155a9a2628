"""String and object flags, partial rows, words nobody knows, rows without an id and two with the same one."""

from reviewapp.extraction.edit import Edit, EditKind
from reviewapp.extraction.jsontext import Number
from reviewapp.extraction.model import Flag, JobStatus, Kind, Row, Snapshot

N = Number

OBJECT = {"code": "missing_required_field", "field": "total", "severity": "error"}
EXPECTED = Snapshot(
    kind=Kind.TALONIC,
    job_id="7f84ceed",
    status=JobStatus.PROCESSING,
    raw_status="processing",
    schema_id="sch_1",
    schema_name="Invoice",
    total_rows=9,
    rows=(
        Row(
            key="r1",
            values={"total": N("571.04"), "a:b": N("1"), "line_items": [{"q": N("1")}, {"q": N("2")}]},
            status=JobStatus.COMPLETED,
            raw_status="approved",
            flags=(
                Flag("missing_required_field", "/due_date", "missing_required_field:due_date"),
                Flag("format_mismatch", "/date", "format_mismatch:date"),
                Flag("some_future_flag:x", None, "some_future_flag:x"),
                Flag("no_colon_flag", None, "no_colon_flag"),
                Flag("new_code", "/total", "new_code:total"),
            ),
            file_name="a.pdf",
            document_id="d1",
        ),
        Row(
            key="d2",
            values={"total": None, "paid": False},
            status=JobStatus.UNKNOWN,
            raw_status="some_new_status",
            confidence=N("0.840"),
            flags=(Flag("missing_required_field", "/total", OBJECT),),
            file_name="b.pdf",
            document_id="d2",
        ),
        Row(key="2", values=None, status=JobStatus.REVIEW, raw_status="Review", file_name="c.pdf"),
        Row(key="r1#2", values={}, status=JobStatus.PARTIAL, raw_status="partial", document_id="d1"),
    ),
)
EDITS = {
    "r1": [
        Edit("/due_date", EditKind.CORRECTED, "2017-05-30"),
        Edit("/line_items/0", EditKind.LINE_REMOVED),
        Edit("/line_items/1/q", EditKind.ILLEGIBLE),
        Edit("/total", EditKind.CLEARED),
    ],
    "d2": [Edit("/paid", EditKind.ILLEGIBLE)],
}
