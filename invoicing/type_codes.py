"""What each kind of invoice and credit note (BT-3, UNCL1001) becomes with us, and as what it is answered.

The rules allow many codes (EN 16931 BR-CL-01, Peppol P0100 and P0101); every one of them stands here, so that
none is met unprepared. What a document does to the debt its root says: an Invoice asks for money, a CreditNote
gives it back. The code says what else is to be thought of.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from foundation.text import NO_TEXT, Text
from invoicing.model import DocumentType
from peppol import codelists


class Treatment(StrEnum):
    """What becomes of a document of a code."""

    INVOICE = "INVOICE"
    """Faktura: judged against order and receipt."""

    PREPAYMENT = "PREPAYMENT"
    """Förskottsfaktura: judged as an invoice, so it waits until what it is for is received."""

    CORRECTED = "CORRECTED"
    """Rättad faktura: judged as an invoice of its own; what it corrects has to be credited first."""

    DEBIT_NOTE = "DEBIT_NOTE"
    """Debetnota: judged as an invoice; money asked for besides an order line is a deviation."""

    FACTORED = "FACTORED"
    """Faktura som överlåtits (factoring): judged as an invoice, and never paid to the seller unasked."""

    CREDIT_NOTE = "CREDIT_NOTE"
    """Kreditfaktura: judged against the invoice that it credits."""

    FACTORED_CREDIT_NOTE = "FACTORED_CREDIT_NOTE"
    """Kreditfaktura till en överlåten faktura: judged as a credit note."""

    SELF_BILLED = "SELF_BILLED"
    """Självfaktura: an invoice that the buyer itself should have written; refused, as we write none."""

    NO_DEMAND = "NO_DEMAND"
    """Inget betalningskrav: informs and asks for no money; put to a person, so that nothing is paid by it."""


@dataclass(frozen=True, slots=True)
class TypeCode:
    """One code: what it is called, what it becomes, and the code that an Invoice Response names it with."""

    code: str
    name: Text
    treatment: Treatment
    answered_as: str


_T = Treatment
_CODES: Final[tuple[tuple[str, Text, Treatment], ...]] = (
    ("71", Text("Begäran om betalning"), _T.INVOICE),
    ("80", Text("Debetnota för varor eller tjänster"), _T.DEBIT_NOTE),
    ("81", Text("Kreditnota för varor eller tjänster"), _T.CREDIT_NOTE),
    ("82", Text("Faktura för uppmätt förbrukning"), _T.INVOICE),
    ("83", Text("Kreditnota för ekonomisk justering"), _T.CREDIT_NOTE),
    ("84", Text("Debetnota för ekonomisk justering"), _T.DEBIT_NOTE),
    ("102", Text("Skattemeddelande"), _T.INVOICE),
    ("130", Text("Faktureringsunderlag"), _T.NO_DEMAND),
    ("202", Text("Värdering för direkt betalning"), _T.INVOICE),
    ("203", Text("Preliminär värdering för betalning"), _T.NO_DEMAND),
    ("204", Text("Värdering för betalning"), _T.INVOICE),
    ("211", Text("Interimistisk begäran om betalning"), _T.PREPAYMENT),
    ("218", Text("Slutlig begäran om betalning för utfört arbete"), _T.INVOICE),
    ("219", Text("Begäran om betalning för färdiga delar"), _T.INVOICE),
    ("261", Text("Självfakturerad kreditnota"), _T.SELF_BILLED),
    ("262", Text("Samlingskreditnota"), _T.CREDIT_NOTE),
    ("295", Text("Faktura för prisändring"), _T.DEBIT_NOTE),
    ("296", Text("Kreditnota för prisändring"), _T.CREDIT_NOTE),
    ("308", Text("Kreditnota med del credere"), _T.CREDIT_NOTE),
    ("325", Text("Proformafaktura"), _T.NO_DEMAND),
    ("326", Text("Delfaktura"), _T.INVOICE),
    ("331", Text("Faktura med packlista"), _T.INVOICE),
    ("380", Text("Faktura"), _T.INVOICE),
    ("381", Text("Kreditfaktura"), _T.CREDIT_NOTE),
    ("382", Text("Provisionsnota"), _T.INVOICE),
    ("383", Text("Debetnota"), _T.DEBIT_NOTE),
    ("384", Text("Rättad faktura"), _T.CORRECTED),
    ("385", Text("Samlingsfaktura"), _T.INVOICE),
    ("386", Text("Förskottsfaktura"), _T.PREPAYMENT),
    ("387", Text("Hyresfaktura"), _T.INVOICE),
    ("388", Text("Skattefaktura"), _T.INVOICE),
    ("389", Text("Självfaktura"), _T.SELF_BILLED),
    ("390", Text("Faktura med del credere"), _T.INVOICE),
    ("393", Text("Faktura som överlåtits (factoring)"), _T.FACTORED),
    ("394", Text("Leasingfaktura"), _T.INVOICE),
    ("395", Text("Konsignationsfaktura"), _T.INVOICE),
    ("396", Text("Kreditfaktura till en överlåten faktura"), _T.FACTORED_CREDIT_NOTE),
    ("420", Text("Kreditnota för betalning med OCR"), _T.CREDIT_NOTE),
    ("456", Text("Debetavi"), _T.DEBIT_NOTE),
    ("457", Text("Återförd debitering"), _T.INVOICE),
    ("458", Text("Återförd kreditering"), _T.CREDIT_NOTE),
    ("471", Text("Självfakturerad rättad faktura"), _T.SELF_BILLED),
    ("472", Text("Rättad överlåten faktura"), _T.FACTORED),
    ("473", Text("Självfakturerad rättad överlåten faktura"), _T.SELF_BILLED),
    ("500", Text("Självfakturerad förskottsfaktura"), _T.SELF_BILLED),
    ("501", Text("Självfakturerad överlåten faktura"), _T.SELF_BILLED),
    ("527", Text("Självfakturerad debetnota"), _T.SELF_BILLED),
    ("532", Text("Speditörens kreditnota"), _T.CREDIT_NOTE),
    ("553", Text("Speditörens rapport om fakturaavvikelse"), _T.NO_DEMAND),
    ("575", Text("Försäkringsgivarens faktura"), _T.INVOICE),
    ("623", Text("Speditörens faktura"), _T.INVOICE),
    ("633", Text("Hamnavgifter"), _T.INVOICE),
    ("751", Text("Fakturauppgifter för bokföring"), _T.NO_DEMAND),
    ("780", Text("Fraktfaktura"), _T.INVOICE),
    ("817", Text("Anmälan av krav"), _T.DEBIT_NOTE),
    ("870", Text("Konsulatfaktura"), _T.INVOICE),
    ("875", Text("Delfaktura för byggnadsarbete"), _T.INVOICE),
    ("876", Text("Del av slutfaktura för byggnadsarbete"), _T.INVOICE),
    ("877", Text("Slutfaktura för byggnadsarbete"), _T.INVOICE),
    ("935", Text("Tullfaktura"), _T.INVOICE),
)
_CREDITS: Final = (_T.CREDIT_NOTE, _T.FACTORED_CREDIT_NOTE)


def answered_as(code: str) -> str:
    """The code that answers name a document with (tir111-021): its own, or the plain invoice or credit note.

    The list of the Invoice Response lacks 817, 875, 876 and 877, which invoices may have.
    """
    if code in codelists.UNCL1001:
        return code
    return "381" if code in codelists.CREDIT_NOTE_TYPES_EN else "380"


#: Every code that a rule of any release held allows, by code.
TYPE_CODES: Final[Mapping[str, TypeCode]] = {
    code: TypeCode(code, name, treatment, answered_as(code)) for code, name, treatment in _CODES
}


def treatment_of(code: str, document_type: DocumentType) -> Treatment:
    """What becomes of a document with this code; one the table lacks is what its root says.

    The root decides between invoice and credit note, whichever of them the code is a name for.
    """
    plain = Treatment(document_type.value)
    entry = TYPE_CODES.get(code)
    if entry is None or ((entry.treatment in _CREDITS) != (plain is _T.CREDIT_NOTE) and not is_refused(code)):
        return plain
    return entry.treatment


def is_refused(code: str) -> bool:
    """Whether documents of this code are never taken."""
    entry = TYPE_CODES.get(code)
    return entry is not None and entry.treatment is _T.SELF_BILLED


def refusal_of(code: str) -> Text:
    """Why a document of this code is not taken, or not paid, and what to do; no text for any other."""
    entry = TYPE_CODES.get(code)
    if entry is not None and entry.treatment is _T.NO_DEMAND:
        return Text(
            "Koden %(code)s (%(name)s) är inget krav på betalning, så inget betalas efter dokumentet. Skicka en "
            "faktura (380) för det som ska betalas.",
            code=code,
            name=entry.name,
        )
    if not is_refused(code):
        return NO_TEXT
    return Text(
        "Koden %(code)s är en självfaktura, alltså en faktura som köparen skriver. Vi skriver inga och tar inte emot "
        "några: skicka en vanlig faktura (380) eller kreditfaktura (381).",
        code=code,
    )
