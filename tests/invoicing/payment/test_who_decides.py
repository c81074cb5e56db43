"""Whoever decided something about an invoice, or confirmed the account it goes to, does not attest its payment."""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Final

import pytest

from foundation.journal_entries import JournalAction
from foundation.periods import Month
from invoicing.documents import decider_store, deciding
from invoicing.exceptions import worklist
from invoicing.exceptions.steps import JOURNAL_ACTIONS
from invoicing.exceptions.worklist_store import WorkKind
from invoicing.journal_actions import DeskAction, DocumentAction, SupplierAction
from invoicing.model import SupplierInvoice
from invoicing.payment import payment
from invoicing.payment.attest_rights import AttestRefused
from invoicing.payment.attestation import ChangedSinceAttest
from invoicing.supplier_changes import change_requests, confirming
from invoicing.supplier_changes.change_request_store import ChangeKind
from orders.journal_actions import ObjectionAction, PlacementAction
from orders.placements import journal as placing
from orders.placements import store as placement_store
from orders.register import store as register_store
from tests.support.pages import routes_desk, routes_pay
from tests.support.stories.paying import ATTESTER, NOW, OFFICER, SECOND, PayDesk
from tests.support.stories.system import FYRBAKEN, System, a_system

REFERENCE = "100000101"
FEBRUARY, MARCH, APRIL = date(2026, 2, 3), date(2026, 3, 5), date(2026, 4, 9)
_D, _P = DocumentAction, PlacementAction

QUEUE: Final = "works with messages and events, which are no documents yet"
RULES: Final = "makes rules, which judge every document alike"
SAYS: Final = "says that a report was read; it changes nothing that is received"
PAYS: Final = "prepares, attests or follows up a payment; who prepares never attests"
HOLDS_SUPPLIER: Final = "about a supplier and not a document; two people stop and two lift"
KEEPS: Final = "keeps and disposes of cases that are at their end"
CONVERSES: Final = "asks or answers the supplier; what is decided is decided with another button"
BOOKS: Final = "writes in the ledger what has happened"

