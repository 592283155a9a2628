"""`manage.py import_results FILE...`: results from files, with their documents, triaged at once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from reviewapp.extraction import jsontext
from reviewapp.extraction.model import Kind
from reviewapp.intake import importing
from reviewapp.results.models import Job
from reviewapp.review import triage


class Command(BaseCommand):
    """Idempotent: a file that was imported before adds nothing. Ends with `N jobs, N rows, N unchanged, N rejected`."""

    help = "Imports result payloads of Unsiloed, Talonic and LlamaCloud; the kind is detected unless it is named."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "files", nargs="+", type=Path, metavar="FILE", help="a payload as the upstream's API sent it"
        )
        parser.add_argument("--documents", type=Path, metavar="DIR", help="folder with the files they were read from")
        parser.add_argument(
            "--upstream", default="", metavar="NAME", help="the connection's name; default: one for each kind"
        )
        parser.add_argument("--kind", choices=[kind.value for kind in Kind], help="default: detected")
        parser.add_argument(
            "--categories", type=Path, metavar="FILE", help="JSON list of the classes that were asked for"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        documents: Path | None = options["documents"]
        if documents is not None and not documents.is_dir():
            raise CommandError(f"{documents} is no folder; nothing was imported.")
        at = timezone.now()
        report = importing.run(
            files=options["files"],
            at=at,
            documents=documents,
            upstream=options["upstream"],
            kind=Kind(options["kind"]) if options["kind"] else None,
            categories=_categories(options["categories"]),
        )
        for job in Job.objects.filter(pk__in=report.job_ids):
            triage.run(at=at, job=job)
        for name in report.documents_missing:
            self.stdout.write(f"no document: {name}; its fields can be reviewed without it")
        for refusal in report.rejected:
            self.stdout.write(f"rejected: {refusal.name}: {refusal.code}: {refusal.message}")
        self.stdout.write(
            f"{report.jobs} jobs, {report.rows} rows, {report.unchanged} unchanged, {len(report.rejected)} rejected"
        )


def _categories(path: Path | None) -> list[str]:
    if path is None:
        return []
    try:
        tree = jsontext.parse(path.read_bytes())
    except (OSError, jsontext.BadJson) as error:
        raise CommandError(f"{path} cannot be read as a JSON list: {error}") from error
    if not isinstance(tree, list) or not all(isinstance(one, str) for one in tree):
        raise CommandError(f"{path} is no JSON list of texts; nothing was imported.")
    return [one for one in tree if isinstance(one, str)]
