"""New jobs are found from the newest on; what is known ends the look; a page's jobs are kept before the next is read."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from reviewapp.intake import listing
from reviewapp.intake.models import Listing, Pull
from reviewapp.upstreams import adapter, clients, http
from reviewapp.upstreams.models import Upstream
from tests import factories
from tests.factories import AT

from .scripted import Scripted

pytestmark = pytest.mark.django_db


@pytest.fixture
def step(client_out: http.Client, live: Upstream, vendor: Scripted) -> Any:
    live.lists = True
    live.save()
    listing.arrange(live, at=AT)
    return lambda at: listing.step(at=at, client=client_out, worker="w", uniform=lambda low, high: high)


def pulled() -> list[str]:
    return sorted(Pull.objects.filter(origin=Pull.Origin.LISTED).values_list("job_id", flat=True))


def test_all_pages_are_read_the_first_time_and_one_afterwards(step: Any, vendor: Scripted) -> None:
    vendor.listings = {
        "": clients.Listing(("d", "c"), cursor="2"),
        "2": clients.Listing(("b",), cursor="3"),
        "3": clients.Listing(("a",)),
    }
    assert step(AT)
    assert pulled() == ["a", "b", "c", "d"]
    assert not step(AT)
    vendor.asked.clear()
    assert step(AT + listing.EVERY)
    assert vendor.asked == [("list", "")]
    vendor.listings[""] = clients.Listing(("e", "d"), cursor="2")
    assert step(AT + 2 * listing.EVERY)
    assert pulled() == ["a", "b", "c", "d", "e"]


def test_jobs_that_came_by_file_are_known(step: Any, vendor: Scripted, live: Upstream) -> None:
    job = factories.take_in(factories.unsiloed({"total": 1}), upstream=live).job
    vendor.listings = {"": clients.Listing((job.job_id, "new"))}
    step(AT)
    assert pulled() == ["new"]


def test_a_list_that_goes_round_in_a_circle_ends(step: Any, vendor: Scripted) -> None:
    vendor.listings = {"": clients.Listing(("a",), cursor="1"), "1": clients.Listing(("b",), cursor="1")}
    step(AT)
    assert pulled() == ["a", "b"]


def test_a_failure_keeps_what_was_found_and_is_tried_later(step: Any, vendor: Scripted) -> None:
    class Broken(dict[str, clients.Listing]):
        def __missing__(self, cursor: str) -> clients.Listing:
            raise adapter.Unavailable("down", retry_at=AT + timedelta(minutes=3))

    vendor.listings = Broken({"": clients.Listing(("a",), cursor="1")})
    step(AT)
    look = Listing.objects.get()
    assert (pulled(), look.attempts, look.last_code) == (["a"], 1, "unavailable")
    assert look.next_at == AT + timedelta(minutes=3)


def test_who_does_not_want_it_is_not_looked_at(step: Any, live: Upstream) -> None:
    live.lists = False
    live.save()
    listing.arrange(live, at=AT)
    assert not step(AT + timedelta(days=1))
