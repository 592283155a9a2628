"""What may a person do? A role is a fixed set of permissions; nobody holds a permission in any other way."""

from __future__ import annotations

from enum import StrEnum

from django.db import models
from django.utils.translation import gettext_lazy as _


class Permission(StrEnum):
    """Every permission there is. `user.has_perm("review.work")` and `{% if perms.review.work %}` ask for one."""

    REVIEW_SEE = "review.see"
    """Open queues and the review screen, without changing anything."""
    REVIEW_WORK = "review.work"
    """Claim and decide."""
    REVIEW_SUPERVISE = "review.supervise"
    """The board; release, reassign, take over; queue rules."""
    INTAKE_SEE = "intake.see"
    """Jobs, whatever queue they are in, and what could not be read."""
    INTAKE_IMPORT = "intake.import"
    """Import files, fetch again, attach documents to jobs."""
    DELIVERY_SEE = "delivery.see"
    """What is on its way out, where to, and what was answered."""
    DELIVERY_MANAGE = "delivery.manage"
    """Try again, give up, pause and resume."""
    DELIVERY_CONFIGURE = "delivery.configure"
    """Where rows are sent, and with which secrets."""
    WORK_SEE = "work.see"
    """What runs in the background, and what of it fails."""
    AUDIT_READ = "audit.read"
    AUDIT_EXPORT = "audit.export"
    UPSTREAMS_CONFIGURE = "upstreams.configure"
    ACCOUNTS_MANAGE = "accounts.manage"
    API_MANAGE = "api.manage"


class Role(models.TextChoices):
    """One for each person. An admin sets the desk up and decides nothing; an auditor reads and changes nothing."""

    ANALYST = "analyst", _("analyst")
    SUPERVISOR = "supervisor", _("supervisor")
    AUDITOR = "auditor", _("auditor")
    ADMIN = "admin", _("admin")


_MAY: dict[Role, frozenset[Permission]] = {
    Role.ANALYST: frozenset({Permission.REVIEW_SEE, Permission.REVIEW_WORK}),
    Role.SUPERVISOR: frozenset(
        {
            Permission.REVIEW_SEE,
            Permission.REVIEW_WORK,
            Permission.REVIEW_SUPERVISE,
            Permission.INTAKE_SEE,
            Permission.INTAKE_IMPORT,
            Permission.DELIVERY_SEE,
            Permission.DELIVERY_MANAGE,
            Permission.WORK_SEE,
            Permission.AUDIT_READ,
        }
    ),
    Role.AUDITOR: frozenset(
        {
            Permission.REVIEW_SEE,
            Permission.INTAKE_SEE,
            Permission.DELIVERY_SEE,
            Permission.AUDIT_READ,
            Permission.AUDIT_EXPORT,
        }
    ),
    Role.ADMIN: frozenset(
        {
            Permission.REVIEW_SEE,
            Permission.INTAKE_SEE,
            Permission.INTAKE_IMPORT,
            Permission.DELIVERY_SEE,
            Permission.DELIVERY_MANAGE,
            Permission.DELIVERY_CONFIGURE,
            Permission.WORK_SEE,
            Permission.AUDIT_READ,
            Permission.UPSTREAMS_CONFIGURE,
            Permission.ACCOUNTS_MANAGE,
            Permission.API_MANAGE,
        }
    ),
}

#: Permissions that change nothing but the reader's own knowledge; all that an auditor may hold.
READING = frozenset(
    {
        Permission.REVIEW_SEE,
        Permission.INTAKE_SEE,
        Permission.DELIVERY_SEE,
        Permission.AUDIT_READ,
        Permission.AUDIT_EXPORT,
    }
)


def permissions(role: str) -> frozenset[Permission]:
    """What people of this role may do. An unknown role may do nothing."""
    return _MAY[Role(role)] if role in Role.values else frozenset()
