"""How does a document come to a job by hand? Kept first, outside of any transaction, then linked; never overwritten."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from reviewapp.audit import trail
from reviewapp.documents import vault
from reviewapp.results import ledger
from reviewapp.results.models import DocumentLink, Job


class NotKept(Exception):
    """The file was not kept and nothing was linked. `code`: empty, too_large or not_a_document."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def attach(
    *, job: Job, chunks: Iterable[bytes], name: str, key: str, at: datetime, by: trail.Actor, via: trail.Via
) -> DocumentLink | None:
    """Attach a file to a job, or to its row `key`; an earlier one stays in the history. None when it is linked already.

    Raises NotKept.
    """
    try:
        document = vault.keep(chunks=chunks, at=at, documents_only=True)
    except vault.TooLarge as error:
        raise NotKept("too_large") from error
    except vault.NotADocument as error:
        raise NotKept("not_a_document") from error
    except vault.Refused as error:
        raise NotKept("empty") from error
    return ledger.link_document(job=job, key=key, document=document, name=name, at=at, by=by, via=via)


def show_again(*, job: Job, link: DocumentLink, at: datetime, by: trail.Actor, via: trail.Via) -> DocumentLink | None:
    """Let an earlier document of the job be the one that is shown, by linking it anew. None when it is shown already."""
    return ledger.link_document(
        job=job, key=link.key, document=link.document, name=link.name.text or "", at=at, by=by, via=via
    )
