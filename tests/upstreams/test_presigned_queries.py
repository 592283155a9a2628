"""Is nothing left of a presigned URL's query, and everything else untouched?"""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewapp.extraction import jsontext
from reviewapp.upstreams.presigned import cut
from tests.extraction.strategies import json_trees, texts

SECRET = "DEADBEEF"
PARAMETERS = [
    "X-Amz-Signature",
    "x-amz-credential",
    "Signature",
    "AWSAccessKeyId",
    "Expires",
    "sig",
    "se",
    "Key-Pair-Id",
    "token",
    "access_token",
    "Policy",
    "X-Goog-Signature",
    "OSSAccessKeyId",
]
urls = st.builds(
    "https://{}/{}?{}{}={}{}".format,
    st.sampled_from(["bucket.s3.amazonaws.com", "files.example:8443", "[::1]"]),
    st.sampled_from(["a.pdf", "deep/b%20c.pdf", ""]),
    st.sampled_from(["", "x=1&", "response-content-type=application%2Fpdf&"]),
    st.sampled_from(PARAMETERS),
    st.just(SECRET),
    st.sampled_from(["", "&y=2", "#page=3"]),
)
#: A URL alone or in a sentence, in quotes, in Markdown, or in a JSON text that somebody put into a string.
said = st.builds(
    lambda wrap, url: wrap.replace("URL", url),
    st.sampled_from(
        ["URL", "see URL for it", "<a href='URL'>", "URL\nnext line", 'he said "URL" twice: URL', "é URL é"]
    ),
    urls,
) | urls.map(lambda url: json.dumps({"file": {"url": url, "n": 1.50}}))


def respelled(text: str, spelling: str) -> str:
    return {
        "plain": text,
        "slashes": text.replace("/", "\\/"),
        "ampersands": text.replace("&", "\\u0026").replace("=", "\\u003d"),
        "question": text.replace("?", "\\u003F"),
    }[spelling]


@given(
    tree=json_trees(),
    strings=st.dictionaries(texts, said, min_size=1, max_size=3),
    spelling=st.sampled_from(["plain", "slashes", "ampersands", "question"]),
    indent=st.sampled_from([None, 1]),
)
def test_no_signature_survives_and_every_other_token_does(
    tree: Any, strings: dict[str, str], spelling: str, indent: int | None
) -> None:
    plain = jsontext.dump(tree)
    text = f'{{"kept": {plain}, "cut": {respelled(json.dumps(strings, indent=indent), spelling)}}}'
    after = cut(text)
    assert SECRET not in after
    assert after.startswith(f'{{"kept": {plain}, "cut": ')
    assert list(json.loads(after)["cut"]) == list(strings)
    assert cut(after) == after


@given(json_trees(), st.booleans())
def test_json_without_a_presigned_url_is_not_touched(tree: Any, spaced: bool) -> None:
    text = jsontext.dump({"a": tree, "site": "https://example.org/?page=2#top"})
    text = text.replace(",", ", ") if spaced else text
    assert cut(text) == text


@given(
    st.text(alphabet=st.sampled_from('"\\/:?&=#u0026 {}[],httpsig.éSignature\n'), max_size=60),
    urls,
    st.text(max_size=5),
)
def test_what_is_not_json_is_cut_all_the_same(before: str, url: str, after: str) -> None:
    once = cut(f"{before} {url} {after}")
    assert SECRET not in once
    assert cut(once) == once


@given(urls, st.integers(1, 200))
def test_a_truncated_body_is_cut_all_the_same(url: str, at: int) -> None:
    body = respelled(json.dumps({"job_id": "j", "file_url": url, "result": {"a": 1}}), "slashes")[: -min(at, 30)]
    assert SECRET not in cut(body)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"file_url": "https://b/x.pdf?plain=1"}', '{"file_url": "https://b/x.pdf"}'),
        ('{"url":"https://b/x.pdf?v=2#p"}', '{"url":"https://b/x.pdf"}'),
        ('{"URL" : "https://b/x.pdf?v=2"}', '{"URL" : "https://b/x.pdf"}'),
        ('{"website":"https://shop.example/?page=2"}', '{"website":"https://shop.example/?page=2"}'),
        ('{"file_url": null, "n": 12586.00, "e": 1E+05}', '{"file_url": null, "n": 12586.00, "e": 1E+05}'),
        ('{"file_url": "a note, no address?x=1"}', '{"file_url": "a note, no address?x=1"}'),
        ('{"a":"https://b/x#access_token=s"}', '{"a":"https://b/x"}'),
        ('{"a":"https://b/go?to=https%3A%2F%2Fc%2Fx%3FX-Amz-Signature%3Ds"}', '{"a":"https://b/go"}'),
        ('{"a":"HTTPS://B/x?SIG=s"}', '{"a":"HTTPS://B/x"}'),
        ('{"a":"\\ud800 https://b/x?sig=s"}', '{"a": "\\ud800 https://b/x"}'.replace(": ", ":", 1)),
        ("GET https://b/x?sig=s HTTP/1.1", "GET https://b/x HTTP/1.1"),
    ],
)
def test_exactly_this_becomes_of_a_text(text: str, expected: str) -> None:
    assert cut(text) == expected


