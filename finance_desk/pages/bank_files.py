"""What the bank says: files read in, what they marked as paid or refused, and what a person says where none does."""

from typing import Any

from fastapi import Request, Response
from starlette.datastructures import UploadFile

from accounts.identity import Permission, Person
from finance_desk.pages.paying_parts import READERS, FormRefused, day_of, people, supplier_names
from foundation.errors import NotThere
from foundation.sql import Session
from foundation.text import Text
from invoicing.payment.bank_answers import (
    bank_report_store,
    bank_reports,
    status_effects,
    transfer_note_store,
    transfer_notes,
)
from invoicing.payment.bank_answers.transfer_note_store import TransferSaid
from invoicing.payment.bank_files import movements
from orders.register import store as register_store
from web.access import instant_of, signed_in
from web.csrf import form_of
from web.guards.form_fields import text_of
from web.pages import database_of, pages_router, render, see_other, today_of

router = pages_router()
_P = Permission
_BYTES_MAX = 20_000_000

OUTCOMES = {
    "PAID": ("good", Text("Betald")),
    "REPEAT": ("quiet", Text("Berättad förut")),
    "NOT_OURS": ("quiet", Text("Inte härifrån")),
    "UNKNOWN": ("bad", Text("Okänd betalning")),
    "AMOUNT": ("bad", Text("Annat belopp")),
    "NOT_BOOKED": ("note", Text("Inte bokförd än")),
    "AHEAD": ("note", Text("Bokförs senare")),
    "CHARGES": ("quiet", Text("Bankens avgift")),
    "ACCEPTED": ("good", Text("Mottagen av banken")),
    "PENDING": ("note", Text("Väntar i banken")),
    "REFUSED": ("bad", Text("Avvisad av banken")),
    "BOOKED_AFTER_REFUSED": ("bad", Text("Bokförd fast avvisad")),
    "BOOKED_TWICE": ("bad", Text("Bokförd två gånger")),
    "RETURNED": ("bad", Text("Tillbaka", context="payment")),
    "RETURNED_AFTER_PAID": ("bad", Text("Tillbaka efter betald")),
    "DEPOSIT": ("good", Text("Noterad på fordran")),
    "DEPOSIT_UNNOTED": ("bad", Text("Insättning, inte noterad")),
    "DEPOSIT_UNMATCHED": ("bad", Text("Insättning som inte passar")),
    "DEPOSIT_TAKEN_BACK": ("bad", Text("Insättning återtagen")),
}


@router.get("/finance/payments/bank")
def bank(request: Request, person: Person = signed_in(*READERS)) -> Response:
    """The findings that need a person, and the files read."""
    with database_of(request).reading() as session:
        context: dict[str, Any] = {
            "findings": bank_report_store.open_findings(session),
            "noted": transfer_note_store.waiting(session),
            "files": bank_report_store.files(session),
            "people": people(session, register_store.load(session)),
        }
    return render(
        request,
        person,
        "pay/bank.html",
        may=person.may(_P.FINANCE),
        outcomes=OUTCOMES,
        said_words=transfer_note_store.SAID_WORDS,
        **context,
    )


@router.post("/finance/payments/bank")
def read(request: Request, person: Person = signed_in(_P.FINANCE)) -> Response:
    """A file of the bank is read: camt.053, camt.054, pain.002 or CSV. The same file twice is one effect."""
    given = form_of(request).get("file")
    if not isinstance(given, UploadFile) or not given.filename:
        raise FormRefused(Text("Välj en fil från banken."))
    with given.file as opened:
        body = opened.read(_BYTES_MAX + 1)
    if len(body) > _BYTES_MAX:
        raise FormRefused(Text("Filen är större än 20 MB."))
    with database_of(request).writing() as session:
        told = bank_reports.take_in(
            session,
            register_store.load(session),
            body,
            name=given.filename,
            by=person.id,
            today=today_of(request),
            now=instant_of(request),
        )
    if told.repeated:
        said = Text("Filen är redan inläst; inget har ändrats.")
    else:
        paid = sum(each.outcome is bank_report_store.BankReportResult.PAID for each in told.told)
        refused = sum(each.outcome is bank_report_store.BankReportResult.REFUSED for each in told.told)
        left = sum(each.is_open for each in told.told)
        said = Text(
            "%(paid)s rader är noterade som betalda och %(refused)s som avvisade. %(left)s rader behöver en person.",
            paid=paid,
            refused=refused,
            left=left,
        )
    return see_other(f"/finance/payments/bank/{told.id}", said)


