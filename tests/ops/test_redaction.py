"""Does a secret get into the log? (reviewapp/ops/redaction.py)"""

from __future__ import annotations

import logging

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewapp.ops.redaction import RedactingFormatter, redact

SECRET = "s3cr3tv4lu3"


@pytest.mark.parametrize(
    "line",
    [
        f"GET https://files.example.org/a.pdf?X-Amz-Signature={SECRET}&Expires=1",
        f"GET https://files.example.org/a.pdf#{SECRET}",
        f'{{"file_url": "https://files.example.org/a.pdf?sig={SECRET}"}}',
        f"cannot connect to postgres://review:{SECRET}@db.example.org/review",
        f"headers: {{'Authorization': 'Bearer {SECRET}'}}",
        f"Authorization: Bearer {SECRET}",
        f"api-key={SECRET}",
        f"X-API-Key: {SECRET}",
        f'password="{SECRET} {SECRET}"',
        f"access_token: {SECRET}, next",
        f"Cookie: session={SECRET}",
        f"client_secret = '{SECRET}'",
    ],
)
def test_it_is_cut_out(line: str) -> None:
    assert SECRET not in redact(line)


@pytest.mark.parametrize(
    "line",
    [
        "GET /tasks/?queue=invoices&after=12 200",
        "task 12 claimed by ana until 12:30:00",
        "https://files.example.org/a.pdf answered 403",
        "SQLite 3.53.4 in WAL mode, synchronous=FULL",
    ],
)
def test_what_is_no_secret_stays(line: str) -> None:
    assert redact(line) == line


@given(st.text(alphabet="abcdefghijklmnopqrstuvwxyz0123456789%+/=&-_.~", min_size=1))
def test_no_query_of_an_address_survives(query: str) -> None:
    assert redact(f"a https://h.example/p?{query} b") == "a https://h.example/p?[cut] b"


@pytest.mark.parametrize("mark", [*"!$&'()*+,;=", *":@/?-._~%", *'"`<>{}|^[]\\', "''", "','", "';"])
@pytest.mark.parametrize("context", ["{}", "GET {} 200", 'msg="GET {}" x', "'{}'", "b'GET {} 1.1'", "({})", "<{}>"])
def test_no_character_in_an_address_hides_what_follows_it(mark: str, context: str) -> None:
    for address in (f"https://h.example/p?q={mark}&sig={SECRET}", f"https://h.example/o{mark}c?sig={SECRET}"):
        # In a path these end the address.
        if set(mark) & set('"<>') and "/o" in address:
            continue
        assert SECRET not in redact(context.format(address)), address


def test_the_quotation_marks_round_an_address_stay() -> None:
    assert redact("{'url': 'https://h/p?a=1', 'n': 1}") == "{'url': 'https://h/p?[cut]', 'n': 1}"
    assert redact("<a href='https://h/p?a=1'>p</a>") == "<a href='https://h/p?[cut]'>p</a>"


def test_arguments_and_tracebacks_are_covered() -> None:
    try:
        raise ValueError(f"https://h.example/p?sig={SECRET}")
    except ValueError as error:
        info = (type(error), error, error.__traceback__)
    record = logging.LogRecord("x", logging.ERROR, "x.py", 1, "key=%s", (f"https://h/p?{SECRET}",), info)
    text = RedactingFormatter("{message}", style="{").format(record)
    assert "ValueError" in text
    assert SECRET not in text
