"""Queue rules: which queues there are, what each takes, what needs eyes in it and who works on it."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from reviewapp.accounts import actors
from reviewapp.accounts.models import User
from reviewapp.accounts.roles import Permission, Role, permissions
from reviewapp.review import queue_rules, triage
from reviewapp.review.models import Queue
from reviewapp.review.queue_forms import QueueForm, initial
from reviewapp.upstreams.models import KIND_LABELS, Upstream
from reviewapp.web import access

from .screen_page import person

supervises = access.needs("review.supervise")
#: So many rows are judged anew before the page answers; the worker takes the rest.
AT_ONCE = 200


@supervises
@require_safe
def queues(request: HttpRequest) -> HttpResponse:
    """GET /queues/"""
    found = Queue.objects.prefetch_related("members").order_by("is_default", "position", "id")
    names = dict(Upstream.objects.values_list("slug", "name"))
    kinds = {kind.value: label for kind, label in KIND_LABELS.items()}
    rows = [
        (one, names.get(one.upstream, one.upstream), kinds.get(one.kind, one.kind), queue_rules.own_thresholds(one))
        for one in found
    ]
    return render(request, "review/queues.html", {"rows": rows})


@supervises
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """GET and POST /queues/new/"""
    form = _form(request, initial(queue_rules.Rule(name="", position=queue_rules.free_position())), is_default=False)
    if form.is_valid():
        try:
            made = queue_rules.make(
                rule=form.rule(),
                user=person(request),
                at=request.at,  # type: ignore[attr-defined]
                via=actors.via(request),
            )
        except queue_rules.SlugTaken:
            form.add_error("name", _("Another queue is called so already. Choose another name."))
        except queue_rules.PositionTaken:
            form.add_error("position", _position_taken(form))
        else:
            return _judged(request, made)
    return _page(request, form, None)


@supervises
@require_http_methods(["GET", "POST"])
def rule(request: HttpRequest, slug: str) -> HttpResponse:
    """GET and POST /queues/<slug>/"""
    queue = Queue.objects.filter(slug=slug).first()
    if queue is None:
        raise Http404("There is no such queue.")
    form = _form(request, initial(queue_rules.rule_of(queue)), is_default=queue.is_default)
    if form.is_valid():
        try:
            queue_rules.change(
                queue_id=queue.pk,
                rule=form.rule(),
                user=person(request),
                at=request.at,  # type: ignore[attr-defined]
                via=actors.via(request),
            )
        except queue_rules.PositionTaken:
            form.add_error("position", _position_taken(form))
        else:
            return _judged(request, queue)
    return _page(request, form, queue)


def _position_taken(form: QueueForm) -> str:
    taken = {"position": form.cleaned_data["position"]}
    return _("Another queue has position %(position)s. Choose another number.") % taken


def _judged(request: HttpRequest, queue: Queue) -> HttpResponse:
    messages.success(request, _("%(name)s is saved.") % {"name": queue.name})
    judged_anew(request)
    return redirect("review:queues")


def judged_anew(request: HttpRequest) -> None:
    """Saved: judge anew what was handed over, as far as it can be done while the person waits."""
    found = triage.run(at=request.at, limit=AT_ONCE, reads=False)  # type: ignore[attr-defined]
    if found.tasks or found.passed:
        n = found.tasks + found.passed
        said = ngettext("%(n)d row was judged anew.", "%(n)d rows were judged anew.", n) % {"n": n}
        if n >= AT_ONCE:
            said += " " + _("The others follow in the background.")
        messages.info(request, said)


def _form(request: HttpRequest, shown: dict[str, object], *, is_default: bool) -> QueueForm:
    deciding = [role.value for role in Role if Permission.REVIEW_WORK in permissions(role)]
    people = User.objects.active().filter(role__in=deciding).order_by("name", "pk")
    return QueueForm(
        request.POST if request.method == "POST" else None,
        initial=shown,
        people=list(people),
        upstreams=list(Upstream.objects.order_by("name").values_list("slug", "name")),
        is_default=is_default,
    )


def _page(request: HttpRequest, form: QueueForm, queue: Queue | None) -> HttpResponse:
    status = 422 if form.is_bound else 200
    return render(request, "review/queue_rule.html", {"form": form, "queue": queue}, status=status)
