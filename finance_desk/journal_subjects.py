"""What a row of the journal is about, and what the facts in its details are called, in words.

Convention: a test demands words for every member of every `SubjectKind` that the journal writes a word for. A fact
that has no word of its own, such as one that an earlier release wrote, is called as it is written.
"""

from collections.abc import Mapping
from typing import Final

from accounts.journal_actions import AccountsSubject
from foundation.journal_entries import SubjectKind
from foundation.text import JoinedText, Text, WrittenText
from invoicing.journal_actions import InvoicingSubject
from operations.journal_actions import OperationsSubject
from orders.journal_actions import OrdersSubject
from peppol.journal_actions import ExchangeSubject

SUBJECT_WORDS: Final[Mapping[SubjectKind, Text]] = {
    ExchangeSubject.MESSAGE: Text("Meddelande", context="journal"),
    ExchangeSubject.MESSAGE_OUT: Text("Meddelande ut", context="journal"),
    ExchangeSubject.MESSAGE_IN: Text("Meddelande in", context="journal"),
    ExchangeSubject.MESSAGE_REPLAYED: Text("Inkommet meddelande", context="journal"),
    ExchangeSubject.ACCESS_POINT: Text("Accesspunkt", context="journal"),
    ExchangeSubject.DIRECTORY: Text("Katalog", context="journal"),
    ExchangeSubject.ARRIVAL: Text("Inkommen fil", context="journal"),
    OrdersSubject.REGISTER_LOAD: Text("Inläsning av registret", context="journal"),
    OrdersSubject.POLICY: Text("Regel", context="journal"),
    OrdersSubject.EVENT: Text("Händelse", context="journal"),
    OrdersSubject.PLACEMENT: Text("Placering", context="journal"),
    OrdersSubject.REPORT: Text("Redovisning", context="journal"),
    OrdersSubject.INFORMATIVE_REPORT: Text("Informativ rapport", context="journal"),
    OrdersSubject.PLANNED_ORDER: Text("Planerad order", context="journal"),
    OrdersSubject.ORDER: Text("Order", context="journal"),
    OrdersSubject.ORDER_LINE: Text("Orderrad", context="journal"),
    OrdersSubject.TUTOR: Text("Handledare", context="journal"),
    OrdersSubject.OBJECTION: Text("Invändning", context="journal"),
    InvoicingSubject.INVOICE: Text("Faktura", context="journal"),
    InvoicingSubject.CREDIT_NOTE: Text("Kreditfaktura", context="journal"),
    InvoicingSubject.BATCH: Text("Omgång", context="journal"),
    InvoicingSubject.PERSON: Text("Person", context="journal"),
    InvoicingSubject.PAYMENT: Text("Betalning", context="journal"),
    InvoicingSubject.TRANSFER: Text("Överföring", context="journal"),
    InvoicingSubject.PROPOSAL: Text("Betalningsförslag", context="journal"),
    InvoicingSubject.RIGHT: Text("Attesträtt", context="journal"),
    InvoicingSubject.SUBSTITUTE: Text("Ersättare", context="journal"),
    InvoicingSubject.FILE: Text("Fil", context="journal"),
    InvoicingSubject.CONTROL_DATA: Text("Kontrolluppgifter", context="journal"),
    InvoicingSubject.BANK_FILE: Text("Fil från banken", context="journal"),
    InvoicingSubject.BANK_ENTRY: Text("Rad från banken", context="journal"),
    InvoicingSubject.RUN: Text("Körning", context="journal"),
    InvoicingSubject.MONTH: Text("Månad", context="journal"),
    InvoicingSubject.ACCOUNTING_RULES: Text("Konteringsregler", context="journal"),
    InvoicingSubject.VOUCHER: Text("Verifikation", context="journal"),
    InvoicingSubject.SUPPLIER: Text("Leverantör", context="journal"),
    InvoicingSubject.PORTAL_DOCUMENT: Text("Dokument i portalen", context="journal"),
    InvoicingSubject.UPLOAD: Text("Uppladdad fil", context="journal"),
    InvoicingSubject.ANSWER: Text("Svar", context="journal"),
    InvoicingSubject.TEST_DOCUMENT: Text("Testdokument", context="journal"),
    InvoicingSubject.CHANGE: Text("Begärd ändring", context="journal"),
    InvoicingSubject.PAYMENT_STOP: Text("Betalningsstopp", context="journal"),
    InvoicingSubject.CLAIM: Text("Fordran", context="journal"),
    InvoicingSubject.REFERENCE_RATE: Text("Referensränta", context="journal"),
    InvoicingSubject.CASE: Text("Ärende", context="journal"),
    InvoicingSubject.DISPOSAL: Text("Gallring", context="journal"),
    OperationsSubject.ALARM: Text("Larm", context="journal"),
    OperationsSubject.MAIL: Text("Mejl", context="journal"),
    OperationsSubject.JOB: Text("Jobb", context="journal"),
    OperationsSubject.TASK: Text("Arbete", context="journal"),
    OperationsSubject.BUYER: Text("Köpare", context="journal"),
    OperationsSubject.FEED: Text("Händelseflöde", context="journal"),
    OperationsSubject.BOOKS: Text("Böckerna", context="journal"),
    OperationsSubject.WEBHOOK: Text("Webhook", context="journal"),
    AccountsSubject.APPLICATION: Text("Ansökan", context="journal"),
    AccountsSubject.CLIENT: Text("API-klient", context="journal"),
    AccountsSubject.STAFF_CHANGE: Text("Ändring av köparens personer", context="journal"),
}

