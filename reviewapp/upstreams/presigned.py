"""How is a presigned URL made harmless before anything is kept? Its query and fragment are cut out of the text.

Works on the text, not on the tree: numbers, white space and every other token stay as they are, and what is not JSON (a
truncated body that goes to Rejected) is cut all the same.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from urllib.parse import unquote

#: Parameters whose presence makes an address a key to somebody's file: AWS (both versions), CloudFront, Google, Azure,
#: Alibaba, Tencent, Akamai, and the names that self-made schemes use.
_SIGNED = re.compile(
    r"(?:\A|[?&;#\s])(?:x-amz-[\w-]+|x-goog-[\w-]+|x-oss-[\w-]+|x-cos-[\w-]+|x-ms-[\w-]+|q-sign[\w-]*|q-ak|signature|sign|sig|se|ske|skoid"
    r"|awsaccesskeyid|googleaccessid|ossaccesskeyid|accesskeyid|expires|expires?_?(?:at|in)|expiry|key-pair-id|policy|credential|hdnea|hdnts"
    r"|hmac|jwt|auth|authkey|auth_key|authorization|[\w-]*token|api[_-]?key|secret)=",
    re.IGNORECASE,
)
#: A JSON string, with the key before it where that key always holds an address; or an address outside of any string.
#: Behind a string of JSON no text goes on; where it does, the quotation mark stands for something else.
_TOKEN = re.compile(
    r'(?:"(?P<key>file_url|url)"(?P<colon>\s*:\s*))?"(?P<text>[^"\\]*(?:\\.[^"\\]*)*)"(?![\w%&="])'
    r"|(?P<address>https?:(?:\\*/){2})",
    re.IGNORECASE | re.DOTALL,
)
#: How an address begins. A backslash may stand before the slashes where it is quoted inside JSON that was not decoded.
_ADDRESS = re.compile(r"https?:(?:\\*/){2}", re.IGNORECASE)
#: All that may belong to an address: up to white space, or to where behind a mark another address begins.
_RUN = re.compile(r"[^\s\"'<>]*(?:[\"'<>](?:(?!https?:)[^\s\"'<>])*)*", re.IGNORECASE)
#: What ends an address in one text and stands in the middle of one in another; `_end` tells which.
_MARK = re.compile(r"([\"'<>])")
_CUT_AT = re.compile(r"[?#]|\\u003f|\\u0023", re.IGNORECASE)
_NEXT = re.compile(r"[&;]|\\u0026", re.IGNORECASE)


def cut(text: str) -> str:
    """Any text -> the same text without the queries and fragments of presigned URLs.

    Presigned: a parameter of the query or fragment is named like a signature, key or expiry; at the keys `file_url` and
    `url` every address counts. Cutting twice is cutting once.
    """
    return _scanned(text, _TOKEN)


def _scanned(text: str, token: re.Pattern[str]) -> str:
    kept: list[str] = []
    place = 0
    while (match := token.search(text, place)) is not None:
        kept.append(text[place : match.start()])
        if text[match.start()] == '"':
            said, place = _cut_token(match), match.end()
        else:
            said, place = _cut_address(text, match.start())
        kept.append(said)
    kept.append(text[place:])
    return "".join(kept)


def _cut_token(match: re.Match[str]) -> str:
    quoted = match["text"]
    if "http" not in quoted.lower() and "\\" not in quoted:
        return match[0]
    try:
        said = json.loads(f'"{quoted}"', strict=False)
    except ValueError:
        return _scanned(match[0], _ADDRESS)
    kept = _without_query(said) if match["key"] and _ADDRESS.match(said) else cut(said)
    if kept == said:
        return match[0]
    before = f'"{match["key"]}"{match["colon"]}' if match["key"] else ""
    # ASCII where it must be: half a surrogate pair, which the gate will refuse by name, could not be encoded.
    return before + json.dumps(kept, ensure_ascii=not _is_writable(kept))


def _cut_address(text: str, start: int) -> tuple[str, int]:
    """What is kept of the address that begins at `start`, and where the text goes on behind it."""
    match = _RUN.match(text, start)
    assert match is not None
    pieces = _MARK.split(match[0])
    last = max((place for place in range(0, len(pieces), 2) if _is_signed(pieces[place])), default=-1)
    if last < 0:
        return pieces[0], start + len(pieces[0])
    end = _end(pieces, last, opened_by=text[start - 1 : start])
    address = "".join(pieces[:end])
    place = _CUT_AT.search(address) or _NEXT.search(address)
    return (address if place is None else address[: place.start()]), start + len(address)


def _end(pieces: Sequence[str], last: int, *, opened_by: str) -> int:
    """So many of the pieces are the address: text and marks by turns, a signature named in the one at `last` and in none
    behind it.

    A quotation mark is as good a character as any where an address is not quoted properly, and what stands behind it may
    be the rest of a signature: it ends the address only where none goes on as one would. Rather too much is cut.
    """
    goes_on = max((place for place in range(last + 2, len(pieces), 2) if re.search(r"\w", pieces[place])), default=-1)
    place = last + 1
    while place < len(pieces):
        mark, behind = pieces[place], pieces[place + 1]
        # Nobody opened it with this mark, so nobody closes it; a parenthesis, comma or stop at the end is no reason.
        unopened = mark == "'" != opened_by and goes_on > place
        if not (unopened or (mark in "\"'" and re.match(r"[\w%&=]", behind))):
            break
        place += 2
    return place


def _is_signed(query: str) -> bool:
    # A presigned address may hide as a parameter of another one, encoded once or twice; `\u0026` is how JSON may quote
    # "&".
    plain = query
    for _ in range(3):
        if _SIGNED.search(plain):
            return True
        plain = re.sub(r"\\u00([0-9a-fA-F]{2})", r"%\1", unquote(plain))
    return False


def _without_query(address: str) -> str:
    return re.split(r"[?#]", address, maxsplit=1)[0]


def _is_writable(text: str) -> bool:
    return not any("\ud800" <= character <= "\udfff" for character in text)
