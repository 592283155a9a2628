"""Which IP addresses may the outbound client connect to? Pure: one address in, the reason against it out.

The table holds every entry of IANA's two special-purpose registries (RFC 6890, RFC 8190; as of 2025-10), including the
few that are globally reachable, because nobody's API lives there; then multicast, what was withdrawn, and addresses
of the public ranges at which clouds answer their own machines. IPv6 outside 2000::/3, the only block that IANA gives
out as global unicast (RFC 4291), is refused whole.

`ipaddress.is_global` is not used: it says True for multicast (224.0.0.0/4, ff00::/8), for NAT64 of any address
(64:ff9b::127.0.0.1), for IPv4-compatible and -translated (::127.0.0.1, ::ffff:0:127.0.0.1), for site-local (fec0::/10),
for ISATAP of any address, for unallocated IPv6 (4000::/3), for 192.88.99.0/24, 5f00::/16 and 168.63.129.16, and, in some
releases of Python only, for 6to4 (2002::/16), 64:ff9b:1::/48, 3fff::/20, 192.0.0.0/24.

What cannot be told from an address: a NAT64 prefix that a network's owner chose in 2000::/3 (RFC 6052), and a public
address that routes to something private.
"""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

#: Where clouds answer their own machines with credentials. Refused even where a private range was allowed.
_METADATA = "169.254.0.0/16 fd00:ec2::/32 100.100.100.200/32 168.63.129.16/32 192.0.0.192/32"
#: What `private` may open.
_MAY_BE_OPENED = "10.0.0.0/8 172.16.0.0/12 192.168.0.0/16 127.0.0.0/8 100.64.0.0/10 ::1/128 fc00::/7 64:ff9b:1::/48"
#: (range, what it is for, where that is said); the first that holds the address gives the reason.
_TABLE = (
    ("0.0.0.0/8", "this network", "RFC 791"),
    ("10.0.0.0/8", "private", "RFC 1918"),
    ("100.64.0.0/10", "carrier-grade NAT", "RFC 6598"),
    ("127.0.0.0/8", "loopback", "RFC 1122"),
    ("169.254.0.0/16", "link-local", "RFC 3927"),
    ("172.16.0.0/12", "private", "RFC 1918"),
    ("192.0.0.0/24", "protocol assignments", "RFC 6890"),
    ("192.0.2.0/24", "documentation", "RFC 5737"),
    ("192.31.196.0/24", "AS112", "RFC 7535"),
    ("192.52.193.0/24", "automatic multicast tunnels", "RFC 7450"),
    ("192.88.99.0/24", "6to4 relays, withdrawn", "RFC 7526"),
    ("192.168.0.0/16", "private", "RFC 1918"),
    ("192.175.48.0/24", "AS112", "RFC 7534"),
    ("198.18.0.0/15", "benchmarking", "RFC 2544"),
    ("198.51.100.0/24", "documentation", "RFC 5737"),
    ("203.0.113.0/24", "documentation", "RFC 5737"),
    ("224.0.0.0/4", "multicast", "RFC 5771"),
    ("255.255.255.255/32", "broadcast", "RFC 919"),
    ("240.0.0.0/4", "reserved", "RFC 1112"),
    ("168.63.129.16/32", "a cloud's own address", "Azure"),
    ("::/128", "unspecified", "RFC 4291"),
    ("::1/128", "loopback", "RFC 4291"),
    ("::/96", "IPv4-compatible, withdrawn", "RFC 4291"),
    ("::ffff:0:0/96", "IPv4-mapped", "RFC 4291"),
    ("::ffff:0:0:0/96", "IPv4-translated", "RFC 2765"),
    ("64:ff9b:1::/48", "NAT64 of a local network", "RFC 8215"),
    ("100::/64", "discard-only", "RFC 6666"),
    ("100:0:0:1::/64", "dummy", "RFC 9780"),
    ("2001::/32", "Teredo", "RFC 4380"),
    ("2001:2::/48", "benchmarking", "RFC 5180"),
    ("2001:10::/28", "ORCHID, withdrawn", "RFC 4843"),
    ("2001:20::/28", "ORCHIDv2", "RFC 7343"),
    ("2001:30::/28", "drone remote ids", "RFC 9374"),
    ("2001::/23", "protocol assignments", "RFC 2928"),
    ("2001:db8::/32", "documentation", "RFC 3849"),
    ("2002::/16", "6to4", "RFC 3056"),
    ("2620:4f:8000::/48", "AS112", "RFC 7534"),
    ("3ffe::/16", "6bone, withdrawn", "RFC 3701"),
    ("3fff::/20", "documentation", "RFC 9637"),
    ("5f00::/16", "segment routing", "RFC 9602"),
    ("fc00::/7", "unique local", "RFC 4193"),
    ("fe80::/10", "link-local", "RFC 4291"),
    ("fec0::/10", "site-local, withdrawn", "RFC 3879"),
    ("ff00::/8", "multicast", "RFC 4291"),
)  # fmt: skip


