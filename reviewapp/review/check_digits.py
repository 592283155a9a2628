"""Is a number one that its check digits allow? By python-stdnum, for a closed list of kinds. Pure; asks no server."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any, Final

from stdnum.exceptions import ValidationError

#: Longer than any number that has check digits; whatever is longer is none.
_LONGEST: Final = 100
#: Our word -> the module that knows such numbers. Each is checked in full: length, form, and whatever digits it has.
_MODULES: Final[Mapping[str, str]] = {
    "iban": "stdnum.iban",
    "creditor_reference": "stdnum.iso11649",
    "lei": "stdnum.lei",
    "isin": "stdnum.isin",
    "ean": "stdnum.ean",
    "isbn": "stdnum.isbn",
    "issn": "stdnum.issn",
    "imei": "stdnum.imei",
    "luhn": "stdnum.luhn",
    "iso7064_97_10": "stdnum.iso7064.mod_97_10",
    "routing_us": "stdnum.us.rtn",
    "ein_us": "stdnum.us.ein",
    "uid_ch": "stdnum.ch.uid",
    "qr_reference_ch": "stdnum.ch.esr",
    "tax_id_de": "stdnum.de.idnr",
    "siren_fr": "stdnum.fr.siren",
    "siret_fr": "stdnum.fr.siret",
    "nif_es": "stdnum.es.nif",
    "fiscal_code_it": "stdnum.it.codicefiscale",
    "bsn_nl": "stdnum.nl.bsn",
}
#: Countries whose VAT numbers are known besides the European Union's, by the letters that they begin with.
_OUTSIDE_EU: Final[Mapping[str, str]] = {"GB": "stdnum.gb.vat", "CH": "stdnum.ch.vat", "NO": "stdnum.no.mva"}

#: What a rule may name.
KINDS: Final = ("vat", *_MODULES)


def valid(kind: str, text: str) -> bool:
    """Whether `text` is such a number; spaces and the usual marks between its parts are no matter."""
    if len(text) > _LONGEST or not text.isascii():
        return False
    try:
        # Not every module leaves out what sets the parts of a number apart.
        _check_of(kind, text)(text.replace(" ", "").replace("-", ""))
    except (ValidationError, ValueError, KeyError, IndexError):
        # A text that its own module stumbles over is no such number either.
        return False
    return True


def _check_of(kind: str, text: str) -> Callable[[str], Any]:
    if kind != "vat":
        check: Callable[[str], Any] = import_module(_MODULES[kind]).validate
        return check
    module = _OUTSIDE_EU.get(text.strip()[:2].upper(), "stdnum.eu.vat")
    vat: Callable[[str], Any] = import_module(module).validate
    return vat
