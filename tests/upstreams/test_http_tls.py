"""Does a connection to a pinned address still prove that it is the host of that name?"""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from reviewapp.upstreams.failures import CallFailed, NotAllowed, Unreachable, Untrusted
from reviewapp.upstreams.http import Limits, Reach, Request
from tests.upstreams.servers import (
    ANYWHERE,
    AT,
    PUBLIC,
    Authority,
    Dialled,
    FakePace,
    Server,
    always,
    answering,
    authority,
    client,
    said,
    trusting_all_the_world,
)

HTTPS = Reach(hosts=frozenset({"api.example"}))
LIMITS = Limits(seconds=10, body=1000, tries=3)


@pytest.fixture(scope="module")
def ours(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def names() -> list[str | None]:
    """The names that clients asked for by SNI."""
    return []


@pytest.fixture
def server(ours: Authority, names: list[str | None]) -> Iterator[Server]:
    context = ours.serving("api.example")
    context.sni_callback = lambda _socket, name, _context: names.append(name)
    with Server(always(said(200, b"ok")), tls=context) as running:
        yield running


def call(server: Server, tls: ssl.SSLContext, url: str = "https://api.example/x", reach: Reach = HTTPS) -> bytes:
    calling = client(pace=FakePace().pace, resolver=answering(PUBLIC), dial=Dialled(server.port), tls=tls)
    return calling.send(Request("GET", url), reach=reach, at=AT, limits=LIMITS).body


def test_sni_certificate_and_host_header_keep_the_name(
    server: Server, ours: Authority, names: list[str | None]
) -> None:
    assert call(server, ours.trusted()) == b"ok"
    assert names == ["api.example"]
    assert server.heard[0].startswith(b"GET /x HTTP/1.1\r\nHost: api.example\r\n")


def test_a_certificate_for_another_name_is_refused(server: Server, ours: Authority) -> None:
    with pytest.raises(Untrusted, match=r"other\.example: its certificate is not valid: Hostname mismatch") as caught:
        call(server, ours.trusted(), "https://other.example/", ANYWHERE)
    assert (caught.value.permanent, caught.value.tries, server.heard) == (False, 1, [])


def test_a_certificate_for_the_name_does_not_serve_the_address(server: Server, ours: Authority) -> None:
    with pytest.raises(Untrusted, match="IP address mismatch"):
        call(server, ours.trusted(), f"https://{PUBLIC}/", ANYWHERE)
    assert server.heard == []


def test_an_authority_that_nobody_knows_is_refused(server: Server) -> None:
    with pytest.raises(Untrusted, match="certificate"):
        call(server, trusting_all_the_world())
    assert server.heard == []


def test_the_default_checks_names_and_certificates() -> None:
    tls = trusting_all_the_world()
    assert (tls.verify_mode, tls.check_hostname) == (ssl.CERT_REQUIRED, True)
    assert tls.minimum_version >= ssl.TLSVersion.TLSv1_2


def test_old_tls_is_refused(ours: Authority) -> None:
    context = ours.serving("api.example")
    context.set_ciphers("ALL:@SECLEVEL=0")
    with pytest.warns(DeprecationWarning):
        context.maximum_version = ssl.TLSVersion.TLSv1_1
        context.minimum_version = ssl.TLSVersion.TLSv1
    with Server(always(said()), tls=context) as server, pytest.raises(CallFailed) as caught:
        call(server, ours.trusted())
    assert isinstance(caught.value, Unreachable) and server.heard == []


def test_https_to_a_server_without_tls_fails_in_words(ours: Authority) -> None:
    listener = socket.create_server(("127.0.0.1", 0))

    def blunt() -> None:
        connection, _ = listener.accept()
        with connection:
            connection.recv(1000)
            connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    thread = threading.Thread(target=blunt)
    thread.start()
    calling = client(resolver=answering(PUBLIC), dial=Dialled(listener.getsockname()[1]), tls=ours.trusted())
    with listener, pytest.raises(Untrusted, match=r"api\.example: no TLS connection can be made"):
        calling.send(Request("GET", "https://api.example/"), reach=HTTPS, at=AT, limits=LIMITS)
    thread.join()


def test_http_needs_its_switch(server: Server, ours: Authority) -> None:
    with pytest.raises(NotAllowed, match="plain http"):
        call(server, ours.trusted(), "http://api.example/")
    assert server.heard == []


def test_a_body_that_ends_without_tls_saying_so_is_not_whole(ours: Authority) -> None:
    """Where no length is told, the connection's end is the body's; somebody on the way could have made it."""
    tls = ours.serving("api.example")
    with (
        Server(always(b"HTTP/1.1 200 OK\r\n\r\n%PDF-1.7 half"), tls=tls) as server,
        pytest.raises(Unreachable, match="broke off"),
    ):
        call(server, ours.trusted())
    assert len(server.heard) == 3


def test_a_body_that_tls_ends_is_whole(ours: Authority) -> None:
    def play(connection: object, request: bytes) -> None:
        assert isinstance(connection, ssl.SSLSocket)
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n%PDF-1.7 whole")
        connection.unwrap()

    with Server(play, tls=ours.serving("api.example")) as server:
        assert call(server, ours.trusted()) == b"%PDF-1.7 whole"


def test_a_large_body_comes_through_tls(ours: Authority, tmp_path: Path) -> None:
    body = bytes(range(256)) * 20_000
    with (
        Server(always(said(200, body)), tls=ours.serving("api.example")) as server,
        (tmp_path / "x").open("w+b") as file,
    ):
        calling = client(resolver=answering(PUBLIC), dial=Dialled(server.port), tls=ours.trusted())
        got = calling.download(Request("GET", "https://api.example/"), into=file, reach=HTTPS, at=AT)
    assert got.size == len(body) and (tmp_path / "x").read_bytes() == body
