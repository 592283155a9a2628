"""How does a credential of another server rest in the database? Sealed with a key that is not in it.

Fernet (AES-128-CBC and HMAC-SHA256), its key drawn by HKDF-SHA256 (RFC 5869) from SECRET_KEY; what an older one of
SECRET_KEY_FALLBACKS sealed is opened too. A copy of the database alone opens nothing. Nothing here is ever shown again.
"""

from __future__ import annotations

import base64
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings


class Unopened(ValueError):
    """It was sealed with another SECRET_KEY: it must be given again."""


def seal(secret: str) -> str:
    """The secret as it may be stored; "" stays ""."""
    return _box().encrypt(secret.encode()).decode("ascii") if secret else ""


def open_(sealed: str) -> str:
    """The secret. Raises Unopened."""
    if not sealed:
        return ""
    try:
        return _box().decrypt(sealed.encode("ascii")).decode()
    except (InvalidToken, UnicodeEncodeError):
        raise Unopened("this credential was sealed with another secret key: enter it again") from None


def _box() -> MultiFernet:
    return MultiFernet([_fernet(key) for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)])


@lru_cache(maxsize=16)
def _fernet(key: str) -> Fernet:
    drawn = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"reviewapp sealed credentials").derive(key.encode())
    return Fernet(base64.urlsafe_b64encode(drawn))
