"""Does the receivers' own library take our signatures, and nothing that was changed on the way?"""

from __future__ import annotations

import base64
import hashlib
import hmac
import random
from datetime import UTC, datetime

import pytest
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from reviewapp.delivery import signing

SECRET = signing.as_text(bytes(range(32)))
OLDER = signing.as_text(bytes(range(100, 132)))
BODY = '{"type":"row.approved","data":{"total":12586.00,"name":"Käthe & Söhne"}}'
ID = "msg_0123456789abcdef0123456789abcdef"


def now() -> int:
    # The library compares the timestamp with its own clock.
    return int(datetime.now(UTC).timestamp())


def signed(*secrets: str, body: str = BODY, webhook_id: str = ID, seconds: int | None = None) -> dict[str, str]:
    return signing.headers(
        webhook_id=webhook_id, seconds=seconds or now(), body=body.encode(), secrets=secrets or (SECRET,)
    )


def accepts(headers: dict[str, str], body: str | bytes = BODY, *, secret: str = SECRET) -> bool:
    try:
        Webhook(secret).verify(body, headers)
    except (WebhookVerificationError, ValueError):  # it lets the error of broken base64 through
        return False
    return True


def test_the_specifications_own_vector() -> None:
    """Standard Webhooks 1.0: secret, id, timestamp, payload and the signature that they give."""
    headers = signing.headers(
        webhook_id="msg_p5jXN8AQM9LWM0D4loKWxJek",
        seconds=1614265330,
        body=b'{"test": 2432232314}',
        secrets=("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",),
    )
    assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_the_library_takes_what_we_sign_and_signs_the_same() -> None:
    headers = signed()
    assert accepts(headers)
    at = datetime.fromtimestamp(int(headers["webhook-timestamp"]), UTC)
    assert Webhook(SECRET).sign(ID, at, BODY) == headers["webhook-signature"]


def test_while_secrets_change_a_receiver_may_know_either() -> None:
    headers = signed(SECRET, OLDER)
    assert len(headers["webhook-signature"].split(" ")) == 2
    assert accepts(headers, secret=SECRET) and accepts(headers, secret=OLDER)
    assert not accepts(signed(SECRET), secret=OLDER)


def test_two_hundred_mutations_are_refused() -> None:
    """One character of one part changed, dropped, doubled or exchanged; fifty of each part."""
    dice = random.Random(7)
    refused = 0
    for part in ("body", "webhook-id", "webhook-timestamp", "webhook-signature"):
        for _ in range(50):
            headers, body = signed(), BODY
            before = body if part == "body" else headers[part]
            after = mutated(before, dice, fixed=3 if part == "webhook-signature" else 0)
            if part == "body":
                body = after
            else:
                headers[part] = after
            assert not accepts(headers, body), (part, before, after)
            refused += 1
    assert refused == 200


def mutated(text: str, dice: random.Random, *, fixed: int) -> str:
    """Another text. `fixed`: characters at the beginning that stay, so that the signature's version is not all that is tried."""
    while True:
        at = dice.randrange(fixed, len(text))
        how = dice.randrange(4)
        if how == 0:
            found = text[:at] + chr(33 + (ord(text[at]) - 32) % 94) + text[at + 1 :]
        elif how == 1:
            found = text[:at] + text[at + 1 :]
        elif how == 2:
            found = text[:at] + text[at] + text[at:]
        else:
            other = dice.randrange(fixed, len(text))
            letters = list(text)
            letters[at], letters[other] = letters[other], letters[at]
            found = "".join(letters)
        if found.strip() != text.strip() and meaning(found) != meaning(text):
            return found


def meaning(text: str) -> object:
    """What a receiver reads: of a signature its bytes, of a time its number."""
    if text.startswith("v1,"):
        try:
            return base64.b64decode(text[3:])
        except ValueError:
            return text
    return int(text) if text.isdecimal() else text


def test_an_old_message_is_refused() -> None:
    assert not accepts(signed(seconds=now() - 3600))
    assert not accepts(signed(seconds=now() + 3600))


@pytest.mark.parametrize(
    "secret", ["", "whsec_", "whsec_äöü", "whsec_" + base64.b64encode(b"short").decode(), signing.as_text(bytes(65))]
)
def test_what_is_no_secret_signs_nothing(secret: str) -> None:
    with pytest.raises(signing.BadSecret):
        signed(secret)


def test_six_lines_are_enough_to_check_it() -> None:
    """The lines that docs/deliveries.md gives to receivers without the library."""
    headers = signed(SECRET, OLDER)
    key = base64.b64decode(OLDER.removeprefix("whsec_"))
    text = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + BODY.encode()
    right = "v1," + base64.b64encode(hmac.new(key, text, hashlib.sha256).digest()).decode()
    assert any(hmac.compare_digest(right, one) for one in headers["webhook-signature"].split())
