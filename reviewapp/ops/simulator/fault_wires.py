"""Which faults need the socket? Drips, stalls, lengths that are wrong, floods, bombs, resets, and what is no HTTP."""

from __future__ import annotations

import functools
import socket
import struct
import zlib

from .exchange import Exchange, Fault
from .wire import MARK, Answer

_MB = 1024 * 1024
#: More than anybody's cap.
OVERSIZED = 128 * _MB
#: What a gzip bomb becomes, and the size of the part that it repeats.
BOMB = 256 * _MB
_FLOOD = 16 * _MB
_SPACES = b" " * 65536


def _drip_head(exchange: Exchange) -> None:
    exchange.send(f"HTTP/1.1 200 OK\r\n{MARK[0]}: {MARK[1]}\r\nx-drip: ".encode())
    exchange.drip(b"x")


def _drip_body(exchange: Exchange) -> None:
    exchange.send(_as(exchange.honest).head(length=10 * _MB))
    exchange.drip(b" ")


def _stall(exchange: Exchange) -> None:
    exchange.hold()


def _stall_body(exchange: Exchange) -> None:
    honest = _as(exchange.honest)
    exchange.send(honest.head() + honest.body[: len(honest.body) // 2])
    exchange.hold()


def _truncated_body(exchange: Exchange) -> None:
    honest = _as(exchange.honest)
    exchange.send(honest.head(length=len(honest.body) + 1000) + honest.body)


def _truncated_chunks(exchange: Exchange) -> None:
    honest = exchange.honest
    half = honest.body[: len(honest.body) // 2]
    exchange.send(_chunked(honest).head(framed=False) + f"{len(half):x}\r\n".encode() + half + b"\r\n")


def _chunked(honest: Answer) -> Answer:
    return _as(honest, **{"transfer-encoding": "chunked"})


def _wrong_length(exchange: Exchange) -> None:
    honest = _as(exchange.honest)
    exchange.send(honest.head(length=len(honest.body) // 2) + honest.body)


def _reset(exchange: Exchange) -> None:
    """Closing without lingering sends RST."""
    exchange.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    exchange.connection.close()


def _lost_answer(exchange: Exchange) -> None:
    exchange.work()
    _reset(exchange)


def _reset_in_body(exchange: Exchange) -> None:
    honest = _as(exchange.honest)
    exchange.send(honest.head() + honest.body[: len(honest.body) // 2])
    _reset(exchange)


def _oversized(exchange: Exchange) -> None:
    exchange.send(_as(exchange.honest).head(length=OVERSIZED))
    _pour(exchange)


def _oversized_without_length(exchange: Exchange) -> None:
    exchange.send(_as(exchange.honest).head(framed=False))
    _pour(exchange)


def _pour(exchange: Exchange) -> None:
    for _ in range(OVERSIZED // len(_SPACES)):
        exchange.send(_SPACES)


@functools.cache
def bomb() -> bytes:
    """gzip of spaces: one deflate block that ends at a byte, again and again."""
    maker = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    block = maker.compress(b" " * _MB) + maker.flush(zlib.Z_FULL_FLUSH)
    checksum = 0
    for _ in range(BOMB // _MB):
        checksum = zlib.crc32(b" " * _MB, checksum)
    head = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"
    return head + block * (BOMB // _MB) + b"\x03\x00" + struct.pack("<II", checksum, BOMB % 2**32)


def _gzip_bomb(exchange: Exchange) -> None:
    answer = Answer(200, bomb(), {**exchange.honest.headers, "content-encoding": "gzip"})
    exchange.send(answer.head() + answer.body)


def _false_gzip(exchange: Exchange) -> None:
    answer = _as(exchange.honest, **{"content-encoding": "gzip"})
    exchange.send(answer.head() + answer.body)


def _unknown_encoding(exchange: Exchange) -> None:
    answer = _as(exchange.honest, **{"content-encoding": "br"})
    exchange.send(answer.head() + answer.body)


def _http_garbage(exchange: Exchange) -> None:
    exchange.send(b"HTTP/1.0 two hundred, fine\r\nno colon here\r\n\r\n{}")


def _header_flood(exchange: Exchange) -> None:
    exchange.send(f"HTTP/1.1 200 OK\r\n{MARK[0]}: {MARK[1]}\r\n".encode())
    lines = b"x-flood: and so on\r\n" * 1000
    for _ in range(_FLOOD // len(lines) + 1):
        exchange.send(lines)
    exchange.send(b"content-length: 2\r\n\r\n{}")


def _oversized_error(exchange: Exchange) -> None:
    exchange.send(Answer(500, b"", {"content-type": "text/plain"}).head(framed=False))
    _pour(exchange)


def _as(honest: Answer, **headers: str) -> Answer:
    return Answer(honest.status, honest.body, {**honest.headers, **headers})


WIRES = (
    Fault("drip_head", "a head that never ends, one byte every 0.2 s", _drip_head),
    Fault("drip_body", "an honest head, then a space every 0.2 s for ever", _drip_body),
    Fault("stall", "takes the request and never answers", _stall),
    Fault("stall_body", "half of the honest answer, then nothing more", _stall_body),
    Fault("truncated_body", "the honest body, closed 1000 bytes before its Content-Length", _truncated_body),
    Fault("truncated_chunks", "half of the honest body in one chunk, closed before the last chunk", _truncated_chunks),
    Fault("wrong_length", "a Content-Length of half the honest body, which follows whole", _wrong_length),
    Fault("reset", "the connection is reset before anything was done", _reset),
    Fault("lost_answer", "the work is done, then the connection is reset", _lost_answer),
    Fault("reset_in_body", "half of the honest answer, then a reset", _reset_in_body),
    Fault("oversized", f"{OVERSIZED // _MB} MB of spaces with their length", _oversized),
    Fault(
        "oversized_without_length",
        f"{OVERSIZED // _MB} MB of spaces until the end of the connection",
        _oversized_without_length,
    ),
    Fault("oversized_error", f"500 with {OVERSIZED // _MB} MB of spaces", _oversized_error),
    Fault("gzip_bomb", f"a few hundred kB of gzip that become {BOMB // _MB} MB", _gzip_bomb),
    Fault("false_gzip", "the honest body, said to be gzip", _false_gzip),
    Fault(
        "unknown_encoding", "the honest body, said to be compressed in a way that nobody asked for", _unknown_encoding
    ),
    Fault("http_garbage", "an HTTP/1.0 status line without a number, a header without a colon", _http_garbage),
    Fault("header_flood", f"{_FLOOD // _MB} MB of headers", _header_flood),
)