def _networks(text: str) -> tuple[Network, ...]:
    return tuple(ip_network(part) for part in text.split())


TABLE: tuple[tuple[Network, str, str], ...] = tuple((ip_network(text), what, source) for text, what, source in _TABLE)
_NEVER = _networks(_METADATA)
_OPENABLE = _networks(_MAY_BE_OPENED)
_GLOBAL_UNICAST = IPv6Network("2000::/3")
_NAT64 = IPv6Network("64:ff9b::/96")
_LOCAL_NAT64 = IPv6Network("64:ff9b:1::/48")
#: The third quarter of an ISATAP address (RFC 5214), which tunnels to the IPv4 address in the fourth.
_ISATAP = (0x00005EFE, 0x02005EFE)


def private_ranges(*texts: str) -> tuple[Network, ...]:
    """Ranges ("127.0.0.1/32") that a caller opens explicitly. Raises ValueError for one that may not be opened:
    link-local, multicast and all that is neither private nor loopback."""
    ranges = tuple(ip_network(text) for text in texts)
    for asked in ranges:
        if not any(_contains(openable, asked) for openable in _OPENABLE):
            raise ValueError(f"{asked} cannot be opened: only private and loopback ranges can")
    return ranges


def may_be_opened(address: str | Address) -> bool:
    """Whether `private` may open it: a private or loopback address, and none at which a cloud answers its machines."""
    ip = ip_address(address)
    return _holder(ip, _OPENABLE) is not None and _holder(ip, _NEVER) is None


def forbidden(address: str | Address, *, private: Sequence[Network] = ()) -> str | None:
    """Why no connection may be made to this address; None when it may. `private`: from `private_ranges`.

    A NAT64 address (64:ff9b::/96, RFC 6052) is what a name with an IPv4 address alone becomes in a network with IPv6
    alone, so it is judged by the IPv4 address in it, as a public one. In a local NAT64 range that was opened, the last
    32 bits are judged in the same way.
    """
    try:
        ip = ip_address(address)
    except ValueError:
        return "not an IP address"
    if isinstance(ip, IPv6Address) and ip.scope_id is not None:
        return "an address with a zone"
    if _holder(ip, _NEVER) is not None:
        return _reason(ip) or "a cloud's own address"
    if _holder(ip, private) is not None:
        return _embedded(ip, "NAT64") if ip in _LOCAL_NAT64 else None
    if ip in _NAT64:
        return _embedded(ip, "NAT64")
    return _reason(ip)


def _reason(ip: Address) -> str | None:
    for network, what, source in TABLE:
        if ip.version == network.version and ip in network:
            return f"{what} ({source})"
    if isinstance(ip, IPv4Address):
        return None
    if ip not in _GLOBAL_UNICAST:
        return "reserved by the IETF (RFC 4291)"
    return _embedded(ip, "ISATAP") if int(ip) >> 32 & 0xFFFFFFFF in _ISATAP else None


def _embedded(ip: Address, how: str) -> str | None:
    inner = IPv4Address(int(ip) & 0xFFFFFFFF)
    reason = forbidden(inner)
    return None if reason is None else f"{how} of {inner}: {reason}"


def _holder(ip: Address, networks: Sequence[Network]) -> Network | None:
    return next((network for network in networks if ip.version == network.version and ip in network), None)


def _contains(outer: Network, inner: Network) -> bool:
    if isinstance(outer, IPv4Network) and isinstance(inner, IPv4Network):
        return inner.subnet_of(outer)
    return isinstance(outer, IPv6Network) and isinstance(inner, IPv6Network) and inner.subnet_of(outer)
