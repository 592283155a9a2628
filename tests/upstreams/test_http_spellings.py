"""Does no spelling of a forbidden address, no rebinding and no mixed answer reach this machine? Canaries listen."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from reviewapp.upstreams import addresses, pinned, targets
from reviewapp.upstreams.failures import CallFailed, NotAllowed, Unreachable
from reviewapp.upstreams.http import Limits, Reach, Request
from tests.upstreams import forbidden_spellings
from tests.upstreams.servers import (
    ANYWHERE,
    AT,
    HERE,
    LOOPBACK,
    PUBLIC,
    Dialled,
    FakePace,
    Server,
    always,
    answering,
    canaries,
    client,
    said,
)

SHORT = Limits(seconds=3.0, body=1000, tries=1)
PUBLIC_6 = "2606:2800:220:1:248:1893:25c8:1946"


@pytest.fixture(scope="module")
def listening() -> Iterator[list[Server]]:
    with canaries() as servers:
        yield servers


@pytest.fixture
def silent(listening: list[Server]) -> Iterator[int]:
    """The canaries' port; afterwards none of them may have heard anything."""
    before = [len(canary.heard) for canary in listening]
    yield listening[0].port
    assert [len(canary.heard) for canary in listening] == before


def looked_up(host: str, port: int) -> list[str]:
    return forbidden_spellings.NAMES[host]  # KeyError fails the test: nothing else may be looked up


def test_the_table_is_long_enough() -> None:
    assert len(set(forbidden_spellings.ALL)) == len(forbidden_spellings.ALL)
    assert len(set(forbidden_spellings.HOSTS)) >= 120


@pytest.mark.parametrize("url", forbidden_spellings.ALL)
def test_no_spelling_reaches_this_machine(url: str, silent: int) -> None:
    with pytest.raises(NotAllowed) as caught:
        client(resolver=looked_up).send(
            Request("GET", url.replace("{p}", str(silent))), reach=ANYWHERE, at=AT, limits=SHORT
        )
    assert caught.value.permanent


def lenient(url: str) -> targets.Target:
    """How a client without the guard reads an address."""
    parts = urlsplit(url)
    assert parts.hostname and parts.port
    return targets.Target(parts.scheme, parts.hostname, parts.port, None, b"/")


