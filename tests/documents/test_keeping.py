"""A file is kept once, whole, by its content, and its row comes after it."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction
from pytest_django import Settings

from reviewapp.documents import isolated, models, storage, vault
from reviewapp.documents.findings import Problem, State
from reviewapp.documents.models import Document

AT = datetime(2026, 3, 10, 16, 41, tzinfo=UTC)

Keep = Callable[[bytes], Document]
MakePdf = Callable[..., bytes]


def files_in(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_a_pdf_is_kept_under_its_hash_with_its_pages(keep: Keep, pdf_of: MakePdf, data_dir: Path) -> None:
    content = pdf_of((595.276, 841.89), (200, 100))
    document = keep(content)
    digest = hashlib.sha256(content).hexdigest()
    assert (document.sha256, document.size, document.created_at) == (digest, len(content), AT)
    assert (document.media_type, document.state, document.problem) == ("application/pdf", "ready", "")
    assert document.page_count == 2
    assert document.page_sizes == [(Decimal("595.276"), Decimal("841.89")), (Decimal("200.0"), Decimal("100.0"))]
    assert files_in(data_dir) == [f"vault/{digest[:2]}/{digest[2:4]}/{digest}"]
    with vault.open(document) as file:
        assert file.read() == content


def test_the_same_bytes_again_are_the_same_document_and_are_not_read_again(
    keep: Keep, pdf_of: MakePdf, data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = pdf_of((100, 100))
    first = keep(content)
    monkeypatch.setattr(isolated, "probe", lambda *_: pytest.fail("read again"))
    again = vault.keep(chunks=[content], at=AT + timedelta(days=1))
    assert (again.pk, again.created_at) == (first.pk, AT)
    assert len(files_in(data_dir)) == 1


def test_a_lost_file_is_put_back_when_its_bytes_come_again(keep: Keep, pdf_of: MakePdf, data_dir: Path) -> None:
    content = pdf_of((100, 100))
    document = keep(content)
    Path(storage.store().path(storage.name_of(document.sha256))).unlink()
    assert keep(content).pk == document.pk
    with vault.open(document) as file:
        assert file.read() == content


def test_a_file_of_this_machine_is_kept_and_its_name_does_not_matter(db: None, pdf_of: MakePdf, tmp_path: Path) -> None:
    path = tmp_path / "picture.png"
    path.write_bytes(pdf_of((100, 100)))
    assert vault.keep_file(path, at=AT).media_type == "application/pdf"


def test_only_this_system_user_can_read_the_vault(keep: Keep, pdf_of: MakePdf, data_dir: Path) -> None:
    document = keep(pdf_of((100, 100)))
    assert (data_dir / "vault").stat().st_mode & 0o777 == 0o700
    assert (data_dir / "incoming").stat().st_mode & 0o777 == 0o700
    assert Path(storage.store().path(storage.name_of(document.sha256))).stat().st_mode & 0o777 == 0o600


def test_too_many_bytes_and_no_bytes_are_refused_and_leave_nothing(db: None, data_dir: Path) -> None:
    asked = []

    def endless() -> Iterator[bytes]:
        while True:
            asked.append(1)
            yield b"x" * 1000

    with pytest.raises(vault.TooLarge):
        vault.keep(chunks=endless(), at=AT, max_bytes=5_000)
    assert len(asked) == 6
    with pytest.raises(vault.Empty):
        vault.keep(chunks=[b"", b""], at=AT)
    assert issubclass(vault.TooLarge, vault.Refused)
    assert issubclass(vault.Empty, vault.Refused)
    assert files_in(data_dir) == []
    assert not Document.objects.exists()


def test_a_file_of_exactly_the_limit_is_kept(keep: Keep, pdf_of: MakePdf) -> None:
    content = pdf_of((100, 100))
    assert vault.keep(chunks=[content], at=AT, max_bytes=len(content)).ready


def test_a_stream_that_breaks_off_leaves_nothing(db: None, data_dir: Path) -> None:
    def broken() -> Iterator[bytes]:
        yield b"%PDF-1.7"
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        vault.keep(chunks=broken(), at=AT)
    assert files_in(data_dir) == []
    assert not Document.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_keeping_inside_a_transaction_is_refused(pdf_of: MakePdf) -> None:
    content = pdf_of((100, 100))
    with pytest.raises(RuntimeError, match="durable"), transaction.atomic():
        vault.keep(chunks=[content], at=AT)
    assert not Document.objects.exists()
    assert vault.keep(chunks=[content], at=AT).ready  # outside it is accepted


def test_a_kept_file_is_never_overwritten(data_dir: Path, tmp_path: Path) -> None:
    name = storage.name_of("ab" * 32)
    first, other, longer = tmp_path / "first", tmp_path / "other", tmp_path / "longer"
    first.write_bytes(b"first")
    other.write_bytes(b"other")
    longer.write_bytes(b"longer")
    storage.put(name, first)
    storage.put(name, other)
    with storage.fetch(name) as file:
        assert file.read() == b"first"
    with pytest.raises(storage.Damaged):
        storage.put(name, longer)
    # also when the other one comes between the question whether it exists and the write
    storage.store().save(name, ContentFile(b"other"))
    with storage.fetch(name) as file:
        assert file.read() == b"first"


def test_many_who_keep_the_same_bytes_at_once_leave_one_whole_file(data_dir: Path, tmp_path: Path) -> None:
    content = b"0123456789" * 200_000
    source = tmp_path / "source"
    source.write_bytes(content)
    name = storage.name_of("cd" * 32)
    threads = [threading.Thread(target=storage.put, args=(name, source)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert files_in(data_dir / "vault") == [name]
    with storage.fetch(name) as file:
        assert file.read() == content


def test_a_configured_storage_is_used_instead_of_the_folder(
    keep: Keep, pdf_of: MakePdf, settings: Settings, data_dir: Path
) -> None:
    settings.STORAGES = {
        **settings.STORAGES,
        "vault": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    }
    content = pdf_of((100, 100))
    document = keep(content)
    assert files_in(data_dir) == []
    with vault.open(document) as file:
        assert file.read() == content
    assert keep(content).pk == document.pk


@pytest.mark.parametrize(
    "wrong",
    [
        {"state": "fine"},
        {"media_type": "text/html"},
        {"page_count": None},
        {"page_count": 0},
        {"problem": Problem.PASSWORD.value},
        {"state": State.BROKEN.value},
        {"state": State.BROKEN.value, "problem": "other", "page_count": None, "pages": "[]"},
        {"state": State.BROKEN.value, "problem": Problem.UNREADABLE.value},
    ],
)
def test_the_database_refuses_a_document_that_contradicts_itself(db: None, wrong: dict[str, object]) -> None:
    right = {
        "sha256": "a" * 64,
        "size": 1,
        "media_type": "application/pdf",
        "state": "ready",
        "page_count": 1,
        "pages": "[[1, 2]]",
        "created_at": AT,
    }
    with pytest.raises(IntegrityError), transaction.atomic():
        Document.objects.create(**{**right, **wrong})
    Document.objects.create(**right)


def test_every_problem_has_a_sentence_of_its_own() -> None:
    sentences = {models.problem_sentence(problem) for problem in Problem}
    assert len(sentences) == len(Problem)
    assert models.problem_sentence("") == ""
    with pytest.raises(ValueError, match="nonsense"):
        models.problem_sentence("nonsense")
