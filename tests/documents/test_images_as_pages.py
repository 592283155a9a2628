"""An image is shown upright, in its own pixels, on pages of its displayed size."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pypdfium2
import pytest
from PIL import Image, ImageChops, ImageDraw, ImageOps, ImageStat

from reviewapp.documents import isolated, renditions, storage, vault
from reviewapp.documents.findings import NotShown, Problem
from reviewapp.documents.models import Document

pytestmark = pytest.mark.once

AT = datetime(2026, 3, 10, 16, 41, tzinfo=UTC)

Keep = Callable[[bytes], Document]
MakePdf = Callable[..., bytes]
MakeImage = Callable[..., bytes]


def picture(mode: str = "RGB", size: tuple[int, int] = (120, 60)) -> Image.Image:
    """Another ink in each corner, so that every turn and every mirror shows."""
    image = Image.new("RGB", size, "white")
    draw = ImageDraw.Draw(image)
    width, height = size
    draw.rectangle((0, 0, width // 3, height // 3), fill="black")
    draw.rectangle((width * 2 // 3, 0, width, height // 4), fill=(200, 0, 0))
    draw.rectangle((0, height * 3 // 4, width // 4, height), fill=(0, 0, 200))
    return image.convert(mode)


def shown(document: Document, page: int = 1, size: tuple[int, int] | None = None) -> Image.Image:
    """The viewer's page as pdfium paints it, scaled to `size`, else a pixel a point."""
    pdf = pypdfium2.PdfDocument(renditions.as_pdf(document))
    image = pdf[page - 1].render(scale=1).to_pil().convert("RGB")
    pdf.close()
    return image.resize(size) if size else image


def difference(one: Image.Image, other: Image.Image) -> float:
    """Mean difference of two images of one size, 0 to 255."""
    assert one.size == other.size
    return sum(ImageStat.Stat(ImageChops.difference(one.convert("RGB"), other.convert("RGB"))).mean) / 3


def png(document: Document, page: int = 1) -> Image.Image:
    return Image.open(io.BytesIO(renditions.page_png(document, page)), formats=("PNG",))


