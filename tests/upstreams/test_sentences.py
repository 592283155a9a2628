"""Is every sentence that a call leaves behind told in the reader's language, and nothing of a vendor's with it?"""

from __future__ import annotations

import ast
import os
from collections.abc import Iterator, Mapping, Sequence
from errno import ECONNREFUSED, ECONNRESET, EHOSTUNREACH, ENETUNREACH

import pytest
from django.utils import translation

from reviewapp.delivery import sending
from reviewapp.upstreams import addresses, errors, sentences
from tests.architecture import source

ROOMS = ("upstreams", "delivery", "intake", "extraction/jsontext.py")
#: What is raised or kept with a sentence for people, and where in its call that stands.
RAISED = {
    **dict.fromkeys(("NotAllowed", "Unreachable", "Untrusted", "OutOfTime", "TooLarge", "Unreadable", "Answered"), 0),
    **dict.fromkeys(("AuthRefused", "Forbidden", "NotFound", "RequestRefused", "QuotaUsedUp", "Uncertain"), 0),
    **dict.fromkeys(("Conflict", "RateLimited", "Unavailable", "BadPayload", "Unopened", "bad", "_NotAccepted"), 0),
    **dict.fromkeys(("_Failure", "Receipt", "BadJson", "NotAResult"), 1),
    "Outcome": 2,
}
#: Texts that are kept as they are, by keyword.
KEPT = {"last_error", "said", "blocked"}
#: What stands in a place of a sentence, by what is written there; "7" in any other.
FILLED = {
    **dict.fromkeys(("failure", "error", "why"), "answered 503"),
    **dict.fromkeys(("answer.status", "status"), "503"),
    **dict.fromkeys(("review.decided", "what.outcome", "now"), "approved"),
    "asked.host": "api.example.com",
    "asks": " and asks to wait until 2026-01-01 00:00:00 UTC",
    "done": "made",
    "named": "the key 'total'",
}
#: Where `status` is a word of the vendor's and no number.
WORDS = {("reviewapp/upstreams/llamacloud/agent_data.py", "status"): "accepted"}
#: Where a ValueError is for people.
SPEAKING = {"reviewapp/upstreams/targets.py", "reviewapp/upstreams/addresses.py"}
#: Sentences that come to their call from further away than a name of their module.
FROM_AFAR = (
    *(os.strerror(number).lower() for number in (ECONNREFUSED, ECONNRESET, EHOSTUNREACH, ENETUNREACH)),
    *("nothing answered in time", "the connection failed", "the connection ended without an answer"),
    *("the answer broke off", "what came is no HTTP answer", "the file is empty", "the PDF ends before its end"),
    *("'7' does not appear to be an IPv4 or IPv6 network", "10.0.0.1/8 has host bits set"),
    *("The result holds no data (null).", "no host to allow: '*.7'"),
)


def kept_sentences() -> Iterator[tuple[str, str]]:
    """(where, the sentence as it would be kept) of every one that is written down in the rooms."""
    for path in source.modules():
        name = source.name(path)
        if not any(f"reviewapp/{room}" in name for room in ROOMS) or "/sentences/" in name or "/migrations/" in name:
            continue
        tree = source.tree(path)
        named: dict[str, list[ast.expr]] = {}
        for node in ast.walk(tree):
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
                named.setdefault(node.targets[0].id, []).append(node.value)
        for node in ast.walk(tree):
            if isinstance(node, ast.Call):
                for said in _said(node, name):
                    yield from ((f"{name}:{node.lineno}", text) for text in _texts(said, named, name) if " " in text)


def _texts(node: ast.expr, named: Mapping[str, Sequence[ast.expr]], module: str) -> Iterator[str]:
    """Everything that may stand there: what a name was given anywhere in its module, either side of a condition."""
    match node:
        case ast.Name(id=name):
            for value in named.get(name, ()):
                yield from _texts(value, named, module)
        case ast.IfExp(body=body, orelse=other):
            yield from _texts(body, named, module)
            yield from _texts(other, named, module)
        case _:
            yield _text(node, named, module)


