"""What did a person type? The forms of queue page, board and queue rules turn a POST into plain data and save nothing."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reviewapp.accounts.models import User
from reviewapp.upstreams.models import KIND_LABELS

from .models import Queue
from .queue_rules import MAX_POSITION, Rule

MAX_FIELDS = 500


class ViewForm(forms.Form):
    """The name under which a person keeps the filters of the queue page."""

    name = forms.CharField(
        label=gettext_lazy("Name of the view"),
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.is_bound:  # it is shown again because something is wrong with it
            self.fields["name"].widget.attrs["autofocus"] = True

    def clean_name(self) -> str:
        """One line, written with single spaces."""
        return " ".join(self.cleaned_data["name"].split())


class AssignForm(forms.Form):
    """Whom a task is given to; nobody means everybody in the queue."""

    to = forms.TypedChoiceField(label=gettext_lazy("Person"), coerce=int, required=False, empty_value=None)

    def __init__(self, *args: Any, workers: Sequence[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to"].choices = [  # type: ignore[attr-defined]
            ("", _("Everybody in the queue")),
            *((str(one.pk), one.name) for one in workers),
        ]


class QueueForm(forms.Form):
    """A queue's rule. The default queue takes what is left over, so its form has no parts that choose."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=120)
    upstream = forms.ChoiceField(label=gettext_lazy("Upstream"), required=False)
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), required=False)
    schema_name = forms.CharField(
        label=gettext_lazy("Schema name"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("As the upstream calls it; empty takes every schema."),
    )
    position = forms.IntegerField(
        label=gettext_lazy("Position"),
        min_value=0,
        max_value=MAX_POSITION,
        help_text=gettext_lazy("The first queue that fits takes the row, the lowest number first."),
    )
    policy = forms.ChoiceField(label=gettext_lazy("Order"), choices=Queue.Policy.choices)
    threshold = forms.DecimalField(
        label=gettext_lazy("Threshold"),
        min_value=Decimal(0),
        max_value=Decimal(1),
        max_digits=9,
        decimal_places=6,
        help_text=gettext_lazy("A field whose confidence is below it needs eyes."),
    )
    grounding_threshold = forms.DecimalField(
        label=gettext_lazy("Threshold of the grounding score"),
        min_value=Decimal(0),
        max_value=Decimal(1),
        max_digits=9,
        decimal_places=6,
        help_text=gettext_lazy("Below it a field says “not found on the page”. It informs and opens no task."),
    )
    field_thresholds = forms.CharField(
        label=gettext_lazy("Thresholds of single fields"),
        required=False,
        max_length=50_000,
        widget=forms.Textarea(attrs={"class": "code", "spellcheck": "false", "rows": 5}),
        help_text=gettext_lazy(
            "One on each line: /total = 0.95. A star stands for every line: /line_items/*/amount = 0.9"
        ),
    )
    queues_no_confidence = forms.BooleanField(
        label=gettext_lazy("A value without any confidence needs eyes"), required=False
    )
    due_minutes = forms.IntegerField(
        label=gettext_lazy("Due after minutes"),
        required=False,
        min_value=1,
        max_value=525_600,
        help_text=gettext_lazy("For tasks that come in from now on; empty is never due."),
    )
    members = forms.TypedMultipleChoiceField(
        label=gettext_lazy("Who works on it"), required=False, coerce=int, widget=forms.CheckboxSelectMultiple
    )

    def __init__(
        self, *args: Any, people: Sequence[User], upstreams: Sequence[tuple[str, str]], is_default: bool, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        kinds = [(kind.value, label) for kind, label in KIND_LABELS.items()]
        self.fields["upstream"].choices = [("", _("Any upstream")), *upstreams]  # type: ignore[attr-defined]
        self.fields["kind"].choices = [("", _("Any kind")), *kinds]  # type: ignore[attr-defined]
        self.fields["members"].choices = [(str(one.pk), one.name) for one in people]  # type: ignore[attr-defined]
        if is_default:
            for name in ("upstream", "kind", "schema_name", "position"):
                del self.fields[name]

    def clean_field_thresholds(self) -> dict[str, str]:
        """Lines `pointer = number` -> {pointer: number as typed}."""
        found: dict[str, str] = {}
        for number, line in enumerate(self.cleaned_data["field_thresholds"].splitlines(), start=1):
            if not line.strip():
                continue
            path, sign, text = (part.strip() for part in line.rpartition("="))
            problem = _line_problem(path, sign, text)
            if problem:
                raise ValidationError(_("Line %(number)s: %(problem)s") % {"number": number, "problem": problem})
            if path in found:
                raise ValidationError(
                    _("Line %(number)s: %(path)s stands here twice.") % {"number": number, "path": path}
                )
            found[path] = text
        if len(found) > MAX_FIELDS:
            raise ValidationError(_("At most %(n)s fields can have a threshold of their own.") % {"n": MAX_FIELDS})
        return found

    def rule(self) -> Rule:
        """The cleaned form as plain data."""
        typed = self.cleaned_data
        return Rule(
            name=typed["name"],
            upstream=typed.get("upstream", ""),
            kind=typed.get("kind", ""),
            schema_name=typed.get("schema_name", ""),
            position=typed.get("position"),
            policy=typed["policy"],
            threshold=str(typed["threshold"]),
            grounding_threshold=str(typed["grounding_threshold"]),
            field_thresholds=typed["field_thresholds"],
            queues_no_confidence=typed["queues_no_confidence"],
            due_minutes=typed["due_minutes"],
            members=tuple(sorted(typed["members"])),
        )


def initial(rule: Rule) -> dict[str, Any]:
    """What the form shows of a rule."""
    lines = "\n".join(f"{path} = {text}" for path, text in rule.field_thresholds.items())
    return {**rule.as_plain(), "field_thresholds": lines, "members": [str(one) for one in rule.members]}


def _line_problem(path: str, sign: str, text: str) -> str:
    if not sign:
        return _("write a field, an equals sign and a number.")
    if not path.startswith("/"):
        return _("%(path)s is not the address of a field; addresses begin with a slash.") % {"path": path}
    try:
        number = Decimal(text)
    except InvalidOperation:
        return _("%(text)s is not a number.") % {"text": text}
    if not (number.is_finite() and 0 <= number <= 1):
        return _("%(text)s is not between 0 and 1.") % {"text": text}
    return ""
