"""Documents as they come: dates that cannot be right, accounts without a kind, and what is told of when it is paid."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

import pytest

from foundation.money import Money
from foundation.text import SWEDISH
from invoicing.decisions import store as decision_store
from invoicing.decisions.rules import Action
from invoicing.model import InvoiceState
from invoicing.verdicts import policy_replay
from orders.register import store as register_store
from orders.register.agreements import Policy
from orders.register.invoice_dates import DateWeight, PaymentStart
from orders.register.register import fingerprint, policy_from_json, policy_to_json
from peppol.documents import billing, shapes
from tests.invoicing.exceptions.test_actions import press, undo
from tests.support.stories.system import System, a_system, example_register
from web.verdict_words import why_document

REFERENCE = "100000101"
DATED, CAME = date(2026, 2, 3), date(2026, 2, 4)
_S = InvoiceState


@pytest.fixture
def system(database_url: str) -> Iterator[System]:
    with a_system(database_url) as system:
        system.decide(REFERENCE)
        system.report(REFERENCE, "2026-01", on=date(2026, 2, 2))
        yield system


def bill(system: System, *, on: date = DATED) -> billing.Invoice:
    return system.flip(system.order(REFERENCE).number, number="F-1", on=on)


def why(system: System, invoice_id: int) -> str:
    with system.database.reading() as session:
        return why_document(session, system.invoice(invoice_id)).in_language(SWEDISH)


# Accounts ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", ["30", "50", "58"])
def test_the_registered_bankgiro_without_its_kind_is_accepted_and_said_to_be_paid_to(
    system: System, code: str
) -> None:
    invoice = bill(system)
    (means,) = invoice.payment_means
    bare = billing.FinancialAccount(id="5999107")
    written = replace(means, payment_means_code=shapes.Code(code), payee_financial_account=bare)
    document = system.send(replace(invoice, payment_means=(written,)), on=CAME)
    assert (document.state, document.codes) == (_S.ACCEPTED, ())
    assert why(system, document.id).endswith("betalas 2026-03-06 till bankgiro 599-9107.")


def test_an_invoice_without_an_account_says_where_it_is_paid(system: System) -> None:
    document = system.send(replace(bill(system), payment_means=()), on=CAME)
    assert (document.state, document.codes) == (_S.ACCEPTED, ("PAYEE_ACCOUNT",))
    assert "nu bankgiro 599-9107" in why(system, document.id)


# Dates ------------------------------------------------------------------------------------------------------


def test_a_bill_dated_a_year_ahead_is_in_question_and_nobody_is_told_of_a_payment_in_a_year(
    system: System,
) -> None:
    ahead = replace(bill(system), issue_date=date(2027, 2, 3), due_date=date(2027, 3, 5))
    document = system.send(ahead, on=CAME)
    assert (document.state, document.codes) == (_S.IN_QUESTION, ("ISSUE_DATE",))
    assert document.pays_on == CAME + timedelta(days=30)
    assert "2027-02-03, efter dagen den kom: 2026-02-04. Kreditera" in system.sentences(document)[0]


@pytest.mark.parametrize(
    ("weight", "state", "ends"),
    [
        (DateWeight.NOTE, _S.ACCEPTED, "Det hindrar inte betalningen."),
        (DateWeight.HOLD, _S.ON_HOLD, "ni behöver inte göra något."),
        (DateWeight.QUESTION, _S.IN_QUESTION, "skicka en ny."),
    ],
)
def test_what_a_date_leads_to_is_the_buyers_policy_and_the_sentence_follows(
    system: System, weight: DateWeight, state: InvoiceState, ends: str
) -> None:
    system.change_register(example_register(future_date=weight, date_before_order=weight))
    written = bill(system)
    ahead = system.send(replace(written, issue_date=date(2026, 2, 5)), on=CAME)
    assert ahead.state is state
    assert system.sentences(ahead)[0].endswith(ends)
    before = replace(written, id="F-2", issue_date=date(2025, 12, 30))
    assert any(each.endswith(ends) for each in system.sentences(system.send(before, on=CAME)))


def test_an_invoice_held_for_its_date_is_released_with_a_reason_and_that_can_be_undone(
    system: System,
) -> None:
    system.change_register(example_register(future_date=DateWeight.HOLD))
    with system.database.writing() as session:
        decision_store.set_limit(session, "user-1", Money.of("0.00"), by="admin-1", on=CAME)
    held = system.send(replace(bill(system), issue_date=date(2026, 2, 5)), on=CAME)
    action = press(system, Action.ACCEPT, held, reason="Daterad vid leveransen")
    assert system.invoice(held.id).state is _S.ACCEPTED
    undo(system, action)
    assert system.invoice(held.id).state is _S.ON_HOLD


@pytest.mark.parametrize(
    ("start", "pays"),
    [
        (PaymentStart.ISSUE, date(2026, 3, 5)),
        (PaymentStart.RECEIPT, date(2026, 3, 12)),
        (PaymentStart.LATER, date(2026, 3, 12)),
    ],
)
def test_the_days_of_payment_run_from_what_the_buyer_has_chosen(
    system: System, start: PaymentStart, pays: date
) -> None:
    system.change_register(example_register(payment_runs_from=start))
    document = system.send(bill(system), on=date(2026, 2, 10))
    # The due date is as agreed from its own date: no remark, and the day that is told is the one it is paid.
    assert (document.pays_on, document.codes) == (pays, ())
    assert str(pays) in why(system, document.id)


def test_the_due_date_we_tell_is_the_day_we_pay(system: System) -> None:
    early = replace(bill(system), due_date=date(2026, 2, 20))
    document = system.send(early, on=date(2026, 2, 10))
    assert document.codes == ("DUE_DATE",)
    assert system.sentences(document) == [
        "Fakturan anger förfallodag 2026-02-20; enligt avtalet förfaller den 2026-03-12."
    ]
    assert system.pay(on=date(2026, 3, 11)) == []
    assert len(system.pay(on=date(2026, 3, 12))) == 1


def test_a_month_that_is_not_over_on_the_invoices_day_is_noted(system: System) -> None:
    document = system.send(replace(bill(system), issue_date=date(2026, 1, 30)), on=CAME)
    assert (document.state, document.codes) == (_S.ACCEPTED, ("ISSUE_DATE",))
    assert "före sista dagen den gäller: 2026-01-31" in system.sentences(document)[0]


def test_books_from_before_the_choice_go_on_as_they_did() -> None:
    old = policy_from_json('{"payment_terms_days":30}')
    assert (old.payment_runs_from, old.future_date) == (PaymentStart.ISSUE, DateWeight.NOTE)
    assert policy_from_json(policy_to_json(old)) == old
    assert "payment_runs_from" not in policy_to_json(old)
    new = Policy()
    assert (new.payment_runs_from, new.future_date) == (PaymentStart.LATER, DateWeight.QUESTION)
    assert policy_from_json(policy_to_json(new)) == new
    assert fingerprint(old) != fingerprint(new)


def test_a_choice_is_tried_on_what_came_before_it_is_made(system: System) -> None:
    system.change_register(example_register(future_date=DateWeight.NOTE))
    document = system.send(replace(bill(system), issue_date=date(2026, 2, 5)), on=CAME)
    asked = replace(system.register.policy, future_date=DateWeight.QUESTION)
    with system.database.reading() as session:
        register = register_store.load(session)
        effect = policy_replay.replay(session, register, asked, since=date(2026, 1, 1))
    assert [(each.number, each.codes_after) for each in effect.changed] == [
        (document.number, ("ISSUE_DATE", "DUE_DATE"))
    ]
