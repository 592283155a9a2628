"""What does a final row say to machines? One record, the same in `/api/rows` and in a webhook.

What people decided stands in another room, which this one does not import: it is read by the other side of the
decision's keys to rows and tasks, as plain texts.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from reviewapp.audit.trail import moment
from reviewapp.extraction import jsontext
from reviewapp.extraction.jsontext import Json

from .models import Final, ResultRow


@dataclass(frozen=True, slots=True)
class Decided:
    """What a person said of the row: pointer in the new row -> verdict, and why, None where no reason was given."""

    verdicts: Mapping[str, str]
    reason: str | None


#: What was decided, by the row's id and the outcome.
Decisions = Mapping[tuple[int, str], Decided]


def decisions(finals: Sequence[Final]) -> Decisions:
    """What people decided of these rows; those that passed without a person have none. Two queries."""
    ids = [final.row_id for final in finals]
    approved = ResultRow.objects.filter(pk__in=ids, decision__isnull=False)
    rejected = ResultRow.objects.filter(pk__in=ids, tasks__decision__isnull=False, tasks__decision__row__isnull=True)
    found: dict[tuple[int, str], Decided] = {}
    for rows, at in ((approved, "decision"), (rejected, "tasks__decision")):
        columns = ("pk", f"{at}__outcome", f"{at}__fields", f"{at}__reason__text")
        for row_id, outcome, fields, reason in rows.order_by(f"{at}__pk").values_list(*columns):
            found[row_id, outcome] = Decided(verdicts=json.loads(fields), reason=reason)
    return found


def said(final: Final, decided: Decisions) -> dict[str, Json]:
    """The record. Numbers keep their text; values that were erased are None.

    The final's `row.job.upstream` and `row.values` are best selected with it.
    """
    row, job = final.row, final.row.job
    decision = decided.get((row.pk, final.outcome))
    return {
        "row_id": str(row.pk),
        "upstream": job.upstream.slug,
        "kind": job.kind,
        "job_id": job.job_id,
        "key": row.key,
        "outcome": str(final.outcome),
        "at": moment(final.at),
        "base": str(row.base_id) if row.base_id else None,
        "supersedes": str(row.supersedes_id) if row.supersedes_id else None,
        "values": jsontext.parse(row.values.text) if row.values.text is not None else None,
        "verdicts": dict(decision.verdicts) if decision is not None else None,
        "reason": decision.reason if decision is not None else None,
    }
