"""How is an answer's body taken in? Under a cap, undone where a server compressed it unasked, into memory or a file."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterable, Iterator
from typing import BinaryIO, Protocol

from .failures import TooLarge, Unreadable

_CHUNK = 64 * 1024
_GZIP = 16 + zlib.MAX_WBITS


class Sink(Protocol):
    """Where a body goes. `restart` before every try: what an earlier one brought is gone."""

    def restart(self) -> None: ...

    def write(self, chunk: bytes) -> object: ...


class InMemory:
    """Keeps a body as bytes."""

    def __init__(self) -> None:
        self._body = bytearray()

    def restart(self) -> None:
        self._body = bytearray()

    def write(self, chunk: bytes) -> None:
        self._body += chunk

    def taken(self) -> bytes:
        """The body; this sink is empty afterwards, so that it is not held twice for long."""
        body, self._body = bytes(self._body), bytearray()
        return body


class IntoFile:
    """Writes a body into a seekable binary file, from its beginning, and hashes it on the way."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._hash = hashlib.sha256()
        self.size = 0

    def restart(self) -> None:
        self._file.seek(0)
        self._file.truncate()
        self._hash = hashlib.sha256()
        self.size = 0

    def write(self, chunk: bytes) -> None:
        self._file.write(chunk)
        self._hash.update(chunk)
        self.size += len(chunk)

    @property
    def sha256(self) -> str:
        return self._hash.hexdigest()


def take(chunks: Iterable[bytes], *, coding: str, cap: int, cut: bool, sink: Sink) -> bool:
    """A body into its sink; True when it was cut at the cap, which without `cut` raises TooLarge.

    `coding`: the answer's Content-Encoding. identity was asked for; gzip is undone all the same, piece by piece, because
    stores send objects as they were put there. Anything else raises Unreadable. The cap holds for the bytes on the
    way and for those that come out.
    """
    sink.restart()
    size = 0
    for chunk in _plain(_counted(chunks, cap=cap, cut=cut), coding.strip().lower()):
        if size + len(chunk) > cap:
            if not cut:
                raise TooLarge(f"the answer is larger than {cap} bytes")
            sink.write(chunk[: cap - size])
            return True
        sink.write(chunk)
        size += len(chunk)
    return False


def _counted(chunks: Iterable[bytes], *, cap: int, cut: bool) -> Iterator[bytes]:
    # gzip may be blown up with blocks that hold nothing: these count as well.
    size = 0
    for chunk in chunks:
        yield chunk
        size += len(chunk)
        if size > cap:
            if cut:
                return
            raise TooLarge(f"the answer is larger than {cap} bytes")


def _plain(chunks: Iterable[bytes], coding: str) -> Iterator[bytes]:
    if coding in {"", "identity"}:
        return iter(chunks)
    if coding in {"gzip", "x-gzip"}:
        return _gunzipped(chunks)
    raise Unreadable("the answer is compressed in a way that was not asked for")


def _gunzipped(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """RFC 1952: one member or several, never more than 64 kB of them at once."""
    inflater = zlib.decompressobj(_GZIP)
    started = False
    try:
        for chunk in chunks:
            data = chunk
            while data:
                if inflater.eof:
                    inflater = zlib.decompressobj(_GZIP)
                started = True
                yield inflater.decompress(data, _CHUNK)
                data = inflater.unused_data if inflater.eof else inflater.unconsumed_tail
        yield inflater.flush()
    except zlib.error:
        raise Unreadable("the answer says that it is gzip, and is not") from None
    if started and not inflater.eof:
        raise Unreadable("the answer is gzip that ends too early")
