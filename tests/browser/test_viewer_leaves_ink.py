"""Does every kind of image leave ink on the page? A blank page would be approved by a reviewer who cannot know better.

Each document is made here: the letters A B C as a picture, packed as scanners pack them.
"""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable
from typing import Any

import pikepdf
import pytest
from PIL import Image, ImageDraw, ImageFont, ImageOps, features
from playwright.sync_api import Page
from reportlab.pdfgen.canvas import Canvas

from .screen_double import Desk, Served, Value, cited

pytestmark = pytest.mark.browser

SIZE = (600, 400)


def picture(mode: str) -> Image.Image:
    """Black letters on white."""
    drawn = Image.new("L", SIZE, 255)
    ImageDraw.Draw(drawn).text((60, 90), "ABC", fill=0, font=ImageFont.load_default(200))
    return drawn.convert(mode, dither=Image.Dither.NONE) if mode == "1" else drawn.convert(mode)


def jpeg2000() -> tuple[bytes, dict[str, Any]]:
    if not features.check("jpg_2000"):
        pytest.skip("this Pillow writes no JPEG 2000")
    packed = io.BytesIO()
    picture("RGB").save(packed, "JPEG2000", no_jp2=False)
    return packed.getvalue(), {
        "Filter": pikepdf.Name.JPXDecode,
        "ColorSpace": pikepdf.Name.DeviceRGB,
        "BitsPerComponent": 8,
    }


def group4() -> bytes:
    """The picture as CCITT T.6 bits, one strip, in which the letters are the black runs."""
    packed = io.BytesIO()
    ImageOps.invert(picture("L")).convert("1", dither=Image.Dither.NONE).save(
        packed, "TIFF", compression="group4", strip_size=10**7
    )
    read = Image.open(packed)
    tags: Any = read.tag_v2  # type: ignore[attr-defined]
    (start,), (length,) = tags[273], tags[279]
    assert tags[262] == 1 and tags.get(266, 1) == 1, "runs of ones are the black ones, the first bit is the highest"
    return packed.getvalue()[start : start + length]


def fax() -> tuple[bytes, dict[str, Any]]:
    how = {"/K": -1, "/Columns": SIZE[0], "/Rows": SIZE[1]}
    return group4(), bilevel(pikepdf.Name.CCITTFaxDecode) | {"DecodeParms": pikepdf.Dictionary(how)}


def jbig2() -> tuple[bytes, dict[str, Any]]:
    """A page of one generic region whose bits are packed as T.6, as ITU-T T.88 allows (MMR)."""
    width, height = SIZE
    page = struct.pack(">IIIIBH", width, height, 0, 0, 0, 0)
    region = struct.pack(">IIIIBB", width, height, 0, 0, 0, 1) + group4()
    segments = [(0, 48, page), (1, 38, region)]
    body = b"".join(struct.pack(">IBBBI", at, kind, 0, 1, len(data)) + data for at, kind, data in segments)
    return body, bilevel(pikepdf.Name.JBIG2Decode)


def jpeg() -> tuple[bytes, dict[str, Any]]:
    packed = io.BytesIO()
    picture("CMYK").save(packed, "JPEG", quality=90)
    how = {"ColorSpace": pikepdf.Name.DeviceCMYK, "BitsPerComponent": 8, "Decode": pikepdf.Array([1, 0] * 4)}
    return packed.getvalue(), {"Filter": pikepdf.Name.DCTDecode} | how


def flate() -> tuple[bytes, dict[str, Any]]:
    how = {"ColorSpace": pikepdf.Name.DeviceGray, "BitsPerComponent": 8}
    return zlib.compress(picture("L").tobytes()), {"Filter": pikepdf.Name.FlateDecode} | how


def bilevel(name: pikepdf.Name) -> dict[str, Any]:
    return {"Filter": name, "ColorSpace": pikepdf.Name.DeviceGray, "BitsPerComponent": 1}


def document(make: Callable[[], tuple[bytes, dict[str, Any]]] | None) -> bytes:
    """One page of 300 x 200 points that holds the picture, or nothing."""
    pdf = pikepdf.new()
    pdf.add_blank_page(page_size=(300, 200))
    if make is not None:
        data, how = make()
        image = pikepdf.Stream(pdf, data)
        image.Type, image.Subtype = pikepdf.Name.XObject, pikepdf.Name.Image
        image.Width, image.Height = SIZE
        for key, value in how.items():
            image[f"/{key}"] = value
        page = pdf.pages[0]
        page.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Im=image))
        page.Contents = pikepdf.Stream(pdf, b"q 300 0 0 200 0 0 cm /Im Do Q")
    written = io.BytesIO()
    pdf.save(written)
    return written.getvalue()


def form(value: str) -> bytes:
    """A page with a form's field that is filled in: the value is no text of the page."""
    written = io.BytesIO()
    canvas = Canvas(written, pagesize=(300, 200))
    canvas.acroForm.textfield(
        name="total",
        value=value,
        x=20,
        y=60,
        width=260,
        height=80,
        fontSize=48,
        borderStyle="underlined",
        borderWidth=0,
    )
    canvas.showPage()
    canvas.save()
    return written.getvalue()


def ink(page: Page, pdf: bytes) -> tuple[float, list[str]]:
    """How much of the page is dark (0 to 1), and what was loaded from the folder of decoders."""
    loaded: list[str] = []
    page.on(
        "request", lambda request: loaded.append(request.url.rpartition("/")[2]) if "/wasm/" in request.url else None
    )
    values = [Value(path="/a", label="a", value_text="ABC", citations=[cited(1, [0, 0, 1, 1], [300, 200])])]
    shown = {"viewer_url": "/documents/it.pdf", "download_url": "/documents/it.pdf"}
    with Served(Desk(name="it.pdf", values=values, documents={"it.pdf": pdf}, document=shown)) as served:
        page.goto(served.url + "/tasks/1/")
        page.wait_for_selector(".page[data-loaded] .boxes")
        share: float = page.evaluate(
            """() => {
              const canvas = document.querySelector(".page canvas")
              const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height)
              let dark = 0
              for (let at = 0; at < data.length; at += 4) dark += data[at] + data[at + 1] + data[at + 2] < 240 ? 1 : 0
              return dark / (data.length / 4)
            }"""
        )
        page.goto("about:blank")
    return share, loaded


@pytest.mark.parametrize(
    ("make", "decoder"),
    [(jpeg2000, "openjpeg.wasm"), (jbig2, "jbig2.wasm"), (fax, "jbig2.wasm"), (jpeg, ""), (flate, "")],
)
def test_each_way_of_packing_an_image_leaves_the_same_ink(page: Page, make: Any, decoder: str) -> None:
    expected = sum(1 for grey in picture("L").tobytes() if grey < 80) / (SIZE[0] * SIZE[1])
    share, loaded = ink(page, document(make))
    assert share == pytest.approx(expected, rel=0.08)
    assert not decoder or decoder in loaded


def test_an_empty_page_has_no_ink(page: Page) -> None:
    assert ink(page, document(None))[0] == 0


def test_what_is_filled_into_a_form_is_ink_on_the_page(page: Page) -> None:
    empty, filled = ink(page, form(""))[0], ink(page, form("1,234.56"))[0]
    assert filled > empty + 0.01
