"""How does a receiver know that a webhook is ours? Standard Webhooks 1.0: HMAC-SHA256 over id, time and body. Pure."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Sequence

PREFIX = "whsec_"
#: Bytes of a secret: the specification asks for 24 to 64.
SHORTEST, LONGEST, OURS = 24, 64, 32


class BadSecret(ValueError):
    """Not a secret of the form `whsec_` and 24 to 64 bytes in base64."""


def as_text(key: bytes) -> str:
    """A secret as it is handed to a receiver."""
    return PREFIX + base64.b64encode(key).decode("ascii")


def key_of(secret: str) -> bytes:
    """The bytes of a secret. Raises BadSecret."""
    try:
        key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError):
        raise BadSecret("a secret is whsec_ and base64") from None
    if not SHORTEST <= len(key) <= LONGEST:
        raise BadSecret(f"a secret has {SHORTEST} to {LONGEST} bytes")
    return key


def headers(*, webhook_id: str, seconds: int, body: bytes, secrets: Sequence[str]) -> dict[str, str]:
    """The three headers. `seconds`: of the attempt, since 1970. One signature for each secret, so that a receiver may know
    the old or the new one while they change."""
    signed = b"%s.%d.%s" % (webhook_id.encode("ascii"), seconds, body)
    signatures = (hmac.digest(key_of(secret), signed, hashlib.sha256) for secret in secrets)
    return {
        "webhook-id": webhook_id,
        "webhook-timestamp": str(seconds),
        "webhook-signature": " ".join(f"v1,{base64.b64encode(one).decode('ascii')}" for one in signatures),
    }
