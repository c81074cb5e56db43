"""What suppliers owe us: every claim with its state and its way out; one notes a repayment and another confirms it.

A claim is known on its page by the invoice it is about, so that the page is there before the claim is.
"""

from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import Any, Final

from fastapi import Request, Response

from accounts.identity import Permission, Person
from finance_desk.pages.paying_parts import READERS, amount_of, day_of, download, people, supplier_names
from foundation.errors import NotThere
from foundation.money import Money
from foundation.spreadsheets import CSV_TYPE, csv_bytes
from foundation.sql import Session
from foundation.text import Text
from invoicing.claims import (
    claim_store,
    letter_store,
    outstanding_queries,
    owed_queries,
    part_store,
    raising,
    steps,
)
from invoicing.claims.claim_states import ENDED, OPEN, STANDING, ClaimCause, ClaimState
from invoicing.claims.claim_store import SupplierClaim
from invoicing.documents import store as document_store
from invoicing.payment import payment_store, proposal_store, repayment_store, repayments
from invoicing.verdicts import writing_off
from operations.payment_settings import debtor_of
from orders.register import store as register_store
from web.access import settings_of, signed_in
from web.claim_letter import letter_pdf
from web.guards.form_fields import text_of
from web.pages import Page, database_of, language_of, pages_router, render, see_other, today_of

router = pages_router()
_P = Permission
_SIZE = 50
_HERE = "/finance/payments/claims"
_WAITING: Final = (ClaimState.ASKED, *OPEN)


class ClaimStep(StrEnum):
    """What may be pressed about a claim."""

    RAISE = "raise"
    DECLINE = "decline"
    DEMAND = "demand"
    UPHOLD = "uphold"
    ASK_WRITE_OFF = "ask-write-off"
    KEEP = "keep"
    WRITE_OFF = "write-off"


@router.get("/finance/payments/claims")
def listed(request: Request, person: Person = signed_in(*READERS)) -> Response:
    """The claims that wait for something, and those that have ended, the newest first."""
    today = today_of(request)
    with database_of(request).reading() as session:
        register = register_store.load(session)
        open_page = Page.of(request, outstanding_queries.count(session, _WAITING), size=_SIZE, name="open")
        ended_page = Page.of(request, outstanding_queries.count(session, ENDED), size=_SIZE, name="ended")
        shown = claim_store.listed(session, states=_WAITING, limit=_SIZE, offset=open_page.offset)
        ended = claim_store.listed(
            session, states=ENDED, newest_first=True, limit=_SIZE, offset=ended_page.offset
        )
        owed = outstanding_queries.outstanding(session, currency=register.buyer.currency, today=today)
        set_off = owed_queries.set_offs(session, shown)
    return render(
        request,
        person,
        "pay/claims.html",
        claims=shown,
        ended=ended,
        owed=owed.amount,
        overdue=owed.overdue,
        set_off=set_off,
        suppliers=supplier_names(register),
        today=today,
        open_page=open_page,
        ended_page=ended_page,
    )


@router.get("/finance/payments/claims.csv")
def claims_csv(request: Request, person: Person = signed_in(*READERS)) -> Response:
    """What suppliers owe, for those who claim it instead of netting it."""
    header = ("payment", "invoice", "supplier", "amount", "currency")
    with database_of(request).reading() as session:
        rows = [
            (
                each.payment_number,
                each.invoice_number,
                each.supplier,
                each.amount.amount,
                each.amount.currency,
            )
            for each in payment_store.claims(session)
        ]
    return download(csv_bytes(header, rows), name=f"fordringar-{today_of(request)}.csv", media_type=CSV_TYPE)


@router.get("/finance/payments/claims/{invoice_id}")
def claim(request: Request, invoice_id: int, person: Person = signed_in(*READERS)) -> Response:
    """One claim: what it comes from, how far it has come, its letters, and the step that is left.

    The invoice's latest, or with `?claim=` another that was withdrawn before it. Of a paid invoice that nobody claims:
    the form that raises a claim.
    """
    today = today_of(request)
    with database_of(request).reading() as session:
        invoice = document_store.find(session, invoice_id)
        every = claim_store.all_of_invoice(session, invoice_id)
        # What was claimed is there to read, also where the payment has come back since.
        if invoice is None or (invoice.paid_on is None and not every):
            raise NotThere
        found = _asked_for(request, every) if every else None
        register = register_store.load(session)
        context: dict[str, Any] = {
            "invoice": invoice,
            "credit": document_store.credited_by(session, invoice_id),
            "people": people(session, register),
            "suppliers": supplier_names(register),
            "today": today,
            "causes": [(each.value, each.words) for each in ClaimCause if each is not ClaimCause.CREDIT],
            "may_raise": invoice.paid_on is not None
            and all(each.state is ClaimState.WITHDRAWN for each in every),
            "others": [each for each in every if found is None or each.number != found.number],
            "may_note": person.may(_P.FINANCE),
            "may_confirm": person.may(_P.FINANCE, _P.ATTEST),
        }
        context |= _of_claim(session, found) if found is not None else _OF_NONE
    return render(request, person, "pay/claim.html", claim=found, **context)


