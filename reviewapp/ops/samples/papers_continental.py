"""Which German and French papers are drawn with care? Every company, person and number is invented."""

from __future__ import annotations

from ...extraction.jsontext import Json
from .lines import goods, sums
from .trade import Column, Paper, Style


def silberaue() -> Paper:
    """The German invoice: 1.234,56 and dates with dots."""
    lines = goods(
        ("4010", "Broschüre A5, 32 Seiten, Rückstichheftung, 135 g Bilderdruck matt", "2500", "0.86"),
        ("4022", "Visitenkarten 85 × 55 mm, beidseitig 4/4-farbig", "12", "38.50"),
        ("4105", "Plakat A1, wetterfest", "60", "7.95"),
        ("5001", "Druckdaten prüfen und anpassen, je Stunde", "3", "72.00"),
        ("4230", "Durchschreibesätze A5, dreifach, perforiert", "40", "11.20"),
        ("4990", "Expresszuschlag", "1", "120.00"),
        ("9000", "Versand, zwei Paletten", "1", "89.00"),
    )
    values: dict[str, Json] = {
        "invoice_number": "RE-2026-0318",
        "issue_date": "2026-03-04",
        "delivery_date": "2026-02-27",
        "due_date": "2026-03-18",
        "customer_number": "10442",
        "seller_name": "Druckwerk Silberaue GmbH",
        "seller_vat_id": "DE 000 318 442",
        "buyer_name": "Museum für Wetterkunde e. V.",
        "buyer_address": "Am Pegelturm 3, 00127 Niederfelden",
        "currency": "EUR",
        "line_items": lines,
        **sums(lines, "19"),
        "iban": "DE00 9999 9999 0010 4420 26",
    }
    return Paper(
        file="rechnung-silberaue.pdf",
        word="Rechnung",
        style=Style("tiles", "#7a2e39", "#c9a35a", "band", "serif-bold", "sans"),
        language="de",
        values=values,
        tagline="Buch- und Offsetdruck",
        contact=("Mühlenstieg 8, 00127 Silberaue", "Telefon 0999 123 4480, kontor@druckwerk-silberaue.example"),
        parties=(("RECHNUNGSEMPFÄNGER", ("/buyer_name", "/buyer_address")),),
        meta=(
            ("Rechnungsnummer", "/invoice_number"),
            ("Rechnungsdatum", "/issue_date"),
            ("Lieferdatum", "/delivery_date"),
            ("Kundennummer", "/customer_number"),
            ("Zahlbar bis", "/due_date"),
        ),
        columns=(
            Column("sku", "Art.-Nr.", 0.11),
            Column("description", "Bezeichnung", 0.47),
            Column("quantity", "Menge", 0.1, "right"),
            Column("unit_price", "Einzelpreis", 0.15, "right"),
            Column("amount", "Betrag", 0.17, "right"),
        ),
        totals=(
            ("Nettobetrag", "/net_total"),
            ("zzgl. 19 % MwSt.", "/tax_total"),
            ("Rechnungsbetrag|/currency", "/grand_total"),
        ),
        notes=(
            "Zahlbar ohne Abzug. Es gelten unsere Lieferbedingungen.",
            "IBAN|/iban",
            "Vielen Dank für Ihren Auftrag.",
        ),
        footer=(
            ("Druckwerk Silberaue GmbH", "Sitz: Silberaue, HRB 00318"),
            ("USt-IdNr.|/seller_vat_id", "Steuernummer 000/318/44200"),
            ("Sparkasse Silberaue", "BIC ZZZZDEZZXXX"),
        ),
    )


def sarlene() -> Paper:
    """The French credit note: negative amounts, spaces between thousands."""
    lines = goods(
        ("FB-25", "Farine de blé T65, sac de 25 kg", "-48", "21.40"),
        ("FS-10", "Farine de sarrasin, sac de 10 kg", "-20", "18.75"),
        ("SE-05", "Semoule fine, carton de 5 kg", "-12", "9.60"),
    )
    values: dict[str, Json] = {
        "credit_note_number": "AV-2026-0072",
        "issue_date": "2026-02-16",
        "corrected_invoice": "FA-2026-0519",
        "seller_name": "Moulin de Sarlène SARL",
        "seller_vat_id": "FR 00 000 519 072",
        "buyer_name": "Boulangerie des Trois Ponts",
        "buyer_address": "27 quai de l'Écluse, 00340 Vaubrières",
        "currency": "EUR",
        "line_items": lines,
        **sums(lines, "5.5"),
        "reason": "Sacs humides à la livraison du 11 février",
    }
    return Paper(
        file="avoir-sarlene.pdf",
        word="Avoir",
        style=Style("leaf", "#4f6b2f", "#b8873a", "letter", "slab-bold", "sans"),
        language="fr",
        values=values,
        tagline="Meunerie artisanale",
        contact=("Route du Bief, 00341 Sarlène", "Tél. 00 99 55 01 72", "compta@moulin-sarlene.example"),
        parties=(("CLIENT", ("/buyer_name", "/buyer_address")),),
        meta=(
            ("Avoir n°", "/credit_note_number"),
            ("Date", "/issue_date"),
            ("Sur facture", "/corrected_invoice"),
        ),
        columns=(
            Column("sku", "Réf.", 0.11),
            Column("description", "Désignation", 0.45),
            Column("quantity", "Qté", 0.1, "right"),
            Column("unit_price", "Prix unitaire", 0.16, "right"),
            Column("amount", "Montant", 0.18, "right"),
        ),
        totals=(("Total HT", "/net_total"), ("TVA 5,5 %", "/tax_total"), ("À rembourser|/currency", "/grand_total")),
        notes=("Motif|/reason", "Cet avoir sera déduit de votre prochaine facture."),
        footer=(
            ("Moulin de Sarlène SARL", "RCS Sarlène 000 519 072"),
            ("TVA|/seller_vat_id", "Capital 12 000 €"),
            ("Crédit Rural de Sarlène",),
        ),
    )
