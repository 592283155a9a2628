"""Which file was a row read from, and can its pages be shown?"""

from __future__ import annotations

import json
from decimal import Decimal

from django.db import models
from django.utils.translation import gettext_lazy as _

from .findings import IMAGE_TYPES, MediaType, Problem, State

PROBLEM_SENTENCES = {
    Problem.PASSWORD: _("The file is protected by a password. It can be downloaded, but not shown here."),
    Problem.TRUNCATED: _("The end of the file is missing: it was not received or not written whole."),
    Problem.UNREADABLE: _("The file is damaged and its pages cannot be read."),
    Problem.NO_PAGES: _("The file has no pages."),
    Problem.TOO_COSTLY: _("Reading the file took too much time or memory and was stopped."),
    Problem.NOT_A_DOCUMENT: _("The content of the file is not a PDF, PNG, JPEG or TIFF, whatever its name says."),
    Problem.TOO_MANY_PAGES: _("The file has more pages than can be shown."),
    Problem.PAGE_TOO_LARGE: _("A page of the file is larger than can be shown."),
    Problem.TOO_MANY_PIXELS: _("An image in the file has more pixels than can be shown."),
}


def problem_sentence(problem: str) -> str:
    """What a person reads about a problem; "" for no problem. Raises ValueError for a code that is none of ours."""
    return str(PROBLEM_SENTENCES[Problem(problem)]) if problem else ""


class Document(models.Model):
    """One file, known by its content. The bytes lie in the vault; see vault.py for how they come there.

    `size` in bytes. `pages`: JSON text `[[width, height], ...]`, the displayed size of each page in points: for a PDF
    CropBox within MediaBox after /Rotate, without UserUnit; for PNG and JPEG one point a pixel after EXIF orientation;
    for TIFF pixels x 72 / resolution. Empty list and `page_count` null unless the state is `ready`.
    """

    sha256 = models.CharField(max_length=64, unique=True)
    size = models.PositiveBigIntegerField()
    media_type = models.CharField(max_length=32)
    state = models.CharField(max_length=16)
    problem = models.CharField(max_length=32, blank=True)
    page_count = models.PositiveIntegerField(null=True)
    pages = models.TextField(default="[]")
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="document_state_is_one_of_ours", condition=models.Q(state__in=[one.value for one in State])
            ),
            models.CheckConstraint(
                name="document_media_type_is_one_of_ours",
                condition=models.Q(media_type__in=[one.value for one in MediaType]),
            ),
            models.CheckConstraint(
                name="document_is_ready_with_pages_or_has_a_problem",
                condition=models.Q(
                    # asked for as well, because a check lets NULL >= 1 pass
                    state=State.READY.value,
                    problem="",
                    page_count__isnull=False,
                    page_count__gte=1,
                )
                | (
                    ~models.Q(state=State.READY.value)
                    & models.Q(problem__in=[one.value for one in Problem], page_count__isnull=True, pages="[]")
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.media_type} {self.sha256[:12]} ({self.state})"

    @property
    def ready(self) -> bool:
        """Its pages can be shown."""
        return self.state == State.READY.value

    @property
    def is_image(self) -> bool:
        return self.media_type in IMAGE_TYPES

    @property
    def problem_text(self) -> str:
        """The sentence that tells a person why its pages cannot be shown; "" when they can."""
        return problem_sentence(self.problem)

    @property
    def page_sizes(self) -> list[tuple[Decimal, Decimal]]:
        """Displayed (width, height) of each page in points; the first page is at index 0."""
        sizes = json.loads(self.pages, parse_float=Decimal, parse_int=Decimal)
        return [(width, height) for width, height in sizes]