_OF_NONE: Final[dict[str, object]] = {
    "letters": (),
    "words_said": (),
    "parts": (),
    "noted": None,
    "confirmed": (),
    "undo_asked": (),
    "proposal": "",
    "is_set_off": False,
    "is_standing": False,
    "is_open": False,
}


def _of_claim(session: Session, found: SupplierClaim) -> dict[str, object]:
    """What the page of a claim tells beside the claim itself."""
    noted = repayment_store.waiting(session, [found.invoice_id]) if found.state in OPEN else {}
    return {
        "letters": letter_store.letters(session, found),
        "words_said": letter_store.said(session, found),
        "parts": part_store.of(session, found.number),
        "noted": noted.get(found.invoice_id),
        "confirmed": repayment_store.confirmed(session, found.invoice_id),
        "undo_asked": repayment_store.undo_asked(session, found.invoice_id),
        "proposal": proposal_store.netting(session, found.invoice_id),
        "is_set_off": found.number in owed_queries.set_offs(session, [found]),
        "is_standing": found.state in STANDING,
        "is_open": found.state in OPEN,
    }


@router.get("/finance/payments/claims/{invoice_id}/letters/{position}.pdf")
def letter(
    request: Request, invoice_id: int, position: int, person: Person = signed_in(*READERS)
) -> Response:
    """A demand or a reminder as it was sent."""
    with database_of(request).reading() as session:
        found = _asked_for(request, claim_store.all_of_invoice(session, invoice_id))
        sent = {each.position: each for each in letter_store.letters(session, found)}
        if position not in sent:
            raise NotThere
        register = register_store.load(session)
    body = letter_pdf(found, sent[position], register, language_of(request, person))
    return download(body, name=f"claim-{found.number}-{position}.pdf", media_type="application/pdf")


@router.post("/finance/payments/claims/{invoice_id}")
def note(request: Request, invoice_id: int, person: Person = signed_in(_P.FINANCE)) -> Response:
    """The first person notes that money has come: all that is left, or the amount that is written."""
    came_on, today = day_of(request, "came_on"), today_of(request)
    with database_of(request).writing() as session:
        found = _claim(session, invoice_id)
        amount = (
            Money(amount_of(request, "amount"), found.amount.currency) if text_of(request, "amount") else None
        )
        repayments.note(
            session,
            invoice_id,
            by=person.id,
            came_on=came_on,
            reference=text_of(request, "reference"),
            today=today,
            amount=amount,
        )
    said = Text("Återbetalningen är noterad. Nu bekräftar någon annan den.")
    return see_other(f"{_HERE}/{invoice_id}", said)


@router.post("/finance/payments/claims/{invoice_id}/confirm")
def confirm(request: Request, invoice_id: int, person: Person = signed_in(_P.FINANCE, _P.ATTEST)) -> Response:
    """The second person confirms: that much is given back, and the claim is settled where nothing is left."""
    with database_of(request).writing() as session:
        _claim(session, invoice_id)
        repayments.confirm(session, invoice_id, by=person.id)
        now = claim_store.of_invoice(session, invoice_id)
    if now is not None and not now.is_ended:
        left = Text("Återbetalningen är bekräftad. Kvar av fordran är %(left)s.", left=now.left)
        return see_other(f"{_HERE}/{invoice_id}", left)
    number = now.invoice_number if now is not None else ""
    return see_other("/finance/payments", Text("Fordran för %(number)s är reglerad.", number=number))


@router.post("/finance/payments/claims/{invoice_id}/take-back")
def take_back(
    request: Request, invoice_id: int, person: Person = signed_in(_P.FINANCE, _P.ATTEST)
) -> Response:
    """What was noted was wrong."""
    with database_of(request).writing() as session:
        _claim(session, invoice_id)
        repayments.take_back(session, invoice_id, by=person.id, reason=text_of(request, "reason"))
    said = Text("Noteringen är tillbakatagen.")
    return see_other(f"{_HERE}/{invoice_id}", said)


@router.post("/finance/payments/claims/{invoice_id}/deposits/{note_id}/undo")
def ask_undo(
    request: Request, invoice_id: int, note_id: int, person: Person = signed_in(_P.FINANCE)
) -> Response:
    """The first person says that the bank took a confirmed deposit back."""
    with database_of(request).writing() as session:
        _claim(session, invoice_id)
        repayments.ask_undo(
            session,
            invoice_id,
            note_id,
            by=person.id,
            undone_on=day_of(request, "undone_on"),
            reason=text_of(request, "reason"),
            today=today_of(request),
        )
    return see_other(f"{_HERE}/{invoice_id}", Text("Noterat. Nu bekräftar någon annan det."))