#: RFC 3986's sub-delims, the other characters that may stand raw in a query, and what may not but does.
IN_A_QUERY = [*"!$&'()*+,;=", *":@/?-._~%", *'"`<>{}|^[]\\', "''", '""', "','", '","', "'&", "';"]
CONTEXTS = {
    "bare": "{}",
    "a log line": "2026-03-10 GET {} 200",
    "quoted in a log line": 'msg="GET {}" status=200',
    "a repr": "HTTPError('{}')",
    "a repr of bytes": "b'GET {} HTTP/1.1'",
    "a repr of a dict": "{{'file': '{}', 'pages': 2}}",
    "in brackets": "see ({}), or not",
    "Markdown": "[a file]({})",
    "an attribute": '<a href="{}" class="x">a file</a>',
    "an attribute in single quotes": "<a href='{}' class='x'>a file</a>",
    "an attribute without quotes": "<a href={} class=x>a file</a>",
}


@pytest.mark.parametrize("mark", IN_A_QUERY)
@pytest.mark.parametrize("context", CONTEXTS)
@pytest.mark.parametrize("inside", ["a string", "a string that is cut short", "no string"])
def test_no_character_in_an_address_hides_what_follows_it(mark: str, context: str, inside: str) -> None:
    if mark == '","' and '"' in CONTEXTS[context]:
        return  # two strings of any reader
    addresses = [
        f"https://b.example/x.pdf?name=o{mark}c&sig={SECRET}",
        f"https://b.example/x.pdf?name={mark}&sig={SECRET}&v=2",
        f"https://b.example/o{mark}c.pdf?sig={SECRET}",
    ]
    if not set(mark) & set("'\"<>"):
        # In the value itself a mark that ends strings or tags may be the end.
        addresses.append(f"https://b.example/x.pdf?sig=FIRST{mark}{SECRET}&v=2")
    for address in addresses:
        text = CONTEXTS[context].format(address)
        if inside != "no string":
            text = json.dumps({"n": 1.50, "said": text, "after": "kept"})
        if inside == "a string that is cut short":
            text = text[: -len('", "after": "kept"}')]
        after = cut(text)
        assert SECRET not in after, (text, after)
        assert cut(after) == after
        assert inside != "a string" or json.loads(after)["after"] == "kept"


@pytest.mark.parametrize("mark", ["'", '"'])
@pytest.mark.parametrize("context", ["bare", "a log line", "in brackets", "an attribute without quotes", "a repr"])
def test_a_quotation_mark_in_a_signature_does_not_end_it(mark: str, context: str) -> None:
    assert SECRET not in cut(CONTEXTS[context].format(f"https://b.example/x.pdf?sig=FIRST{mark}{SECRET}&v=2"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<a href='https://b/x?sig=s'>a</a>", "<a href='https://b/x'>a</a>"),
        ("{'url': 'https://b/x?sig=s', 'n': 1}", "{'url': 'https://b/x', 'n': 1}"),
        ("{'url':'https://b/x?sig=s','n':1}", "{'url':'https://b/x','n':1}"),
        ("b'GET https://b/x?sig=s'", "b'GET https://b/x'"),
        ("'https://b/x?v=1' and 'https://c/y?sig=s'", "'https://b/x?v=1' and 'https://c/y'"),
        ("'https://b/x?v=1','https://c/y?sig=s','https://d/z?v=1'", "'https://b/x?v=1','https://c/y','https://d/z?v=1'"),
        ("https://b/it's?page=2'and'so", "https://b/it's?page=2'and'so"),
        ("https://b/x?to='https://c/y&sig=s", "https://b/x?to='https://c/y"),
        ('{"a":"https://b/x?q=\\"hi\\"&sig=s","b":1}', '{"a":"https://b/x","b":1}'),
    ],
)  # fmt: skip
def test_no_more_is_cut_than_the_address(text: str, expected: str) -> None:
    assert cut(text) == expected


@pytest.mark.parametrize("piece", ["https://a'x", 'https://a"', "'", '"', "https://a?sig=s'", "https://a/x<>&sig="])
def test_a_large_text_of_marks_takes_no_time(piece: str) -> None:
    text = "https://a/?" + piece * 40_000
    began = time.process_time()
    cut(text)
    assert time.process_time() - began < 5


def test_the_seed_examples_lose_their_signatures(shared_data: Path) -> None:
    text = (shared_data / "real/payloads/seed_examples/000_02_processing.json").read_text(encoding="utf-8")
    assert "Signature" in text
    after = cut(text)
    assert "Signature" not in after and "AWSAccessKeyId" not in after
    assert after == text.replace("?AWSAccessKeyId=...&Signature=...&Expires=...", "")
