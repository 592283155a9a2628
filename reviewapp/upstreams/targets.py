"""Which URL may a caller ask for? Text -> Target, strictly, and the caller's own list of hosts. Pure.

Two parsers that read one text differently are how guards are passed by, so there is one spelling of everything: what
RFC 3986 or the WHATWG URL standard would repair is refused. ASCII alone (an internationalised name as its A-label,
"xn--…"), no user info, no percent-encoding in the host, IPv4 as four decimal numbers (RFC 6943, 3.1.1: inet_aton reads
127.1, 0x7f.1, 017700000001 and 2130706433 as 127.0.0.1), IPv6 without zone (RFC 6874), no trailing dot, no empty label.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv6Address

from .addresses import Address, Network
from .failures import NotAllowed

LONGEST = 8 * 1024
PORTS = {"http": 80, "https": 443}

_URL = re.compile(r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*)://(?P<authority>[^/?#]*)(?P<target>[^#]*)(?:#.*)?", re.ASCII)
_AUTHORITY = re.compile(r"(?:\[(?P<v6>[0-9A-Fa-f:.]+)\]|(?P<name>[A-Za-z0-9._-]+))(?::(?P<port>[0-9]{1,5}))?", re.ASCII)
_LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?", re.ASCII)
#: A last label like this makes the whole host a number to inet_aton and to the WHATWG standard.
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*", re.ASCII)
_LONGEST_NAME = 253
_PRINTABLE = re.compile(r"[\x21-\x7e]+", re.ASCII)
_ENTRY = re.compile(r"(?P<host>\*|(?:\*\.)?[^:*/?#]+|\[[0-9A-Fa-f:.]+\])(?::(?P<port>[0-9]{1,5}|\*))?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Target:
    """Where a request goes. `host`: lower case; an IPv6 address without brackets. `path` with the query, byte for byte as
    it was given, because signatures are made over it; never shown."""

    scheme: str
    host: str
    port: int
    address: Address | None
    path: bytes = field(repr=False)

    @property
    def authority(self) -> str:
        """What stands in the Host header: without the scheme's own port (RFC 9110, 4.2.3 and 7.2)."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == PORTS[self.scheme] else f"{host}:{self.port}"


@dataclass(frozen=True, slots=True)
class Reach:
    """Where one caller may go. `hosts`: "api.example.com", "*.example.com" (names below it, not itself), "*" (any), each
    with the scheme's own port unless ":8443" or ":*" follows. `plain_http`: http beside https. `private`: ranges from
    `addresses.private_ranges` that may be connected to though they are not public. Raises ValueError for an entry
    that means nothing."""

    hosts: frozenset[str]
    plain_http: bool = False
    private: tuple[Network, ...] = ()

    def __post_init__(self) -> None:
        for entry in self.hosts:
            _entry(entry)

    def check(self, target: Target) -> None:
        """Raise NotAllowed when this caller may not go there."""
        if target.scheme == "http" and not self.plain_http:
            raise NotAllowed("plain http is not switched on here")
        if not any(_matches(*_entry(entry), target) for entry in self.hosts):
            raise NotAllowed("this host is not among those that may be called")


def parse(url: str) -> Target:
    """Raises NotAllowed; its text says what is wrong and repeats nothing of the URL."""
    if len(url) > LONGEST:
        raise NotAllowed(f"the address is longer than {LONGEST} characters")
    if not _PRINTABLE.fullmatch(url) or "\\" in url:
        raise NotAllowed("the address holds white space, a backslash, or characters that are not ASCII")
    found = _URL.fullmatch(url)
    scheme = found["scheme"].lower() if found else ""
    if found is None or scheme not in PORTS:
        raise NotAllowed("the address is neither http:// nor https://")
    if "@" in found["authority"]:
        raise NotAllowed("the address holds a user name or password before its host")
    place = _AUTHORITY.fullmatch(found["authority"])
    port = int(place["port"]) if place and place["port"] else PORTS[scheme]
    if place is None or not 0 < port < 65536:
        raise NotAllowed("the address's host or port cannot be read")
    host, address = _v6(place["v6"]) if place["v6"] else _v4_or_name(place["name"])
    path = found["target"]
    return Target(scheme, host, port, address, (path if path.startswith("/") else f"/{path}").encode("ascii"))


def _v6(text: str) -> tuple[str, Address]:
    try:
        address = IPv6Address(text)
    except ValueError:
        raise NotAllowed("the address's host is no IPv6 address") from None
    return address.compressed, address


def _v4_or_name(text: str) -> tuple[str, Address | None]:
    name = text.lower()
    if _NUMBER.fullmatch(name.rstrip(".").rpartition(".")[2]):
        try:
            address = IPv4Address(name)
        except ValueError:
            raise NotAllowed("the address's host is a number that is no IPv4 address of four decimal parts") from None
        return str(address), address
    if len(name) > _LONGEST_NAME or not all(_LABEL.fullmatch(label) for label in name.split(".")):
        raise NotAllowed("the address's host is no name: an empty or overlong label, a dot at its end, a hyphen")
    return name, None


def _entry(entry: str) -> tuple[str, str]:
    """(host as in `Target.host`, or "*", or "*.suffix"; port as text, "*" or "")."""
    found = _ENTRY.fullmatch(entry)
    if found is None:
        raise ValueError(f"no host to allow: {entry!r}")
    host, port = found["host"], found["port"] or ""
    wild, name = ("*.", host[2:]) if host.startswith("*.") else ("", host)
    try:
        target = parse(f"https://{'any' if name == '*' else name}:{port.strip('*') or PORTS['https']}/")
    except NotAllowed as why:
        raise ValueError(f"no host to allow: {entry!r}: {why}") from None
    if wild and target.address is not None:
        raise ValueError(f"no host to allow: {entry!r}: nothing is below an IP address")
    return (name if name == "*" else wild + target.host), port


def _matches(host: str, port: str, target: Target) -> bool:
    if port != "*" and target.port != (int(port) if port else PORTS[target.scheme]):
        return False
    if host.startswith("*."):
        return target.address is None and target.host.endswith(host[1:]) and target.host != host[1:]
    return host in {"*", target.host}
