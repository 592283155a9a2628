"""In which words is a way of writing back offered? What it does at the vendor, and what has to be there for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Way:
    """`option`: the option of the upstream without which nothing is taken, "" where there is none."""

    name: str | Promise
    does: str | Promise
    needs: str | Promise
    option: str = ""


#: Every word of `Capabilities.writes_back`.
WAYS: Mapping[str, Way] = {
    "extract_review": Way(
        _("Extract Review"),
        _(
            "Says each verdict in LlamaCloud’s own review of the job (confirm, correct, clear), then approves it there, or "
            "rejects it with the reason."
        ),
        _("Needs Extract Review (beta) to be switched on for your organisation there; until then nothing is accepted."),
    ),
    "agent_data": Way(
        _("Agent Data"),
        _(
            "Keeps one item for each row in a collection of LlamaCloud’s Agent Data: the decided values, accepted or "
            "rejected. The last to write wins."
        ),
        _("Needs the name of a deployment in the upstream’s options: deployment_name."),
        option="deployment_name",
    ),
    "corrections": Way(
        _("Corrections"),
        _(
            "Changes the values that people corrected in Talonic’s newest extraction of the document, in this document "
            "alone; such fields stay locked there. A rejection cannot be said."
        ),
        _("Needs a key with the scope write."),
    ),
    "field_review": Way(
        _("Field review"),
        _(
            "Resolves each decided field that Talonic holds for review, as approved or corrected. Fields that are not held "
            "there are left alone; a rejection cannot be said."
        ),
        _("Needs a key with the scope write, and fields that are held for review there."),
    ),
    "record_review": Way(
        _("Review action"),
        _("Approves or rejects the document’s record in Talonic’s review queue; values are not sent."),
        _("Needs a key with the scope write, and a record of the document in the review queue there."),
    ),
}


def called(way: str) -> str:
    """The way's name; the word itself for one that nobody has described."""
    known = WAYS.get(way)
    return way if known is None else str(known.name)
