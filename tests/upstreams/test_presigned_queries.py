"""Is nothing left of a presigned URL's query, and everything else untouched?"""

from __future__ import annotations

import json
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


def test_the_seed_examples_lose_their_signatures(shared_data: Path) -> None:
    text = (shared_data / "real/payloads/seed_examples/000_02_processing.json").read_text(encoding="utf-8")
    assert "Signature" in text
    after = cut(text)
    assert "Signature" not in after and "AWSAccessKeyId" not in after
    assert after == text.replace("?AWSAccessKeyId=...&Signature=...&Expires=...", "")
