"""What would a rule have said of the last documents of a queue? Read, never written."""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from dataclasses import dataclass

from reviewapp.extraction import edit, paths
from reviewapp.extraction.model import JobStatus
from reviewapp.results import chains
from reviewapp.results.models import Job, ResultRow

from . import broken_rules, findings, queues, reasons
from .models import Queue, Task
from .value_rules import ValueRule

#: So many documents are looked at, and so many rows of all queues at most to find them.
LAST, FARTHEST = 50, 1000
#: So many documents say which addresses there are, and so many addresses are shown.
SAMPLED, ADDRESSES = 20, 200
#: Of one document so many sentences are shown.
SHOWN = 5


@dataclass(frozen=True, slots=True)
class Broken:
    """One document that would break the rule as it was read. `decided`: people have decided it since; `kept_by_people`: what
    they decided keeps the rule (None where they decided nothing, or the rule cannot say)."""

    name: str
    task_id: int | None
    says: list[str]
    more: int
    decided: bool
    kept_by_people: bool | None


@dataclass(frozen=True, slots=True)
class Trial:
    """`looked`: how many documents; `silent`: of how many the rule could say nothing."""

    looked: int
    silent: int
    broken: list[Broken]

    @property
    def confirmed(self) -> int:
        """Those that people changed so that they keep the rule."""
        return sum(one.kept_by_people is True for one in self.broken)

    @property
    def contradicted(self) -> int:
        """Those that people approved although they break it."""
        return sum(one.kept_by_people is False for one in self.broken)


def run(*, queue: Queue, rule: ValueRule, last: int = LAST) -> Trial:
    """Ask the rule about the newest reading of each of the last documents that the queue takes, those that passed among them."""
    looked = silent = 0
    broken: list[Broken] = []
    for row in _rows(queue, last):
        try:
            found = findings.of([rule], edit.draft(chains.read(row), ()))
        except chains.Erased:
            continue
        looked += 1
        failing = [one for one in found if one.holds is False]
        silent += all(one.holds is None for one in found)
        if failing:
            broken.append(_broken(row, rule, failing))
    return Trial(looked, silent, broken)


def addresses(queue: Queue) -> list[str]:
    """The addresses of values that the last documents have, lines as stars: what a rule can name. The most frequent first."""
    found: Counter[str] = Counter()
    for row in _rows(queue, SAMPLED):
        with suppress(chains.Erased):
            leaves = paths.leaves(chains.read(row).values)
            found.update(dict.fromkeys(paths.pattern(path) for path, _ in leaves if path).keys())
    return [path for path, _ in found.most_common(ADDRESSES)]


def _rows(queue: Queue, last: int) -> list[ResultRow]:
    newest = ResultRow.objects.filter(source=ResultRow.Source.UPSTREAM, superseded_by__isnull=True)
    found = list(newest.order_by("-id").values_list("pk", "job")[:FARTHEST])
    jobs = Job.objects.select_related("upstream").in_bulk({job_id for _, job_id in found})
    takes = queues.chooser()
    mine = {pk for pk, job in jobs.items() if JobStatus(job.status).has_result and takes(job) == queue}
    ids = [pk for pk, job_id in found if job_id in mine][:last]
    return list(ResultRow.objects.filter(pk__in=ids).select_related("job", "values", "facts").order_by("-id"))


def _broken(row: ResultRow, rule: ValueRule, failing: list[findings.Finding]) -> Broken:
    task = Task.objects.filter(job_id=row.job_id, key=row.key).order_by("-id").first()
    says = [reasons.say(one).text for one in broken_rules.once(failing[:SHOWN])]
    decided = chains.last_review_row(row.job_id, row.key)
    return Broken(
        name=(task.document_name if task is not None else "") or row.job.file_name or row.job.job_id,
        task_id=task.pk if task is not None else None,
        says=says,
        more=len(failing) - len(says),
        decided=decided is not None,
        kept_by_people=_keeps(decided, rule) if decided is not None else None,
    )


def _keeps(decided: ResultRow, rule: ValueRule) -> bool | None:
    try:
        found = findings.of([rule], edit.draft(chains.read(decided), ()))
    except chains.Erased:
        return None
    said = [one.holds for one in found if one.holds is not None]
    return all(said) if said else None
