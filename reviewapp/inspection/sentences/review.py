"""How are the entries told of tasks, verdicts, decisions and queues? A field's own act is told by its path and values."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from reviewapp.audit.actions import Action

from . import queue_rules
from .facts import Facts, Sentence, listed


def _opened(facts: Facts) -> str:
    n = int(facts.details.get("to_check", 0))
    said = ngettext(
        "Queue %(queue)s: %(n)d of %(of)s fields needs eyes, threshold %(threshold)s",
        "Queue %(queue)s: %(n)d of %(of)s fields need eyes, threshold %(threshold)s",
        n,
    )
    return said % {"queue": _named(facts), "n": n, "of": facts.text("of"), "threshold": facts.text("threshold")}


def _again(facts: Facts) -> str:
    n = int(facts.details.get("to_check", 0))
    said = ngettext(
        "Queue %(queue)s: %(n)d field needs eyes, threshold %(threshold)s",
        "Queue %(queue)s: %(n)d fields need eyes, threshold %(threshold)s",
        n,
    )
    return said % {"queue": _named(facts), "n": n, "threshold": facts.text("threshold")}


def _until(facts: Facts) -> str:
    return _("Until %(at)s") % {"at": facts.text("until")[:16].replace("T", " ")}


def _from_holder(facts: Facts) -> str:
    return _("Held by %(name)s") % {"name": facts.text("holder")} if facts.text("holder") else ""


def _assigned(facts: Facts) -> str:
    if not facts.text("to"):
        return _("Free for everybody in the queue")
    return _("To %(name)s") % {"name": facts.text("to")}


def _decided(facts: Facts) -> str:
    verdicts = {word: int(n) for word, n in dict(facts.details.get("verdicts", {})).items()}
    unseen = verdicts.pop("not_reviewed", 0)
    n = sum(verdicts.values())
    said = ngettext("%(n)d verdict", "%(n)d verdicts", n) % {"n": n}
    return _("%(verdicts)s, %(unseen)s not reviewed") % {"verdicts": said, "unseen": unseen}


def _decided_said(facts: Facts) -> str:
    before = facts.text("supersedes")
    if before:
        return _("row %(row)s takes the place of row %(before)s") % {"row": facts.text("row"), "before": before}
    return _("row %(row)s, decided on row %(base)s") % {"row": facts.text("row"), "base": facts.text("base")}


def _signed_off(facts: Facts) -> str:
    return listed(facts.details.get("paths", ()))


def _overridden(facts: Facts) -> str:
    return "; ".join(f"{one['name']}: {listed(one['paths'])}" for one in facts.details.get("rules", ()))


def _why(facts: Facts) -> str:
    return _(facts.text("why")) if facts.text("why") else ""


def _row(facts: Facts) -> str:
    return _("Row %(key)s") % {"key": facts.text("key")}


def _queue(facts: Facts) -> str:
    return _("Queue %(queue)s") % {"queue": _named(facts)}


def _queue_said(facts: Facts) -> str:
    return queue_rules.told(facts.old, facts.new, names=facts.names)


def _named(facts: Facts) -> str:
    slug = facts.text("queue")
    return facts.names.queues.get(slug, slug)


ON: Mapping[Action, Sentence] = {
    Action.TASK_OPENED: _opened,
    Action.TASK_RETRIAGED: _again,
    Action.TASK_WITHDRAWN: _why,
    Action.ROW_PASSED: _row,
    Action.TASK_CLAIMED: _until,
    Action.TASK_POSTPONED: _until,
    Action.TASK_RELEASED: _from_holder,
    Action.TASK_TAKEN_OVER: _from_holder,
    Action.TASK_ASSIGNED: _assigned,
    Action.TASK_APPROVED: _decided,
    Action.TASK_SIGNED_OFF: _signed_off,
    Action.RULE_OVERRIDDEN: _overridden,
    Action.QUEUE_CHANGED: _queue,
}
SAID: Mapping[Action, Sentence] = {
    Action.TASK_APPROVED: _decided_said,
    Action.QUEUE_CHANGED: _queue_said,
}
