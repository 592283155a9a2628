"""Where does each row of a job stand? Undecided, final as read, approved by a person, or rejected."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from reviewapp.audit.trail import moment
from reviewapp.extraction.jsontext import Json
from reviewapp.extraction.model import Row
from reviewapp.results import chains
from reviewapp.results.models import Final, Job, ResultRow
from reviewapp.review.models import Decision


@dataclass(frozen=True, slots=True)
class Standing:
    """`row` is the one to answer with: the last decided row, else the row as read. `outcome` "" while undecided."""

    row: ResultRow
    outcome: str
    decision: Decision | None

    @property
    def decided(self) -> bool:
        return self.outcome != ""

    @property
    def rejected(self) -> bool:
        return self.outcome == Final.Outcome.REJECTED

    @property
    def reason(self) -> str:
        """Why a person rejected it; "" when the text was erased or there is none."""
        if self.decision is None or self.decision.reason is None:
            return ""
        return self.decision.reason.text or ""


def of_job(job: Job) -> dict[str, Standing]:
    """Key -> standing, in the job's order. A reopened or re-extracted row keeps standing where it last ended."""
    last: dict[str, Final] = {}
    for final in (
        Final.objects.filter(row__job=job).select_related("row__values", "row__facts", "row__supersedes").order_by("id")
    ):
        last[final.row.key] = final
    decisions = _decisions(job)
    found: dict[str, Standing] = {}
    for key, row in chains.current_rows(job).items():
        final_ = last.get(key)
        if final_ is None:
            found[key] = Standing(row, "", None)
        else:
            found[key] = Standing(final_.row, final_.outcome, decisions.get((final_.row_id, final_.outcome)))
    return found


def rows(standings: Mapping[str, Standing]) -> dict[str, Row]:
    """The rows to compose into the payload."""
    return {key: chains.read(standing.row) for key, standing in standings.items()}


def review_facts(standing: Standing) -> Json:
    """The one shape of review facts in every vendor's answer; None while nobody decided."""
    decision = standing.decision
    if decision is None:
        return None
    row = standing.row
    fields: dict[str, Json] = dict(json.loads(decision.fields))
    solved = json.loads(decision.solved_flags)
    flags = chains.read(decision.task.row).flags if solved else ()
    return {
        "row_id": str(row.pk),
        "supersedes": str(row.supersedes_id) if row.supersedes_id else None,
        "decision": str(decision.outcome),
        "decided_at": moment(decision.at),
        "fields": fields,
        "solved_flags": [flags[place].raw for place in solved],
    }


def _decisions(job: Job) -> dict[tuple[int, str], Decision]:
    found: dict[tuple[int, str], Decision] = {}
    decisions = Decision.objects.filter(task__job=job)
    for decision in decisions.select_related("reason", "task__row__values", "task__row__facts").order_by("id"):
        row_id = decision.row_id if decision.row_id is not None else decision.task.row_id
        found[row_id, decision.outcome] = decision
    return found
