"""May this address be connected to? Every range of the registries, their edges, and what is_global says wrongly."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewapp.upstreams import addresses
from reviewapp.upstreams.addresses import TABLE, forbidden, private_ranges

ALLOWED = [
    "1.1.1.1",
    "8.8.8.8",
    "93.184.216.34",
    "9.255.255.255",  # below 10/8
    "11.0.0.0",
    "100.63.255.255",  # around carrier-grade NAT
    "100.128.0.0",
    "126.255.255.255",
    "128.0.0.0",
    "169.253.255.255",
    "169.255.0.0",
    "172.15.255.255",
    "172.32.0.0",
    "191.255.255.255",
    "192.0.1.0",
    "192.0.3.0",
    "192.167.255.255",
    "192.169.0.0",
    "198.17.255.255",
    "198.20.0.0",
    "223.255.255.255",
    "168.63.129.15",
    "168.63.129.17",
    "2606:2800:220:1:248:1893:25c8:1946",
    "2001:4860:4860::8888",  # Google's, beside 2001::/23
    "2001:200::",
    "2003::1",
    "2400::1",
    "2a00:1450::5efe:808:808",  # ISATAP of a public address
    "3ffd:ffff::1",
    "3fff:1000::1",
    "64:ff9b::808:808",  # NAT64 of a public address
]


@pytest.mark.parametrize("address", ALLOWED)
def test_public_addresses_may_be_called(address: str) -> None:
    assert forbidden(address) is None
    assert forbidden(ip_address(address)) is None


@pytest.mark.parametrize(("network", "what", "source"), TABLE, ids=[str(row[0]) for row in TABLE])
def test_no_address_of_any_special_range_may(network: addresses.Network, what: str, source: str) -> None:
    for address in (network[0], network[-1], network[network.num_addresses // 2]):
        assert forbidden(address), address
    assert what in (forbidden(network[-1]) or "") or network.prefixlen < 10
    assert source


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("10.0.0.1", "private (RFC 1918)"),
        ("127.0.0.1", "loopback (RFC 1122)"),
        ("255.255.255.255", "broadcast (RFC 919)"),
        ("::1", "loopback (RFC 4291)"),
        ("::127.0.0.1", "IPv4-compatible, withdrawn (RFC 4291)"),
        ("::ffff:8.8.8.8", "IPv4-mapped (RFC 4291)"),
        ("2001:0:4136:e378:8000:63bf:3fff:fdd2", "Teredo (RFC 4380)"),
        ("2001:1::1", "protocol assignments (RFC 2928)"),
        ("2002:808:808::", "6to4 (RFC 3056)"),
        ("64:ff9b::a00:1", "NAT64 of 10.0.0.1: private (RFC 1918)"),
        ("64:ff9b::a9fe:a9fe", "NAT64 of 169.254.169.254: link-local (RFC 3927)"),
        ("64:ff9b:1::808:808", "NAT64 of a local network (RFC 8215)"),
        ("64:ff9b:0:0:0:1::1", "reserved by the IETF (RFC 4291)"),  # next to the /96
        ("2a00:1450::5efe:7f00:1", "ISATAP of 127.0.0.1: loopback (RFC 1122)"),
        ("2a00:1450::200:5efe:a00:1", "ISATAP of 10.0.0.1: private (RFC 1918)"),
        ("4000::1", "reserved by the IETF (RFC 4291)"),
        ("fe80::1%eth0", "an address with a zone"),
        ("2606:4700::1%1", "an address with a zone"),
        ("168.63.129.16", "a cloud's own address (Azure)"),
        ("127.1", "not an IP address"),
        ("0127.0.0.1", "not an IP address"),
        ("2130706433", "not an IP address"),
        (" 8.8.8.8", "not an IP address"),
        ("8.8.8.8 ", "not an IP address"),
        ("١.١.١.١", "not an IP address"),
        ("", "not an IP address"),
        ("example.com", "not an IP address"),
    ],
)
def test_the_reason_is_said(address: str, reason: str) -> None:
    assert forbidden(address) == reason


@pytest.mark.parametrize(
    "address",
    [
        "224.0.0.1", "239.1.1.1", "ff02::1", "ff0e::1", "64:ff9b::127.0.0.1", "64:ff9b::169.254.169.254", "168.63.129.16",
        "192.88.99.1", "fec0::1", "::127.0.0.1", "::ffff:0:127.0.0.1", "4000::1", "5f00::1", "2a00:1450::5efe:127.0.0.1",
        "3ffe::1",
    ],
)  # fmt: skip
def test_is_global_is_wrong_where_we_are_not(address: str) -> None:
    """Should a release of Python answer otherwise, the remark in `addresses` is to be corrected."""
    assert ip_address(address).is_global
    assert forbidden(address)


@given(st.ip_addresses())
def test_nothing_is_called_that_python_calls_private(ip: IPv4Address | IPv6Address) -> None:
    if not ip.is_global:
        assert forbidden(ip)


@given(st.ip_addresses(v=4))
def test_an_address_in_a_nat64_prefix_is_judged_as_itself(ip: IPv4Address) -> None:
    inside = IPv6Address(int(IPv6Address("64:ff9b::")) | int(ip))
    assert (forbidden(inside) is None) == (forbidden(ip) is None)


@given(st.ip_addresses(v=6))
def test_no_ipv6_but_global_unicast_and_nat64_is_called(ip: IPv6Address) -> None:
    if int(ip) >> 125 != 1 and int(ip) >> 32 != 0x64FF9B << 64:
        assert forbidden(ip)


def test_an_opened_range_is_open_and_nothing_beside_it() -> None:
    opened = private_ranges("10.1.0.0/16", "127.0.0.1/32", "fd12::/16")
    assert [a for a in ("10.1.2.3", "127.0.0.1", "fd12::1") if forbidden(a, private=opened)] == []
    for other in ("10.2.0.1", "127.0.0.2", "fd13::1", "::1", "::ffff:127.0.0.1", "64:ff9b::10.1.2.3", "192.168.0.1"):
        assert forbidden(other, private=opened), other


def test_the_clouds_own_addresses_stay_closed_whatever_is_opened() -> None:
    opened = private_ranges("100.64.0.0/10", "fc00::/7", "10.0.0.0/8")
    assert forbidden("100.64.0.1", private=opened) is None
    for address in ("100.100.100.200", "fd00:ec2::254", "169.254.169.254", "192.0.0.192", "168.63.129.16"):
        assert forbidden(address, private=opened), address


def test_a_local_nat64_range_opens_public_addresses_alone() -> None:
    opened = private_ranges("64:ff9b:1:fffe::/96")
    assert forbidden("64:ff9b:1:fffe::8.8.8.8", private=opened) is None
    assert forbidden("64:ff9b:1:fffe::10.0.0.1", private=opened) == "NAT64 of 10.0.0.1: private (RFC 1918)"


@pytest.mark.parametrize(
    "text",
    [
        "0.0.0.0/0",
        "::/0",
        "169.254.0.0/16",
        "224.0.0.0/4",
        "8.8.8.0/24",
        "fe80::/10",
        "10.0.0.0/7",
        "0.0.0.0/8",
        "::/96",
    ],
)
def test_what_is_neither_private_nor_loopback_cannot_be_opened(text: str) -> None:
    with pytest.raises(ValueError, match="cannot be opened"):
        private_ranges(text)


def test_a_range_that_cannot_be_read_is_refused() -> None:
    for text in ("10.0.0.1/8", "localhost", "10.0.0.0/33", ""):
        with pytest.raises(ValueError, match=r"\S"):
            private_ranges(text)
