"""Whatever the bytes are, they end in a Document with a clear state; the reader may die, the one who asked may not."""

from __future__ import annotations

import io
import os
import random
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pikepdf
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from PIL import Image
from reportlab.pdfgen import canvas

from reviewapp.documents import image_pdf, images, isolated, reader, vault
from reviewapp.documents.findings import Finding, MediaType, NotShown, Problem, media_type_of, pdf_ends
from reviewapp.documents.models import Document

pytestmark = pytest.mark.once

AT = datetime(2026, 3, 10, 16, 41, tzinfo=UTC)

Keep = Callable[[bytes], Document]
MakePdf = Callable[..., bytes]
MakeImage = Callable[..., bytes]

READY = ("ready", "")
BAD_INPUTS = {
    "Pages-tree-refs.pdf": ("broken", "unreadable"),
    "aes-256.pdf": ("encrypted", "password"),
    "bomb_giant.pdf": READY,  # its page is small; the bomb is in what the browser unpacks, in a worker of its own
    "empty_protected.pdf": READY,  # protected against change, opens without a password
    "helloworld-bad.pdf": READY,  # the cross-reference table is rebuilt
    "html-named.pdf": ("unsupported", "not_a_document"),
    "invalid.pdf": ("broken", "unreadable"),
    "no_contents.pdf": READY,
    "poppler-395-0-fuzzed.pdf": ("broken", "unreadable"),
    "r6-user-password.pdf": ("encrypted", "password"),
    "truncated-invoice.pdf": ("broken", "truncated"),
}


def test_each_bad_input_has_its_state(db: None, shared_data: Path) -> None:
    folder = shared_data / "real" / "bad_inputs"
    found = {}
    for path in folder.iterdir():
        if path.name == "empty.pdf":
            with pytest.raises(vault.Empty):
                vault.keep_file(path, at=AT)
            continue
        document = vault.keep_file(path, at=AT)
        found[path.name] = (document.state, document.problem)
        assert (document.page_count is not None) == document.ready
        with vault.open(document) as file:
            assert file.read() == path.read_bytes()  # kept and downloadable in every state
    assert found == BAD_INPUTS


def test_a_page_of_a_kilometre_is_kept_but_not_shown(keep: Keep, pdf_of: MakePdf) -> None:
    assert keep(pdf_of((100, 100), (2_834_646, 100))).problem == Problem.PAGE_TOO_LARGE
    assert keep(pdf_of((100, 14_400))).ready


def test_more_pages_than_can_be_shown_are_refused_before_they_are_read(keep: Keep) -> None:
    with pikepdf.new() as pdf:
        page = pdf.make_indirect(pikepdf.Dictionary(Type=pikepdf.Name.Page, MediaBox=[0, 0, 10, 10]))
        pdf.Root.Pages.Kids = pikepdf.Array([page] * 6_000)
        pdf.Root.Pages.Count = 6_000
        out = io.BytesIO()
        pdf.save(out)
    document = keep(out.getvalue())
    assert (document.state, document.problem) == ("unsupported", "too_many_pages")


def test_a_pdf_without_pages_says_so(keep: Keep, pdf_of: MakePdf) -> None:
    assert keep(pdf_of()).state == "broken"


def test_an_image_bomb_of_a_few_bytes_is_never_unpacked(keep: Keep, image_bytes: MakeImage) -> None:
    content = image_bytes(Image.new("1", (9000, 9000)), "PNG")
    assert len(content) < 20_000
    document = keep(content)
    assert (document.media_type, document.state, document.problem) == ("image/png", "unsupported", "too_many_pixels")


def test_a_large_second_frame_counts_like_the_first(keep: Keep, image_bytes: MakeImage) -> None:
    frames = [Image.new("1", (100, 100)), Image.new("1", (9000, 9000))]
    content = image_bytes(frames[0], "TIFF", save_all=True, append_images=frames[1:], compression="group4")
    assert keep(content).problem == Problem.TOO_MANY_PIXELS


