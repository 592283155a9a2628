"""Which addresses are read, and how; and which hosts does a caller's list let through?"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewapp.upstreams.failures import NotAllowed
from reviewapp.upstreams.targets import LONGEST, Reach, parse


@pytest.mark.parametrize(
    ("url", "scheme", "host", "port", "authority", "path"),
    [
        ("https://api.example.com", "https", "api.example.com", 443, "api.example.com", b"/"),
        ("HTTPS://API.Example.COM/A?b=C", "https", "api.example.com", 443, "api.example.com", b"/A?b=C"),
        ("http://a.example:8080/x", "http", "a.example", 8080, "a.example:8080", b"/x"),
        ("https://a.example:443/", "https", "a.example", 443, "a.example", b"/"),
        ("https://a.example:80/", "https", "a.example", 80, "a.example:80", b"/"),
        ("https://a.example?x", "https", "a.example", 443, "a.example", b"/?x"),
        ("https://a.example/x#y?z", "https", "a.example", 443, "a.example", b"/x"),
        ("https://xn--mnchen-3ya.example/", "https", "xn--mnchen-3ya.example", 443, "xn--mnchen-3ya.example", b"/"),
        ("https://my_bucket.s3.example/", "https", "my_bucket.s3.example", 443, "my_bucket.s3.example", b"/"),
        ("http://[2606:4700:0:0::1]:81/", "http", "2606:4700::1", 81, "[2606:4700::1]:81", b"/"),
        ("http://8.8.8.8/", "http", "8.8.8.8", 80, "8.8.8.8", b"/"),
        ("https://a.example/%7Eb/../c//d;e?f=%2B+/?&g='(", "https", "a.example", 443, "a.example",
         b"/%7Eb/../c//d;e?f=%2B+/?&g='("),
        ("https://a.example/x@y:z", "https", "a.example", 443, "a.example", b"/x@y:z"),
    ],
)  # fmt: skip
def test_an_address_is_read(url: str, scheme: str, host: str, port: int, authority: str, path: bytes) -> None:
    target = parse(url)
    assert (target.scheme, target.host, target.port, target.authority, target.path) == (
        scheme,
        host,
        port,
        authority,
        path,
    )


def test_what_is_too_long_is_refused() -> None:
    rest = "/" + "x" * (LONGEST - len("https://a.example/"))
    assert len(parse(f"https://a.example{rest}").path) > 8000
    for url in (f"https://a.example{rest}x", f"https://{'a' * 64}.example/", "https://" + "a." * 126 + "example/"):
        with pytest.raises(NotAllowed):
            parse(url)


@given(st.text())
def test_any_text_is_read_or_refused_and_never_repeated(text: str) -> None:
    try:
        target = parse(text)
    except NotAllowed as refusal:
        assert len(text) < 12 or text not in str(refusal)
    else:
        assert target.host


@given(st.text(alphabet="htps:/@.[]%0127x\\#?&-a", max_size=30).map(lambda rest: f"http://{rest}"))
def test_what_is_read_holds_nothing_that_another_parser_may_read_otherwise(url: str) -> None:
    try:
        target = parse(url)
    except NotAllowed:
        return
    before = url.removeprefix("http://").split("/")[0].split("?")[0].split("#")[0]
    assert before.lower() in {target.authority, f"{target.authority}:80"} or target.address is not None
    assert not set(target.host) & set("@%\\[]#?/")


CASES = [
    ("api.example.com", "https://api.example.com/", True),
    ("API.example.com", "https://api.example.com/", True),
    ("api.example.com", "https://API.EXAMPLE.COM:443/", True),
    ("api.example.com", "https://api.example.com:8443/", False),
    ("api.example.com:8443", "https://api.example.com:8443/", True),
    ("api.example.com:8443", "https://api.example.com/", False),
    ("api.example.com:*", "https://api.example.com:9/", True),
    ("api.example.com", "https://api.example.com.evil.example/", False),
    ("api.example.com", "https://evil-api.example.com/", False),
    ("api.example.com", "https://a.api.example.com/", False),
    ("*.example.com", "https://api.example.com/", True),
    ("*.example.com", "https://a.b.example.com/", True),
    ("*.example.com", "https://example.com/", False),
    ("*.example.com", "https://evilexample.com/", False),
    ("*.example.com", "https://example.com.evil.example/", False),
    ("*", "https://anything.example/", True),
    ("*", "https://anything.example:444/", False),
    ("*:*", "https://anything.example:444/", True),
    ("*", "https://8.8.8.8/", True),
    ("8.8.8.8", "https://8.8.8.8/", True),
    ("[2606:4700::1]:81", "https://[2606:4700:0::1]:81/", True),
    ("[2606:4700::1]", "https://[2606:4700::2]/", False),
]


@pytest.mark.parametrize(("entry", "url", "allowed"), CASES)
def test_a_host_is_on_the_list_or_not(entry: str, url: str, allowed: bool) -> None:
    reach = Reach(hosts=frozenset({entry, "other.example"}))
    if allowed:
        reach.check(parse(url))
    else:
        with pytest.raises(NotAllowed, match="not among"):
            reach.check(parse(url))


def test_plain_http_needs_its_switch() -> None:
    with pytest.raises(NotAllowed, match="plain http"):
        Reach(hosts=frozenset({"*"})).check(parse("http://a.example/"))
    Reach(hosts=frozenset({"*"}), plain_http=True).check(parse("http://a.example/"))


def test_an_empty_list_lets_nothing_through() -> None:
    with pytest.raises(NotAllowed):
        Reach(hosts=frozenset()).check(parse("https://a.example/"))


@pytest.mark.parametrize(
    "entry",
    [
        "", "https://a.example", "a.example/", "a.example/x", "*.*", "**", "a*.example", "*.8.8.8.8", "127.1", "a.example:x",
        "a.example:0", "a.example:65536", "*:70000", "a.example?", "a.example#",
        "a.example.", "user@a.example", "a b", "*.", "[::1", "münchen.example", "10.0.0.0/8",
    ],
)  # fmt: skip
def test_an_entry_that_means_nothing_is_refused(entry: str) -> None:
    with pytest.raises(ValueError, match="no host to allow"):
        Reach(hosts=frozenset({entry}))
