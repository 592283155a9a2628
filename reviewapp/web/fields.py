"""How is one field of a form drawn? Every form of every room through templates/web/field.html."""

from __future__ import annotations

from typing import Any

from django.forms.renderers import DjangoTemplates
from django.template import loader


class House(DjangoTemplates):
    """Django's own widgets; the field around them is ours (setting FORM_RENDERER)."""

    field_template_name = "web/field.html"

    def get_template(self, template_name: str) -> Any:
        return (
            loader.get_template(template_name)
            if template_name.startswith("web/")
            else super().get_template(template_name)
        )
