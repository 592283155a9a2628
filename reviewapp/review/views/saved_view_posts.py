"""POSTs about a person's saved views of the queue page: keep the filters under a name, remove a view."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from reviewapp.accounts import actors
from reviewapp.review import saved_views
from reviewapp.review.models import SavedView
from reviewapp.review.queue_forms import ViewForm
from reviewapp.web import access

from . import queue_page
from .screen_page import moment, person

sees = access.needs("review.see")


@sees
@require_POST
def save(request: HttpRequest) -> HttpResponse:
    """POST /queue/views/ (name, and as `query` the filters as in the page's address): back to the page, or the page with
    the form and what is wrong with it. 404 for a queue that the person may not look at."""
    params = QueryDict(request.POST.get("query", ""))
    asked = queue_page.asked_by(params, user=person(request), at=moment(request))
    queue_page.no_foreign_queue(params, asked)
    form = ViewForm(request.POST)
    if not asked.narrows:
        form.add_error("name", _("Nothing is filtered, so there is nothing to keep. Choose filters first."))
    if form.is_valid():
        try:
            view = saved_views.keep(
                user=person(request),
                name=form.cleaned_data["name"],
                query=queue_page.query_of(asked),
                at=moment(request),
                via=actors.via(request),
            )
        except saved_views.CannotSave as refused:
            form.add_error("name", _sentence(refused))
        else:
            messages.success(request, _("The view %(name)s is saved.") % {"name": view.name})
            return _to(view.query)
    return queue_page.answer(request, params, form)


@sees
@require_POST
def remove(request: HttpRequest, view_id: int) -> HttpResponse:
    """POST /queue/views/<id>/removal/: back to the page with the same filters, as far as they are still offered, so that
    they can be saved again. 404 for another person's view."""
    user, at = person(request), moment(request)
    try:
        view = saved_views.forget(view_id=view_id, user=user, at=at, via=actors.via(request))
    except SavedView.DoesNotExist as error:
        raise Http404("There is no such view.") from error
    messages.success(request, _("The view %(name)s is removed.") % {"name": view.name})
    return _to(queue_page.query_of(queue_page.asked_by(QueryDict(view.query), user=user, at=at)))


def _to(query: str) -> HttpResponse:
    address = reverse("review:queue")
    return redirect(f"{address}?{query}" if query else address)


def _sentence(refused: saved_views.CannotSave) -> str:
    if refused.code == "too_many":
        return _("You have %(n)d saved views, the most there can be. Remove one first.") % {"n": saved_views.MOST}
    return _("Another of your views has this name. Choose another one, or remove that view first.")
