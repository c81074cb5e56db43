"""What the bank says: files read in, what they marked as paid, and what does not agree."""

from typing import Any

from fastapi import Request, Response
from starlette.datastructures import UploadFile

from accounts.identity import Permission, Person
from finance_desk.pages.paying_parts import READERS, FormRefused, people, text_of
from foundation.errors import NotThere
from invoicing.payment import bank_report_store, bank_reports
from invoicing.payment.bank_files import movements
from orders.register import store as register_store
from web.access import instant_of, signed_in
from web.csrf import form_of
from web.pages import database_of, pages_router, render, see_other, today_of

router = pages_router()
_P = Permission
_BYTES_MAX = 20_000_000

OUTCOMES = {
    "PAID": ("good", "Betald", "Paid"),
    "REPEAT": ("quiet", "Berättad förut", "Told before"),
    "NOT_OURS": ("quiet", "Inte härifrån", "Not from here"),
    "UNKNOWN": ("bad", "Okänd betalning", "Unknown payment"),
    "AMOUNT": ("bad", "Annat belopp", "Another amount"),
    "NOT_BOOKED": ("note", "Inte bokförd än", "Not booked yet"),
    "RETURNED": ("bad", "Tillbaka", "Returned"),
    "RETURNED_AFTER_PAID": ("bad", "Tillbaka efter betald", "Returned after paid"),
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
        raise FormRefused("Välj en fil från banken.", "Choose a file from the bank.")
    with given.file as opened:
        body = opened.read(_BYTES_MAX + 1)
    if len(body) > _BYTES_MAX:
        raise FormRefused("Filen är större än 20 MB.", "The file is larger than 20 MB.")
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
        said = ("Filen är redan inläst; inget har ändrats.", "The file was read before; nothing changed.")
    else:
        paid = sum(each.outcome is bank_report_store.BankReportResult.PAID for each in told.told)
        left = sum(each.is_open for each in told.told)
        said = (
            f"{paid} betalningar är noterade. {left} rader behöver en person.",
            f"{paid} payments are noted. {left} rows need a person.",
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
    return see_other("/finance/payments/bank", ("Noterat.", "Noted."))
