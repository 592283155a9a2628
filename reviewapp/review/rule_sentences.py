"""How is a failing rule said to a person? One sentence with its figures, from what triage keeps of it."""

from __future__ import annotations

import re
from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reviewapp.web import locales

from .value_rules import RuleKind, Severity

#: Longer ones are written as they are.
_NUMBER = re.compile(r"(?<![0-9.])-?[0-9]{1,15}(?:\.[0-9]{1,10})?(?![0-9.])", re.ASCII)
#: What the kinds of `check_digits` are called.
NUMBERS: Mapping[str, str | Promise] = {
    "iban": gettext_lazy("IBAN"),
    "vat": gettext_lazy("VAT number (European Union, Great Britain, Switzerland, Norway)"),
    "creditor_reference": gettext_lazy("Creditor reference (ISO 11649, RF…)"),
    "lei": gettext_lazy("LEI, legal entity identifier"),
    "isin": gettext_lazy("ISIN, securities number"),
    "ean": gettext_lazy("EAN or GTIN, article number"),
    "isbn": gettext_lazy("ISBN"),
    "issn": gettext_lazy("ISSN"),
    "imei": gettext_lazy("IMEI"),
    "luhn": gettext_lazy("Number with a Luhn check digit (payment cards and others)"),
    "iso7064_97_10": gettext_lazy("Number with ISO 7064 Mod 97-10 check digits"),
    "routing_us": gettext_lazy("Routing number (United States)"),
    "ein_us": gettext_lazy("EIN, employer identification number (United States)"),
    "uid_ch": gettext_lazy("UID, enterprise number (Switzerland)"),
    "qr_reference_ch": gettext_lazy("Payment reference (Switzerland)"),
    "tax_id_de": gettext_lazy("Tax identification number of a person (Germany)"),
    "siren_fr": gettext_lazy("SIREN (France)"),
    "siret_fr": gettext_lazy("SIRET (France)"),
    "nif_es": gettext_lazy("NIF (Spain)"),
    "fiscal_code_it": gettext_lazy("Codice fiscale (Italy)"),
    "bsn_nl": gettext_lazy("BSN (Netherlands)"),
}


def is_grave(detail: Mapping[str, str]) -> bool:
    """Whether the document is not approved without a word about it."""
    return detail.get("severity") == Severity.MUST


def of(detail: Mapping[str, str]) -> str:
    """ "Sum of the lines: they add up to 120.00, and 121.00 stands there." """
    return _("%(name)s: %(said)s") % {"name": detail.get("name", ""), "said": _said(detail)}


def _said(detail: Mapping[str, str]) -> str:
    kind = detail.get("kind")
    words = {name: _figures(detail.get(name, "")) for name in ("found", "wanted", "difference", "factors")}
    if kind == RuleKind.SUM:
        return _("the parts add up to %(found)s, the total says %(wanted)s (difference %(difference)s).") % words
    if kind == RuleKind.PRODUCT:
        return _("%(factors)s makes %(found)s, and %(wanted)s stands there (difference %(difference)s).") % words
    if kind == RuleKind.ORDER:
        ends = {name: _whole(detail.get(name, "")) for name in ("first", "second")}
        return _("%(first)s must not come after %(second)s.") % ends
    if kind == RuleKind.CHECK_DIGIT:
        number = NUMBERS.get(detail.get("number", ""), detail.get("number", ""))
        return _("“%(value)s” is no valid number of this kind: %(number)s.") % {**detail, "number": number}
    if kind == RuleKind.PATTERN:
        return _("“%(value)s” does not fit the pattern %(pattern)s.") % dict(detail)
    if kind == RuleKind.LOOKUP:
        return _("“%(value)s” is not on the list.") % dict(detail)
    return _("it fails.")


def _whole(text: str) -> str:
    return _figures(text) if _NUMBER.fullmatch(text) else text


def _figures(text: str) -> str:
    """The numbers in it as the person writes numbers, exact to the last digit."""
    return _NUMBER.sub(lambda match: locales.number(match[0]), text)