@pytest.mark.parametrize("format", ["JPEG", "PNG", "TIFF"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_an_image_is_shown_as_its_exif_orientation_says(
    keep: Keep, image_bytes: MakeImage, format: str, orientation: int
) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    options = {"quality": 95} if format == "JPEG" else {}
    document = keep(image_bytes(picture(), format, exif=exif, **options))
    stored = picture()
    stored.getexif()[0x0112] = orientation
    upright = ImageOps.exif_transpose(stored)
    assert [(float(w), float(h)) for w, h in document.page_sizes] == [upright.size]
    assert difference(shown(document), upright) < 3
    assert difference(png(document), upright) < 3
    if orientation != 1:
        assert difference(shown(document).resize((120, 60)), picture()) > 10  # a turn that is left out shows


def test_the_torture_photos_are_all_shown_alike(db: None, shared_data: Path) -> None:
    """The eight files hold one picture, stored in eight turns."""
    folder = shared_data / "torture" / "images"
    pictures = [shown(vault.keep_file(folder / f"exif-orientation-{number}.jpg", at=AT)) for number in range(1, 9)]
    for other in pictures[1:]:
        assert difference(pictures[0], other) < 3
    assert difference(pictures[0], ImageOps.mirror(pictures[0])) > 6


def test_a_fax_with_flat_pixels_has_the_shape_of_its_paper(db: None, shared_data: Path) -> None:
    folder = shared_data / "torture" / "images"
    square = vault.keep_file(folder / "fax-g4-200dpi.tif", at=AT)
    flat = vault.keep_file(folder / "fax-g4-204x98dpi.tif", at=AT)
    (width, height), (flat_width, flat_height) = square.page_sizes[0], flat.page_sizes[0]
    assert float(flat_width / flat_height) == pytest.approx(float(width / height), rel=0.01)
    # the same sheet: laid over each other they agree, mirrored they do not
    one, other = shown(square, size=(306, 396)), shown(flat, size=(306, 396))
    assert difference(one, other) < 12
    assert difference(one, ImageOps.mirror(other)) > 2 * difference(one, other)


def test_each_frame_of_a_tiff_is_a_page_with_its_own_mode_size_and_resolution(
    keep: Keep, image_bytes: MakeImage
) -> None:
    frames = [picture("1", (400, 200)), picture("L", (200, 400)), picture("RGB", (300, 300)), picture("CMYK", (90, 60))]
    for frame, dpi in zip(frames, [(200, 100), (72, 72), (300, 300), (144, 144)], strict=True):
        frame.encoderinfo = {"dpi": dpi}
    content = image_bytes(frames[0], "TIFF", save_all=True, append_images=frames[1:], dpi=(200, 100))
    document = keep(content)
    assert document.page_count == 4
    sizes = [(float(width), float(height)) for width, height in document.page_sizes]
    assert sizes == [(144, 144), (200, 400), (72, 72), (45, 30)]
    for number, frame in enumerate(frames, start=1):
        on_screen = shown(document, number, size=frame.size)
        assert difference(on_screen, frame.convert("RGB")) < 12, number
        assert difference(png(document, number), frame.convert("RGB")) < 1, number


@pytest.mark.parametrize(
    ("resolution", "expected"),
    [
        ({"dpi": (200, 100)}, (36, 36)),
        ({"resolution": 40, "resolution_unit": 3}, (100 * 72 / 101.6, 50 * 72 / 101.6)),
        ({}, (100, 50)),
        ({"dpi": (0, 0)}, (100, 50)),
        ({"dpi": (1, 1)}, (100, 50)),
        ({"dpi": (1_000_000, 10)}, (100, 50)),
        ({"x_resolution": 204, "y_resolution": 102, "resolution_unit": 1}, (100, 100)),
    ],
)
def test_the_points_of_a_tiff_follow_its_resolution_unless_that_is_nonsense(
    keep: Keep, image_bytes: MakeImage, resolution: dict[str, object], expected: tuple[float, float]
) -> None:
    document = keep(image_bytes(picture("RGB", (100, 50)), "TIFF", **resolution))
    ((width, height),) = document.page_sizes
    assert (float(width), float(height)) == pytest.approx(expected, abs=0.001)


def test_a_sideways_fax_swaps_its_resolution_with_its_sides(keep: Keep, image_bytes: MakeImage) -> None:
    content = image_bytes(picture("1", (400, 100)), "TIFF", dpi=(200, 100), tiffinfo={0x0112: 6})
    assert [(float(w), float(h)) for w, h in keep(content).page_sizes] == [(72, 144)]


def test_a_png_or_jpeg_is_measured_in_pixels_whatever_resolution_it_names(keep: Keep, image_bytes: MakeImage) -> None:
    for format in ("PNG", "JPEG"):
        document = keep(image_bytes(picture(), format, dpi=(300, 150)))
        assert [(float(w), float(h)) for w, h in document.page_sizes] == [(120, 60)]


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P"])
def test_what_is_transparent_is_paper(keep: Keep, image_bytes: MakeImage, mode: str) -> None:
    image = picture("RGBA")
    image.putalpha(ImageChops.invert(picture("L")))  # the paper is transparent, over a black ground
    clear = Image.composite(image, Image.new("RGBA", image.size, (0, 0, 0, 0)), image.getchannel("A"))
    document = keep(image_bytes(clear.convert(mode) if mode != "P" else clear.quantize(64), "PNG"))
    for page in (shown(document), png(document).convert("RGB")):
        assert page.getpixel((60, 55)) == (255, 255, 255)
        red, green, blue = page.getpixel((5, 5))
        assert max(red, green, blue) < 60


def test_sixteen_bits_are_cut_to_their_upper_eight(keep: Keep, image_bytes: MakeImage) -> None:
    deep = Image.new("I;16", (40, 20), 0x8000)
    for format in ("PNG", "TIFF"):
        document = keep(image_bytes(deep, format))
        assert shown(document).getpixel((10, 10)) == (128, 128, 128)


def test_a_cmyk_photo_has_its_colours(keep: Keep, image_bytes: MakeImage) -> None:
    document = keep(image_bytes(picture("CMYK"), "JPEG", quality=95))
    assert difference(shown(document), picture()) < 6


def test_a_grey_photo_is_carried_unchanged(keep: Keep, image_bytes: MakeImage) -> None:
    content = image_bytes(picture("L"), "JPEG")
    document = keep(content)
    assert content in renditions.as_pdf(document)
    assert difference(shown(document), picture("L")) < 6


def test_what_is_made_is_made_once_and_made_again_when_it_is_lost(
    keep: Keep, image_bytes: MakeImage, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = keep(image_bytes(picture(), "PNG"))
    first = renditions.as_pdf(document)
    page = renditions.page_png(document, 1)
    with monkeypatch.context() as patch:
        patch.setattr(isolated, "_ask", lambda *_: pytest.fail("made again"))
        assert (renditions.as_pdf(document), renditions.page_png(document, 1)) == (first, page)
    Path(storage.store().path(renditions.viewer_file(document).name)).unlink()
    assert renditions.as_pdf(document) == first


def test_a_pdf_is_shown_as_it_is_and_has_no_png(keep: Keep, pdf_of: MakePdf) -> None:
    content = pdf_of((100, 100))
    document = keep(content)
    assert renditions.as_pdf(document) == content
    with pytest.raises(NotShown):
        renditions.page_png(document, 1)


def test_what_cannot_be_shown_is_not(keep: Keep, image_bytes: MakeImage) -> None:
    document = keep(image_bytes(picture(), "PNG"))
    for page in (0, 2, -1):
        with pytest.raises(NotShown) as refusal:
            renditions.page_png(document, page)
        assert refusal.value.problem is Problem.NO_PAGES
    broken = keep(image_bytes(picture(), "PNG")[:100])
    for ask in (renditions.viewer_file, lambda one: renditions.page_png(one, 1)):
        with pytest.raises(NotShown) as refusal:
            ask(broken)
        assert refusal.value.problem is Problem.UNREADABLE
