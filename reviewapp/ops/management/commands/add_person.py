"""`manage.py add_person`: the first person of a server, who then adds the others on the page People."""

from __future__ import annotations

import getpass
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from reviewapp.accounts import people
from reviewapp.accounts.roles import Role
from reviewapp.audit import trail


class Command(BaseCommand):
    """Asks for the password twice; `--password-stdin` reads it from standard input, for scripts."""

    help = "Adds a person with a role."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--username", required=True)
        parser.add_argument("--name", required=True, help="as others read it and the trail copies it")
        parser.add_argument("--role", required=True, choices=Role.values)
        parser.add_argument("--password-stdin", action="store_true", help="read the password from standard input")

    def handle(self, *, username: str, name: str, role: str, password_stdin: bool, **options: Any) -> None:
        password = input() if password_stdin else getpass.getpass("Password: ")
        if not password_stdin and getpass.getpass("Once more: ") != password:
            raise CommandError("The two are not the same; nobody was added.")
        try:
            validate_password(password)
            people.add(
                username=username,
                name=name,
                role=Role(role),
                password=password,
                by=trail.SYSTEM,
                at=timezone.now(),
                temporary=False,
            )
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        except people.CannotChange as error:
            raise CommandError(f"{username} is taken; nobody was added.") from error
        self.stdout.write(f"{username} may sign in.")
