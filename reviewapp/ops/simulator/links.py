"""How does a document's link expire? Presigned-looking addresses under /files/, with S3's own words when they are too old."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import UTC, datetime, timedelta
from urllib.parse import quote, urlencode

from .jobs import Clock
from .wire import Answer, Request

_FORM = "%Y%m%dT%H%M%SZ"


class Links:
    """Makes links and checks them. `seconds`: how long one holds."""

    def __init__(self, clock: Clock, *, seconds: int) -> None:
        self._clock = clock
        self._seconds = seconds
        self._key = secrets.token_bytes(16)
        self._not_before = datetime.min.replace(tzinfo=UTC)
        self.made = 0

    def to(self, base: str, key: str, *, seconds: int | None = None) -> tuple[str, datetime]:
        """A link to what is kept under a key, and when it expires."""
        seconds = self._seconds if seconds is None else seconds
        now = self._clock.now()
        self.made += 1
        query = {
            "X-Amz-Algorithm": "AWS4-HMAC-SHA256",
            "X-Amz-Credential": "SIMULATEDKEYOFNOBODY/simulated/s3/aws4_request",
            "X-Amz-Date": now.strftime(_FORM),
            # Told apart where two are made in one second.
            "X-Amz-Security-Token": f"simulated-{now.microsecond}-{self.made}",
            "X-Amz-Expires": str(seconds),
            "X-Amz-SignedHeaders": "host",
        }
        query["X-Amz-Signature"] = self._signature(key, query)
        return f"{base}/files/{quote(key)}?{urlencode(query)}", now + timedelta(seconds=seconds)

    def expire(self) -> None:
        """Every link that was made so far has expired."""
        self._not_before = self._clock.now()

    def refusal(self, request: Request, key: str) -> Answer | None:
        """Why a link is not served; None when it is."""
        said = {name: values[-1] for name, values in request.query.items()}
        signature = said.pop("X-Amz-Signature", "")
        if not hmac.compare_digest(signature, self._signature(key, said)):
            return denied("SignatureDoesNotMatch", "The signature does not match the one that was calculated.")
        micro = int(said["X-Amz-Security-Token"].split("-")[1])
        made = datetime.strptime(said["X-Amz-Date"], _FORM).replace(tzinfo=UTC, microsecond=micro)
        expires = made + timedelta(seconds=int(said["X-Amz-Expires"]))
        if self._clock.now() > expires or made <= self._not_before:
            return denied("AccessDenied", "Request has expired")
        return None

    def _signature(self, key: str, said: dict[str, str]) -> str:
        text = "\n".join([key, *(f"{name}={said[name]}" for name in sorted(said))])
        return hmac.new(self._key, text.encode(), hashlib.sha256).hexdigest()


def denied(code: str, message: str) -> Answer:
    """403 as S3 writes it."""
    body = f'<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>{code}</Code><Message>{message}</Message></Error>'
    return Answer(403, body.encode(), {"content-type": "application/xml"})
