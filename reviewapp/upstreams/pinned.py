"""How is a connection made to a checked address, and ended in time? A name is looked up once; sockets know the deadline.

httpx and httpcore time each read and write alone, so that a server which drips one byte a second is never too slow. Here
every operation on the socket gets what is left of the call's one deadline. And they look a name up where they connect,
after whoever checked it: here the connection is made to addresses alone, which the caller has checked, while the Host
header, SNI (RFC 6066) and the certificate's check (RFC 9525) keep the name.
"""

from __future__ import annotations

import logging
import os
import socket
import ssl
import threading
import typing
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import httpcore

from .failures import OutOfTime, TooLarge, Unreachable, Untrusted

#: (host name, port) -> its addresses as text. Blocks as long as it likes.
Resolver = Callable[[str, int], Sequence[str]]
#: (address, port, seconds) -> a connected socket. Raises OSError.
Dial = Callable[[str, int, float], socket.socket]

#: An answer's head, with all informational answers before it, may cost this many bytes of the connection.
MOST_HEAD = 64 * 1024
MOST_ADDRESSES = 32
_SMALLEST_WAIT = 0.001  # 0 would make a socket non-blocking
_READ = 16 * 1024
_WRITE = 64 * 1024
#: Name lookups that hang go on in their threads; beyond this many, further calls wait for one to end.
_LOOKUPS = threading.BoundedSemaphore(32)


class _Silent(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        return False


# httpcore writes headers at DEBUG, a Location's signature among them; whatever level somebody sets, nobody reads that.
for _name in ("httpcore.connection", "httpcore.http11"):
    logging.getLogger(_name).addFilter(_Silent())


@dataclass(frozen=True, slots=True)
class Deadline:
    """When everything must be over, in seconds of the given clock."""

    end: float
    monotonic: Callable[[], float]

    def left(self) -> float:
        """Seconds, more than 0. Raises OutOfTime."""
        left = self.end - self.monotonic()
        if left <= 0:
            raise OutOfTime("the time for this call is over")
        return max(left, _SMALLEST_WAIT)


def system_resolver(host: str, port: int) -> Sequence[str]:
    """The operating system's answer. Raises OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(address[0]) for *_, address in found]


def dial(address: str, port: int, seconds: float) -> socket.socket:
    """A TCP connection to an address; never looks anything up."""
    connection = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_STREAM)
    try:
        connection.settimeout(seconds)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection.connect((address, port))
    except BaseException:
        connection.close()
        raise
    return connection


def look_up(host: str, port: int, *, resolver: Resolver, deadline: Deadline) -> list[str]:
    """The addresses of a name, each once, in order. Raises Unreachable or OutOfTime."""
    answers: list[Sequence[str] | Exception] = []

    def ask() -> None:
        try:
            answers.append(resolver(host, port))
        except (OSError, UnicodeError) as error:
            answers.append(error)
        finally:
            _LOOKUPS.release()

    # getaddrinfo has no time-out of its own: it is left behind in a thread that keeps no process alive.
    if not _LOOKUPS.acquire(timeout=deadline.left()):
        raise OutOfTime("too many host names are being looked up")
    thread = threading.Thread(target=ask, name="host name lookup", daemon=True)
    thread.start()
    thread.join(deadline.left())
    answer = answers[0] if answers else None
    if answer is None:
        if thread.is_alive():
            raise OutOfTime("the name was not resolved in time")
        raise Unreachable("looking up the name failed")
    if isinstance(answer, Exception) or not answer:
        raise Unreachable("the name does not resolve")
    return list(dict.fromkeys(answer))


class Connector(httpcore.NetworkBackend):
    """Connects to the given addresses, whatever host httpcore names. The wire that it made is kept in `wire`."""

    def __init__(self, addresses: Sequence[str], *, deadline: Deadline, connect_seconds: float, dial: Dial) -> None:
        self._addresses = addresses[:MOST_ADDRESSES]
        self._deadline = deadline
        self._seconds = connect_seconds
        self._dial = dial
        self.wire: Wire | None = None

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        """The addresses one after the other, all within the time for connecting."""
        end = self._deadline.monotonic() + self._seconds
        why = nothing = "nothing answered in time"
        for tried, address in enumerate(self._addresses):
            share = (end - self._deadline.monotonic()) / (len(self._addresses) - tried)
            if share <= 0:
                break
            try:
                connection = self._dial(address, port, min(share, self._deadline.left()))
            except OSError as error:
                why = nothing if isinstance(error, TimeoutError) else reason(error)
                self._deadline.left()
            else:
                self.wire = Wire(connection, deadline=self._deadline, connect_seconds=self._seconds)
                return self.wire
        raise Unreachable(f"no connection: {why}")


class Wire(httpcore.NetworkStream):
    """A socket whose every operation ends with the call's deadline. `sent`: whether a byte of the request went out."""

    def __init__(self, connection: socket.socket, *, deadline: Deadline, connect_seconds: float) -> None:
        self._socket = connection
        self._deadline = deadline
        self._seconds = connect_seconds
        self.sent = False
        self.received = 0
        self.head_is_whole = False

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        if not self.head_is_whole and self.received >= MOST_HEAD:
            raise TooLarge("the head of the answer is too long")
        self._socket.settimeout(self._deadline.left())
        try:
            data = self._socket.recv(min(max_bytes, _READ))
        except TimeoutError as error:
            raise OutOfTime("the answer was not whole in time") from error
        except OSError as error:
            raise httpcore.ReadError() from error
        self.received += len(data)
        return data

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        view = memoryview(buffer)
        while view:
            self._socket.settimeout(self._deadline.left())
            self.sent = True
            try:
                view = view[self._socket.send(view[:_WRITE]) :]
            except TimeoutError as error:
                raise OutOfTime("the request was not taken in time") from error
            except OSError as error:
                # httpcore goes on to read: a server may answer and close before it has read everything.
                raise httpcore.WriteError() from error

    def close(self) -> None:
        self._socket.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        seconds = min(self._seconds, self._deadline.left())
        try:
            self._socket.settimeout(seconds)
            # An end without TLS's own goodbye raises: where a body's length is not told, it may have been cut.
            self._socket = ssl_context.wrap_socket(
                self._socket, server_hostname=server_hostname, suppress_ragged_eofs=False
            )
        except (OSError, ValueError) as error:
            self.close()
            self._deadline.left()
            if isinstance(error, TimeoutError):
                raise Unreachable("the TLS handshake was not finished in time") from error
            if isinstance(error, ssl.SSLCertVerificationError):
                raise Untrusted(f"its certificate is not valid: {error.verify_message}") from error
            if isinstance(error, ssl.SSLEOFError) or not isinstance(error, ssl.SSLError | ValueError):
                raise Unreachable("the TLS handshake was broken off") from error
            raise Untrusted("no TLS connection can be made") from error
        return self

    def get_extra_info(self, info: str) -> typing.Any:
        return None


def reason(error: OSError) -> str:
    """What the system says about a failed connection, in its own fixed words."""
    return os.strerror(error.errno).lower() if error.errno else "the connection failed"
