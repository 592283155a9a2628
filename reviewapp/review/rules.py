"""Which fields need eyes and why, and where does a task stand in its queue? Pure."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from reviewapp.extraction import confidence, geometry, paths
from reviewapp.extraction.jsontext import Json, Number
from reviewapp.extraction.model import Field, Flag, JobStatus, Kind, Row
from reviewapp.extraction.schema import Complaint


class Code(StrEnum):
    """Why a task waits. The sentence for a person stands in `reasons.py`. A new code goes to the end: see `BITS`."""

    UPSTREAM_REVIEW = "upstream_review"
    PARTIAL = "partial"
    NO_CONFIDENCE = "no_confidence"
    LOW_CONFIDENCE = "low_confidence"
    MISSING_REQUIRED = "missing_required"
    MISMATCH = "mismatch"
    UPSTREAM_FLAG = "upstream_flag"
    NOT_FOUND = "not_found"
    BOX_OUTSIDE = "box_outside"
    BOX_UNUSABLE = "box_unusable"
    LINES_DOUBTFUL = "lines_doubtful"
    PAGE_FAILED = "page_failed"
    PAGES_DISAGREE = "pages_disagree"
    PATTERN_NOT_CHECKED = "pattern_not_checked"
    CONFLICT = "conflict"
    REVIEW_ENDED = "review_ended"
    PAGE_SAYS = "page_says"
    RULE_FAILED = "rule_failed"


#: A reason with one of these codes tells something worth knowing, but opens no task by itself.
INFORMS = frozenset({Code.NOT_FOUND, Code.BOX_UNUSABLE, Code.PATTERN_NOT_CHECKED})


#: Each code's bit in `Task.codes`, by which the queue filters; stored, so it never changes.
BITS: Mapping[Code, int] = {code: 1 << place for place, code in enumerate(Code)}
#: Positions below this are overdue ones.
OVERDUE_BEFORE = 10**15


@dataclass(frozen=True, slots=True)
class Reason:
    """`path` "" is about the whole row. `detail` holds texts for the sentence."""

    code: Code
    path: str = ""
    detail: Mapping[str, str] = field(default_factory=dict)

    @property
    def queues(self) -> bool:
        return self.code not in INFORMS


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Below it a field needs eyes. `fields` by JSON Pointer with `*` for indices; `grounding` informs only."""

    threshold: Decimal
    grounding: Decimal
    fields: Mapping[str, Decimal] = field(default_factory=dict)
    queues_no_confidence: bool = True

    def of(self, path: str) -> Decimal:
        return self.fields.get(path) or self.fields.get(paths.pattern(path)) or self.threshold


@dataclass(frozen=True, slots=True)
class Facts:
    """What triage knows besides the row: of its job and its document. `pages` is the document's page count;
    `review_ended`: a task is open because the upstream asked for people, and it asks no more; `page_says`: where the
    document's words contradict a value, the reason's detail by address."""

    kind: Kind
    status: JobStatus
    citations_off: bool
    pages: int | None = None
    review_ended: bool = False
    page_says: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Judgement:
    """The outcome for one row: `eyes` are the addresses that need a verdict, in the order to check them."""

    reasons: tuple[Reason, ...]
    eyes: tuple[str, ...]
    total: int
    lowest: Decimal | None

    @property
    def opens_task(self) -> bool:
        return any(reason.queues for reason in self.reasons)


