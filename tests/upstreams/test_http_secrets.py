"""Does any error, log line or representation hold a credential, a header's value or a presigned query?"""

from __future__ import annotations

import io
import logging
import pickle
import socket
import traceback
from collections.abc import Callable

import pytest

from reviewapp.upstreams import failures
from reviewapp.upstreams.failures import Answered, CallFailed, excerpt
from reviewapp.upstreams.http import Limits, Reach, Request
from tests.upstreams.servers import (
    ANYWHERE,
    AT,
    HERE,
    PUBLIC,
    Dialled,
    FakePace,
    Play,
    Server,
    always,
    answering,
    authority,
    client,
    dripping,
    said,
)

KEY = "llx-PLANTEDKEY0001"
SIGNATURE = "PLANTEDSIGNATURE0002"
TOKEN = "PLANTED/TOKEN+0003=="
COOKIE = "PLANTEDCOOKIE0004"
ELSEWHERE = "PLANTEDELSEWHERE0005"
WORD = "PLANTED"

QUERY = f"X-Amz-Signature={SIGNATURE}&X-Amz-Security-Token=PLANTED%2FTOKEN%2B0003%3D%3D&plain=PLANTEDPLAIN0006"
HEADERS = {"Authorization": f"Bearer {KEY}", "api-key": KEY, "Webhook-Signature": f"v1,{KEY}", "X-Other": COOKIE}
#: A server that repeats everything it was sent, and adds what it should not.
ECHO = (
    f"no: {KEY} Bearer {KEY} {SIGNATURE} {TOKEN} PLANTED%2FTOKEN%2B0003%3D%3D PLANTEDPLAIN0006 {COOKIE} v1,{KEY} "
    f"https://files.example/a.pdf?X-Amz-Signature={ELSEWHERE} /x?{QUERY}"
).encode()
LIMITS = Limits(seconds=0.25, body=100, tries=2)


def echoing(status: int, **headers: str) -> Play:
    return always(said(status, ECHO, Set_Cookie=f"s={COOKIE}", Location=f"https://x.example/?{QUERY}", **headers))


def broken_dial(address: str, port: int, seconds: float) -> socket.socket:
    raise ConnectionRefusedError(111, f"refused {SIGNATURE}")


def broken_resolver(host: str, port: int) -> list[str]:
    raise OSError(f"no {KEY}")


