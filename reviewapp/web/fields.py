"""How is one field of a form drawn? Every form of every room through templates/web/field.html.

When a form comes back refused, the cursor stands in its first field that is wrong, with or without script.
"""

from __future__ import annotations

from typing import Any

from django.forms import BoundField
from django.forms.renderers import DjangoTemplates
from django.forms.widgets import Widget
from django.template import loader
from django.utils.safestring import SafeString


class Field(BoundField):
    """Django's own, with the cursor."""

    @property
    def first_wrong(self) -> bool:
        """It is the first field of its form that is wrong."""
        return self.name == self._first_wrong()

    def as_widget(
        self, widget: Widget | None = None, attrs: dict[str, Any] | None = None, only_initial: bool = False
    ) -> SafeString:
        """A set of choices is no widget that can have the cursor: its fieldset has it (web/field.html)."""
        if self._first_wrong() and not self.use_fieldset:
            attrs = {**(attrs or {}), "autofocus": self.first_wrong}
        return super().as_widget(widget, attrs, only_initial)

    def _first_wrong(self) -> str:
        form = self.form
        if not form.is_bound:
            return ""
        return next((name for name, one in form.fields.items() if name in form.errors and not one.widget.is_hidden), "")


class House(DjangoTemplates):
    """Django's own widgets; the field around them is ours (setting FORM_RENDERER)."""

    field_template_name = "web/field.html"
    bound_field_class = Field

    def get_template(self, template_name: str) -> Any:
        return (
            loader.get_template(template_name)
            if template_name.startswith("web/")
            else super().get_template(template_name)
        )
