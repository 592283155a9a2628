"""What is sent, what comes back, and what of a large, compressed or broken body is ever taken in?"""

from __future__ import annotations

import gzip
import hashlib
import io
import random
import socket
import threading
import tracemalloc
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from reviewapp.upstreams.bodies import IntoFile
from reviewapp.upstreams.failures import Answered, CallFailed, NotAllowed, TooLarge, Unreachable, Unreadable
from reviewapp.upstreams.http import FILE, JSON, WEBHOOK, Limits, Request, Upload
from tests.upstreams.servers import AT, HERE, FakePace, Server, always, client, pouring, said

MB = 1024 * 1024
SMALL = Limits(seconds=20, body=1 * MB, tries=1)


@contextmanager
def peak() -> Iterator[list[int]]:
    """How much Python held at most within the block, in bytes."""
    found: list[int] = []
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        yield found
        found.append(tracemalloc.get_traced_memory()[1] - before)
    finally:
        tracemalloc.stop()


def test_a_request_arrives_as_it_was_written() -> None:
    with Server(always(said(200, b"ok", X_Request_Id="7"))) as server:
        url = f"{server.url}a%2Fb/../c?q=%7e&X=a+b'(c)"
        request = Request("POST", url, headers={"api-key": "k", "accept": "application/json"}, content=b'{"a":1}')
        answer = client().send(request, reach=HERE, at=AT)
    head, _, body = server.heard[0].partition(b"\r\n\r\n")
    first, *lines = head.decode().split("\r\n")
    assert first == "POST /a%2Fb/../c?q=%7e&X=a+b'(c) HTTP/1.1"
    sent = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines)}
    assert sent == {
        "host": f"127.0.0.1:{server.port}",
        "user-agent": "reviewapp",
        "accept": "application/json",
        "api-key": "k",
        "accept-encoding": "identity",
        "connection": "close",
        "content-length": "7",
    }
    assert body == b'{"a":1}'
    assert (answer.status, answer.body, answer.headers["x-request-id"], answer.headers["X-REQUEST-ID"]) == (
        200,
        b"ok",
        "7",
        "7",
    )


def test_a_form_with_a_file_is_multipart_and_whole_on_every_try() -> None:
    with Server(always(said(503), said(200))) as server:
        request = Request(
            "POST",
            server.url,
            form={"schema_data": "{}"},
            uploads={
                "pdf_file": Upload("a.pdf", io.BytesIO(b"%PDF-1.7 x")),
                "more": Upload("b.png", b"png", "image/png"),
            },
            repeatable=True,
        )
        client(pace=FakePace().pace).send(request, reach=HERE, at=AT)
    assert len(server.heard) == 2
    for heard in server.heard:
        assert b"multipart/form-data; boundary=" in heard
        assert b'name="schema_data"\r\n\r\n{}' in heard
        assert b'name="pdf_file"; filename="a.pdf"\r\nContent-Type: application/pdf\r\n\r\n%PDF-1.7 x\r\n' in heard
        assert b'name="more"; filename="b.png"\r\nContent-Type: image/png\r\n\r\npng\r\n' in heard


def test_a_plain_form_is_urlencoded() -> None:
    with Server(always(said())) as server:
        client().send(Request("POST", server.url, form={"a": "1 2"}), reach=HERE, at=AT)
    assert server.heard[0].endswith(b"\r\n\r\na=1+2")


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "other.example"},
        {"content-length": "5"},
        {"Transfer-Encoding": "chunked"},
        {"Connection": "keep-alive"},
        {"Accept-Encoding": "gzip"},
        {"Proxy-Authorization": "Basic x"},
        {"X-A": "a\r\nX-B: b"},
        {"X-A": "a\nb"},
        {"X-A": "a\x00b"},
        {"X-A": " a"},
        {"X-A": "a "},
        {"X-A": "schlüssel"},
        {"X A": "a"},
        {"X-A:": "a"},
        {"": "a"},
    ],
)
def test_a_header_that_could_change_the_request_is_refused(headers: dict[str, str]) -> None:
    with Server(always(said())) as server, pytest.raises(NotAllowed):
        client().send(Request("GET", server.url, headers=headers), reach=HERE, at=AT)
    assert server.heard == []