# The longest first: "letter out 7" is no "letter" called "out 7".
_KINDS: Final = sorted(SUBJECT_WORDS, key=len, reverse=True)

_DETAIL_WORDS: Final[Mapping[str, Text]] = {
    "amount": Text("belopp", context="journal"),
    "answer": Text("svar", context="journal"),
    "answered": Text("besvarad", context="journal"),
    "article": Text("artikel", context="journal"),
    "basis": Text("underlag", context="journal"),
    "by": Text("av", context="journal"),
    "cases": Text("ärenden", context="journal"),
    "closing": Text("känt den", context="journal"),
    "codes": Text("orsaker", context="journal"),
    "count": Text("antal", context="journal"),
    "credit": Text("kreditfaktura", context="journal"),
    "day": Text("dag", context="journal"),
    "decision": Text("beslut", context="journal"),
    "document": Text("dokument", context="journal"),
    "due_on": Text("förfaller", context="journal"),
    "earlier": Text("tidigare", context="journal"),
    "effective_on": Text("gäller från", context="journal"),
    "ended_on": Text("slutade", context="journal"),
    "event": Text("händelse", context="journal"),
    "files": Text("filer", context="journal"),
    "first": Text("första dag", context="journal"),
    "first_by": Text("först av", context="journal"),
    "given_by": Text("given av", context="journal"),
    "handling": Text("behandling", context="journal"),
    "how": Text("hur", context="journal"),
    "invoice": Text("faktura", context="journal"),
    "kind": Text("slag", context="journal"),
    "last_day": Text("sista dag", context="journal"),
    "letter": Text("meddelande", context="journal"),
    "letters": Text("meddelanden", context="journal"),
    "limit": Text("gräns", context="journal"),
    "lines": Text("rader", context="journal"),
    "may": Text("får", context="journal"),
    "month": Text("månad", context="journal"),
    "order": Text("order", context="journal"),
    "organisation": Text("organisation", context="journal"),
    "payment": Text("betalning", context="journal"),
    "percent": Text("procent", context="journal"),
    "period": Text("period", context="journal"),
    "permissions": Text("behörigheter", context="journal"),
    "person": Text("person", context="journal"),
    "policy": Text("regel", context="journal"),
    "prefix": Text("serie", context="journal"),
    "prepared_by": Text("förberedd av", context="journal"),
    "proposed_by": Text("föreslagen av", context="journal"),
    "quantity": Text("antal", context="journal"),
    "reason": Text("skäl", context="journal"),
    "report": Text("redovisning", context="journal"),
    "request_id": Text("begäran", context="journal"),
    "resumed_on": Text("tillbaka", context="journal"),
    "returned_on": Text("kom tillbaka", context="journal"),
    "rows": Text("rader", context="journal"),
    "rules": Text("regler", context="journal"),
    "since": Text("sedan", context="journal"),
    "stage": Text("steg", context="journal"),
    "started_on": Text("började", context="journal"),
    "state": Text("läge", context="journal"),
    "suppliers": Text("leverantörer", context="journal"),
    "test": Text("test", context="journal"),
    "transfers": Text("överföringar", context="journal"),
    "tried_on": Text("prövad på", context="journal"),
    "tutor": Text("handledare", context="journal"),
    "unit": Text("enhet", context="journal"),
    "units": Text("enheter", context="journal"),
    "until": Text("till och med", context="journal"),
    "valid_from": Text("gäller från", context="journal"),
    "verdict": Text("utfall", context="journal"),
    "vouchers": Text("verifikationer", context="journal"),
    "was": Text("var", context="journal"),
    "why": Text("varför", context="journal"),
}


def subject_name(subject: str) -> Text:
    """What a row is about, as "Placering 400000014"; what has no word before it stands as it is written.

    >>> subject_name("placement 400000014").sv, subject_name("letter out 7").en
    ('Placering 400000014', 'Outgoing message 7')
    """
    for kind in _KINDS:
        if subject.startswith(f"{kind} "):
            return JoinedText(" ", (SUBJECT_WORDS[kind], WrittenText(subject.removeprefix(f"{kind} "))))
    return WrittenText(subject)


def detail_name(key: str) -> Text:
    """What a fact in a row's details is called."""
    return _DETAIL_WORDS.get(key, WrittenText(key.replace("_", " ")))