@router.post("/finance/payments/claims/{invoice_id}/deposits/{note_id}/undone")
def confirm_undo(
    request: Request, invoice_id: int, note_id: int, person: Person = signed_in(_P.FINANCE, _P.ATTEST)
) -> Response:
    """The second person confirms it: what the deposit gave back is owed again."""
    with database_of(request).writing() as session:
        _claim(session, invoice_id)
        repayments.confirm_undo(session, invoice_id, note_id, by=person.id)
    return see_other(f"{_HERE}/{invoice_id}", Text("Bekräftat. Beloppet är åter en del av fordran."))


@router.post("/finance/payments/claims/{invoice_id}/deposits/{note_id}/stands")
def refuse_undo(
    request: Request, invoice_id: int, note_id: int, person: Person = signed_in(_P.FINANCE, _P.ATTEST)
) -> Response:
    """The deposit stands after all."""
    with database_of(request).writing() as session:
        _claim(session, invoice_id)
        repayments.refuse_undo(session, invoice_id, note_id, by=person.id)
    return see_other(f"{_HERE}/{invoice_id}", Text("Insättningen står kvar."))


@router.post("/finance/payments/claims/{invoice_id}/ask")
def ask(request: Request, invoice_id: int, person: Person = signed_in(_P.FINANCE)) -> Response:
    """The first person says that what was paid is to be claimed back, without waiting for a credit note."""
    cause, reason, today = text_of(request, "cause"), text_of(request, "reason"), today_of(request)
    if cause not in ClaimCause.__members__:
        raise raising.ClaimRefused(Text("Välj varför beloppet ska krävas tillbaka."))
    with database_of(request).writing() as session:
        if document_store.find(session, invoice_id) is None:
            raise NotThere
        raising.ask(session, invoice_id, cause=ClaimCause(cause), reason=reason, by=person.id, today=today)
    said = Text("Nu avgör en andra person om beloppet ska krävas tillbaka.")
    return see_other(f"{_HERE}/{invoice_id}", said)


@router.post("/finance/payments/claims/{invoice_id}/steps/{what}")
def step(
    request: Request,
    invoice_id: int,
    what: ClaimStep,
    person: Person = signed_in(_P.FINANCE, _P.ATTEST),
) -> Response:
    """The next step of a claim, by whoever may take it."""
    take, said = _STEPS[what]
    with database_of(request).writing() as session:
        take(request, session, _claim(session, invoice_id), person)
    return see_other(f"{_HERE}/{invoice_id}", said)


def _demand(request: Request, session: Session, found: SupplierClaim, person: Person) -> None:
    due_on = day_of(request, "due_on") if text_of(request, "due_on") else None
    pay_to = debtor_of(settings_of(request)).iban
    steps.demand(session, found.number, by=person.id, today=today_of(request), pay_to=pay_to, due_on=due_on)


def _uphold(request: Request, session: Session, found: SupplierClaim, person: Person) -> None:
    steps.uphold(
        session,
        found.number,
        by=person.id,
        words=text_of(request, "words"),
        today=today_of(request),
    )


def _write_off(request: Request, session: Session, found: SupplierClaim, person: Person) -> None:
    register = register_store.load(session)
    writing_off.write_off(session, register, found.number, by=person.id, today=today_of(request))


_Take = Callable[[Request, Session, SupplierClaim, Person], object]
_STEPS: dict[ClaimStep, tuple[_Take, Text]] = {
    ClaimStep.RAISE: (
        lambda request, session, found, person: raising.confirm(
            session, found.number, by=person.id, today=today_of(request)
        ),
        Text("Fordran är rest. Leverantören ombeds kreditera, och beloppet räknas av eller krävs."),
    ),
    ClaimStep.DECLINE: (
        lambda request, session, found, person: raising.decline(
            session, found.number, by=person.id, today=today_of(request)
        ),
        Text("Beloppet krävs inte tillbaka."),
    ),
    ClaimStep.DEMAND: (_demand, Text("Brevet ligger i leverantörens portal, och leverantören får ett mejl.")),
    ClaimStep.UPHOLD: (_uphold, Text("Leverantören ser svaret. Fordran står kvar.")),
    ClaimStep.ASK_WRITE_OFF: (
        lambda request, session, found, person: steps.ask_write_off(
            session,
            found.number,
            by=person.id,
            reason=text_of(request, "reason"),
            today=today_of(request),
        ),
        Text("Nu avgör en andra person om resten skrivs av."),
    ),
    ClaimStep.KEEP: (
        lambda request, session, found, person: steps.keep(session, found.number, by=person.id),
        Text("Fordran skrivs inte av. Den står som förut."),
    ),
    ClaimStep.WRITE_OFF: (_write_off, Text("Resten av fordran är avskriven.")),
}


def _asked_for(request: Request, claims: Sequence[SupplierClaim]) -> SupplierClaim:
    """The claim of an invoice that the address names by its number, or else the latest. Raises NotThere."""
    number = request.query_params.get("claim", "")
    named = [each for each in claims if number in ("", each.number)]
    if not named:
        raise NotThere
    return named[-1]


def _claim(session: Session, invoice_id: int) -> SupplierClaim:
    found = claim_store.of_invoice(session, invoice_id)
    if found is None:
        raise NotThere
    return found
