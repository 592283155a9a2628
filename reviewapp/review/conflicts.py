"""Where does a newer result disagree with what a person said, and what stands there until a person says?

Until then the person's value stands: on the screen, for our API and in what is decided. Nothing that was said is written
anew for that; the earlier verdict and the row that it spoke of stay where they are.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from reviewapp.audit import content
from reviewapp.extraction import codec, edit, jsontext
from reviewapp.extraction.jsontext import Json
from reviewapp.extraction.model import Citation, Row
from reviewapp.results import chains

from . import current, evidence, rules
from .models import Task, Verdict

#: Verdicts that say what a value is, or that a line is none. Of lines as a whole one is asked again, and nothing is kept.
_KEPT: Final = frozenset(
    {
        Verdict.Kind.APPROVED,
        Verdict.Kind.CORRECTED,
        Verdict.Kind.CLEARED,
        Verdict.Kind.ILLEGIBLE,
        Verdict.Kind.LINE_REMOVED,
    }
)


#: A key that is not there says as much as null.
_NULL: Final = "null"


class Choice(StrEnum):
    """What a person may say of a conflict without typing anything."""

    KEEP = "keep"
    TAKE = "take"


@dataclass(frozen=True, slots=True)
class Conflict:
    """One place. `earlier`: the person's verdict, on a row before; `was`: what was read there then, `now`: what is read in
    the row under review, exact JSON texts, "" where nothing stood."""

    path: str
    earlier: Verdict
    was: str
    now: str

    @property
    def of_line(self) -> bool:
        """Whether it is about a line that a person took out."""
        return self.earlier.kind == Verdict.Kind.LINE_REMOVED

    @property
    def kind(self) -> Verdict.Kind:
        """The verdict that keeps it on the newer row: who approved what was read then, corrects what is read now."""
        kind = Verdict.Kind(self.earlier.kind)
        if kind != Verdict.Kind.APPROVED:
            return kind
        return Verdict.Kind.CORRECTED if self.was else Verdict.Kind.CLEARED

    @property
    def value(self) -> Json:
        """The person's value; None where there is none. Raises chains.Erased."""
        if self.kind != Verdict.Kind.CORRECTED:
            return None
        if self.earlier.kind == Verdict.Kind.APPROVED:
            return jsontext.parse(self.was)
        if self.earlier.value is None or self.earlier.value.text is None:
            raise chains.Erased(f"the text of the verdict {self.earlier.pk} was erased")
        return jsontext.parse(self.earlier.value.text)

    @property
    def citations(self) -> tuple[Citation, ...] | None:
        """Where the person said that it stands; None where they did not say."""
        kept = self.earlier.citation
        return None if kept is None or kept.text is None else codec.citations_from_text(kept.text)


def of(task: Task) -> dict[str, Conflict]:
    """Path -> the conflict that triage found there, settled or not."""
    found = task.reasons.filter(code=rules.Code.CONFLICT).order_by("id").values_list("path", "detail")
    return told((path, json.loads(detail)) for path, detail in found)


def told(reasons: Iterable[tuple[str, Mapping[str, str]]]) -> dict[str, Conflict]:
    """The conflicts of a task's reasons, given as path and detail, in which two values can be chosen from: the others are
    complaints that a person answers like any other."""
    chosen = {int(one["earlier"]): (path, one) for path, one in reasons if _is_choice(one)}
    return {
        chosen[one.pk][0]: Conflict(
            path=chosen[one.pk][0], earlier=one, was=chosen[one.pk][1]["was"], now=chosen[one.pk][1]["now"]
        )
        for one in _verdicts(chosen)
    }


def standing(conflicts: Mapping[str, Conflict], spoken: Mapping[str, Verdict]) -> dict[str, Verdict]:
    """What counts now, by path: what was said, and before it each person's earlier word on which nobody has spoken yet."""
    return {path: _kept(one) for path, one in conflicts.items() if path not in spoken} | dict(spoken)


def words(task: Task) -> list[tuple[Verdict, Row]]:
    """What people hold of the task's row: each verdict that counts, with the row on which it was given. Of a conflict that
    nobody settled that is the earlier one."""
    spoken = current.verdicts(task)
    row = chains.read(task.row)
    found = task.reasons.filter(code=rules.Code.CONFLICT).values_list("path", "detail")
    open_ = [int(json.loads(detail).get("earlier", 0)) for path, detail in found if path not in spoken]
    return [(one, row) for one in spoken.values()] + [(one, chains.read(one.task.row)) for one in _verdicts(open_)]


def outcome(conflict: Conflict, row: Row, standing: Mapping[str, Verdict], said: Verdict) -> str:
    """For the entry of a verdict: whether the person's earlier value was kept, the newer one taken, neither, or the question
    left open again."""
    if said.kind == Verdict.Kind.RESTORED:
        return "open"
    if conflict.of_line:
        return "kept" if said.kind == Verdict.Kind.LINE_REMOVED else "taken"
    text = jsontext.dump(edit.resolve(row, current.edits(standing), conflict.path))
    return (
        "kept" if text == jsontext.dump(conflict.value) else "taken" if text == (conflict.now or _NULL) else "neither"
    )


def _is_choice(detail: Mapping[str, str]) -> bool:
    if "earlier" not in detail or detail["gone"]:
        return False
    if detail["kind"] == Verdict.Kind.LINE_REMOVED:
        return True
    whole = any(detail[name].startswith(("[", "{")) for name in ("decided", "was", "now"))
    return detail["kind"] in _KEPT and not whole


def _verdicts(ids: Collection[int]) -> list[Verdict]:
    if not ids:
        return []
    found = Verdict.objects.filter(pk__in=ids).select_related("value", "citation", "by", "task__row")
    return list(found.order_by("id"))


def _kept(conflict: Conflict) -> Verdict:
    """The earlier word as one on the newer row, saved nowhere."""
    value = conflict.earlier.value
    if value is None and conflict.kind == Verdict.Kind.CORRECTED:
        value = content.prepare(type=evidence.tag(conflict.value), text=jsontext.dump(conflict.value))
    return Verdict(
        task=conflict.earlier.task,
        path=conflict.path,
        kind=conflict.kind,
        value=value,
        citation=conflict.earlier.citation,
        by=conflict.earlier.by,
        at=conflict.earlier.at,
        carried=conflict.earlier,
    )
