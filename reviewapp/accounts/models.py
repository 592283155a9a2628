"""Who acts here? People, who are deactivated and never deleted, and API keys, which are revoked and never deleted."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from datetime import datetime
from typing import ClassVar, NoReturn

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from . import roles


class NeverDeleted(TypeError):
    """Entries, verdicts and decisions name the person or the key for ever: deactivate or revoke instead."""


class Kept(models.QuerySet["User"]):
    """Words for people; a bulk delete is refused as well."""

    def active(self) -> Kept:
        return self.filter(is_active=True)

    def delete(self) -> NoReturn:
        raise NeverDeleted("people are deactivated, never deleted")


class UserManager(BaseUserManager.from_queryset(Kept)):  # type: ignore[misc]
    """Finds people by the name they sign in with, whatever its case."""

    def get_by_natural_key(self, username: str | None) -> User:
        user: User = self.get(username=sign_in_name(username or ""))
        return user


def sign_in_name(typed: str) -> str:
    """The one spelling of a sign-in name: NFKC, lower case, no space around it."""
    return unicodedata.normalize("NFKC", typed).strip().lower()


class User(AbstractBaseUser):
    """A person. `name` is what others read and what the trail copies; `username` is what the person signs in with.

    There are no groups, no single permissions and no superuser: the role says it all (roles.py).
    `password_is_anothers`: somebody else set the password, so the person must choose an own one before anything else.
    """

    class Locale(models.TextChoices):
        """How numbers and dates are written and read; the words are English where a translation is missing."""

        EN = "en", "English"
        DE = "de", "Deutsch"
        DE_CH = "de-ch", "Deutsch (Schweiz)"
        FR = "fr", "Français"
        NL = "nl", "Nederlands"

    class Theme(models.TextChoices):
        SYSTEM = "", _("as the system")
        LIGHT = "light", _("light")
        DARK = "dark", _("dark")

    username = models.CharField(_("sign-in name"), max_length=64, unique=True)
    name = models.CharField(_("name"), max_length=120)
    role = models.CharField(_("role"), max_length=16, choices=roles.Role)
    is_active = models.BooleanField(default=True)
    password_is_anothers = models.BooleanField(default=False)
    locale = models.CharField(_("numbers and dates"), max_length=8, choices=Locale, default=Locale.EN)
    time_zone = models.CharField(_("time zone"), max_length=64, default="UTC")
    theme = models.CharField(_("theme"), max_length=8, choices=Theme, blank=True, default=Theme.SYSTEM)
    created_at = models.DateTimeField()

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    objects: ClassVar[UserManager] = UserManager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="a_sign_in_name_is_written_in_lower_case", condition=models.Q(username=Lower("username"))
            ),
            models.CheckConstraint(
                name="a_role_is_one_of_the_four", condition=models.Q(role__in=sorted(roles.Role.values))
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_full_name(self) -> str:
        return self.name

    def has_perm(self, perm: str, obj: object = None) -> bool:
        """May this person do that? Only the role answers; a deactivated person may do nothing."""
        return self.is_active and perm in roles.permissions(self.role)

    def has_perms(self, perms: Iterable[str], obj: object = None) -> bool:
        return all(self.has_perm(perm) for perm in perms)

    def has_module_perms(self, app_label: str) -> bool:
        """Has this person any permission of that room? (`{% if perms.review %}` asks it.)"""
        return self.is_active and any(one.split(".")[0] == app_label for one in roles.permissions(self.role))

    def delete(self, using: str | None = None, keep_parents: bool = False) -> NoReturn:
        raise NeverDeleted("people are deactivated, never deleted")


class Scope(models.TextChoices):
    """What an API key is for."""

    COMPAT_READ = "compat.read", _("read results in the vendors' shapes")
    ROWS_READ = "rows.read", _("read rows in our own shape")
    JOBS_READ = "jobs.read", _("read jobs and their history")
    TASKS_READ = "tasks.read", _("read what waits for people")
    TASKS_WRITE = "tasks.write", _("work on tasks for a person")
    DELIVERIES_READ = "deliveries.read", _("read what is on its way out, and what came of it")
    DELIVERIES_WRITE = "deliveries.write", _("try deliveries again for a person")
    TRAIL_READ = "trail.read", _("read the trail of jobs and tasks")


class KeptKeys(models.QuerySet["ApiKey"]):
    def delete(self) -> NoReturn:
        raise NeverDeleted("API keys are revoked, never deleted")


class ApiKey(models.Model):
    """A machine's way in. The secret is shown once and kept only as SHA-256: it is 32 random bytes, so it needs no salt.

    `upstreams`: slugs of the upstreams whose results it may read; `scopes`: values of Scope. `hold`: compat answers keep
    what is undecided back (design.md, "What compat answers"). `acts_for`: the person whose acts a key that writes does, and
    whose permissions and queues it is bound to; a key for nobody in particular only reads.
    """

    prefix = models.CharField(max_length=12, unique=True)
    secret_sha256 = models.CharField(max_length=64)
    name = models.CharField(_("name"), max_length=120)
    upstreams = models.JSONField(default=list)
    scopes = models.JSONField(default=list)
    hold = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="api_keys")
    acts_for = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="acting_keys"
    )
    expires_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    objects = KeptKeys.as_manager()

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix})"

    def is_good(self, at: datetime) -> bool:
        """Neither revoked nor expired at that moment."""
        return self.revoked_at is None and (self.expires_at is None or at < self.expires_at)

    def may_read(self, upstream: str, scope: str) -> bool:
        """May it read that upstream's results in that way?"""
        return upstream in self.upstreams and scope in self.scopes

    def delete(self, using: str | None = None, keep_parents: bool = False) -> NoReturn:
        raise NeverDeleted("API keys are revoked, never deleted")