ROUTES: Final[Mapping[str, frozenset[JournalAction] | str]] = {
    "POST /finance/items/{kind}/{number}/owner": frozenset({DeskAction.HANDED_OVER}),
    "POST /finance/items/{kind}/{number}/comment": frozenset({DeskAction.COMMENTED}),
    "POST /finance/letters/{number}/replay": QUEUE,
    "POST /finance/letters/{number}/lay-aside": QUEUE,
    "POST /finance/letters/{number}/reveal": frozenset({_D.PROTECTED_REVEALED}),
    "POST /finance/letters/{number}/clear": frozenset({_D.PROTECTED_CLEARED}),
    "POST /finance/letters/{number}/protect": frozenset({_D.PROTECTED_MARKED}),
    "POST /finance/owed/{number}/answer": QUEUE,
    "POST /finance/owed/{number}/lay-aside": QUEUE,
    "POST /finance/unfetched/{number}/again": QUEUE,
    "POST /finance/unfetched/{number}/leave": QUEUE,
    "POST /finance/answers/{number}/seen": QUEUE,
    "POST /finance/events/replay": QUEUE,
    "POST /finance/events/{number}/apply": frozenset({_P.LATE_INTERRUPTION_APPLIED}),
    "POST /finance/events/{number}/lay-aside": frozenset({_P.EVENT_LAID_ASIDE}),
    "POST /finance/documents/{number}/{action}": frozenset(JOURNAL_ACTIONS.values()),
    "POST /finance/documents/{number}/conversation": CONVERSES,
    "POST /finance/documents/{number}/conversation/read": CONVERSES,
    "POST /finance/documents/{number}/reveal": frozenset({_D.PROTECTED_REVEALED}),
    "POST /finance/documents/{number}/protect": frozenset({_D.PROTECTED_MARKED}),
    "POST /finance/actions/{number}/undo": frozenset({_D.DESK_UNDONE}),
    "POST /finance/bulk": frozenset(JOURNAL_ACTIONS.values()),
    "POST /finance/bulk/{number}/continue": frozenset(JOURNAL_ACTIONS.values()),
    "POST /finance/bulk/{number}/undo": frozenset({_D.DESK_UNDONE}),
    "POST /finance/policies/try": RULES,
    "POST /finance/policies": frozenset({_D.INVOICE_JUDGED}),
    "POST /finance/policies/limits": "about a person, and not a document",
    "POST /finance/policies/{number}/withdraw": RULES,
    "POST /finance/policies/again": frozenset({_D.INVOICE_JUDGED}),
    "POST /finance/policies/again/{number}/continue": frozenset({_D.INVOICE_JUDGED}),
    "POST /finance/reports": frozenset(
        {_P.REPORT_APPROVED, _P.REPORT_REJECTED, _P.REPORT_REVOKED, _P.REPORT_APPROVAL_UNDONE}
    ),
    "POST /finance/reports/informative": SAYS,
    "POST /finance/reports/aside": frozenset({_P.REST_RECEIVED}),
    "POST /finance/results/{planned_id}/drop": frozenset({_P.RESULT_DROPPED}),
    "POST /finance/results/{planned_id}/again": frozenset({_P.RESULT_TRIED_AGAIN}),
    "POST /finance/results/{planned_id}/revoke": frozenset(
        {_P.RESULT_REVOKED, _P.OUTCOME_REVOKED, _P.SUPPLEMENT_REVOKED}
    ),
    "POST /finance/audit/verify": "the chains of the journal are read",
    "POST /finance/audit/holds": KEEPS,
    "POST /finance/audit/holds/{number}/lift": KEEPS,
    "POST /finance/audit/disposals": KEEPS,
    "POST /finance/audit/disposals/{number}/{answer}": KEEPS,
    "POST /finance/post/answers/{number}/seen": QUEUE,
    "POST /finance/post/{number}/send-again": QUEUE,
    "POST /finance/post/diverted": QUEUE,
    "POST /finance/post/directory/believe": QUEUE,
    "POST /finance/post/mails": QUEUE,
    "POST /finance/objections/{objection_id}": frozenset({ObjectionAction.ANSWERED}),
    "POST /finance/payments": PAYS,
    "POST /finance/payments/proposals/{number}/attest": PAYS,
    "POST /finance/payments/proposals/{number}/changed": PAYS,
    "POST /finance/payments/proposals/{number}/export": PAYS,
    "POST /finance/payments/proposals/{number}/withdraw": PAYS,
    "POST /finance/payments/items/{item_id}/take-out": PAYS,
    "POST /finance/payments/tasks/{number}/stop": PAYS,
    "POST /finance/payments/tasks/{number}/again": PAYS,
    "POST /finance/payments/claims/{invoice_id}": PAYS,
    "POST /finance/payments/claims/{invoice_id}/confirm": PAYS,
    "POST /finance/payments/claims/{invoice_id}/ask": PAYS,
    "POST /finance/payments/claims/{invoice_id}/steps/{what}": frozenset({_D.CREDIT_REQUESTED}),
    "POST /finance/payments/rates": "about a rate, and not a document",
    "POST /finance/payments/rates/{rate_id}/{what}": "about a rate, and not a document",
    "POST /finance/payments/claims/{invoice_id}/take-back": PAYS,
    "POST /finance/payments/claims/{invoice_id}/deposits/{note_id}/undo": PAYS,
    "POST /finance/payments/claims/{invoice_id}/deposits/{note_id}/undone": PAYS,
    "POST /finance/payments/claims/{invoice_id}/deposits/{note_id}/stands": PAYS,
    "POST /finance/payments/rights": "about a person, and not a document",
    "POST /finance/payments/rights/{right_id}/end": "about a person, and not a document",
    "POST /finance/payments/rights/{right_id}/confirm": "about a person, and not a document",
    "POST /finance/payments/substitutes/{substitute_id}/confirm": "about a person, and not a document",
    "POST /finance/payments/substitutes": "about a person, and not a document",
    "POST /finance/payments/substitutes/{substitute_id}/end": "about a person, and not a document",
    "POST /finance/payments/accounts/invoices/{invoice_id}": frozenset({SupplierAction.CHANGE_CONFIRMED}),
    "POST /finance/payments/accounts/requests/{request_id}/first": frozenset(
        {SupplierAction.CHANGE_CONFIRMED}
    ),
    "POST /finance/payments/accounts/requests/{request_id}/second": frozenset(
        {SupplierAction.CHANGE_CONFIRMED}
    ),
    "POST /finance/payments/accounts/requests/{request_id}/refuse": "leaves everything as it was",
    "POST /finance/payments/accounts/payees/{invoice_id}/register": frozenset({_D.PAYEE_RELEASE_ASKED}),
    "POST /finance/payments/accounts/payees/{invoice_id}/seller": frozenset({_D.PAYEE_RELEASE_ASKED}),
    "POST /finance/payments/tax/{invoice_id}": frozenset({_D.TAX_RELEASED}),
    "POST /finance/payments/controls": "says what is known of suppliers, and lets nothing through",
    "POST /finance/payments/controls/{invoice_id}/{control}": frozenset({_D.CONTROL_RELEASED}),
    "POST /finance/payments/stops": HOLDS_SUPPLIER,
    "POST /finance/payments/stops/{stop_id}/{what}": HOLDS_SUPPLIER,
    "POST /finance/payments/bank": PAYS,
    "POST /finance/payments/findings/{entry_id}": PAYS,
    "POST /finance/payments/findings/{entry_id}/deposit": PAYS,
    "POST /finance/payments/transfers/{name}": frozenset({_D.PAYMENT_RETURNED}),
    "POST /finance/payments/transfers/{name}/confirm": frozenset({_D.PAYMENT_RETURNED}),
    "POST /finance/payments/transfers/{name}/take-back": PAYS,
    "POST /finance/reconciliation/month-end": BOOKS,
    "POST /finance/reconciliation/ledger": BOOKS,
    "POST /finance/reconciliation/months": BOOKS,
    "POST /finance/reconciliation/ledger-answers": BOOKS,
    "POST /finance/reconciliation/ledger-answers/again": BOOKS,
    "POST /finance/reconciliation/ledger-answers/{number}/booked": BOOKS,
    "POST /finance/reconciliation/rules": RULES,
    "POST /finance/reconciliation/rules/try": RULES,
    "POST /finance/reconciliation/rules/{number}/{what}": RULES,
    "POST /finance/reconciliation/months/{month}/{what}": BOOKS,
}
"""What finance staff can press -> the decisions it comes to, or why it decides nothing about an invoice."""