def test_a_method_of_another_kind_or_two_bodies_are_refused() -> None:
    for request in (
        Request("CONNECT", "http://127.0.0.1/"),
        Request("get", "http://127.0.0.1/"),
        Request("GET x", "http://127.0.0.1/"),
        Request("POST", "http://127.0.0.1/", content=b"x", form={"a": "b"}),
    ):
        with pytest.raises(NotAllowed):
            client().send(request, reach=HERE, at=AT)


@pytest.mark.parametrize("status", [200, 201, 202, 204, 206, 299])
def test_every_success_is_an_answer(status: int) -> None:
    with Server(always(f"HTTP/1.1 {status} Fine\r\n\r\n".encode())) as server:
        assert client().send(Request("GET", server.url), reach=HERE, at=AT).status == status


def test_a_status_that_the_caller_expects_is_an_answer_with_its_whole_body() -> None:
    body = b'{"detail": {"paths": ["' + b"x" * 50_000 + b'"]}}'
    with Server(always(said(409, body))) as server:
        request = Request("POST", server.url, accept=frozenset({409}))
        assert client().send(request, reach=HERE, at=AT).body == body
        with pytest.raises(Answered) as caught:
            client().send(Request("POST", server.url), reach=HERE, at=AT)
    assert caught.value.status == 409 and len(caught.value.body) == 2048


