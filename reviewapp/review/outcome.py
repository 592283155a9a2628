"""How did a task end, or what does it wait for? Said to whoever looks at it."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from reviewapp.web import locales

from .models import Decision, Task


def of(task: Task, at: datetime) -> dict[str, str] | None:
    """Title, text and reason: decided, withdrawn, or put away until later. None for a task that is worked on."""
    if task.state == Task.State.DECIDED:
        return _decided(Decision.objects.select_related("by", "reason").filter(task=task).first())
    if task.state == Task.State.WITHDRAWN:
        return _said(_("Withdrawn"), _("A newer result took this one's place."))
    if task.postponed_until is not None and task.postponed_until > at:
        words = {"until": locales.moment(task.postponed_until), "name": task.postponed_by}
        return _said(_("Put away"), _("Until %(until)s, by %(name)s. A verdict takes it up again.") % words)
    return None


def _decided(decision: Decision | None) -> dict[str, str] | None:
    if decision is None:
        return None
    words = {"name": decision.by, "at": locales.moment(decision.at), "row": decision.row_id}
    reason = (decision.reason.text or _("(erased)")) if decision.reason is not None else ""
    if decision.outcome == Decision.Outcome.REJECTED:
        return _said(_("Rejected"), _("By %(name)s, %(at)s. No reviewed row was written.") % words, reason)
    return _said(_("Approved"), _("By %(name)s, %(at)s, as row %(row)s.") % words, reason)


def _said(title: str, text: str, reason: str = "") -> dict[str, str]:
    return {"title": title, "text": text, "reason": reason}
