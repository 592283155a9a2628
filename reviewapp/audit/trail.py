"""Who writes to the trail? Only this module: `record(...)`, inside the transaction of the act that it tells of.

The entry's body is final (`v: 1`): it is never rewritten; a new need is a new body version. Its keys, all always there:

    v        1                                         app      the program's version
    stream   job:<id> | task:<id> | user:<id> | ...    seq      1, 2, 3 ... without a gap in the stream
    prev     leaf of the entry before, 64 zeros first  at       UTC, microseconds, "2026-01-02T03:04:05.000006Z"
    actor    {type, id, name, role}                    via      {ip, agent, key}
    request  request id or ""                          action   one of actions.Action
    object   {type, id}                                job      our job id or ""
    path     JSON Pointer or ""                        old, new, reason   null or {type, commitment}
    source   {} or what the person was shown: upstream, job, key, document, page, boxes, scores, threshold, reasons, schema
    details  {} or further facts of the act            seconds  seconds on the field as text, or ""
             (boxes: those that a person gave with a value, in the form of source.boxes)

Business values never stand in a body, only commitments to them; a float never enters one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, TypeAlias

import rfc8785
from django.db import transaction

from reviewapp import __version__

from . import content
from .actions import Action
from .models import Content, Entry, StreamHead

FIRST = "0" * 64

#: What a body may hold: no float, so that the bytes are the same everywhere.
Plain: TypeAlias = "None | bool | str | int | Sequence[Plain] | Mapping[str, Plain]"


class NotInTransaction(RuntimeError):
    """An entry belongs into the transaction of its act; a 200 means saved (design law 7)."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acted, as copied facts: `type` is person, key, system or upstream; `name` and a person's `role` are as they were."""

    type: str
    id: str
    name: str
    role: str = ""


SYSTEM = Actor(type="system", id="reviewapp", name="reviewapp")


@dataclass(frozen=True, slots=True)
class Via:
    """On which way the act came in."""

    ip: str = ""
    agent: str = ""
    key: str = ""
    request: str = ""


@dataclass(frozen=True, slots=True)
class Note:
    """One entry to be. `old`, `new` and `reason` are Contents: saved ones are pointed at, unsaved ones are saved."""

    stream: str
    action: Action
    object_type: str
    object_id: str
    job: int | None = None
    path: str = ""
    old: Content | None = None
    new: Content | None = None
    reason: Content | None = None
    source: Mapping[str, Plain] = field(default_factory=dict)
    details: Mapping[str, Plain] = field(default_factory=dict)
    seconds: str = ""


def record(*notes: Note, at: datetime, by: Actor, via: Via = Via()) -> list[Entry]:
    """Write the entries of one act. Raises NotInTransaction outside `atomic()`.

    Streams are locked in sorted order, so that two acts that write the same two never wait for each other.
    """
    if not transaction.get_connection().in_atomic_block:
        raise NotInTransaction("trail.record is called inside the act's own transaction")
    heads = {stream: _lock(stream) for stream in sorted({note.stream for note in notes})}
    _save_contents(notes)
    entries = []
    for note in notes:
        head = heads[note.stream]
        entry = _entry(note, head=head, at=at, by=by, via=via)
        head.seq, head.leaf = entry.seq, entry.leaf
        entries.append(entry)
    Entry.objects.bulk_create(entries)
    for head in heads.values():
        head.save(update_fields=["seq", "leaf"])
    return entries


def body(note: Note, *, seq: int, previous: str, at: datetime, by: Actor, via: Via) -> bytes:
    """The entry's final form as RFC 8785 bytes."""
    return rfc8785.dumps(
        {
            "v": 1,
            "app": __version__,
            "stream": note.stream,
            "seq": seq,
            "prev": previous,
            "at": moment(at),
            "actor": {"type": by.type, "id": by.id, "name": by.name, "role": by.role},
            "via": {"ip": via.ip, "agent": via.agent[:256], "key": via.key},
            "request": via.request,
            "action": note.action.value,
            "object": {"type": note.object_type, "id": note.object_id},
            "job": "" if note.job is None else str(note.job),
            "path": note.path,
            "old": _committed(note.old),
            "new": _committed(note.new),
            "reason": _committed(note.reason),
            "source": _no_floats(note.source),
            "details": _no_floats(note.details),
            "seconds": note.seconds,
        }
    )


def leaf(data: bytes) -> str:
    """Hex leaf hash of RFC 6962, section 2.1."""
    return hashlib.sha256(b"\x00" + data).hexdigest()


def moment(at: datetime) -> str:
    """An aware time as the bodies write it: UTC with six digits of a second."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def value(text: str, *, type: str = "text") -> Content:
    """A value on its way into an entry."""
    return content.prepare(type=type, text=text)


def _lock(stream: str) -> StreamHead:
    StreamHead.objects.bulk_create([StreamHead(stream=stream, seq=0, leaf=FIRST)], ignore_conflicts=True)
    return StreamHead.objects.select_for_update().get(stream=stream)


def _save_contents(notes: Sequence[Note]) -> None:
    unsaved: dict[int, Content] = {}
    for note in notes:
        for one in (note.old, note.new, note.reason):
            if one is not None and one._state.adding:
                unsaved[id(one)] = one
    Content.objects.bulk_create(list(unsaved.values()))


def _entry(note: Note, *, head: StreamHead, at: datetime, by: Actor, via: Via) -> Entry:
    data = body(note, seq=head.seq + 1, previous=head.leaf, at=at, by=by, via=via)
    return Entry(
        stream=note.stream,
        seq=head.seq + 1,
        body=data,
        leaf=leaf(data),
        previous=head.leaf,
        at=at,
        action=note.action,
        actor_type=by.type,
        actor_id=by.id,
        object_type=note.object_type,
        object_id=note.object_id,
        job=note.job,
        path=note.path,
        old=note.old,
        new=note.new,
        reason=note.reason,
    )


def _committed(one: Content | None) -> dict[str, str] | None:
    return None if one is None else {"type": one.type, "commitment": one.commitment}


def _no_floats(plain: Plain) -> Any:
    if isinstance(plain, float):
        raise TypeError("a float never enters the trail: give its exact text")
    if isinstance(plain, Mapping):
        return {key: _no_floats(one) for key, one in plain.items()}
    if isinstance(plain, (list, tuple)):
        return [_no_floats(one) for one in plain]
    return plain