def two_months(system: System) -> None:
    """One placement with two months received."""
    system.decide(REFERENCE)
    for month, on in (("2026-01", date(2026, 2, 2)), ("2026-02", date(2026, 3, 2))):
        system.report(REFERENCE, month, on=on)


@pytest.fixture
def system(database_url: str) -> Iterator[System]:
    with a_system(database_url, begun=two_months) as system:
        yield system


@pytest.fixture
def desk(system: System) -> PayDesk:
    desk = PayDesk(system)
    desk.give_right(ATTESTER)
    desk.give_right(SECOND)
    return desk


@pytest.fixture
def accepted(system: System) -> SupplierInvoice:
    return system.send_invoice(system.order(REFERENCE).number, number="F-1", on=FEBRUARY)


def note(system: System, invoice: SupplierInvoice, person: str, decision: JournalAction) -> None:
    with system.database.writing() as session:
        decider_store.note(session, invoice.id, person, decision)


# The tables are whole ----------------------------------------------------------------------------


def test_every_action_on_a_document_is_a_decision_or_says_why_not() -> None:
    every = {*DocumentAction, *DeskAction}
    assert every - deciding.DECISIONS - set(deciding.NO_DECISIONS) == set(), "an action without a place"
    assert set(deciding.NO_DECISIONS) & deciding.DECISIONS == set()
    assert all(deciding.NO_DECISIONS.values())


