"""How is Talonic asked? Its credential, and what is looked for in its answers."""

from __future__ import annotations

from datetime import datetime

from reviewapp.extraction.jsontext import Json

from .. import tokens
from ..asking import Server
from ..clients import Connection


def server(to: Connection, at: datetime) -> Server:
    """`Authorization: Bearer tlnc_…`, for every address."""
    return Server(to, at, {"Authorization": f"Bearer {to.credential}"} if to.credential else {})


def rows(tree: Json) -> list[dict[str, Json]]:
    """The objects of a list, which stands under `data` or alone."""
    data = tree.get("data") if isinstance(tree, dict) else tree
    return [node for node in data if isinstance(node, dict)] if isinstance(data, list) else []


def next_cursor(tree: Json) -> str:
    """Where a list goes on; "" at its end. One that has no more may name a cursor all the same."""
    pages = tree.get("pagination") if isinstance(tree, dict) else None
    if not isinstance(pages, dict) or pages.get("has_more") is False:
        return ""
    return tokens.name(pages.get("next_cursor")) or ""
