"""Was this asked before? A POST with an Idempotency-Key is done once; asked again it gets the same answer for a day."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.crypto import salted_hmac

from reviewapp.accounts.models import ApiKey
from reviewapp.api.models import IdempotentAnswer
from reviewapp.extraction import jsontext

from .errors import Refused

KEPT = timedelta(days=1)
#: So long after it began, what has not answered is taken for dead, and whoever asks again does it.
LEASE = timedelta(seconds=90)

_RUNNING, _DONE = IdempotentAnswer.State.RUNNING, IdempotentAnswer.State.DONE


@dataclass(frozen=True, slots=True)
class Answer:
    """`again`: it was given before."""

    status: int
    text: str
    again: bool = False


@dataclass(frozen=True, slots=True)
class Asked:
    """One request under the name that its caller chose."""

    api_key: ApiKey
    name: str
    method: str
    address: str
    body: bytes

    @property
    def digest(self) -> str:
        """Keyed, so that nobody who reads the table can try values until one fits."""
        text = b"\n".join([self.method.encode(), self.address.encode("utf-8", "surrogatepass"), self.body])
        return salted_hmac("reviewapp.api.v1.idempotency", text, algorithm="sha256").hexdigest()


def once(*, asked: Asked, at: datetime, act: Callable[[], Answer]) -> Answer:
    """Do the act and keep its answer in one transaction, so that a crash leaves both or neither; or give the kept answer.

    The act is one transaction by itself, and a refusal by it is an answer as well. Raises Refused 422 when the name was used
    for something else, 409 while another request of that name runs.
    """
    began = _begin(asked, at)
    if isinstance(began, Answer):
        return began
    try:
        with transaction.atomic():
            answer = _done(act)
            mine = IdempotentAnswer.objects.filter(pk=began.pk, state=_RUNNING, taken_at=began.taken_at)
            if mine.update(state=_DONE, status=answer.status, answer=answer.text) != 1:
                # Another one took it for dead: theirs counts, and what was done here is rolled back.
                raise _still_running()
    except BaseException:
        _give_back(began)
        raise
    return answer


def _done(act: Callable[[], Answer]) -> Answer:
    try:
        return act()
    except Refused as refused:
        return Answer(refused.status, jsontext.dump(refused.body))


def _begin(asked: Asked, at: datetime) -> IdempotentAnswer | Answer:
    with transaction.atomic():
        IdempotentAnswer.objects.filter(api_key=asked.api_key, created_at__lte=at - KEPT).delete()
        digest = asked.digest
        known, new = IdempotentAnswer.objects.get_or_create(
            api_key=asked.api_key,
            name=asked.name,
            defaults={"request": digest, "created_at": at, "taken_at": at},
        )
        if new:
            return known
        if known.request != digest:
            message = "This Idempotency-Key was used for another request."
            raise Refused(422, "idempotency_key_reused", message)
        if known.state == _DONE:
            assert known.status is not None
            return Answer(known.status, known.answer, again=True)
        dead = IdempotentAnswer.objects.filter(pk=known.pk, state=_RUNNING, taken_at__lte=at - LEASE)
        if dead.update(taken_at=at) != 1:
            raise _still_running()
        known.taken_at = at
        return known


def _give_back(began: IdempotentAnswer) -> None:
    """Nothing was done under that name, so it may be used at once."""
    with transaction.atomic():
        IdempotentAnswer.objects.filter(pk=began.pk, state=_RUNNING, taken_at=began.taken_at).delete()


def _still_running() -> Refused:
    return Refused(409, "still_running", "A request with this Idempotency-Key is still running.")