def judge(
    row: Row,
    *,
    facts: Facts,
    thresholds: Thresholds,
    complaints: Sequence[Complaint],
    required: Container[str],
    broken: Sequence[Reason] = (),
) -> Judgement:
    """Look at every leaf and array of the row. `complaints` is what `schema.check` said of its values; `broken` the reasons
    that come of the queue's rules (`broken_rules.reasons_of`)."""
    scalars = _scalars(row.values)
    numbers = {
        path: _usable(confidence.leaf_confidence(row.fields.get(path), row, citations_off=facts.citations_off))
        for path, _ in scalars
    }
    reasons = [
        *_of_row(row, facts),
        *_of_confidence(numbers, thresholds),
        *_of_schema(complaints),
        *_of_flags(row.flags),
        *(Reason(Code.PAGE_SAYS, path, detail) for path, detail in facts.page_says.items()),
        *_of_arrays(row, facts, thresholds),
        *(reason for path, one in row.fields.items() for reason in _of_grounding(path, one, facts, thresholds)),
        *_of_pages(row, facts),
    ]
    given = [number.decimal for number in numbers.values() if number is not None]
    return Judgement(
        reasons=(*_unique(reasons), *broken),
        eyes=eyes([*reasons, *broken], row.values, required),
        total=len(scalars),
        lowest=min(given, default=None),
    )


def eyes(reasons: Sequence[Reason], values: Json, required: Container[str]) -> tuple[str, ...]:
    """The addresses that need a verdict for these reasons, in the order to check them. A rule that fails asks for its own
    fields and takes none away: where all are to be looked at, they still are."""
    scalars = _scalars(values)
    found = _eyes([one for one in reasons if one.code is not Code.RULE_FAILED], scalars, required)
    named = dict.fromkeys(one.path for one in reasons if one.code is Code.RULE_FAILED and one.path)
    added = [path for path in named if path not in set(found)]
    place = {path: index for index, (path, _) in enumerate(scalars)}
    ordered = sorted([*found, *added], key=lambda path: place.get(path, -1))
    in_place = [path for path in ordered if path in set(found)] == list(found)
    return tuple(ordered) if in_place else (*found, *added)


def position(*, policy: str, lowest: Decimal | None, opened_at: datetime, overdue: bool, priority: int) -> int:
    """One number to sort a queue by, smaller first: overdue, then priority 0 (urgent) to 9, then the policy's order."""
    moment = int(opened_at.timestamp())
    if policy == "oldest":
        order = moment
    else:
        scaled = 0 if lowest is None else int(min(max(lowest, Decimal(0)), Decimal(1)) * 1000)
        order = scaled * 10**10 + moment
    return (0 if overdue else OVERDUE_BEFORE) + priority * 10**14 + order


def bits(reasons: Sequence[Reason]) -> int:
    """The codes of these reasons as `Task.codes` keeps them."""
    return sum(BITS[code] for code in {reason.code for reason in reasons})


def _scalars(values: Json) -> list[tuple[str, Json]]:
    return [(path, value) for path, value in paths.leaves(values) if not isinstance(value, (list, dict))]


def _usable(number: Number | None) -> Number | None:
    """A score outside 0 to 1 says nothing: the value counts as one without confidence."""
    return number if confidence.is_usable(number) else None


def _of_row(row: Row, facts: Facts) -> Iterator[Reason]:
    if (row.status or facts.status) is JobStatus.REVIEW:
        yield Reason(Code.UPSTREAM_REVIEW)
    elif facts.review_ended:
        yield Reason(Code.REVIEW_ENDED)
    if (row.status or facts.status) is JobStatus.PARTIAL:
        yield Reason(Code.PARTIAL)


def _of_confidence(numbers: Mapping[str, Number | None], thresholds: Thresholds) -> Iterator[Reason]:
    silent = [path for path, number in numbers.items() if number is None]
    if numbers and len(silent) == len(numbers):
        if thresholds.queues_no_confidence:
            yield Reason(Code.NO_CONFIDENCE)
        return
    for path, number in numbers.items():
        threshold = thresholds.of(path)
        if number is None:
            if thresholds.queues_no_confidence:
                yield Reason(Code.NO_CONFIDENCE, path)
        elif number.decimal < threshold:
            yield Reason(Code.LOW_CONFIDENCE, path, {"confidence": number.text, "threshold": str(threshold)})


def _of_schema(complaints: Sequence[Complaint]) -> Iterator[Reason]:
    for complaint in complaints:
        if complaint.code == "missing_required":
            yield Reason(Code.MISSING_REQUIRED, complaint.path)
        elif complaint.code == "pattern_not_checked":
            yield Reason(Code.PATTERN_NOT_CHECKED, complaint.path, {"detail": complaint.detail})
        else:
            yield Reason(Code.MISMATCH, complaint.path, {"what": complaint.code, "detail": complaint.detail})


