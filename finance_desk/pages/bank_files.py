"""What the bank says: files read in, what they marked as paid, and what does not agree."""

from typing import Any

from fastapi import Request, Response
from starlette.datastructures import UploadFile

from accounts.identity import Permission, Person
from finance_desk.pages.paying_parts import READERS, FormRefused, people, text_of
from foundation.errors import NotThere
from foundation.text import Text
from invoicing.payment.bank_answers import bank_report_store, bank_reports
from invoicing.payment.bank_files import movements
from orders.register import store as register_store
from web.access import instant_of, signed_in
from web.csrf import form_of
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
    "RETURNED": ("bad", Text("Tillbaka", context="payment")),
    "RETURNED_AFTER_PAID": ("bad", Text("Tillbaka efter betald")),
}


@router.get("/finance/payments/bank")
def bank(request: Request, person: Person = signed_in(*READERS)) -> Response:
    """The findings that need a person, and the files read."""
    with database_of(request).reading() as session:
        context: dict[str, Any] = {
            "findings": bank_report_store.open_findings(session),
            "files": bank_report_store.files(session),
            "people": people(session, register_store.load(session)),
        }
    return render(request, person, "pay/bank.html", may=person.may(_P.FINANCE), outcomes=OUTCOMES, **context)


@router.post("/finance/payments/bank")
def read(request: Request, person: Person = signed_in(_P.FINANCE)) -> Response:
    """A file of the bank is read: camt.053, camt.054 or CSV. The same file twice is one effect."""
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
        left = sum(each.is_open for each in told.told)
        said = Text(
            "%(paid)s betalningar är noterade. %(left)s rader behöver en person.", paid=paid, left=left
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
        names = people(session, register_store.load(session))
    return render(
        request,
        person,
        "pay/bank_file.html",
        file=found,
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