def test_every_button_of_the_desk_stands_in_the_table_and_leads_to_decisions() -> None:
    buttons = {
        each for each in {**routes_desk.ROUTES, **routes_pay.ROUTES} if each.startswith("POST /finance/")
    }
    assert set(ROUTES) == buttons
    for button, comes_to in ROUTES.items():
        assert comes_to, button
        assert isinstance(comes_to, str) or comes_to <= deciding.DECISIONS | placing.DECISIONS, button


def test_every_action_on_a_placement_is_a_decision_or_says_why_not() -> None:
    every = {*PlacementAction, *ObjectionAction}
    assert every - placing.DECISIONS - set(placing.NO_DECISIONS) == set(), "an action without a place"
    assert set(placing.NO_DECISIONS) & placing.DECISIONS == set()
    assert all(placing.NO_DECISIONS.values())


# Who decided does not attest ---------------------------------------------------------------------


def test_each_decision_bars_who_took_it_and_nobody_else(
    system: System, desk: PayDesk, accepted: SupplierInvoice
) -> None:
    proposal = desk.propose(on=MARCH)
    for place, decision in enumerate(sorted(deciding.DECISIONS)):
        person = f"user-{100 + place}"
        desk.give_right(person)
        note(system, accepted, person, decision)
        with pytest.raises(AttestRefused, match="decided about the invoice"):
            desk.attest(proposal, by=person)
    assert desk.attest(proposal, by=ATTESTER).state == "ATTESTED"


def test_paid_by_other_means_the_decider_is_no_attester_either(
    system: System, accepted: SupplierInvoice
) -> None:
    """Also before the first right to attest is given."""
    note(system, accepted, ATTESTER, _D.DESK_ACCEPT)
    for attester, refused in ((ATTESTER, True), (SECOND, False)):
        with system.database.writing() as session:
            told = dict(prepared_by=OFFICER, attested_by=attester, today=MARCH)
            register = register_store.load(session)
            if refused:
                with pytest.raises(AttestRefused, match="decided about the invoice"):
                    payment.pay(session, register, [accepted], **told)  # type: ignore[arg-type]
            else:
                assert payment.pay(session, register, [accepted], **told)  # type: ignore[arg-type]


@pytest.mark.both_engines
def test_who_decides_after_attesting_loses_the_attest_and_nothing_is_paid(
    system: System, desk: PayDesk, accepted: SupplierInvoice
) -> None:
    proposal = desk.propose(on=MARCH)
    desk.attest(proposal, by=ATTESTER)
    with system.database.writing() as session:
        worklist.comment(session, WorkKind.DOCUMENT, accepted.id, "Ser bra ut.", by=ATTESTER, at=NOW)
    with pytest.raises(ChangedSinceAttest):
        desk.export(proposal)
    dropped = desk.drop_changed(proposal)
    assert (len(dropped.dropped), dropped.taken_out, desk.state(proposal)) == (1, (), "DRAFT")
    with pytest.raises(AttestRefused, match="decided about the invoice"):
        desk.attest(proposal, by=ATTESTER)
    desk.attest(proposal, by=SECOND)
    assert desk.export(proposal).transfers


def test_nobody_attests_by_the_right_of_one_who_decided_afterwards(
    system: System, desk: PayDesk, accepted: SupplierInvoice
) -> None:
    desk.substitute(person=ATTESTER, stand_in="user-21", until=MARCH)
    proposal = desk.propose(on=MARCH)
    desk.attest(proposal, by="user-21")
    note(system, accepted, ATTESTER, _D.DESK_LINK)
    with pytest.raises(ChangedSinceAttest):
        desk.export(proposal)


