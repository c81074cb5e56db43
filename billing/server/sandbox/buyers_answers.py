"""What the buyer's people decide in a sandbox: reports, objections, held invoices, what is in question, claims.

Convention: nobody sits in a sandbox, so each thing that waits for a person is decided at once, always alike, and by
the use case that the page calls. What is decided is what a supplier's program most needs to see; what a use case
refuses waits for its day. Nobody here attests: who has decided about a document may not pay it.
"""

from collections.abc import Callable, Iterable
from datetime import date, datetime
from typing import Final, TypeVar

from foundation.database import Database
from foundation.errors import Refused
from foundation.sql import Session
from invoicing.claims import claim_store, giving_back, steps
from invoicing.claims.claim_states import STANDING, ClaimState
from invoicing.claims.claim_store import SupplierClaim
from invoicing.decisions.tax_decision_store import TaxReason
from invoicing.documents import store as document_store
from invoicing.exceptions import tax_releases
from invoicing.matching import payee_accounts
from invoicing.matching.deviations import DeviationCode
from invoicing.model import InvoiceState, SupplierInvoice
from invoicing.payment.payment_store import ClaimWay
from invoicing.responses import objections as order_objections
from invoicing.supplier_changes import change_requests, confirming, payee_releases
from invoicing.supplier_changes.change_request_store import ChangeKind
from invoicing.verdicts import crediting
from operations import report_judging
from operations.payment_settings import EXAMPLE_DEBTOR
from operations.report_judging import Hand, ReportKey
from orders.model import ReportState
from orders.objections import store as objection_store
from orders.objections.model import AnswerReason, Objection, ObjectionReason, ObjectionState
from orders.placements import filed_queries
from orders.placements.filed_queries import FiledFilter
from orders.placements.informative import informative_reports, informative_store
from orders.placements.informative.informative_store import InformativeReport, InformativeState
from orders.register import store as register_store
from orders.register.parties import AccountScheme

OFFICER: Final = "sandbox-officer"
CONFIRMER: Final = "sandbox-confirmer"
AT_ONCE: Final = 200
"""So many of each kind are decided in one act; a sandbox has no more."""

_WORDS: Final = (
    "Svar från köparen i sandlådan: fordran står kvar. Answer of the sandbox's buyer: the claim stands."
)
_CALLED_BACK: Final = "Sandlådan: ingen ringer, kontot tas som det står på fakturan."
Found = TypeVar("Found")

_ANSWERED: Final = {
    ObjectionReason.DUPLICATE: (ObjectionState.CANCELLED, AnswerReason.ORDERED_TWICE),
    ObjectionReason.NOT_OURS: (ObjectionState.CANCELLED, AnswerReason.ORDERED_WRONGLY),
    ObjectionReason.PRICE: (ObjectionState.STANDS, AnswerReason.PRICE_AS_AGREED),
    ObjectionReason.QUANTITY: (ObjectionState.STANDS, AnswerReason.DAYS_AS_AGREED),
}
_STANDS: Final = (ObjectionState.STANDS, AnswerReason.NO_FAULT_FOUND)


def decide(database: Database, *, today: date) -> None:
    """Decide everything that waits for somebody at the buyer."""
    now = database.clock()
    _approve_reports(database, now, today)
    _each(database, _unread, lambda session, each: _read(session, each, today))
    _each(database, _objections, lambda session, each: _answer(session, each, today))
    _each(database, _held, lambda session, each: _release(session, each, now, today))
    _each(database, _in_question, lambda session, each: _ask_back(session, each, today))
    _each(database, _open_claims, lambda session, each: _follow_claim(session, each, today))


def _each(
    database: Database,
    find: Callable[[Session], Iterable[Found]],
    decide_one: Callable[[Session, Found], object],
) -> None:
    """Decide each that is found, in a transaction of its own; what is refused is left as it was."""
    with database.reading() as session:
        found = list(find(session))
    for each in found:
        try:
            with database.writing() as session:
                decide_one(session, each)
        except Refused:
            continue