SERVED: dict[str, Play] = {
    **{f"answered {status}": echoing(status) for status in (302, 304, 400, 401, 403, 404, 409, 418, 429, 500, 503)},
    "asks to wait": echoing(429, Retry_After="3600"),
    "too large": echoing(200),
    "compressed": always(said(200, ECHO[:50], Content_Encoding="br", Set_Cookie=COOKIE)),
    "no gzip": always(said(200, ECHO[:50], Content_Encoding="gzip")),
    "no gzip in an error": echoing(400, Content_Encoding="gzip"),
    "no HTTP": always(ECHO),
    "a bad status line": always(b"HTTP/1.1 " + ECHO + b"\r\n\r\n"),
    "a bad header": always(b"HTTP/1.1 200 OK\r\n" + ECHO.replace(b":", b"") + b"\r\n\r\n"),
    "two lengths": always(b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: " + ECHO + b"\r\n\r\n"),
    "a bad chunk": always(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + ECHO),
    "a body cut": always(b"HTTP/1.1 200 OK\r\nContent-Length: 90\r\n\r\n" + ECHO[:50]),
    "a body that drips": dripping(b"HTTP/1.1 200 OK\r\nContent-Length: 90\r\n\r\n", b"P"),
    "a head that drips": dripping(b"HTTP/1.1 200 OK\r\nX-A: " + ECHO[:20], b"P"),
    "a head that is too long": always(b"HTTP/1.1 200 OK\r\nX-A: " + ECHO * 400),
    "too many headers": always(b"HTTP/1.1 200 OK\r\n" + b"X-A: " + ECHO[:30] + b"\r\n" + b"X-B: c\r\n" * 250 + b"\r\n"),
    "nothing": always(b""),
}


def served(play: Play) -> Callable[[], None]:
    def call() -> None:
        with Server(play) as server:
            client().send(
                Request("GET", f"{server.url}file?{QUERY}", headers=HEADERS), reach=HERE, at=AT, limits=LIMITS
            )

    return call


def downloaded(play: Play) -> Callable[[], None]:
    def call() -> None:
        with Server(play) as server:
            request = Request("GET", f"{server.url}file?{QUERY}", headers=HEADERS)
            client().download(request, into=io.BytesIO(), reach=HERE, at=AT, limits=LIMITS)

    return call


def unserved(
    url: str, *, reach: Reach = ANYWHERE, headers: dict[str, str] | None = None, **means: object
) -> Callable[[], None]:
    def call() -> None:
        calling = client(pace=FakePace().pace, **{"resolver": answering(PUBLIC), "dial": broken_dial, **means})  # type: ignore[arg-type]
        calling.send(
            Request("POST", url, headers=headers or HEADERS, content=KEY.encode()), reach=reach, at=AT, limits=LIMITS
        )

    return call


UNSERVED: dict[str, Callable[[], None]] = {
    "refused": unserved(f"http://api.example/?{QUERY}"),
    "not resolved": unserved(f"http://api.example/?{QUERY}", resolver=broken_resolver),
    "a forbidden address": unserved(f"http://127.0.0.1/?{QUERY}"),
    "a forbidden name": unserved(f"http://in.example/?{QUERY}", resolver=answering("127.0.0.1")),
    "not on the list": unserved(f"http://api.example/?{QUERY}", reach=Reach(hosts=frozenset(), plain_http=True)),
    "plain http": unserved(f"http://api.example/?{QUERY}", reach=Reach(hosts=frozenset({"*"}))),
    "another scheme": unserved(f"ftp://api.example/?{QUERY}"),
    "user and password": unserved(f"https://{KEY}:{KEY}@api.example/?{QUERY}"),
    "no host": unserved(f"https://{KEY}%/?{QUERY}"),
    "a bad port": unserved(f"https://api.example:{KEY}/?{QUERY}"),
    "letters": unserved(f"https://api.example/é?{QUERY}"),
    "white space": unserved(f"https://api.example/ ?{QUERY}"),
    "too long": unserved(f"https://api.example/?{QUERY * 100}"),
    "a line end in a header": unserved("https://api.example/", headers={"api-key": f"{KEY}\n"}),
    "a letter in a header": unserved("https://api.example/", headers={"api-key": f"{KEY}é"}),
    "a header of ours": unserved("https://api.example/", headers={"Host": KEY}),
    "a header's name": unserved("https://api.example/", headers={f"{KEY}:": "x"}),
}
ALL = {
    **{f"sent: {name}": served(play) for name, play in SERVED.items()},
    **{f"downloaded: {name}": downloaded(play) for name, play in SERVED.items()},
    **UNSERVED,
}


@pytest.fixture
def logged() -> io.StringIO:
    """Everything that any logger says, at its lowest level, the libraries' as well."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    loggers = [logging.getLogger(name) for name in ("", "httpx", "httpcore", "httpcore.connection", "httpcore.http11")]
    before = [(logger, logger.level) for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.DEBUG)
    loggers[0].addHandler(handler)
    yield stream  # type: ignore[misc]
    loggers[0].removeHandler(handler)
    for logger, level in before:
        logger.setLevel(level)


def spoken(failure: CallFailed) -> str:
    """Everything that can be got out of an error by printing, logging or reporting it."""
    # The frames of this module hold the secrets, as every caller's do; those of the client must not.
    frames = [
        frame
        for frame in traceback.TracebackException.from_exception(failure, capture_locals=True).stack
        if "/tests/" not in frame.filename
    ]
    assert frames
    return "\n".join(
        [
            str(failure),
            repr(failure),
            repr(failure.args),
            repr(vars(failure)),
            *("".join(traceback.format_exception_only(failure))).splitlines(),
            *(f"{frame.filename} {frame.name} {frame.line} {frame.locals}" for frame in frames),
            repr(failure.__cause__),
            repr(failure.__context__),
        ]
    )


@pytest.mark.parametrize("call", ALL.values(), ids=ALL)
def test_no_error_holds_a_secret(call: Callable[[], None], logged: io.StringIO) -> None:
    with pytest.raises(CallFailed) as caught:
        call()
    logging.getLogger("reviewapp.upstreams").error("a call failed: %r", caught.value, exc_info=caught.value)
    assert WORD not in spoken(caught.value)
    assert WORD not in logged.getvalue()
    assert caught.value.__cause__ is None and caught.value.__context__ is None
    assert len(caught.value.body.encode()) <= 2048
    assert str(caught.value)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("a forbidden address", failures.NotAllowed),
        ("refused", failures.Unreachable),
        ("sent: a body that drips", failures.OutOfTime),
        ("sent: too large", failures.TooLarge),
        ("sent: compressed", failures.Unreadable),
        ("sent: answered 400", failures.Answered),
    ],
)  # Untrusted: below
def test_every_kind_of_error_is_among_them(name: str, kind: type[CallFailed]) -> None:
    with pytest.raises(CallFailed) as caught:
        ALL[name]()
    assert type(caught.value) is kind


def test_a_certificate_that_is_not_valid_says_no_secret_either(tmp_path: object, logged: io.StringIO) -> None:
    with Server(always(said()), tls=authority(tmp_path).serving("x.example")) as server:  # type: ignore[arg-type]
        call = unserved(f"https://api.example/?{QUERY}", dial=Dialled(server.port))
        with pytest.raises(failures.Untrusted) as caught:
            call()
    assert WORD not in spoken(caught.value) + logged.getvalue()


def test_the_search_would_find_what_is_planted(logged: io.StringIO) -> None:
    """The negative control: the libraries' own errors and log lines hold it."""
    failure = CallFailed(f"no {KEY}")
    try:
        raise failure
    except CallFailed:
        assert WORD in repr(vars(failure)) + str(failure)
    logging.getLogger("httpcore").debug("a header %s", KEY)
    assert WORD in logged.getvalue()


def test_a_success_shows_nothing_when_it_is_printed(logged: io.StringIO) -> None:
    with Server(always(said(200, ECHO, Set_Cookie=COOKIE))) as server:
        request = Request("GET", f"{server.url}?{QUERY}", headers=HEADERS, content=KEY.encode())
        answer = client().send(request, reach=HERE, at=AT)
        got = client().download(request, into=io.BytesIO(), reach=HERE, at=AT)
    assert WORD not in repr(request) + repr(answer) + repr(got) + logged.getvalue()


def test_a_webhooks_path_can_be_a_secret() -> None:
    with Server(always(said(404, b"not found: /services/T00000000/PLANTEDPATH0007"))) as server:
        url = f"{server.url}services/T00000000/PLANTEDPATH0007"
        with pytest.raises(Answered) as caught:
            client().send(Request("POST", url, path_is_secret=True), reach=HERE, at=AT)
        assert caught.value.body == "not found: /[cut]/[cut]/[cut]"
        with pytest.raises(Answered) as caught:
            client().send(Request("POST", url), reach=HERE, at=AT)
    assert caught.value.body == "not found: /services/T00000000/PLANTEDPATH0007"


def test_a_redirects_body_and_location_are_not_kept() -> None:
    with Server(echoing(307)) as server, pytest.raises(Answered) as caught:
        client().send(Request("GET", server.url), reach=HERE, at=AT)
    assert str(caught.value).endswith("answered 307, a redirect, and redirects are not followed")
    assert caught.value.body == "" and caught.value.permanent


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        (b'{"detail":"Job not found"}', '{"detail":"Job not found"}'),
        (b"line\r\none\ttwo", "line one two"),
        (b"\x1b[31mred\x1b[0m\x00\x07\x7f", "[31mred[0m"),
        ("a\u202eb\u200bc\u2028d\u0085e\ufeff".encode(), "abcde"),
        (b"\xff\xfe broken \xc3", "\ufffd\ufffd broken \ufffd"),
        (b"", ""),
        (b"<p>  much   \n\n space </p>", "<p> much space </p>"),
    ],
)
def test_a_body_is_shown_as_one_harmless_line(body: bytes, shown: str) -> None:
    assert excerpt(body, whole=True, secrets=()) == shown


