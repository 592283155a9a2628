"""Does every call end within its deadline, whichever part of it the other side draws out?"""

from __future__ import annotations

import os
import socket
import threading
import time
from pathlib import Path

import pytest

from reviewapp.upstreams.failures import CallFailed, OutOfTime, Unreachable
from reviewapp.upstreams.http import Limits, Request
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
    trusting_all_the_world,
)

#: httpx alone would never end any of these: a byte comes every 50 ms, and its time-outs are for one read.
DEADLINE = 0.3
#: The promise is one second. A machine that does much else at the same time is not blamed for a slow one, and a call that
#: would never end is found out all the same.
SLACK = 1 if os.environ.get("REVIEWAPP_LONG") == "1" else 10
LIMITS = Limits(seconds=DEADLINE, body=10_000_000, tries=3)


@pytest.fixture(autouse=True, scope="module")
def nothing_but_the_call_is_timed() -> None:
    trusting_all_the_world()


def silence(connection: socket.socket, request: bytes) -> None:
    connection.recv(1)


DRIPS: dict[str, Play] = {
    "nothing is answered": silence,
    "the status line": dripping(b"HTTP/1.1 200 ", b"O"),
    "a header": dripping(b"HTTP/1.1 200 OK\r\nX-A: ", b"a"),
    "ever more headers": dripping(b"HTTP/1.1 200 OK\r\n", b"X-A: a\r\n"),
    "informational answers": dripping(b"", b"HTTP/1.1 103 Early Hints\r\n\r\n"),
    "a body of a length": dripping(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n", b"x"),
    "a body in chunks": dripping(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n"),
    "the size of a chunk": dripping(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"0"),
    "a body without a length": dripping(b"HTTP/1.1 200 OK\r\n\r\n", b"x"),
}


@pytest.mark.parametrize("play", DRIPS.values(), ids=DRIPS)
def test_a_server_that_drips_is_left_at_the_deadline(play: Play) -> None:
    with Server(play) as server:
        started = time.monotonic()
        with pytest.raises(OutOfTime) as caught:
            client().send(Request("GET", server.url), reach=HERE, at=AT, limits=LIMITS)
        assert time.monotonic() - started < DEADLINE + SLACK
    assert not caught.value.permanent and caught.value.tries == 1


def test_without_the_deadline_a_drip_goes_on() -> None:
    """The negative control: the same server, with a deadline that is far away."""
    with Server(dripping(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n", b"x")) as server:
        ended: list[object] = []

        def call() -> None:
            with pytest.raises(CallFailed):
                client().send(
                    Request("GET", server.url), reach=HERE, at=AT, limits=Limits(seconds=60, body=10**7, tries=1)
                )
            ended.append(True)

        thread = threading.Thread(target=call)
        thread.start()
        thread.join(2 * DEADLINE)
        assert not ended
    thread.join(5)
    assert ended


def test_a_dripping_error_keeps_its_status() -> None:
    with Server(dripping(b"HTTP/1.1 418 Teapot\r\nContent-Length: 5000\r\n\r\n", b"x")) as server:
        started = time.monotonic()
        with pytest.raises(CallFailed, match="answered 418") as caught:
            client().send(Request("GET", server.url), reach=HERE, at=AT, limits=LIMITS)
        assert time.monotonic() - started < DEADLINE + SLACK
    assert caught.value.status == 418


def test_a_file_that_drips_is_left_at_the_deadline(tmp_path: Path) -> None:
    with (
        Server(dripping(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n%PDF-", b"x")) as server,
        (tmp_path / "file").open("w+b") as file,
    ):
        started = time.monotonic()
        with pytest.raises(OutOfTime):
            client().download(Request("GET", server.url), into=file, reach=HERE, at=AT, limits=LIMITS)
        assert time.monotonic() - started < DEADLINE + SLACK
        assert file.seek(0, 2) == 0


def test_a_server_that_reads_slowly_is_left_at_the_deadline() -> None:
    release = threading.Event()
    listener = socket.create_server(("127.0.0.1", 0))

    def sip() -> None:
        connection, _ = listener.accept()
        with connection:
            while not release.wait(0.05):
                connection.recv(1000)

    thread = threading.Thread(target=sip)
    thread.start()
    try:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/"
        started = time.monotonic()
        with pytest.raises(OutOfTime):
            client().send(Request("PUT", url, content=bytes(30_000_000)), reach=HERE, at=AT, limits=LIMITS)
        assert time.monotonic() - started < DEADLINE + SLACK
    finally:
        release.set()
        thread.join()
        listener.close()


@pytest.mark.parametrize("hello", [b"", b"\x16\x03\x03\x40\x00"], ids=["silence", "half a record, byte by byte"])
def test_a_tls_handshake_that_drips_is_left(hello: bytes, tmp_path: Path) -> None:
    release = threading.Event()
    listener = socket.create_server(("127.0.0.1", 0))

    def drip() -> None:
        connection, _ = listener.accept()
        with connection:
            connection.sendall(hello)
            while not release.wait(0.05):
                if hello:
                    connection.sendall(b"\x02")

    thread = threading.Thread(target=drip)
    thread.start()
    try:
        port = listener.getsockname()[1]
        calling = client(resolver=answering(PUBLIC), dial=Dialled(port), tls=authority(tmp_path).trusted())
        started = time.monotonic()
        with pytest.raises(OutOfTime):
            calling.send(Request("GET", "https://slow.example/"), reach=ANYWHERE, at=AT, limits=LIMITS)
        assert time.monotonic() - started < DEADLINE + SLACK
    finally:
        release.set()
        thread.join()
        listener.close()


def test_a_name_server_that_hangs_is_left_at_the_deadline() -> None:
    release = threading.Event()

    def hanging(host: str, port: int) -> list[str]:
        release.wait(10)
        return [PUBLIC]

    started = time.monotonic()
    with pytest.raises(OutOfTime, match="not resolved in time"):
        client(resolver=hanging).send(Request("GET", "http://slow.example/"), reach=ANYWHERE, at=AT, limits=LIMITS)
    assert time.monotonic() - started < DEADLINE + SLACK
    release.set()


def test_names_that_hang_do_not_pile_up_without_end() -> None:
    release = threading.Event()
    asked: list[str] = []

    def hanging(host: str, port: int) -> list[str]:
        asked.append(host)
        release.wait(10)
        return []

    def call() -> None:
        with pytest.raises(OutOfTime):
            client(resolver=hanging).send(
                Request("GET", "http://slow.example/"), reach=ANYWHERE, at=AT, limits=Limits(seconds=0.3, body=1)
            )

    callers = [threading.Thread(target=call) for _ in range(50)]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()
    assert len(asked) == 32
    release.set()


def test_connecting_has_a_limit_of_its_own_and_addresses_share_it() -> None:
    shares: list[float] = []

    def nowhere(address: str, port: int, seconds: float) -> socket.socket:
        shares.append(seconds)
        raise TimeoutError

    calling = client(pace=FakePace().pace, resolver=answering(PUBLIC, "1.1.1.1", "8.8.8.8", "9.9.9.9"), dial=nowhere)
    with pytest.raises(Unreachable, match="no connection: nothing answered in time"):
        calling.send(
            Request("GET", "http://gone.example/"), reach=ANYWHERE, at=AT, limits=Limits(seconds=60, body=1, tries=1)
        )
    assert shares == [1.25, 5 / 3, 2.5, 5.0]


def test_a_connection_that_hangs_is_left_after_its_limit() -> None:
    pace = FakePace()

    def hangs(address: str, port: int, seconds: float) -> socket.socket:
        pace.now += seconds
        raise TimeoutError

    with pytest.raises(Unreachable) as caught:
        client(pace=pace.pace, resolver=answering(PUBLIC), dial=hangs).send(
            Request("GET", "http://gone.example/"), reach=ANYWHERE, at=AT, limits=Limits(seconds=60, body=1, tries=2)
        )
    assert caught.value.tries == 2
    assert pace.now == 1000 + 5 + 0.5 + 5


def test_the_deadline_is_over_all_tries_together() -> None:
    with Server(always(said(503))) as server:
        started = time.monotonic()
        with pytest.raises(CallFailed) as caught:
            client().send(Request("GET", server.url), reach=HERE, at=AT, limits=Limits(seconds=0.6, body=1, tries=99))
        assert time.monotonic() - started < 0.6 + SLACK
    assert 1 <= caught.value.tries < 99


def test_the_seconds_of_an_answer_are_said() -> None:
    def late(connection: socket.socket, request: bytes) -> None:
        time.sleep(0.1)
        connection.sendall(said(200, b"ok"))

    with Server(late) as server:
        answer = client().send(Request("GET", server.url), reach=HERE, at=AT)
    assert 0.1 <= answer.seconds < 5