@router.get("/finance/payments/bank/{file_id}")
def one(request: Request, file_id: int, person: Person = signed_in(*READERS)) -> Response:
    """One file, row by row."""
    with database_of(request).reading() as session:
        try:
            found = bank_report_store.get(session, file_id)
        except movements.BankFileUnreadable:
            raise NotThere from None
        register = register_store.load(session)
        names = people(session, register)
    return render(
        request,
        person,
        "pay/bank_file.html",
        file=found,
        suppliers=supplier_names(register),
        people=names,
        outcomes=OUTCOMES,
        may=person.may(_P.FINANCE),
    )


@router.post("/finance/payments/findings/{entry_id}")
def handle(request: Request, entry_id: int, person: Person = signed_in(_P.FINANCE)) -> Response:
    """A person has dealt with a finding and says how."""
    with database_of(request).writing() as session:
        bank_reports.handle(session, entry_id, by=person.id, note=text_of(request, "note"))
    return see_other("/finance/payments/bank", Text("Noterat."))


@router.post("/finance/payments/findings/{entry_id}/deposit")
def note_deposit(request: Request, entry_id: int, person: Person = signed_in(_P.FINANCE)) -> Response:
    """A person notes a deposit on the claim it is for; another confirms it there."""
    with database_of(request).writing() as session:
        deposit = bank_reports.note_deposit(session, entry_id, by=person.id, today=today_of(request))
    return see_other(
        f"/finance/payments/claims/{deposit.invoice_id}", Text("Noterat. Nu bekräftar någon annan det.")
    )


@router.get("/finance/payments/transfers/{name}")
def transfer(request: Request, name: str, person: Person = signed_in(*READERS)) -> Response:
    """One payment at the bank: what it is for, what is noted of it, and what a person can say the bank did."""
    with database_of(request).reading() as session:
        register = register_store.load(session)
        found = transfer_notes.look_up(session, name)
        if found is None:
            raise NotThere
        context: dict[str, Any] = {
            "payment": found,
            "noted": transfer_note_store.waiting_of(session, name),
            "told": bank_report_store.told_of(session, name),
            "people": people(session, register),
            "suppliers": supplier_names(register),
        }
    return render(
        request,
        person,
        "pay/transfer.html",
        outcomes=OUTCOMES,
        said_words=transfer_note_store.SAID_WORDS,
        status_words=status_effects.STATUS_WORDS,
        today=today_of(request),
        may_note=person.may(_P.FINANCE),
        may_confirm=person.may(_P.FINANCE, _P.ATTEST),
        **context,
    )


@router.post("/finance/payments/transfers/{name}")
def note(request: Request, name: str, person: Person = signed_in(_P.FINANCE)) -> Response:
    """The first person says what the bank did, and how it is known."""
    today = today_of(request)
    with database_of(request).writing() as session:
        _there(session, name)
        transfer_notes.note(
            session,
            name,
            _said(request),
            on_day=day_of(request, "on_day", default=today),
            reason=text_of(request, "reason"),
            by=person.id,
            today=today,
        )
    return see_other(f"/finance/payments/transfers/{name}", Text("Noterat. Nu bekräftar någon annan det."))


@router.post("/finance/payments/transfers/{name}/confirm")
def confirm(request: Request, name: str, person: Person = signed_in(_P.FINANCE, _P.ATTEST)) -> Response:
    """The second person confirms, and it has its effect."""
    with database_of(request).writing() as session:
        _there(session, name)
        register = register_store.load(session)
        transfer_notes.confirm(session, register, name, by=person.id, today=today_of(request))
    return see_other(f"/finance/payments/transfers/{name}", Text("Bekräftat."))


@router.post("/finance/payments/transfers/{name}/take-back")
def take_back(request: Request, name: str, person: Person = signed_in(_P.FINANCE, _P.ATTEST)) -> Response:
    """What was noted was wrong."""
    with database_of(request).writing() as session:
        _there(session, name)
        transfer_notes.take_back(session, name, by=person.id)
    return see_other(f"/finance/payments/transfers/{name}", Text("Noteringen är tillbakatagen."))


def _there(session: Session, name: str) -> None:
    if transfer_notes.look_up(session, name) is None:
        raise NotThere


def _said(request: Request) -> TransferSaid:
    try:
        return TransferSaid(text_of(request, "said", longest=20))
    except ValueError:
        raise FormRefused(Text("Välj vad banken gjorde.")) from None
