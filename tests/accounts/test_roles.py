"""Who may do what, as a table; nobody gets round it."""

from __future__ import annotations

import pytest
from django.contrib.auth.context_processors import auth
from django.contrib.auth.models import AnonymousUser
from django.template import Context, Template

from reviewapp.accounts import roles
from reviewapp.accounts.models import User
from reviewapp.accounts.roles import Permission, Role

TABLE = """
                     analyst supervisor auditor admin
review.see           yes     yes        yes     yes
review.work          yes     yes        no      no
review.supervise     no      yes        no      no
intake.see           no      yes        yes     yes
intake.import        no      yes        no      yes
delivery.see         no      yes        yes     yes
delivery.manage      no      yes        no      yes
delivery.configure   no      no         no      yes
work.see             no      yes        no      yes
audit.read           no      yes        yes     yes
audit.export         no      no         yes     no
upstreams.configure  no      no         no      yes
accounts.manage      no      no         no      yes
api.manage           no      no         no      yes
"""
ROWS = [line.split() for line in TABLE.strip().splitlines()]
CELLS = [(row[0], role, cell == "yes") for row in ROWS[1:] for role, cell in zip(ROWS[0], row[1:], strict=True)]


def test_the_table_names_every_permission_and_every_role() -> None:
    assert {row[0] for row in ROWS[1:]} == set(Permission)
    assert set(ROWS[0]) == set(Role)


@pytest.mark.parametrize(("permission", "role", "may"), CELLS)
def test_a_role_may_do_what_the_table_says(permission: str, role: str, may: bool) -> None:
    assert User(role=role).has_perm(permission) is may


def test_an_auditor_holds_nothing_that_changes_anything() -> None:
    assert roles.permissions(Role.AUDITOR) <= roles.READING
    assert not roles.permissions(Role.ANALYST) <= roles.READING


@pytest.mark.parametrize("role", ["", "root", "ADMIN", "superuser"])
def test_a_role_that_does_not_exist_may_do_nothing(role: str) -> None:
    assert roles.permissions(role) == frozenset()


def test_a_deactivated_person_may_do_nothing() -> None:
    person = User(role=Role.ADMIN, is_active=False)
    assert not any(person.has_perm(one) for one in Permission)
    assert not person.has_module_perms("accounts")


def test_a_superuser_flag_opens_nothing() -> None:
    person = User(role=Role.ANALYST)
    person.is_superuser = person.is_staff = True  # type: ignore[attr-defined]
    assert not person.has_perm("accounts.manage")


def test_nobody_may_do_nothing() -> None:
    assert not any(AnonymousUser().has_perm(one) for one in Permission)


@pytest.mark.django_db
def test_a_template_asks_by_the_same_names(rf: object) -> None:
    request = rf.get("/")  # type: ignore[attr-defined]
    request.user = User(role=Role.AUDITOR)
    source = "{% if perms.audit.export %}export {% endif %}{% if perms.review.work %}work {% endif %}"
    source += "{% if perms.api %}api{% endif %}"
    assert Template(source).render(Context(auth(request))) == "export "
