"""The bar shows what a person may open, and nothing else."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from reviewapp.accounts.roles import Permission, Role, permissions
from reviewapp.web import context
from tests import factories


@pytest.mark.parametrize("entry", context.ENTRIES, ids=lambda entry: entry.view)
def test_every_entry_leads_to_a_page_and_asks_for_a_permission_that_exists(entry: context.Entry) -> None:
    assert reverse(entry.view).endswith("/")
    assert entry.permission in set(Permission)


@pytest.mark.django_db
@pytest.mark.parametrize("role", Role)
def test_the_bar_shows_exactly_what_the_role_opens(client: Client, role: Role) -> None:
    client.force_login(factories.create_user(role=role), backend="django.contrib.auth.backends.ModelBackend")
    page = client.get(reverse("accounts:me")).content.decode()
    bar = page[page.index('<header class="bar">') : page.index("</header>")]
    shown = {entry.view for entry in context.ENTRIES if f'href="{reverse(entry.view)}"' in bar}
    assert shown == {entry.view for entry in context.ENTRIES if entry.permission in permissions(role)}


@pytest.mark.django_db
def test_the_page_that_is_open_is_marked(client: Client) -> None:
    client.force_login(factories.create_user(role=Role.ADMIN), backend="django.contrib.auth.backends.ModelBackend")
    page = client.get(reverse("accounts:people")).content.decode()
    assert f'<a href="{reverse("accounts:people")}" aria-current="page">' in page
    assert page.count('aria-current="page"') == 1