def _said(call: ast.Call, module: str) -> Iterator[ast.expr]:
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    place = 0 if name == "ValueError" and module in SPEAKING else RAISED.get(name)
    if place is not None and len(call.args) > place:
        yield call.args[place]
    if name in {*RAISED, "Submitted", "Delivery"}:
        yield from (one.value for one in call.keywords if one.arg in KEPT)


def _text(node: ast.expr, named: Mapping[str, Sequence[ast.expr]], module: str) -> str:
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.BinOp(left=left, right=right):
            return _text(left, named, module) + _text(right, named, module)
        case ast.Name(id=name) if name in named:
            return _text(named[name][0], named, module)
        case ast.JoinedStr(values=values):
            return "".join(_text(one, named, module) for one in values)
        case ast.FormattedValue(value=value):
            written = ast.unparse(value)
            return WORDS.get((module, written)) or FILLED.get(written, "7")
    return ""


SENTENCES = sorted(set(kept_sentences()))


def test_the_code_was_read() -> None:
    assert len(SENTENCES) > 90
    texts = {text for _where, text in SENTENCES}
    assert "the name does not resolve" in texts
    assert "Talonic's record was approved." in texts
    assert "what was fetched is no PDF or image" in texts
    assert "the vendor took it" in texts


@pytest.mark.parametrize(("where", "text"), SENTENCES, ids=[where for where, _text in SENTENCES])
def test_every_sentence_that_is_kept_is_known(where: str, text: str) -> None:
    assert sentences.known(text)


@pytest.mark.parametrize("said", errors._SENTENCES.values())
@pytest.mark.parametrize("words", ["", ": total: must be a number"])
def test_what_a_vendor_means_is_known_with_and_without_its_words(said: str, words: str) -> None:
    assert sentences.known(f"api.example.com {said} (422){words}")


@pytest.mark.parametrize("said", [*sending._SENTENCES.values(), *FROM_AFAR])
def test_a_sentence_from_afar_is_known(said: str) -> None:
    assert sentences.known(said)


@pytest.mark.parametrize(
    "said", ["the moon is in the way", "answered the moon", "api.example.com: the moon", "", "x y"]
)
def test_a_sentence_that_is_not_ours_is_not_known(said: str) -> None:
    assert not sentences.known(said)


@pytest.mark.parametrize("network", [network for network, _what, _source in addresses.TABLE], ids=str)
def test_why_no_connection_is_made_to_an_address_is_known(network: addresses.Network) -> None:
    why = addresses.forbidden(network[1] if network.num_addresses > 1 else network[0])
    assert why is not None
    assert sentences.known(f"localhost:8443: no connection is made to {network[0]}: {why}")


@pytest.mark.parametrize(
    ("kept", "german"),
    [
        ("the name does not resolve", "[the name does not resolve]"),
        ("a.example: answered 503", "a.example: [answered 503]"),
        (
            "the file could not be fetched: a.example: answered 503",
            "[the file could not be fetched: a.example: [answered 503]]",
        ),
        (
            "a.example refuses the request (422): total: is no number",
            "[a.example refuses the request (422)]: [“total: is no number”]",
        ),
        ("no connection: the moon is in the way", "[no connection: the moon is in the way]"),
        ('Talonic\'s record was approved. {"record":"7"}', '[Talonic\'s record was approved.] {"record":"7"}'),
        ("something that a vendor said", "something that a vendor said"),
        ("the host says: the name does not resolve", "the host says: the name does not resolve"),
        ("", ""),
    ],
)
def test_each_part_is_told_once_and_anothers_words_stay(
    kept: str, german: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sentences, "_", lambda text: f"[{text}]")
    assert sentences.told(kept) == german


def test_what_was_said_by_another_is_found() -> None:
    with translation.override("en"):
        assert sentences.words("not JSON: Expecting value") == "“Expecting value”"
        assert sentences.words("the answer is JSON, but no list") == ""
        assert sentences.words("who knows") == ""
        assert sentences.theirs("who knows") == "“who knows”"
        assert sentences.theirs("the name does not resolve") == "the name does not resolve"
        assert sentences.theirs("") == ""
