"""What is each kind of entry about, and what does it say? One module for each room that writes entries.

Each has `ON`: for every act of its room what the act was on, in a few words that name it. `SAID`: for the acts whose old
and new value are no text for a cell, or that have none, what was before and after in words; their values are not shown.
"""

from __future__ import annotations

from collections.abc import Mapping

from reviewapp.audit.actions import Action

from . import accounts, delivery, exports, intake, review
from .facts import Facts, Sentence

ON: Mapping[Action, Sentence] = {**intake.ON, **review.ON, **delivery.ON, **accounts.ON, **exports.ON}
SAID: Mapping[Action, Sentence] = {**intake.SAID, **review.SAID, **delivery.SAID, **accounts.SAID}

__all__ = ["ON", "SAID", "Facts", "Sentence"]
