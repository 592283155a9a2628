"""Rules about a queue's documents' values: the list, and one rule to write, to try on past documents, to save or to remove."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from reviewapp.accounts import actors
from reviewapp.review import queues, rule_changes, rule_forms, rule_trial
from reviewapp.review.models import Queue
from reviewapp.review.rule_forms import RuleForm
from reviewapp.review.value_rules import BadRule, RuleKind, ValueRule
from reviewapp.web import access

from .queue_settings import judged_anew
from .screen_page import moment, person

supervises = access.needs("review.supervise")


@supervises
@require_safe
def rules(request: HttpRequest, slug: str) -> HttpResponse:
    """GET /queues/<slug>/rules/"""
    queue = _queue(slug)
    kinds = [(kind.value, label, rule_forms.SAYS[kind]) for kind, label in rule_forms.KINDS.items()]
    found = [(one, rule_forms.KINDS[one.kind], rule_forms.SEVERITIES[one.severity]) for one in _rules(queue)]
    return render(request, "review/value_rules.html", {"queue": queue, "rules": found, "kinds": kinds})


@supervises
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest, slug: str, kind: str) -> HttpResponse:
    """GET and POST /queues/<slug>/rules/new/<kind>/"""
    if kind not in list(RuleKind):
        raise Http404("There is no such kind of rule.")
    form = RuleForm(request.POST or None, kind=RuleKind(kind))
    return _page(request, _queue(slug), form, None)


@supervises
@require_http_methods(["GET", "POST"])
def rule(request: HttpRequest, slug: str, rule_id: str) -> HttpResponse:
    """GET and POST /queues/<slug>/rules/<id>/: the button `try` only tries."""
    queue = _queue(slug)
    found = _find(queue, rule_id)
    form = RuleForm(request.POST or None, initial=rule_forms.initial(found), kind=found.kind, id=found.id)
    return _page(request, queue, form, found)


@supervises
@require_POST
def remove(request: HttpRequest, slug: str, rule_id: str) -> HttpResponse:
    """POST /queues/<slug>/rules/<id>/removal/"""
    queue = _queue(slug)
    name = {"name": _find(queue, rule_id).name}
    rule_changes.remove(
        queue_id=queue.pk, rule_id=rule_id, user=person(request), at=moment(request), via=actors.via(request)
    )
    messages.success(request, _("The rule “%(name)s” is removed.") % name)
    judged_anew(request)
    return redirect("review:value_rules", slug)


def _page(request: HttpRequest, queue: Queue, form: RuleForm, found: ValueRule | None) -> HttpResponse:
    trial = None
    if form.is_valid():
        if "try" in request.POST:
            trial = rule_trial.run(queue=queue, rule=form.rule())
        elif (kept := _kept(request, queue, form)) is not None:
            return kept
    context = {
        "queue": queue,
        "form": form,
        "rule": found,
        "kind": rule_forms.KINDS[form.kind],
        "says": rule_forms.SAYS[form.kind],
        "trial": trial,
        "last": rule_trial.LAST,
        "addresses": rule_trial.addresses(queue),
    }
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "review/value_rule.html", context, status=status)


def _kept(request: HttpRequest, queue: Queue, form: RuleForm) -> HttpResponse | None:
    """Saved, and on to the list; None with what is in the way in the form."""
    try:
        kept = rule_changes.keep(
            queue_id=queue.pk, rule=form.rule(), user=person(request), at=moment(request), via=actors.via(request)
        )
    except rule_changes.Gone:
        form.add_error(None, _("Somebody removed this rule meanwhile. What you wrote stands here and is not stored."))
        return None
    except BadRule:
        form.add_error(None, _("The queue has as many rules as it can have."))
        return None
    messages.success(request, _("The rule “%(name)s” is saved.") % {"name": kept.name})
    judged_anew(request)
    return redirect("review:value_rules", queue.slug)


def _queue(slug: str) -> Queue:
    queue = Queue.objects.filter(slug=slug).first()
    if queue is None:
        raise Http404("There is no such queue.")
    return queue


def _rules(queue: Queue) -> list[ValueRule]:
    return list(queues.rules_of_values(queue))


def _find(queue: Queue, rule_id: str) -> ValueRule:
    found = next((one for one in _rules(queue) if one.id == rule_id), None)
    if found is None:
        raise Http404("There is no such rule.")
    return found
