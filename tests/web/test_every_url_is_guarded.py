"""Every address of the program says who may enter, with a permission that exists."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

from reviewapp.accounts.roles import Permission
from reviewapp.web import access


def views(resolver: URLResolver, prefix: str = "") -> Iterator[tuple[str, object]]:
    """(address pattern, view) of everything below."""
    for one in resolver.url_patterns:
        address = prefix + str(one.pattern)
        if isinstance(one, URLPattern):
            yield address, one.callback
        else:
            yield from views(one, address)


def unguarded(resolver: URLResolver) -> list[str]:
    return [address for address, view in views(resolver) if access.guard_of(view) is None]


def test_every_view_of_the_program_says_who_may_enter() -> None:
    resolver = get_resolver("reviewapp.urls")
    assert len(list(views(resolver))) > 10
    assert unguarded(resolver) == []


def test_every_permission_asked_for_exists() -> None:
    asked = {
        guard.permission
        for _, view in views(get_resolver("reviewapp.urls"))
        if (guard := access.guard_of(view)) and guard.kind == "permission"
    }
    assert asked and asked <= set(Permission)


#: A new entry here is a decision: who reads these needs no name.
#: (A webhook is believed by its signature; what describes the API holds no data.)
OPEN_TO_ALL = {"sign-in/", "sign-out/", "hooks/<slug:slug>/", "api/v1/openapi.json", "api/v1/docs"}


def test_only_signing_in_and_out_signed_webhooks_and_what_describes_the_api_are_open_to_all() -> None:
    found = {
        address
        for address, view in views(get_resolver("reviewapp.urls"))
        if (guard := access.guard_of(view)) and guard.kind == "public"
    }
    assert found <= OPEN_TO_ALL | {"healthz", "health/"}


def test_a_view_that_says_nothing_is_found() -> None:
    assert unguarded(get_resolver("tests.web.urls")) == ["says-nothing/"]


@pytest.mark.parametrize("address", ["says-nothing/"])
@pytest.mark.usefixtures("frame_alone")
@pytest.mark.django_db
def test_a_view_that_says_nothing_lets_nobody_in(client: object, address: str) -> None:
    with pytest.raises(access.Unguarded, match="says_nothing"):
        client.get(f"/{address}")  # type: ignore[attr-defined]
