"""How does one delivery go over the wire, and what does the answer mean? No database here: it may take its time.

`webhook` and `write_back` never raise for what the other side does; an Outcome holds nothing secret.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from reviewapp.extraction import jsontext
from reviewapp.upstreams import adapter, connecting, failures, http, registry
from reviewapp.upstreams.clients import Connection, Correction, Receipt, VendorClient

from . import schedule, signing
from .schedule import Verdict

#: For the vendors' errors: word of `UpstreamError.code` -> what it means; every other permanent one ends the delivery.
_ABOUT_THE_DESTINATION = frozenset({"auth", "forbidden", "quota", "not_allowed"})
_SENTENCES = {
    "auth": "the vendor refused the credential",
    "forbidden": "the vendor says that this credential may not do this",
    "not_found": "the vendor knows no such job",
    "refused": "the vendor calls the request invalid",
    "not_allowed": "our own rules refuse the address",
    "too_large": "the answer is larger than we take",
    "quota": "the quota at the vendor is used up",
    "bad_payload": "the vendor answered what its contract does not promise",
    "uncertain": "it may have arrived, and sent again it may be done twice",
    "conflict": "somebody else changed it there at the same time",
    "rate_limited": "the vendor asks to slow down",
    "unavailable": "the vendor or the way to it is down",
}
_CODES: tuple[tuple[type[http.CallFailed], str], ...] = (
    (failures.NotAllowed, "not_allowed"),
    (failures.Untrusted, "untrusted"),
    (failures.Unreachable, "unreachable"),
    (failures.OutOfTime, "out_of_time"),
    (failures.Unreadable, "unreadable"),
    (failures.TooLarge, "too_large"),
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one attempt ended. `sentence`: in our words; `answer`: the beginning of theirs. `asked`: not before this moment."""

    verdict: Verdict
    code: str
    sentence: str
    status: int | None = None
    answer: str = ""
    asked: datetime | None = None
    seconds: float = 0.0


@dataclass(frozen=True, slots=True, repr=False)
class Envelope:
    """A webhook, ready to be sent."""

    url: str
    private: str
    secrets: tuple[str, ...]
    webhook_id: str
    body: str


#: An upstream's kind -> its client. The tests hand in their own.
Clients = Callable[[str], VendorClient]


def client_of(kind: str) -> VendorClient:
    """The client of a kind of upstream."""
    return registry.client(kind)


def ways_of(kind: str) -> tuple[str, ...]:
    """In which ways a kind of upstream takes decisions back; none where nothing of it can be called."""
    try:
        return client_of(kind).can.writes_back
    except (LookupError, ValueError):
        return ()


def webhook(envelope: Envelope, *, client: http.Client, limits: http.Limits, at: datetime) -> Outcome:
    """Post it, signed with each secret; `at` is the moment of this attempt."""
    started = client.pace.monotonic()
    outcome = _posted(envelope, client=client, limits=limits, at=at)
    return _timed(outcome, client.pace.monotonic() - started)


def write_back(
    vendor: VendorClient, to: Connection, what: Correction, *, way: str, client: http.Client, at: datetime
) -> Outcome:
    """Hand a decision to the vendor's client, in the way that the destination names."""
    started = client.pace.monotonic()
    outcome = _handed(vendor, to, what, way=way, at=at)
    return _timed(outcome, client.pace.monotonic() - started)


def refused(why: adapter.UpstreamError) -> Outcome:
    """What an upstream's error means. Its words may hold what stands in the document, so they are the answer, not the
    sentence."""
    meaning = Verdict.DEAD if why.permanent else Verdict.RETRY
    if why.code in _ABOUT_THE_DESTINATION:
        meaning = Verdict.PAUSE
    sentence = _SENTENCES.get(why.code, "the vendor did not take it")
    return Outcome(meaning, why.code, sentence, answer=_short(str(why)), asked=why.retry_at)


def _posted(envelope: Envelope, *, client: http.Client, limits: http.Limits, at: datetime) -> Outcome:
    body = envelope.body.encode()
    try:
        request = http.Request(
            "POST",
            envelope.url,
            headers={
                "Content-Type": "application/json",
                **signing.headers(
                    webhook_id=envelope.webhook_id, seconds=int(at.timestamp()), body=body, secrets=envelope.secrets
                ),
            },
            content=body,
            path_is_secret=True,
        )
        reach = connecting.reach_of(envelope.url, private=envelope.private)
        answer = client.send(request, reach=reach, at=at, limits=limits)
    except failures.Answered as said:
        return _answered(said)
    except http.CallFailed as failed:
        code = next((word for kind, word in _CODES if isinstance(failed, kind)), "failed")
        # An address that our own rules refuse is as wrong for every other row: the destination waits for a person.
        meaning = Verdict.PAUSE if code == "not_allowed" else Verdict.RETRY
        return Outcome(meaning, code, str(failed.args[0]), answer=failed.body, asked=failed.retry_at)
    except ValueError:  # a range that may not be opened, a secret that is none
        return Outcome(Verdict.PAUSE, "not_configured", "the destination's settings cannot be used as they are")
    text = failures.excerpt(answer.body, whole=not answer.cut, secrets=request.secrets())
    return Outcome(Verdict.DELIVERED, "ok", f"answered {answer.status}", status=answer.status, answer=text)


def _answered(said: failures.Answered) -> Outcome:
    assert said.status is not None
    return Outcome(
        schedule.verdict(said.status),
        f"http_{said.status}",
        str(said.args[0]),
        status=said.status,
        answer=said.body,
        asked=said.retry_at,
    )


def _handed(vendor: VendorClient, to: Connection, what: Correction, *, way: str, at: datetime) -> Outcome:
    if way not in vendor.can.writes_back:
        return Outcome(Verdict.NOT_ACCEPTED, "no_way", "this vendor takes nothing back in this way")
    try:
        receipt = vendor.push(to, what, way=way, at=at)
    except adapter.UpstreamError as why:
        return refused(why)
    return _received(receipt)


def _received(receipt: Receipt) -> Outcome:
    details = jsontext.dump(dict(receipt.details)) if receipt.details else ""
    answer = _short(" ".join(part for part in (receipt.said, details) if part))
    if receipt.accepted:
        return Outcome(Verdict.DELIVERED, "ok", "the vendor took it", answer=answer)
    return Outcome(Verdict.NOT_ACCEPTED, "not_accepted", "the vendor has no place for this", answer=answer)


def _short(text: str) -> str:
    return failures.excerpt(text.encode("utf-8", "replace"), whole=True, secrets=())


def _timed(outcome: Outcome, seconds: float) -> Outcome:
    return Outcome(
        outcome.verdict, outcome.code, outcome.sentence, outcome.status, outcome.answer, outcome.asked, seconds
    )
