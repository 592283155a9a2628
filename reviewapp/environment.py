"""What does the environment ask for? Typed, with a default, and loud when it is wrong. No Django settings in here."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

YES, NO = frozenset({"1", "true", "yes", "on"}), frozenset({"0", "false", "no", "off"})


def text(name: str, default: str = "") -> str:
    """The variable as it stands, without blanks around it."""
    return os.environ.get(name, default).strip()


def words(name: str) -> list[str]:
    """A comma-separated list."""
    return [word for word in (part.strip() for part in text(name).split(",")) if word]


def flag(name: str, default: bool = False) -> bool:
    """A yes or no. Raises ImproperlyConfigured for anything else."""
    given = text(name).lower()
    if not given:
        return default
    if given not in YES | NO:
        raise ImproperlyConfigured(f"{name} is yes or no, not {given!r}")
    return given in YES


def number(name: str, default: int, *, least: int = 0) -> int:
    """A whole number that is not below `least`. Raises ImproperlyConfigured."""
    given = text(name)
    if not given:
        return default
    if not (given.isascii() and given.isdigit()) or int(given) < least:
        raise ImproperlyConfigured(f"{name} is a whole number, {least} or more, not {given!r}")
    return int(given)


def path(name: str, default: Path) -> Path:
    """An absolute path; a relative one is refused, because it would mean another folder for every start."""
    given = text(name)
    if not given:
        return default
    if not Path(given).is_absolute():
        raise ImproperlyConfigured(f"{name} is an absolute path, not {given!r}")
    return Path(given)


def origin(name: str, default: str) -> str:
    """The address under which people reach the server: https://review.example.org, without a path."""
    given = text(name) or default
    parts = urlsplit(given)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.path not in {"", "/"} or parts.query:
        raise ImproperlyConfigured(f"{name} is an address like https://review.example.org, not {given!r}")
    return f"{parts.scheme}://{parts.netloc}"


def secret(name: str, file: Path) -> str:
    """The variable, else the secret in the file, which is made once (50 random bytes, readable by its owner alone).

    Two first starts at once agree: a file that is there is never replaced. Raises ImproperlyConfigured.
    """
    given = text(name)
    if given and len(given) < 32:
        raise ImproperlyConfigured(f"{name} has 32 characters or more")
    if given:
        return given
    try:
        kept = _kept_secret(file)
    except OSError as error:
        raise ImproperlyConfigured(f"{file} cannot be read or made: {error.strerror}") from error
    if len(kept) < 32:
        raise ImproperlyConfigured(f"{file} does not hold a secret; remove it and everybody has to sign in again")
    return kept


def _kept_secret(file: Path) -> str:
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not file.exists():
        waiting = file.with_name(f".{file.name}.{secrets.token_hex(8)}")
        descriptor = os.open(waiting, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as stream:
            stream.write(secrets.token_urlsafe(50))
            stream.flush()
            os.fsync(stream.fileno())
        try:
            os.link(waiting, file)  # fails where a file already is; a rename would replace it
        except FileExistsError:
            pass
        finally:
            waiting.unlink()
    return file.read_text().strip()
