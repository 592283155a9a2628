"""How does an answer about deliveries look? The models that the OpenAPI declares."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from ninja import Schema

from .shapes import ExactNumber, Id

State = Literal["pending", "retrying", "delivered", "dead", "given_up", "not_accepted"]


class To(Schema):
    """A destination by its short name and its name; where it is, is never told."""

    slug: str
    name: str


class Delivery(Schema):
    """One final row on its way. `state`: `dead` is what nobody tries any more and what holds back the later rows of its
    document, `given_up` what a person gave up. `document_name`: "" where nobody says one, or it was erased; `webhook_id`:
    the same on every try of a webhook; `tries`: how often it was sent so far; `next_at`: when it is due, though it waits
    longer while its destination is stopped; `given_up_at`: when a person gave it up."""

    id: Id
    destination: To
    state: State
    webhook_id: str
    upstream: str
    kind: str
    job: Id
    job_id: str
    key: str
    document_name: str
    row_id: Id
    outcome: Literal["approved", "rejected", "passed"]
    tries: int
    queued_at: datetime
    next_at: datetime | None
    delivered_at: datetime | None
    given_up_at: datetime | None


class Deliveries(Schema):
    data: list[Delivery]
    next: str | None


class Attempt(Schema):
    """`status`: the HTTP status, null without an answer; `code` and `sentence`: how it ended, in our words."""

    number: int
    at: datetime
    seconds: ExactNumber
    status: int | None
    code: str
    sentence: str


class DeliveryWithAttempts(Delivery):
    """`waits_for`: the earlier delivery of its document that has to end before; `attempts`: the newest first."""

    waits_for: Id | None
    attempts: list[Attempt]