def _of_flags(flags: Sequence[Flag]) -> Iterator[Reason]:
    for flag in flags:
        if flag.code == "missing_required_field" and flag.path is not None:
            yield Reason(Code.MISSING_REQUIRED, flag.path)
        elif flag.code == "page_failed":
            yield Reason(Code.PAGE_FAILED, flag.path or "")
        else:
            yield Reason(Code.UPSTREAM_FLAG, flag.path or "", {"flag": flag.code})


def _of_arrays(row: Row, facts: Facts, thresholds: Thresholds) -> Iterator[Reason]:
    for path, one in row.fields.items():
        try:
            value = paths.get(row.values, path)
        except paths.BadPath:
            continue
        if not isinstance(value, list):
            continue
        number = _usable(confidence.own_confidence(one, citations_off=facts.citations_off))
        if number is not None and number.decimal < thresholds.of(path):
            yield Reason(Code.LINES_DOUBTFUL, path, {"confidence": number.text, "lines": str(len(value))})


def _of_grounding(path: str, one: Field, facts: Facts, thresholds: Thresholds) -> Iterator[Reason]:
    grounding = confidence.grounding(one, citations_off=facts.citations_off)
    if grounding is not None and grounding.decimal < thresholds.grounding:
        yield Reason(Code.NOT_FOUND, path, {"grounding": grounding.text})
    for citation in one.citations:
        if citation.page is not None and facts.pages is not None and citation.page > facts.pages:
            yield Reason(Code.BOX_OUTSIDE, path, {"page": str(citation.page)})
            continue
        problems = {geometry.box_problem(box, citation) for box in citation.boxes}
        if citation.problem:
            yield Reason(Code.BOX_UNUSABLE, path, {"problem": citation.problem})
        elif "outside" in problems:
            yield Reason(Code.BOX_OUTSIDE, path)
        elif problems - {""}:
            yield Reason(Code.BOX_UNUSABLE, path, {"problem": sorted(problems - {""})[0]})


def _of_pages(row: Row, facts: Facts) -> Iterator[Reason]:
    if facts.kind is not Kind.UNSILOED_CLASSIFY or not isinstance(row.values, dict):
        return
    pages = row.values.get("pages")
    classes = {
        page["classification"]
        for page in (pages.values() if isinstance(pages, dict) else ())
        if isinstance(page, dict) and isinstance(page.get("classification"), str)
    }
    if len(classes | {row.values.get("classification")}) > 1 and classes:
        yield Reason(Code.PAGES_DISAGREE)


def _eyes(reasons: Sequence[Reason], scalars: Sequence[tuple[str, Json]], required: Container[str]) -> tuple[str, ...]:
    queueing = [reason for reason in reasons if reason.queues]
    named = list(dict.fromkeys(reason.path for reason in queueing if reason.path))
    place = {path: index for index, (path, _) in enumerate(scalars)}
    silent = any(reason.code is Code.NO_CONFIDENCE and not reason.path for reason in queueing)
    if queueing and (silent or not named):
        # Only the row as a whole is in doubt, or no value has a confidence: every leaf needs eyes, required and empty ones
        # first.
        empty = [path for path, value in scalars if value is None or value == ""]
        first = [path for path in empty if paths.pattern(path) in required]
        absent = [path for path in named if path not in place]
        return tuple(dict.fromkeys([*absent, *first, *(path for path, _ in scalars)]))
    return tuple(sorted(named, key=lambda path: place.get(path, -1)))


def _unique(reasons: Sequence[Reason]) -> tuple[Reason, ...]:
    seen: set[tuple[str, str]] = set()
    kept = []
    for reason in reasons:
        if (reason.code, reason.path) not in seen:
            seen.add((reason.code, reason.path))
            kept.append(reason)
    return tuple(kept)
