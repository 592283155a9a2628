"""Is a decision said to a vendor once in each way? By the act, under a race, and by the database itself."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.migrations.executor import MigrationExecutor

from reviewapp.audit import trail
from reviewapp.delivery import destinations, outbox
from reviewapp.delivery.models import Delivery, Destination
from reviewapp.extraction.model import Kind
from reviewapp.upstreams.models import Upstream
from tests import factories
from tests.delivery.receiver import create_destination, create_rows, create_write_back, finish
from tests.factories import AT

pytestmark = pytest.mark.django_db(transaction=True)
BY = {"at": AT, "by": trail.SYSTEM, "via": factories.VIA}


@pytest.fixture
def talonic() -> Upstream:
    return factories.create_upstream(slug="talonic", kind=Kind.TALONIC)


def test_the_act_refuses_a_second_one_and_says_which_has_it(talonic: Upstream) -> None:
    first = create_write_back(talonic, "corrections", slug="first")
    with pytest.raises(destinations.Refused) as refused:
        create_write_back(talonic, "corrections", slug="second")
    assert (refused.value.code, str(refused.value)) == ("way_taken", "First")
    with pytest.raises(destinations.Refused, match="slug_taken"):
        create_write_back(talonic, "field_review", slug="first")
    other = create_write_back(talonic, "field_review", slug="other")
    wanted = destinations.Wanted(name="Other", outcomes=["approved"], way="corrections")
    with pytest.raises(destinations.Refused) as refused:
        destinations.change(destination_id=other.pk, wanted=wanted, **BY)
    assert refused.value.code == "way_taken"
    other.refresh_from_db()
    assert (other.way, other.name) == ("field_review", "Other".title())
    # A paused one goes on getting rows, and is in the way as well.
    destinations.pause(destination_id=first.pk, reason="", **BY)
    with pytest.raises(destinations.Refused):
        create_write_back(talonic, "corrections", slug="second")
    destinations.disable(destination_id=first.pk, reason="", **BY)
    second = create_write_back(talonic, "corrections", slug="second")
    with pytest.raises(destinations.Refused) as refused:
        destinations.resume(destination_id=first.pk, **BY)
    assert str(refused.value) == "Second"
    (row,) = create_rows()
    finish(row, outcome="approved")
    outbox.run(at=AT)
    assert set(Delivery.objects.values_list("destination__slug", flat=True)) == {"second", "other"}
    destinations.disable(destination_id=second.pk, reason="", **BY)
    assert destinations.resume(destination_id=first.pk, **BY)


def test_webhooks_may_be_as_many_as_are_wanted() -> None:
    for slug in ("a", "b"):
        create_destination(slug=slug)
    assert Destination.objects.filter(state="active").count() == 2


def test_of_six_who_ask_at_once_one_gets_it(talonic: Upstream) -> None:
    came: list[str] = []
    together = threading.Barrier(6, timeout=10)

    def ask(number: int) -> None:
        try:
            together.wait()
            create_write_back(talonic, "corrections", slug=f"n-{number}")
            came.append("made")
        except destinations.Refused as refused:
            came.append(refused.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(came) == ["made", *["way_taken"] * 5]
    assert Destination.objects.count() == 1


def test_the_database_refuses_it_whoever_writes(talonic: Upstream) -> None:
    made = create_write_back(talonic, "corrections")
    with pytest.raises(IntegrityError), transaction.atomic():
        Destination.objects.create(
            slug="x", name="x", kind="write_back", upstream=talonic, way="corrections", since=AT, created_at=AT
        )
    Destination.objects.create(
        slug="y", name="y", kind="write_back", upstream=talonic, way="corrections", state="disabled", since=AT,
        created_at=AT,
    )  # fmt: skip
    assert made.state == "active"


@pytest.mark.sqlite
def test_a_database_from_before_keeps_the_first_of_two_and_learns_the_names(talonic: Upstream) -> None:
    create_write_back(talonic, "corrections", slug="first")
    (row,) = create_rows()
    finish(row, outcome="approved")
    outbox.run(at=AT)
    _migrate("0002_guards")
    old = Destination.objects.filter(slug="first").values().get()
    with connection.cursor() as cursor:
        taken: dict[str, Any] = {**old, "slug": "second", "id": old["id"] + 1}
        names = ", ".join(taken)
        cursor.execute(
            f"INSERT INTO delivery_destination ({names}) VALUES ({', '.join(['%s'] * len(taken))})",
            list(taken.values()),
        )
    _migrate("0003_names_and_one_way_back")
    assert dict(Destination.objects.values_list("slug", "state")) == {"first": "active", "second": "disabled"}
    assert "same way" in Destination.objects.get(slug="second").reason
    assert Delivery.objects.get().document_name == "paper-0.pdf"


def _migrate(name: str) -> None:
    executor = MigrationExecutor(connection)
    executor.migrate([("delivery", name)])
