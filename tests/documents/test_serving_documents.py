"""A document reaches the browser in the ranges it asked for, under headers that let it do nothing."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from email.message import Message
from pathlib import Path
from typing import Any

import pytest
from django.http import HttpResponseBase, StreamingHttpResponse
from django.test import RequestFactory
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from reviewapp.documents import isolated, serving, storage
from reviewapp.documents.findings import Finding, MediaType
from reviewapp.documents.models import Document

Keep = Callable[[bytes], Document]
MakePdf = Callable[..., bytes]
MakeImage = Callable[..., bytes]


ANSWERS: list[HttpResponseBase] = []


@pytest.fixture(autouse=True)
def close_answers(db: None) -> Iterator[None]:
    """As the server does with an answer, also when only its headers were looked at."""
    yield
    while ANSWERS:
        ANSWERS.pop().close()


def ask(document: Document, method: str = "GET", name: str = "invoice.pdf", **options: Any) -> HttpResponseBase:
    headers = options.pop("headers", {})
    request = RequestFactory().generic(method, "/document/", headers=headers)
    ANSWERS.append(serving.respond(document=document, request=request, name=name, **options))
    return ANSWERS[-1]


def body(response: HttpResponseBase) -> bytes:
    content = b"".join(response) if isinstance(response, StreamingHttpResponse) else response.content
    response.close()
    return content


@pytest.fixture
def content(pdf_of: MakePdf) -> bytes:
    return pdf_of(*[(100, 100)] * 400)


@pytest.fixture
def document(keep: Keep, content: bytes, monkeypatch: pytest.MonkeyPatch) -> Document:
    assert len(content) > 10_000
    # What is in it does not matter here, so no process is started to find out.
    monkeypatch.setattr(isolated, "probe", lambda *_: Finding(pages=((100.0, 100.0),) * 400))
    return keep(content)


def test_the_whole_file_comes_with_every_header_of_safety(document: Document, content: bytes) -> None:
    response = ask(document)
    assert response.status_code == 200
    assert dict(response.items()) == {
        "Content-Type": "application/pdf",
        "Content-Length": str(len(content)),
        "Content-Disposition": 'inline; filename="invoice.pdf"',
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "X-Content-Type-Options": "nosniff",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Cache-Control": "private, max-age=3600, immutable",
        "ETag": f'"{document.sha256}"',
        "Accept-Ranges": "bytes",
        "Vary": "Cookie",
    }
    assert body(response) == content


@pytest.mark.parametrize(
    ("header", "first", "last"),
    [
        ("bytes=0-0", 0, 0),
        ("bytes=0-99", 0, 99),
        ("bytes=100-", 100, -1),
        ("bytes=-100", -100, -1),
        ("bytes=5000-999999999", 5000, -1),
        ("bytes=-999999999", 0, -1),
        ("Bytes= 7-8 ", 7, 8),
    ],
)
def test_one_range_is_answered_with_those_bytes(
    document: Document, content: bytes, header: str, first: int, last: int
) -> None:
    size = len(content)
    first, last = first % size, last % size
    response = ask(document, headers={"Range": header})
    assert response.status_code == 206
    assert response["Content-Range"] == f"bytes {first}-{last}/{size}"
    assert response["Content-Length"] == str(last - first + 1)
    assert body(response) == content[first : last + 1]


@pytest.mark.parametrize("header", ["bytes=99999999-", "bytes=99999999-99999999", "bytes=-0"])
def test_a_range_outside_the_file_is_416_with_its_size(document: Document, content: bytes, header: str) -> None:
    response = ask(document, headers={"Range": header})
    assert (response.status_code, response["Content-Range"]) == (416, f"bytes */{len(content)}")
    assert body(response) == b""


@pytest.mark.parametrize(
    "header",
    [
        "bytes=0-1,5-6",
        "bytes=5-2",
        "bytes=-",
        "bytes=",
        "bytes=a-b",
        "lines=0-1",
        "0-1",
        "bytes=0-1;",
        "bytes=٣-٤",
        "bytes=" + "9" * 40,
    ],
)
def test_several_ranges_and_malformed_ones_get_the_whole_file(document: Document, content: bytes, header: str) -> None:
    response = ask(document, headers={"Range": header})
    assert response.status_code == 200
    assert body(response) == content


def test_a_range_of_another_file_gets_the_whole_of_this_one(document: Document) -> None:
    same = {"Range": "bytes=0-9", "If-Range": f'"{document.sha256}"'}
    assert ask(document, headers=same).status_code == 206
    for other in ['"other"', f'W/"{document.sha256}"', "Wed, 21 Oct 2015 07:28:00 GMT"]:
        assert ask(document, headers={"Range": "bytes=0-9", "If-Range": other}).status_code == 200


def test_a_browser_that_has_the_file_is_told_so(document: Document) -> None:
    for known in [f'"{document.sha256}"', f'W/"{document.sha256}"', f'"other", "{document.sha256}"', "*"]:
        response = ask(document, headers={"If-None-Match": known})
        assert (response.status_code, body(response)) == (304, b"")
    assert ask(document, headers={"If-None-Match": '"other"'}).status_code == 200


def test_head_says_the_length_and_sends_nothing_also_with_a_range(document: Document, content: bytes) -> None:
    for headers in ({}, {"Range": "bytes=0-9"}):
        response = ask(document, "HEAD", headers=headers)
        assert (response.status_code, response["Content-Length"]) == (200, str(len(content)))
        assert response["Content-Type"] == "application/pdf"
        assert body(response) == b""


def test_the_file_is_closed_also_when_nobody_reads_it(document: Document, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = []
    fetch = storage.fetch
    monkeypatch.setattr(storage, "fetch", lambda name: opened.append(fetch(name)) or opened[-1])
    ask(document).close()
    ask(document, headers={"Range": "bytes=1-2"}).close()
    assert [file.closed for file in opened] == [True, True]


def test_an_image_is_downloaded_as_it_is_and_viewed_as_a_pdf(keep: Keep, image_bytes: MakeImage) -> None:
    original = image_bytes(Image.new("RGB", (30, 20), "red"), "PNG")
    document = keep(original)
    saved = ask(document, name="scan.png", download=True)
    assert saved["Content-Type"] == "image/png"
    assert saved["Content-Disposition"] == 'attachment; filename="scan.png"'
    assert body(saved) == original
    viewed = ask(document, name="scan.png", viewer=True)
    assert viewed["Content-Type"] == "application/pdf"
    assert viewed["Content-Disposition"] == 'inline; filename="scan.png.pdf"'
    assert viewed["ETag"] != saved["ETag"]
    assert body(viewed).startswith(b"%PDF-")


def test_a_page_of_html_under_the_name_of_a_pdf_is_only_ever_saved(keep: Keep) -> None:
    document = keep(b"<html><script>alert(1)</script></html>")
    response = ask(document, name="invoice.pdf")
    assert response["Content-Type"] == "application/octet-stream"
    assert response["Content-Disposition"] == 'attachment; filename="invoice.pdf.bin"'
    assert ask(document, viewer=True).status_code == 404


def test_a_lost_file_is_404_with_a_sentence_and_never_500(document: Document, caplog: pytest.LogCaptureFixture) -> None:
    Path(storage.store().path(storage.name_of(document.sha256))).unlink()
    response = ask(document)
    assert response.status_code == 404
    assert b"no longer in the store" in body(response)
    assert response["Cache-Control"] == "no-store"
    assert document.sha256 in caplog.text


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("invoice.pdf", "invoice.pdf"),
        ("INVOICE.PDF", "INVOICE.PDF"),
        ("../../etc/passwd", "passwd.pdf"),
        ("C:\\Users\\ana\\bill.pdf", "bill.pdf"),
        ("page.html", "page.html.pdf"),
        ("a\r\nSet-Cookie: x=1.pdf", "aSet-Cookie: x=1.pdf"),
        ("invoice\u202efdp.exe", "invoicefdp.exe.pdf"),
        ("nul\x00\x7f.pdf", "nul.pdf"),
        ("a\u2028b.pdf", "ab.pdf"),
        ("\ud800.pdf", "pdf.pdf"),
        ("", "document.pdf"),
        ("...", "document.pdf"),
        ("x" * 500, "x" * 150 + ".pdf"),
        ("Rechnung März Ü.pdf", "Rechnung März Ü.pdf"),
    ],
)
def test_a_name_is_made_safe_and_keeps_what_it_can(name: str, expected: str) -> None:
    assert serving.safe_name(name, MediaType.PDF) == expected


def test_a_name_beyond_ascii_is_sent_as_rfc_5987_says(document: Document) -> None:
    header = ask(document, name="März €.pdf")["Content-Disposition"]
    assert header == "inline; filename*=utf-8''M%C3%A4rz%20%E2%82%AC.pdf"
    assert ask(document, name='a";b="c.pdf')["Content-Disposition"] == 'inline; filename="a\\";b=\\"c.pdf"'


@given(name=st.text())
def test_no_name_breaks_out_of_its_header(name: str) -> None:
    from django.utils.http import content_disposition_header

    header = content_disposition_header(True, serving.safe_name(name, MediaType.TIFF))
    assert header is not None
    assert header.isascii()
    assert header.isprintable()
    message = Message()
    message["Content-Disposition"] = header
    assert message.get_content_disposition() == "attachment"
    assert (message.get_filename() or "").endswith((".tif", ".tiff"))


def test_a_part_of_a_file_ends_where_it_should() -> None:
    file = io.BytesIO(bytes(range(200)) * 1000)
    part = serving._Part(file, 10, 100_000)
    chunks = list(part)
    assert b"".join(chunks) == file.getvalue()[10:100_010]
    assert max(map(len, chunks)) == serving.CHUNK