# Who decided what the invoice rests on ------------------------------------------------------------


@pytest.mark.both_engines
def test_who_judged_the_month_attests_no_invoice_of_it_and_those_of_other_months(
    system: System, desk: PayDesk, accepted: SupplierInvoice
) -> None:
    """The supplier's January was approved by one who has become an attester since."""
    judged(system, month="2026-01", by=ATTESTER)
    judged(system, month="2026-02", by=SECOND)
    proposal = desk.propose(on=MARCH)
    with pytest.raises(AttestRefused, match="decided about the invoice"):
        desk.attest(proposal, by=ATTESTER)
    assert desk.attest(proposal, by=SECOND).state == "ATTESTED"


def test_every_decision_about_the_placement_bars_who_took_it_and_lets_an_attest_fall(
    system: System, desk: PayDesk, accepted: SupplierInvoice
) -> None:
    proposal = desk.propose(on=MARCH)
    desk.attest(proposal, by=SECOND)
    for place, decision in enumerate(sorted(placing.DECISIONS)):
        person = f"user-{200 + place}"
        with system.database.writing() as session:
            placing.note_decision(session, REFERENCE, decision, by=person)
        with system.database.reading() as session:
            assert person in decider_store.of(session, [accepted.id])[accepted.id]
    with system.database.writing() as session:
        placing.note_decision(session, REFERENCE, _P.REPORT_FILED, by="user-300")
        placing.note_decision(session, REFERENCE, _P.REPORT_APPROVED, by=SECOND)
    with pytest.raises(ChangedSinceAttest):
        desk.export(proposal)
    with system.database.reading() as session:
        assert "user-300" not in decider_store.of(session, [accepted.id])[accepted.id]


def judged(system: System, *, month: str, by: str) -> None:
    with system.database.writing() as session:
        report = placement_store.reports(session, REFERENCE, Month.parse(month))[-1]
        placing.note_decision(session, REFERENCE, _P.REPORT_APPROVED, by=by, month=report.month)


# Who confirmed the account -----------------------------------------------------------------------


@pytest.mark.both_engines
def test_who_confirmed_a_suppliers_account_attests_its_next_payment_never_and_the_one_after_again(
    system: System, desk: PayDesk, accepted: SupplierInvoice
) -> None:
    confirm_an_account(system, first=ATTESTER, second=SECOND)
    desk.give_right("user-21")
    proposal = desk.propose(on=MARCH)
    for person in (ATTESTER, SECOND):
        with pytest.raises(AttestRefused, match="confirmed the change of the supplier's account"):
            desk.attest(proposal, by=person)
    desk.attest(proposal, by="user-21")
    desk.export(proposal)
    system.send_invoice(system.order(REFERENCE).number, number="F-2", on=date(2026, 3, 4), line_id="002")
    assert desk.attest(desk.propose(on=APRIL), by=ATTESTER).state == "ATTESTED"


def test_an_account_confirmed_after_the_attest_lets_it_fall(
    system: System, desk: PayDesk, accepted: SupplierInvoice
) -> None:
    proposal = desk.propose(on=MARCH)
    desk.attest(proposal, by=ATTESTER)
    confirm_an_account(system, first=ATTESTER, second=SECOND)
    with pytest.raises(ChangedSinceAttest):
        desk.export(proposal)


def confirm_an_account(system: System, *, first: str, second: str) -> None:
    now = NOW - timedelta(hours=1)
    with system.database.writing() as session:
        register = register_store.load(session)
        content = {"scheme": "BANKGIRO", "number": "991-2346"}
        kind = ChangeKind.ADD_ACCOUNT
        request = change_requests.ask(
            session, register, supplier=FYRBAKEN, kind=kind, content=content, by="user-77", now=now
        )
        change_requests.confirm_first(session, request, by=first, call_back="Ringde växeln.", now=now)
        confirming.confirm_second(session, request, by=second, now=now, today=FEBRUARY)