def test_a_secret_is_found_though_it_is_hidden_by_control_characters() -> None:
    assert excerpt(b"key sec\x00ret\x1bword", whole=True, secrets=["secretword"]) == "key [cut]"


def test_a_longer_secret_goes_before_one_inside_it() -> None:
    assert excerpt(b"abcd-efgh", whole=True, secrets=["abcd", "abcd-efgh"]) == "[cut]"


def test_half_a_secret_at_the_end_of_what_was_read_is_not_shown() -> None:
    signed = b"https://files.example/a?X-Amz-Signature=" + b"a" * 15_000 + b" PLANTEDKE"
    assert excerpt(signed, whole=False, secrets=["PLANTEDKEY0001"]) == ""
    assert excerpt(signed, whole=True, secrets=[]) == "https://files.example/a PLANTEDKE"
    assert len(excerpt(b"x " * 8000, whole=False, secrets=[])) == 2048


def test_two_kilobytes_are_kept_and_no_half_letter() -> None:
    assert excerpt("é".encode() * 3000, whole=True, secrets=()) == "é" * 1024
    assert excerpt("€".encode() * 3000, whole=True, secrets=()) == "€" * 682


def test_an_error_survives_a_queue() -> None:
    """A worker in another process may hand it on."""
    failure = Answered("answered 503", status=503, retry_at=AT, body="x")
    failure.host, failure.tries = "api.example", 3
    again = pickle.loads(pickle.dumps(failure))
    assert type(again) is Answered and vars(again) == vars(failure) and str(again) == "api.example: answered 503"