def test_without_the_guard_the_canary_hears_the_call(listening: list[Server], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(targets, "parse", lenient)
    monkeypatch.setattr(addresses, "forbidden", lambda address, private=(): None)
    reached = []
    for host in forbidden_spellings.TAKEN_FOR_LOOPBACK:
        if ":" in host and len(listening) < 2:
            continue
        before = sum(len(canary.heard) for canary in listening)
        client().send(Request("GET", f"http://{host}:{listening[0].port}/"), reach=HERE, at=AT, limits=SHORT)
        if sum(len(canary.heard) for canary in listening) == before + 1:
            reached.append(host)
    assert len(reached) >= 20, reached


def test_an_opened_range_is_called_and_only_that(listening: list[Server]) -> None:
    port = listening[0].port
    opened = Reach(hosts=frozenset({"*:*"}), plain_http=True, private=addresses.private_ranges("127.0.0.1/32"))
    assert client().send(Request("GET", f"http://127.0.0.1:{port}/"), reach=opened, at=AT).body == b"reached"
    for other in ("127.0.0.2", "[::1]", "[::ffff:127.0.0.1]", "10.0.0.1", "169.254.169.254", "0.0.0.0"):
        with pytest.raises(NotAllowed):
            client().send(Request("GET", f"http://{other}:{port}/"), reach=opened, at=AT)


#: What a hostile name server answers: never one address alone that may be called.
REFUSED_ANSWERS = [
    [PUBLIC, "127.0.0.1"],
    ["127.0.0.1", PUBLIC],
    [PUBLIC, "::1"],
    ["::1", PUBLIC_6],
    [PUBLIC, PUBLIC_6, "0.0.0.0"],
    [PUBLIC, "::ffff:127.0.0.1"],
    [PUBLIC, "10.0.0.1"],
    [PUBLIC, "169.254.169.254"],
    [PUBLIC, "64:ff9b::7f00:1"],
    [PUBLIC, "2002:7f00:1::"],
    [PUBLIC, "fe80::1%eth0"],
    [PUBLIC_6, "::"],
    [PUBLIC, "fd00:ec2::254"],
    [PUBLIC] * 40 + ["127.0.0.1"],
    [f"93.184.216.{last}" for last in range(1, 60)] + ["127.0.0.1"],  # beyond those that are tried
    [PUBLIC, "127.1"],
    ["2130706433"],
    [PUBLIC, "localhost"],
    [PUBLIC, ""],
    [PUBLIC, f"{PUBLIC}%1"],
]


@pytest.mark.parametrize("found", REFUSED_ANSWERS)
def test_one_forbidden_address_among_the_answers_refuses_them_all(found: list[str], silent: int) -> None:
    dialled = Dialled(silent)
    with pytest.raises(NotAllowed):
        client(resolver=answering(*found), dial=dialled).send(
            Request("GET", f"http://mixed.example:{silent}/"), reach=ANYWHERE, at=AT, limits=SHORT
        )
    assert dialled.addresses == []


class Rebinding:
    """A name server whose first answer is public, and every later one this machine."""

    def __init__(self, *first: str) -> None:
        self.first = first
        self.asked = 0

    def __call__(self, host: str, port: int) -> list[str]:
        self.asked += 1
        return list(self.first) if self.asked == 1 else ["127.0.0.1"]


REBOUND_DURING = {
    "a whole answer": said(200, b"ok"),
    "an answer without a length": b"HTTP/1.1 200 OK\r\n\r\nok",
    "503": said(503),
    "429": said(429, Retry_After="0"),
    "500 with a body": said(500, b"no"),
    "a connection that is closed at once": b"",
    "half a head": b"HTTP/1.1 200 OK\r\nContent-Le",
    "half a body": b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf",
    "a redirect to here": said(302, Location="http://127.0.0.1/"),
    "a redirect to itself": said(307, Location="http://rebind.example/"),
    "a wish for the other port": said(421),
    "an alternative service": said(200, b"ok", Alt_Svc='h2="127.0.0.1:443"'),
    "a refresh": said(200, b"ok", Refresh="0;url=http://127.0.0.1/"),
}


@pytest.mark.parametrize("answer", REBOUND_DURING.values(), ids=REBOUND_DURING)
def test_a_name_is_looked_up_once_in_a_call_whatever_happens(answer: bytes, silent: int) -> None:
    rebinding = Rebinding(PUBLIC)
    with Server(always(answer)) as server:
        dialled = Dialled(server.port)
        calling = client(pace=FakePace().pace, resolver=rebinding, dial=dialled)
        limits = Limits(seconds=60, body=1000, tries=4)
        try:
            calling.send(Request("GET", f"http://rebind.example:{silent}/"), reach=ANYWHERE, at=AT, limits=limits)
        except CallFailed as failure:
            assert failure.tries == len(dialled.addresses)
    assert rebinding.asked == 1
    assert set(dialled.addresses) == {PUBLIC}


def test_the_next_call_looks_the_name_up_again_and_checks_it_again(silent: int) -> None:
    rebinding = Rebinding(PUBLIC)
    with Server(always(said(200, b"ok"))) as server:
        dialled = Dialled(server.port)
        calling = client(resolver=rebinding, dial=dialled)
        request = Request("GET", f"http://rebind.example:{silent}/")
        assert calling.send(request, reach=ANYWHERE, at=AT, limits=SHORT).body == b"ok"
        with pytest.raises(NotAllowed):
            calling.send(request, reach=ANYWHERE, at=AT, limits=SHORT)
    assert dialled.addresses == [PUBLIC]


def test_a_redirect_to_this_machine_is_not_followed(silent: int) -> None:
    for status in (301, 302, 303, 307, 308, 300, 305):
        with Server(always(said(status, Location=f"http://127.0.0.1:{silent}/x?secret=1"))) as server:
            calling = client(resolver=answering(PUBLIC), dial=Dialled(server.port))
            with pytest.raises(CallFailed, match=str(status)) as caught:
                calling.send(Request("GET", "http://api.example/", accept=frozenset({status})), reach=ANYWHERE, at=AT)
        assert caught.value.permanent and caught.value.status == status and "secret" not in str(vars(caught.value))


def test_the_second_address_is_taken_when_the_first_does_not_answer() -> None:
    with Server(always(said(200, b"ok"))) as server:
        asked: list[str] = []

        def dial(address: str, port: int, seconds: float) -> socket.socket:
            asked.append(address)
            if address == PUBLIC:
                raise ConnectionRefusedError(111, "refused")
            return pinned.dial("127.0.0.1", server.port, seconds)

        calling = client(resolver=answering(PUBLIC, PUBLIC_6), dial=dial)
        assert calling.send(Request("GET", "http://api.example/"), reach=ANYWHERE, at=AT).body == b"ok"
    assert asked == [PUBLIC, PUBLIC_6]


def test_a_name_that_does_not_resolve_is_no_permanent_failure() -> None:
    def nothing(host: str, port: int) -> list[str]:
        raise socket.gaierror(socket.EAI_NONAME, "secret.example is not known")

    for resolver in (nothing, answering()):
        with pytest.raises(Unreachable, match=r"gone\.example: the name does not resolve") as caught:
            client(resolver=resolver).send(Request("GET", "http://gone.example/"), reach=HERE, at=AT, limits=SHORT)
        assert not caught.value.permanent


def test_the_environment_says_nothing(silent: int, monkeypatch: pytest.MonkeyPatch, tmp_path: object) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "HTTPS_PROXY", "https_proxy", "all_proxy"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{silent}")
    netrc = tmp_path / "netrc"  # type: ignore[operator]
    netrc.write_text("machine api.example login ana password hunter2hunter2")
    monkeypatch.setenv("NETRC", str(netrc))
    with Server(always(said(200, b"ok", Set_Cookie="a=b"))) as server:
        calling = client(resolver=answering(PUBLIC), dial=Dialled(server.port))
        for _ in range(2):
            calling.send(Request("GET", "http://api.example/"), reach=ANYWHERE, at=AT)
    for heard in server.heard:
        assert b"authorization" not in heard.lower() and b"cookie" not in heard.lower()
        assert heard.startswith(b"GET / HTTP/1.1\r\nHost: api.example\r\n")


def test_loopback_can_be_opened_but_not_by_a_list_of_hosts() -> None:
    listed = Reach(hosts=frozenset({"127.0.0.1:*", "localhost:*"}), plain_http=True)
    with Server(always(said())) as server:
        for host in ("127.0.0.1", "localhost"):
            with pytest.raises(NotAllowed):
                client(resolver=answering("127.0.0.1")).send(
                    Request("GET", f"http://{host}:{server.port}/"), reach=listed, at=AT
                )
    assert server.heard == []
    assert LOOPBACK
