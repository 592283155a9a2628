"""How is a thing of ours written? Rows, facts, decisions and people as JSON trees, the same in every answer."""

from __future__ import annotations

import json
from datetime import datetime

from reviewapp.accounts.models import User
from reviewapp.audit.trail import moment
from reviewapp.extraction import jsontext
from reviewapp.extraction.jsontext import Json, Number
from reviewapp.extraction.model import Citation, Field, Row
from reviewapp.results.models import ResultRow
from reviewapp.review.models import Decision


def when(at: datetime | None) -> Json:
    return None if at is None else moment(at)


def whole(number: int | None) -> Json:
    return None if number is None else Number(str(number))


def id_of(pk: int | None) -> Json:
    return None if pk is None else str(pk)


def person(user: User | None) -> Json:
    return None if user is None else {"id": str(user.pk), "name": user.name}


def values(row: ResultRow) -> Json:
    """None when they were erased as well: `erased` beside it tells the two apart."""
    return None if row.values.text is None else jsontext.parse(row.values.text)


def decision(made: Decision | None) -> Json:
    if made is None:
        return None
    return {
        "outcome": str(made.outcome),
        "by": person(made.by),
        "at": moment(made.at),
        "fields": dict(json.loads(made.fields)),
        "signed_off": list(json.loads(made.signed_off)),
        "reason": None if made.reason is None else made.reason.text,
    }


def facts(one: Field) -> Json:
    return {
        "scores": dict(one.scores),
        "citations": [_citation(citation) for citation in one.citations],
        "reasoning": one.reasoning,
    }


def flags(row: Row) -> Json:
    return [{"code": flag.code, "path": flag.path, "raw": flag.raw} for flag in row.flags]


def _citation(one: Citation) -> Json:
    return {
        "page": whole(one.page),
        "page_width": one.page_width,
        "page_height": one.page_height,
        "boxes": [[box.left, box.top, box.right, box.bottom] for box in one.boxes],
        "text": one.text,
        "problem": one.problem,
    }
