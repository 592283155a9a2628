"""Small real servers for the outbound client: sockets and threads, one function that plays the server's part."""

from __future__ import annotations

import datetime
import functools
import random
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from reviewapp.upstreams import addresses
from reviewapp.upstreams.calls import trusting
from reviewapp.upstreams.http import Client, Pace, Reach

AT = datetime.datetime(2026, 3, 10, 12, 0, tzinfo=datetime.UTC)
#: A public address. Nothing in the tests connects to it: `Dialled` leads to a server of the test's own.
PUBLIC = "93.184.216.34"
LOOPBACK = addresses.private_ranges("127.0.0.0/8", "::1/128")
#: Everywhere on this machine, over plain http.
HERE = Reach(hosts=frozenset({"*:*"}), plain_http=True, private=LOOPBACK)
#: Everywhere but here.
ANYWHERE = Reach(hosts=frozenset({"*:*"}), plain_http=True)

REAL = Pace(time.monotonic, time.sleep, random.uniform)

Play = Callable[[socket.socket, bytes], None]


@dataclass
class FakePace:
    """A clock that stands still but for `sleep`, and chance that always falls on its upper end."""

    now: float = 1000.0
    slept: list[float] = field(default_factory=list)
    asked: list[tuple[float, float]] = field(default_factory=list)

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds

    def uniform(self, low: float, high: float) -> float:
        self.asked.append((low, high))
        return high

    @property
    def pace(self) -> Pace:
        return Pace(lambda: self.now, self.sleep, self.uniform)


@dataclass
class Dialled:
    """Connects every address to one port of this machine, and remembers what was asked for."""

    port: int
    addresses: list[str] = field(default_factory=list)

    def __call__(self, address: str, port: int, seconds: float) -> socket.socket:
        self.addresses.append(address)
        return socket.create_connection(("127.0.0.1", self.port), seconds)


class Server:
    """Listens on a port of its own until the block ends. `heard`: what arrived first on each connection, b"" included."""

    def __init__(
        self, play: Play, *, host: str = "127.0.0.1", port: int = 0, tls: ssl.SSLContext | None = None
    ) -> None:
        self._play = play
        self._tls = tls
        self.heard: list[bytes] = []
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._listener = socket.create_server((host, port), family=family, backlog=64)
        self.port: int = self._listener.getsockname()[1]
        self._open: list[socket.socket] = []
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._threads[0].start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/"

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self._open.append(connection)
            thread = threading.Thread(target=self._serve, args=(connection,), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _serve(self, connection: socket.socket) -> None:
        with suppress(OSError, ValueError):
            if self._tls is not None:
                self._open.remove(connection)
                connection = self._tls.wrap_socket(connection, server_side=True)
                self._open.append(connection)
            data = request_of(connection)
            self.heard.append(data)
            self._play(connection, data)
        connection.close()

    def __enter__(self) -> Server:
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for connection in self._open:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(2)


def request_of(connection: socket.socket) -> bytes:
    """A whole request: its head, and a body of the length that it tells."""
    data = b""
    while b"\r\n\r\n" not in data:
        more = connection.recv(65536)
        if not more:
            return data
        data += more
    head, _, body = data.partition(b"\r\n\r\n")
    length = next(
        (int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")), 0
    )
    while len(body) < length:
        more = connection.recv(65536)
        if not more:
            break
        body += more
    return head + b"\r\n\r\n" + body


def said(status: int = 200, body: bytes = b"", **headers: str) -> bytes:
    """An answer's bytes. Underscores in the headers' names are hyphens."""
    lines = [f"HTTP/1.1 {status} Said", f"Content-Length: {len(body)}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode() + body


def always(*answers: bytes) -> Play:
    """The answers one after the other, the last one for ever."""
    left = list(answers)

    def play(connection: socket.socket, request: bytes) -> None:
        connection.sendall(left.pop(0) if len(left) > 1 else left[0])

    return play


def dripping(first: bytes, drop: bytes, *, every: float = 0.05) -> Play:
    """Some bytes at once, then one drop again and again for ever."""

    def play(connection: socket.socket, request: bytes) -> None:
        connection.sendall(first)
        while True:
            connection.sendall(drop)
            time.sleep(every)

    return play


def pouring(first: bytes, chunk: bytes, times: int) -> Play:
    """As much as is taken."""

    def play(connection: socket.socket, request: bytes) -> None:
        connection.sendall(first)
        for _ in range(times):
            connection.sendall(chunk)

    return play


@contextmanager
def canaries() -> Iterator[list[Server]]:
    """Listeners on both loopback addresses with one port: whoever hears something was reached."""
    with Server(always(said(200, b"reached"))) as four:
        try:
            six = Server(always(said(200, b"reached")), host="::1", port=four.port)
        except OSError:  # no IPv6 on this machine
            yield [four]
            return
        with six:
            yield [four, six]


@functools.cache
def trusting_all_the_world() -> ssl.SSLContext:
    """The client's own default, made once: reading certifi's list takes a while."""
    return trusting()


def client(*, pace: Pace = REAL, tls: ssl.SSLContext | None = None, **means: object) -> Client:
    return Client(pace=pace, tls=tls or trusting_all_the_world(), **means)  # type: ignore[arg-type]


def answering(*found: str) -> Callable[[str, int], list[str]]:
    """A resolver with one answer for every name."""
    return lambda host, port: list(found)


@dataclass(frozen=True)
class Authority:
    """A certificate authority of one test run."""

    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate
    folder: Path

    def trusted(self) -> ssl.SSLContext:
        """A client that trusts this authority alone."""
        pem = self.certificate.public_bytes(serialization.Encoding.PEM).decode()
        return ssl.create_default_context(cadata=pem)

    def serving(self, *names: str) -> ssl.SSLContext:
        """A server with a certificate for these names."""
        key, certificate = _certified(names[0], self, names=names)
        path = self.folder / f"{names[0]}.pem"
        path.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
            + certificate.public_bytes(serialization.Encoding.PEM)
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(path)
        return context


def authority(folder: Path) -> Authority:
    key, certificate = _certified("a test's own authority", None, names=())
    return Authority(key, certificate, folder)


def _certified(
    subject: str, signer: Authority | None, *, names: tuple[str, ...]
) -> tuple[ec.EllipticCurvePrivateKey, x509.Certificate]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, subject)])
    today = datetime.datetime.now(datetime.UTC)
    built = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(signer.certificate.subject if signer else name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(today - datetime.timedelta(days=1))
        .not_valid_after(today + datetime.timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=signer is None, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )
    if names:
        built = built.add_extension(x509.SubjectAlternativeName([x509.DNSName(n) for n in names]), critical=False)
    if signer is not None:
        issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.key.public_key())
        built = built.add_extension(issuer, critical=False)
    return key, built.sign(signer.key if signer else key, hashes.SHA256())