def _approve_reports(database: Database, now: datetime, today: date) -> None:
    """Approve the reports that wait for an officer; one of a month that has not ended waits for its day."""
    with database.reading() as session:
        register = register_store.load(session)
        days = register.policy.days_until_report_reminder
        waiting = filed_queries.filed(session, FiledFilter(ReportState.FILED), days=days, limit=AT_ONCE)
    if waiting:
        keys = [ReportKey.of(each.report) for each in waiting]
        with database.writing() as session:
            register = register_store.load(session)
            report_judging.approve(session, register, keys, Hand(OFFICER, now, today))


def _unread(session: Session) -> list[InformativeReport]:
    return informative_store.listed(session, InformativeState.UNREAD, limit=AT_ONCE)


def _read(session: Session, report: InformativeReport, today: date) -> None:
    informative_reports.read(session, report.id, by=OFFICER, today=today)


def _objections(session: Session) -> list[Objection]:
    return objection_store.listed(session, waiting=True, limit=AT_ONCE)


def _answer(session: Session, objection: Objection, today: date) -> None:
    """What is ordered twice, or of the wrong supplier, is cancelled; of all else the order stands."""
    to, reason = next(
        (_ANSWERED[each.reason] for each in objection.points if each.reason in _ANSWERED), _STANDS
    )
    register = register_store.load(session)
    order_objections.answer(session, register, objection, to, reason, by=OFFICER, today=today)


def _held(session: Session) -> list[SupplierInvoice]:
    return list(document_store.listed(session, state=InvoiceState.ON_HOLD, limit=AT_ONCE))


def _release(session: Session, invoice: SupplierInvoice, now: datetime, today: date) -> None:
    """Two people let stand what the invoice is held for: its payee, its account, or the missing F-tax."""
    register = register_store.load(session)
    if DeviationCode.F_TAX in invoice.codes:
        tax_releases.release(
            session, register, invoice.id, reason=TaxReason.NOT_PAY_FOR_WORK, by=OFFICER, today=today
        )
        return
    if DeviationCode.PAYEE in invoice.codes:
        asked = payee_releases.ask(session, invoice.id, by=OFFICER, reason=_CALLED_BACK, now=now)
    else:
        given = document_store.content(session, invoice.id).accounts[0]
        kind, digits = payee_accounts.kind_and_digits(given)
        asked = change_requests.ask(
            session,
            register,
            supplier=invoice.supplier,
            kind=ChangeKind.ADD_ACCOUNT,
            content={"scheme": kind or AccountScheme.BANKGIRO, "number": digits},
            by=f"invoice-{invoice.id}",
            now=now,
        )
        change_requests.confirm_first(session, asked, by=OFFICER, call_back=_CALLED_BACK, now=now)
    confirming.confirm_second(session, asked, by=CONFIRMER, now=now, today=today)


def _in_question(session: Session) -> list[SupplierInvoice]:
    return list(document_store.listed(session, state=InvoiceState.IN_QUESTION, limit=AT_ONCE))


def _ask_back(session: Session, document: SupplierInvoice, today: date) -> None:
    """Ask for credit of an invoice in question, and reject a credit note that is."""
    crediting.ask_for_credit(session, register_store.load(session), document, by=OFFICER, today=today)


def _open_claims(session: Session) -> list[SupplierClaim]:
    return claim_store.listed(session)


def _follow_claim(session: Session, claim: SupplierClaim, today: date) -> None:
    """Answer a dispute that the claim stands, demand what is owed, and on the letter's last day have it repaid."""
    if claim.state is ClaimState.DISPUTED:
        steps.uphold(session, claim.number, by=OFFICER, words=_WORDS, today=today)
    elif claim.state is ClaimState.RAISED:
        steps.demand(session, claim.number, by=OFFICER, today=today, pay_to=EXAMPLE_DEBTOR.iban)
    elif claim.state in STANDING and claim.due_on is not None and claim.due_on <= today:
        locked = claim_store.get(session, claim.number, lock=True)
        giving_back.give_back(
            session,
            locked,
            locked.left,
            how=ClaimWay.REPAID,
            first_by=OFFICER,
            second_by=CONFIRMER,
            on=today,
            reference=f"sandbox {claim.number}",
        )
