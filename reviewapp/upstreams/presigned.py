"""How is a presigned URL made harmless before anything is kept? Its query and fragment are cut out of the text.

Works on the text, not on the tree: numbers, white space and every other token stay as they are, and what is not JSON (a
truncated body that goes to Rejected) is cut all the same.
"""

from __future__ import annotations

import json
import re
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
_TOKEN = re.compile(
    r'(?:"(?P<key>file_url|url)"(?P<colon>\s*:\s*))?"(?P<text>[^"\\]*(?:\\.[^"\\]*)*)"'
    r"|(?P<address>https?:(?:\\*/){2}[^\s\"'<>]*)",
    re.IGNORECASE | re.DOTALL,
)
#: A backslash may stand before the slashes where an address is quoted inside JSON that was not decoded.
_ADDRESS = re.compile(r"https?:(?:\\*/){2}[^\s\"'<>]*", re.IGNORECASE)
_CUT_AT = re.compile(r"[?#]|\\u003f|\\u0023", re.IGNORECASE)


def cut(text: str) -> str:
    """Any text -> the same text without the queries and fragments of presigned URLs.

    Presigned: a parameter of the query or fragment is named like a signature, key or expiry; at the keys `file_url` and
    `url` every address counts. Cutting twice is cutting once.
    """
    return _TOKEN.sub(_cut_token, text)


def _cut_token(match: re.Match[str]) -> str:
    if match["address"] is not None:
        return _cut_address(match)
    quoted = match["text"]
    if "http" not in quoted.lower() and "\\" not in quoted:
        return match[0]
    try:
        said = json.loads(f'"{quoted}"', strict=False)
    except ValueError:
        return _ADDRESS.sub(_cut_address, match[0])
    kept = _without_query(said) if match["key"] and _ADDRESS.match(said) else cut(said)
    if kept == said:
        return match[0]
    before = f'"{match["key"]}"{match["colon"]}' if match["key"] else ""
    # ASCII where it must be: half a surrogate pair, which the gate will refuse by name, could not be encoded.
    return before + json.dumps(kept, ensure_ascii=not _is_writable(kept))


def _cut_address(match: re.Match[str]) -> str:
    address = match[0]
    place = _CUT_AT.search(address)
    return address if place is None or not _is_signed(address[place.end() :]) else address[: place.start()]


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