def test_an_upgrade_is_no_answer() -> None:
    with (
        Server(always(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n")) as server,
        pytest.raises(CallFailed),
    ):
        client().send(Request("GET", server.url), reach=HERE, at=AT, limits=SMALL)


POURED = {
    "a length that is told": b"HTTP/1.1 200 OK\r\nContent-Length: 62914560\r\n\r\n",
    "a length that is not told": b"HTTP/1.1 200 OK\r\n\r\n",
    "a length that is a lie": b"HTTP/1.1 200 OK\r\nContent-Length: 10000000000000\r\n\r\n",
}


@pytest.mark.parametrize("first", POURED.values(), ids=POURED)
def test_a_body_beyond_the_cap_is_not_read(first: bytes) -> None:
    chunk = bytes(64 * 1024)
    with (
        Server(pouring(first, chunk, 60 * 16)) as server,
        peak() as held,
        pytest.raises(TooLarge, match="larger than 1048576 bytes") as caught,
    ):
        client().send(Request("GET", server.url), reach=HERE, at=AT, limits=SMALL)
    assert caught.value.permanent
    assert held[0] < 4 * MB


def test_the_measure_sees_a_body_that_is_read_whole() -> None:
    """The negative control: with a cap above it, the same body is held."""
    first = b"HTTP/1.1 200 OK\r\nContent-Length: 10485760\r\n\r\n"
    with Server(pouring(first, bytes(64 * 1024), 160)) as server, peak() as held:
        answer = client().send(Request("GET", server.url), reach=HERE, at=AT, limits=JSON)
    assert len(answer.body) == 10 * MB
    assert held[0] > 10 * MB


def test_a_body_of_the_cap_is_taken_and_one_byte_more_is_not() -> None:
    limits = Limits(seconds=5, body=1000, tries=1)
    for head in (b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n", b"HTTP/1.1 200 OK\r\nX-A: %d\r\n\r\n"):
        with Server(always(head % 1000 + b"x" * 1000, head % 1001 + b"x" * 1001)) as server:
            assert len(client().send(Request("GET", server.url), reach=HERE, at=AT, limits=limits).body) == 1000
            with pytest.raises(TooLarge):
                client().send(Request("GET", server.url), reach=HERE, at=AT, limits=limits)


def test_a_delivery_counts_though_its_answer_goes_on() -> None:
    with Server(pouring(b"HTTP/1.1 200 OK\r\n\r\n", bytes(64 * 1024), 60 * 16)) as server, peak() as held:
        answer = client().send(Request("POST", server.url, content=b"{}"), reach=HERE, at=AT, limits=WEBHOOK)
    assert (answer.status, len(answer.body), answer.cut) == (200, 64 * 1024, True)
    assert held[0] < 2 * MB


BOMB = zlib.compressobj(9, wbits=31)
BOMBED = BOMB.compress(bytes(100 * MB)) + BOMB.flush()


def test_a_gzip_bomb_is_left_at_the_cap() -> None:
    assert len(BOMBED) < MB / 4
    with Server(always(said(200, BOMBED, Content_Encoding="gzip"))) as server, peak() as held, pytest.raises(TooLarge):
        client().send(Request("GET", server.url), reach=HERE, at=AT, limits=SMALL)
    assert held[0] < 4 * MB


def test_a_bomb_in_an_error_is_left_as_well() -> None:
    with (
        Server(always(said(400, BOMBED, Content_Encoding="gzip"))) as server,
        peak() as held,
        pytest.raises(Answered, match="answered 400") as caught,
    ):
        client().send(Request("GET", server.url), reach=HERE, at=AT, limits=SMALL)
    assert held[0] < 2 * MB and len(caught.value.body) <= 2048


def test_gzip_of_nothing_without_end_is_left_at_the_cap() -> None:
    empty = gzip.compress(b"")
    with (
        Server(pouring(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n", empty * 3000, 10_000)) as server,
        pytest.raises(TooLarge),
    ):
        client().send(Request("GET", server.url), reach=HERE, at=AT, limits=SMALL)


@pytest.mark.parametrize("coding", ["gzip", "x-gzip", "GZIP", " gzip "])
@pytest.mark.parametrize("members", [1, 3])
def test_gzip_that_was_not_asked_for_is_undone(coding: str, members: int) -> None:
    parts = [bytes([65 + n]) * 200_000 for n in range(members)]
    body = b"".join(gzip.compress(part) for part in parts)
    with Server(always(said(200, body, Content_Encoding=coding))) as server:
        answer = client().send(Request("GET", server.url), reach=HERE, at=AT, limits=SMALL)
    assert answer.body == b"".join(parts)


@pytest.mark.parametrize(
    ("coding", "body"),
    [
        ("br", b"x"),
        ("zstd", b"x"),
        ("deflate", zlib.compress(b"x")),
        ("gzip, gzip", gzip.compress(gzip.compress(b"x"))),
        ("identity, gzip", gzip.compress(b"x")),
        ("aws-chunked", b"x"),
        ("gzip", b"not gzip at all"),
        ("gzip", gzip.compress(b"x" * 1000)[:-6]),
        ("gzip", gzip.compress(b"x")[:-8] + bytes(8)),
        ("gzip", gzip.compress(b"x") + b"rubbish"),
    ],
)
def test_any_other_coding_and_broken_gzip_are_refused(coding: str, body: bytes) -> None:
    with Server(always(said(200, body, Content_Encoding=coding))) as server, pytest.raises(Unreadable) as caught:
        client(pace=FakePace().pace).send(Request("GET", server.url), reach=HERE, at=AT)
    assert caught.value.permanent and len(server.heard) == 1


def test_no_body_is_no_broken_gzip() -> None:
    with Server(always(said(200, b"", Content_Encoding="gzip"))) as server:
        assert client().send(Request("GET", server.url), reach=HERE, at=AT).body == b""
        assert client().send(Request("HEAD", server.url), reach=HERE, at=AT).body == b""


HEADS = {
    "one header without end": (b"HTTP/1.1 200 OK\r\nX-A: ", b"a" * 4096),
    "headers without end": (b"HTTP/1.1 200 OK\r\n", b"X-A: a\r\n" * 500),
    "informational answers without end": (b"", b"HTTP/1.1 103 Early Hints\r\nX-A: a\r\n\r\n" * 100),
    "a status line without end": (b"HTTP/1.1 200 ", b"O" * 4096),
}


@pytest.mark.parametrize(("first", "chunk"), HEADS.values(), ids=HEADS)
def test_a_head_without_end_is_left(first: bytes, chunk: bytes) -> None:
    with Server(pouring(first, chunk, 100_000)) as server, peak() as held, pytest.raises(TooLarge, match="head"):
        client().send(Request("GET", server.url), reach=HERE, at=AT, limits=SMALL)
    assert held[0] < 2 * MB


def test_too_many_headers_are_refused() -> None:
    many = {f"X-{number}": "a" for number in range(250)}
    with Server(always(said(200, b"", **many))) as server, pytest.raises(TooLarge, match="head"):
        client().send(Request("GET", server.url), reach=HERE, at=AT, limits=SMALL)


def test_a_file_is_streamed_hashed_and_counted(tmp_path: Path) -> None:
    chunk = bytes(range(256)) * 256
    head = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % (len(chunk) * 200)
    with Server(pouring(head, chunk, 200)) as server, (tmp_path / "file").open("w+b") as file, peak() as held:
        got = client().download(Request("GET", server.url), into=file, reach=HERE, at=AT)
    assert (got.status, got.size, got.sha256) == (200, 200 * 65536, hashlib.sha256(chunk * 200).hexdigest())
    assert (tmp_path / "file").read_bytes() == chunk * 200
    assert held[0] < 2 * MB


def test_a_file_beyond_the_cap_leaves_nothing(tmp_path: Path) -> None:
    with (
        Server(pouring(b"HTTP/1.1 200 OK\r\n\r\n", bytes(65536), 400)) as server,
        (tmp_path / "file").open("w+b") as file,
        pytest.raises(TooLarge),
    ):
        client().download(Request("GET", server.url), into=file, reach=HERE, at=AT, limits=SMALL)
    assert (tmp_path / "file").read_bytes() == b""


def test_a_file_that_breaks_off_is_fetched_again_from_its_beginning(tmp_path: Path) -> None:
    half = b"HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\nhal"
    with Server(always(half, said(200, b"%PDF-1.7"))) as server, (tmp_path / "file").open("w+b") as file:
        got = client(pace=FakePace().pace).download(Request("GET", server.url), into=file, reach=HERE, at=AT)
    assert (tmp_path / "file").read_bytes() == b"%PDF-1.7"
    assert (got.size, got.sha256) == (8, hashlib.sha256(b"%PDF-1.7").hexdigest())
    with Server(always(half)) as server, (tmp_path / "file").open("w+b") as file, pytest.raises(Unreachable):
        client(pace=FakePace().pace).download(Request("GET", server.url), into=file, reach=HERE, at=AT)
    assert (tmp_path / "file").read_bytes() == b""


def test_an_error_page_is_not_taken_for_the_file(tmp_path: Path) -> None:
    with (
        Server(always(said(403, b"<Error>expired</Error>"))) as server,
        (tmp_path / "file").open("w+b") as file,
        pytest.raises(Answered, match="answered 403") as caught,
    ):
        client().download(Request("GET", server.url), into=file, reach=HERE, at=AT)
    assert caught.value.permanent and caught.value.body == "<Error>expired</Error>"
    assert (tmp_path / "file").read_bytes() == b""


def test_a_disk_that_is_full_is_not_the_servers_fault(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def full(self: IntoFile, chunk: bytes) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(IntoFile, "write", full)
    with (
        Server(always(said(200, b"x"))) as server,
        (tmp_path / "file").open("w+b") as file,
        pytest.raises(OSError, match="No space left"),
    ):
        client().download(Request("GET", server.url), into=file, reach=HERE, at=AT)
    assert len(server.heard) == 1


def test_half_a_file_cannot_be_asked_for() -> None:
    with pytest.raises(ValueError, match="half"):
        client().download(Request("GET", "http://a.example/"), into=io.BytesIO(), reach=HERE, at=AT, limits=WEBHOOK)


def test_the_caps_are_those_that_were_promised() -> None:
    assert (JSON.body, FILE.body, FILE.seconds, WEBHOOK.body, WEBHOOK.seconds) == (20 * MB, 100 * MB, 300, 65536, 20)
    assert {JSON.connect_seconds, FILE.connect_seconds, WEBHOOK.connect_seconds} == {5.0}


def test_an_answer_before_the_request_was_read_is_heard() -> None:
    """A server that refuses a large upload answers and closes: writing fails, and the answer is there to be read."""
    listener = socket.create_server(("127.0.0.1", 0))

    def refuse() -> None:
        connection, _ = listener.accept()
        with connection:
            connection.recv(1000)
            connection.sendall(said(413, b"too big"))

    thread = threading.Thread(target=refuse)
    thread.start()
    with listener, pytest.raises(CallFailed) as caught:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/"
        client().send(Request("POST", url, content=bytes(20 * MB)), reach=HERE, at=AT, limits=SMALL)
    thread.join()
    assert (caught.value.status, caught.value.body) == (413, "too big")


def test_many_threads_share_one_client() -> None:
    with Server(always(said(200, b"ok"))) as server:
        calling = client()
        got: list[bytes] = []
        threads = [
            threading.Thread(
                target=lambda: got.append(calling.send(Request("GET", server.url), reach=HERE, at=AT).body)
            )
            for _ in range(20)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert got == [b"ok"] * 20


ODD = {
    "a length of 5,000 digits": b"HTTP/1.1 200 OK\r\nContent-Length: " + b"9" * 5000 + b"\r\n\r\nx",
    "a length of 30 digits": b"HTTP/1.1 200 OK\r\nContent-Length: " + b"9" * 30 + b"\r\n\r\nx",
    "a negative length": b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\nx",
    "a length that is no number": b"HTTP/1.1 200 OK\r\nContent-Length: \xb2\r\n\r\nx",
    "a chunk of 16 digits": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFF\r\nx",
    "a chunk of 5,000 digits": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + b"F" * 5000 + b"\r\nx",
    "status 999": b"HTTP/1.1 999 Odd\r\n\r\n",
    "status 099": b"HTTP/1.1 099 Odd\r\n\r\n",
    "HTTP/2 in words": b"HTTP/2 200 OK\r\n\r\n",
    "HTTP/0.9": b"<html>hello</html>",
    "a header of bytes": b"HTTP/1.1 503 Busy\r\nRetry-After: \xff\xfe\r\nX-\xc3: a\r\n\r\n",
    "a NUL in a header": b"HTTP/1.1 200 OK\r\nX-A: a\x00b\r\n\r\n",
    "a folded header": b"HTTP/1.1 200 OK\r\nX-A: a\r\n b\r\nContent-Encoding: gz\r\n ip\r\n\r\nx",
    "both kinds of length": b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
}


@pytest.mark.parametrize("answer", ODD.values(), ids=ODD)
def test_an_odd_answer_is_an_answer_or_a_failure_of_ours(answer: bytes) -> None:
    with Server(always(answer)) as server:
        for request in (Request("GET", server.url), Request("HEAD", server.url)):
            try:
                client(pace=FakePace().pace).send(request, reach=HERE, at=AT, limits=SMALL)
            except CallFailed as failure:
                assert str(failure)


def test_answers_that_were_damaged_anywhere_are_answers_or_failures_of_ours() -> None:
    chance = random.Random(7)
    whole = [
        said(200, gzip.compress(b'{"a": 1}' * 20), Content_Encoding="gzip"),
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n6;a=b\r\n world\r\n0\r\nX-T: a\r\n\r\n",
        said(429, b'{"detail": "slow down"}', Retry_After="7", X_RateLimit_Reset="2026-03-10T13:00:00Z"),
    ]

    def damaged(connection: socket.socket, request: bytes) -> None:
        answer = bytearray(chance.choice(whole))
        for _ in range(chance.randint(1, 4)):
            place = chance.randrange(len(answer))
            answer[place : place + chance.randint(0, 3)] = chance.randbytes(chance.randint(0, 3))
        connection.sendall(answer)

    failed = 0
    with Server(damaged) as server:
        for _ in range(200):
            try:
                client(pace=FakePace().pace).send(Request("GET", server.url), reach=HERE, at=AT, limits=SMALL)
            except CallFailed:
                failed += 1
    assert 20 < failed < 200