def test_the_frames_together_have_a_limit_too(
    image_bytes: MakeImage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    frames = [Image.new("1", (100, 100)) for _ in range(4)]
    path = tmp_path / "frames.tiff"
    path.write_bytes(image_bytes(frames[0], "TIFF", save_all=True, append_images=frames[1:]))
    assert len(list(images.frames(path, MediaType.TIFF))) == 4
    monkeypatch.setattr(images, "MAX_PIXELS_IN_ALL", 39_999)
    with pytest.raises(NotShown, match="too_many_pixels"):
        list(images.frames(path, MediaType.TIFF))
    monkeypatch.setattr(images, "MAX_PIXELS_IN_ALL", 40_000)
    monkeypatch.setattr(images, "MAX_FRAMES", 3)
    with pytest.raises(NotShown, match="too_many_pages"):
        list(images.frames(path, MediaType.TIFF))


@pytest.mark.parametrize("format", ["PNG", "JPEG", "TIFF"])
def test_half_an_image_is_broken(keep: Keep, image_bytes: MakeImage, format: str) -> None:
    noise = Image.effect_noise((300, 300), 90).convert("RGB")
    content = image_bytes(noise, format)
    assert keep(content).ready
    assert (keep(content[: len(content) // 2]).state) == "broken"


@pytest.mark.parametrize(
    "content",
    [
        b"GIF89a\x01\x00\x01\x00",
        b"\x00",
        b"<html><body>%PDX</body></html>",
        b"PK\x03\x04",
        bytes(5000),
        b"x" * 1024 + b"%PDF-1.7 %%EOF",
    ],
)
def test_other_files_are_kept_as_bytes_of_no_kind(keep: Keep, content: bytes) -> None:
    document = keep(content)
    assert (document.media_type, document.state) == ("application/octet-stream", "unsupported")
    assert document.problem_text


@pytest.mark.parametrize("magic", [b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"II*\x00", b"MM\x00+", b"%PDF-1.7 %%EOF"])
def test_a_right_beginning_with_nothing_behind_it_is_broken(keep: Keep, magic: bytes) -> None:
    assert keep(magic + b"\n").state == "broken"


def test_a_pdf_may_begin_late_and_end_with_padding_but_not_without_its_end(keep: Keep, pdf_of: MakePdf) -> None:
    content = pdf_of((100, 100))
    assert keep(b"\n" * 900 + content + b"\x00" * 5_000).ready
    assert keep(content.replace(b"%%EOF", b"%%EOX")).problem == Problem.TRUNCATED
    assert not pdf_ends(b"%%EOF" + b"x" * 1024)


def test_an_image_that_is_also_a_pdf_is_the_image() -> None:
    assert media_type_of(b"\xff\xd8\xff\xe0 %PDF-1.7") is MediaType.JPEG


def test_a_reader_that_takes_too_long_is_stopped(keep: Keep, pdf_of: MakePdf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(isolated, "PATIENCE", 0.02)
    document = keep(pdf_of((100, 100)))
    assert (document.state, document.problem) == ("broken", "too_costly")


def reader_made_of(script: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another program in the place of the reading process."""
    program = folder / "program"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o700)
    monkeypatch.setattr(isolated.sys, "executable", str(program))


def test_a_reader_that_crashes_is_the_files_problem(
    keep: Keep, pdf_of: MakePdf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader_made_of("kill -SEGV $$", tmp_path, monkeypatch)
    assert keep(pdf_of((100, 100))).problem == Problem.TOO_COSTLY


def test_a_reader_that_does_not_start_is_our_problem_and_nothing_is_kept(
    keep: Keep, pdf_of: MakePdf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader_made_of("echo no module >&2; exit 1", tmp_path, monkeypatch)
    with pytest.raises(RuntimeError, match="no module"):
        keep(pdf_of((100, 100)))
    assert not Document.objects.exists()
    assert not (tmp_path / "vault").exists()


def test_the_reader_sees_none_of_the_servers_environment(
    keep: Keep, pdf_of: MakePdf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REVIEWAPP_SECRET_KEY", "the secret")
    seen = tmp_path / "seen"
    reader_made_of(f"env > {seen}; exit 1", tmp_path, monkeypatch)
    with pytest.raises(RuntimeError):
        keep(pdf_of((100, 100)))
    assert "PYTHONPATH" in seen.read_text()
    assert "secret" not in seen.read_text()


def test_the_readers_memory_and_time_are_limited() -> None:
    code = "import resource; from reviewapp.documents import reader; reader._limit(); {}"
    environment = {"PYTHONPATH": os.pathsep.join(sys.path)}

    def run(act: str) -> int:
        command = [sys.executable, "-c", code.format(act)]
        return subprocess.run(command, env=environment, capture_output=True, check=False).returncode

    assert run("bytearray(3 << 30)") == 1
    assert run("bytearray(1 << 27)") == 0
    assert run("assert resource.getrlimit(resource.RLIMIT_CPU)[0] == 60") == 0


def drawn_pdf() -> bytes:
    out = io.BytesIO()
    page = canvas.Canvas(out, pagesize=(300, 300))
    page.drawString(30, 30, "Total 12,586.00")
    page.save()
    return out.getvalue()


def test_a_damaged_pdf_always_ends_in_a_state(keep: Keep) -> None:
    chance = random.Random(20261122)
    whole = drawn_pdf()
    states = set()
    for _ in range(12):
        damaged = bytearray(whole)
        for _ in range(chance.randint(1, 60)):
            damaged[chance.randrange(8, len(damaged) - 8)] = chance.randrange(256)
        states.add(keep(bytes(damaged)).state)
    assert states <= {"ready", "broken", "encrypted"}


SEEDS = {
    MediaType.PNG: (Image.effect_noise((40, 30), 80), "PNG", {}),
    MediaType.JPEG: (Image.effect_noise((40, 30), 80).convert("RGB"), "JPEG", {}),
    MediaType.TIFF: (Image.effect_noise((40, 30), 80), "TIFF", {"compression": "tiff_lzw", "dpi": (200, 100)}),
}


@pytest.mark.parametrize("media_type", sorted(SEEDS))
@hypothesis_settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_damaged_image_always_ends_in_a_finding(
    media_type: MediaType,
    data: st.DataObject,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    image, format, options = SEEDS[media_type]
    out = io.BytesIO()
    image.save(out, format, **options)
    content = bytearray(out.getvalue())
    for place, byte in data.draw(
        st.lists(st.tuples(st.integers(0, len(content) - 1), st.integers(0, 255)), max_size=20)
    ):
        content[place] = byte
    content = content[: data.draw(st.integers(1, len(content)))]
    path = tmp_path / "file"
    path.write_bytes(content)
    monkeypatch.setattr(reader, "_limit", lambda: None)  # the limits would stay with the tests' own process
    reader.main(["probe", str(path), media_type, str(tmp_path / "out")])
    answer = capsys.readouterr().out
    assert answer.startswith('{"problem": ')


def test_memory_that_runs_out_is_told_from_damage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def out_of_memory(*_: object) -> Finding:
        raise MemoryError

    printed: list[str] = []
    monkeypatch.setattr(reader, "_limit", lambda: None)
    monkeypatch.setattr(image_pdf, "write", out_of_memory)
    monkeypatch.setattr(reader.sys, "stdout", type("Out", (), {"write": lambda _self, text: printed.append(text)})())
    reader.main(["probe", str(tmp_path), MediaType.PNG, "out"])
    assert '"too_costly"' in "".join(printed)
