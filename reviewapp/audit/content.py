"""How is an erasable text committed to? A salted hash that an append-only row may hold for ever."""

from __future__ import annotations

import hashlib
import secrets

import rfc8785

from .models import Content


def commitment(*, salt: bytes, type: str, text: str) -> str:
    """Hex SHA-256(salt || JCS({"text": text, "type": type})): what an entry says of a value without saying the value."""
    return hashlib.sha256(salt + rfc8785.dumps({"text": text, "type": type})).hexdigest()


def prepare(*, type: str, text: str) -> Content:
    """An unsaved Content with a fresh 32-byte salt."""
    salt = secrets.token_bytes(32)
    return Content(type=type, text=text, salt=salt, commitment=commitment(salt=salt, type=type, text=text))


def keep(*, type: str, text: str) -> Content:
    """A saved Content. Call it inside the transaction of the row that points at it."""
    content = prepare(type=type, text=text)
    content.save(force_insert=True)
    return content
