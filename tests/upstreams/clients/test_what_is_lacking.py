"""What does each kind need before a document can be handed in, and which options has a connection of it? Table by kind."""

from __future__ import annotations

import pytest

from reviewapp.extraction.model import Kind
from reviewapp.upstreams import registry

SCHEMA = '{"type": "object"}'
#: kind: (what is missing when nothing was given, what makes it complete)
TABLE = {
    Kind.UNSILOED_EXTRACT: (("schema",), [{"schema": SCHEMA}]),
    Kind.UNSILOED_CLASSIFY: (("categories",), [{"categories": ("a",)}]),
    Kind.TALONIC: ((), [{}]),
    Kind.LLAMACLOUD: (
        ("schema", "extraction_agent_id"),
        [{"schema": SCHEMA}, {"options": {"extraction_agent_id": "a, b"}}],
    ),
    Kind.LLAMACLOUD_V2: (
        ("schema", "configuration_id"),
        [{"schema": SCHEMA}, {"options": {"configuration_id": "cfg-1"}}],
    ),
}
NOTHING: dict[str, object] = {"options": {}, "schema": "", "categories": ()}


def lacks(kind: Kind, **given: object) -> tuple[str, ...]:
    return registry.client(kind).lacks(**{**NOTHING, **given})  # type: ignore[arg-type]


def test_the_table_holds_every_kind() -> None:
    assert set(TABLE) == set(registry.CLIENTS)


@pytest.mark.parametrize("kind", TABLE)
def test_what_is_missing_is_said_and_each_of_it_alone_will_do(kind: Kind) -> None:
    missing, complete = TABLE[kind]
    assert lacks(kind) == missing
    for given in complete:
        assert lacks(kind, **given) == ()
    # What another kind needs is of no help.
    foreign = {"categories": ("a",)} if "categories" not in missing else {"schema": SCHEMA}
    assert lacks(kind, **foreign) == missing


@pytest.mark.parametrize("kind", TABLE)
def test_an_option_that_may_be_wanted_can_be_set(kind: Kind) -> None:
    assert set(TABLE[kind][0]) - {"schema", "categories"} <= set(registry.client(kind).can.options)
