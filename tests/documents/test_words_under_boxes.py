"""The words under a box are those that a person sees in it, however the page is turned, cut or filled in."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from PIL import Image
from reportlab.pdfgen import canvas

from reviewapp.documents import isolated, reading, vault, words
from reviewapp.documents.findings import NotShown, Problem, Spot
from reviewapp.documents.models import Document

AT = datetime(2026, 3, 10, 16, 41, tzinfo=UTC)

Keep = Callable[[bytes], Document]


def share(box: list[float], size: list[float], grown: float = 0.0) -> tuple[float, float, float, float]:
    left, top, right, bottom = box
    return (left - grown) / size[0], (top - grown) / size[1], (right + grown) / size[0], (bottom + grown) / size[1]


def test_on_all_43_torture_pages_the_word_is_under_its_box_and_under_no_other(db: None, shared_data: Path) -> None:
    reference = json.loads((shared_data / "torture" / "reference.json").read_text())
    pages = found = 0
    for name, entry in reference.items():
        document = vault.keep_file(shared_data / "torture" / "documents" / f"{name}.pdf", at=AT)
        spots: list[Spot] = []
        expected = []
        for page in entry["pages"]:
            pages += 1
            for word in page["words"]:
                if word["visible"]:
                    spots.append((page["page"], [share(word["display_analytic"], page["display_size"])]))
                    expected.append(word["word"])
        texts = reading.words_under(document, spots)
        assert [set(one) for one in texts] == [{word} for word in expected], name
        found += len(expected)
    assert (pages, found) == (43, VISIBLE)


#: Of 43 times eight words; the rest lies outside the CropBox.
VISIBLE = 342


def page_of(draw: Callable[[canvas.Canvas], object], size: tuple[float, float] = (200, 100)) -> bytes:
    out = io.BytesIO()
    paper = canvas.Canvas(out, pagesize=size, invariant=1)
    paper.setFont("Helvetica", 10)
    draw(paper)
    paper.showPage()
    paper.save()
    return out.getvalue()


def under(content: bytes, tmp_path: Path, *boxes: tuple[float, float, float, float]) -> list[str]:
    """Texts under boxes given in points from the top left of a page of 200 x 100."""
    path = tmp_path / "page.pdf"
    path.write_bytes(content)
    return words.under(path, [(1, [share(list(box), [200, 100]) for box in boxes])])[0]


def test_a_box_that_cuts_a_word_has_the_part_and_the_whole(tmp_path: Path) -> None:
    content = page_of(lambda paper: paper.drawString(10, 50, "Total 1,234.56 EUR"))
    assert under(content, tmp_path, (32, 38, 59, 52)) == ["1,234", "1,234.56"]


def test_what_hangs_out_of_a_narrow_box_between_two_figures_belongs_to_them(tmp_path: Path) -> None:
    content = page_of(lambda paper: paper.drawString(10, 50, "1,234,567"))
    assert under(content, tmp_path, (5, 43, 100, 49)) == ["1,234,567"]


def test_a_word_that_is_left_out_leaves_a_gap(tmp_path: Path) -> None:
    content = page_of(lambda paper: paper.drawString(10, 50, "left out of it"))
    assert under(content, tmp_path, (5, 38, 27, 54), (53, 38, 80, 54)) == ["left it"]


def test_boxes_of_two_lines_are_read_in_the_texts_order_and_what_both_hold_once(tmp_path: Path) -> None:
    def two(paper: canvas.Canvas) -> None:
        paper.drawString(10, 60, "first line")
        paper.drawString(10, 40, "second line")

    content = page_of(two)
    lines = under(content, tmp_path, (5, 45, 100, 65), (5, 30, 100, 45), (5, 30, 100, 65))
    assert [text.split() for text in lines] == [["first", "line", "second", "line"]]


def test_values_of_a_form_come_before_the_words_that_are_printed_there(tmp_path: Path) -> None:
    def form(paper: canvas.Canvas) -> None:
        paper.drawString(12, 52, "Name")
        paper.acroForm.textfield(name="name", x=10, y=40, width=100, height=16, value="Jane Doe", borderWidth=0)
        paper.acroForm.checkbox(name="yes", x=150, y=40, size=12, checked=True)
        paper.acroForm.checkbox(name="no", x=170, y=40, size=12, checked=False)
        paper.acroForm.textfield(name="void", x=10, y=10, width=100, height=16, value="", borderWidth=0)

    content = page_of(form)
    assert under(content, tmp_path, (11, 38, 60, 58)) == ["Jane Doe", "Name\nJane Doe"]
    assert under(content, tmp_path, (150, 48, 162, 60)) == [words.ON]
    assert under(content, tmp_path, (170, 48, 182, 60)) == [words.OFF]
    assert under(content, tmp_path, (12, 76, 60, 88)) == []


def test_where_there_is_no_text_and_no_such_page_nothing_is_said(keep: Keep, image_bytes: Callable[..., bytes]) -> None:
    whole: Spot = (1, [(0.0, 0.0, 1.0, 1.0)])
    scan = keep(page_of(lambda paper: paper.rect(10, 10, 50, 50)))
    photo = keep(image_bytes(Image.new("L", (50, 50)), "PNG"))
    printed = keep(page_of(lambda paper: paper.drawString(10, 50, "word")))
    assert reading.words_under(scan, [whole]) == [()]
    assert reading.words_under(photo, [whole]) == [()]
    assert reading.words_under(printed, []) == []
    pages = [reading.words_under(printed, [(page, whole[1])])[0] for page in (-1, 0, 1, 2, 10**9)]
    assert pages == [(), (), ("word",), (), ()]


def test_hostile_files_say_nothing_and_harm_nobody(db: None, shared_data: Path, tmp_path: Path) -> None:
    for path in (shared_data / "real" / "bad_inputs").iterdir():
        found = isolated.words(path, [(1, [(0.0, 0.0, 1.0, 1.0)])])
        assert found.problem is not None or len(found.words) == 1, path.name
        if path.stat().st_size:
            document = vault.keep_file(path, at=AT)
            assert len(reading.words_under(document, [(1, [(0.0, 0.0, 1.0, 1.0)])])) == 1
    lost = vault.keep_file(shared_data / "torture" / "documents" / "rotate-0.pdf", at=AT)
    for kept in tmp_path.glob("vault/*/*/*"):
        kept.unlink()
    assert reading.words_under(lost, [(1, [(0.0, 0.0, 1.0, 1.0)])]) == [()]


def test_a_page_of_too_much_text_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    content = page_of(lambda paper: paper.drawString(10, 50, "twelve chars"))
    for limit, of in (("MAX_CHARACTERS", 11), ("MAX_CHARACTERS_IN_ALL", 11), ("MAX_TEXT_IN_ALL", 11)):
        with monkeypatch.context() as patched:
            patched.setattr(words, limit, of)
            with pytest.raises(NotShown) as refused:
                under(content, tmp_path, (0, 0, 200, 100))
            assert refused.value.problem is Problem.TOO_COSTLY
    monkeypatch.setattr(words, "MAX_TEXT", 6)
    assert under(content, tmp_path, (0, 0, 200, 100)) == ["twelve"]


def test_a_thousand_boxes_cost_one_process(keep: Keep, monkeypatch: pytest.MonkeyPatch) -> None:
    document = keep(page_of(lambda paper: paper.drawString(10, 50, "word")))
    starts: list[Any] = []
    run = isolated.subprocess.run
    monkeypatch.setattr(isolated.subprocess, "run", lambda *args, **more: starts.append(args) or run(*args, **more))
    texts = reading.words_under(document, [(1, [(0.0, 0.0, 1.0, 1.0)])] * 1_000)
    assert texts == [("word",)] * 1_000
    assert len(starts) == 1


def test_a_page_that_is_turned_and_cut_is_read_as_displayed(tmp_path: Path) -> None:
    plain = page_of(lambda paper: paper.drawString(10, 50, "word"))
    with pikepdf.open(io.BytesIO(plain)) as pdf:
        pdf.pages[0].Rotate = 90
        pdf.pages[0].CropBox = [0, 0, 100, 100]
        pdf.pages[0].UserUnit = 2
        out = io.BytesIO()
        pdf.save(out)
    # What stands at (10, 50) from the bottom left is at (50, 10) from the top left now, of a page of 100 x 100.
    box = (45 / 100 * 200, 5, 60 / 100 * 200, 40)
    assert under(out.getvalue(), tmp_path, box) == ["word"]
