"""The buyer's policy: tolerances over and under apart, versions with their day, and what a change would do."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundation.errors import Refused
from invoicing.documents import store as document_store
from invoicing.matching.deviations import Verdict, Weight
from invoicing.matching.invoice_matching import match
from invoicing.model import InvoiceState
from invoicing.verdicts import policy_replay
from orders.register import policy_store
from orders.register import store as register_store
from orders.register.agreements import EarlyApproval, Policy
from orders.register.files import read_register
from orders.register.policy_store import PolicyRefused
from orders.register.register import Register, fingerprint, policy_from_json, policy_to_json
from orders.register.report_approval import ReportApproval
from orders.register.tolerances import Tolerance, most_particular
from peppol.documents import billing
from tests.support.servers.system_databases import CLOCK
from tests.support.stories.bills import billed
from tests.support.stories.builders import a_line, a_receipt, an_invoice, an_order, facts_of
from tests.support.stories.system import FYRBAKEN, REGISTER, System, a_system, example_register

REFERENCE = "100000101"
FEBRUARY = date(2026, 2, 3)
_S = InvoiceState


def days(over: str = "0", under: str = "0", *, percent_over: str = "100") -> Tolerance:
    return Tolerance(
        quantity_over=Decimal(over),
        quantity_under=Decimal(under),
        amount_over=Decimal("1000"),
        amount_under=Decimal("1000"),
        percent_over=Decimal(percent_over),
    )


def verdict(tolerance: Tolerance, *, billed: int, price: str = "95.00") -> Verdict:
    """Thirty days are received at 95.00."""
    order = an_order()
    facts = facts_of(order, a_receipt(order, days=30), policy=Policy(tolerances=(tolerance,)))
    return match(an_invoice(order, lines=(a_line(days=str(billed), price=price),)), facts).verdict


# Tolerances ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("tolerance", "billed", "price", "expected"),
    [
        (Tolerance(), 31, "95.00", Verdict.QUESTION),
        (days(over="1"), 31, "95.00", Verdict.ACCEPT),
        (days(over="1"), 32, "95.00", Verdict.QUESTION),
        (days(over="1"), 29, "95.00", Verdict.QUESTION),
        (days(under="1"), 29, "95.00", Verdict.ACCEPT),
        (days(under="1"), 31, "95.00", Verdict.QUESTION),
        (days(over="1", percent_over="3"), 31, "95.00", Verdict.QUESTION),
        (days(over="1", percent_over="4"), 31, "95.00", Verdict.ACCEPT),
        (Tolerance(quantity_over=Decimal(1)), 31, "95.00", Verdict.QUESTION),
        (Tolerance(amount_over=Decimal("30.00")), 30, "96.00", Verdict.ACCEPT),
        (Tolerance(amount_over=Decimal("29.99")), 30, "96.00", Verdict.QUESTION),
        (Tolerance(amount_over=Decimal("30.00")), 30, "94.00", Verdict.QUESTION),
        (Tolerance(supplier="5599992020", amount_over=Decimal("30.00")), 30, "96.00", Verdict.QUESTION),
        (Tolerance(article="RESULT", amount_over=Decimal("30.00")), 30, "96.00", Verdict.QUESTION),
        (Tolerance(article="BASIC", amount_over=Decimal("30.00")), 30, "96.00", Verdict.ACCEPT),
    ],
)
def test_a_difference_is_let_through_within_every_limit_of_its_side(
    tolerance: Tolerance, billed: int, price: str, expected: Verdict
) -> None:
    assert verdict(tolerance, billed=billed, price=price) is expected


def test_the_most_particular_tolerance_holds_alone() -> None:
    general, article, supplier = Tolerance(), Tolerance(article="BASIC"), Tolerance(supplier=FYRBAKEN)
    both = Tolerance(supplier=FYRBAKEN, article="BASIC")
    for invoice, expected in (
        ((general,), general),
        ((general, article), article),
        ((general, article, supplier), supplier),
        ((general, article, supplier, both), both),
    ):
        assert most_particular(invoice, supplier=FYRBAKEN, article="BASIC") == expected
    assert most_particular((supplier, article), supplier="1", article="RESULT") == Tolerance()


def test_a_tolerance_that_makes_no_sense_is_refused() -> None:
    for wrong in ({"amount_over": Decimal(-1)}, {"percent_over": Decimal(101)}, {"article": "TAXI"}):
        with pytest.raises(Refused):
            Tolerance(**wrong)
    with pytest.raises(Refused, match="same supplier and article"):
        Policy(tolerances=(Tolerance(), Tolerance()))


@given(
    st.builds(
        Tolerance,
        amount_over=st.decimals(0, 500, places=2),
        quantity_under=st.decimals(0, 31, places=1),
        percent_under=st.none() | st.decimals(0, 100, places=1),
    )
)
def test_a_policy_reads_as_it_was_written(tolerance: Tolerance) -> None:
    policy = Policy(tolerances=(tolerance,), automatic_credit=("QUANTITY",))
    assert policy_from_json(policy_to_json(policy)) == policy
    assert fingerprint(policy) == fingerprint(policy_from_json(policy_to_json(policy)))


def test_a_policy_stored_before_reports_could_be_approved_here_is_as_it_was() -> None:
    """What it does not say is that another system approves; a new policy is not so, unless it says it."""
    older = replace(
        Policy(), report_approval=ReportApproval.OUTSIDE, early_approval=EarlyApproval.WHOLE_MONTH
    )
    assert "_approval" not in policy_to_json(older)
    assert policy_from_json(policy_to_json(older)) == older
    assert Policy().report_approval is ReportApproval.WHEN_NOTHING_IS_ODD
    for approval in ReportApproval:
        policy = replace(Policy(), report_approval=approval)
        assert policy_from_json(policy_to_json(policy)) == policy
    assert len({fingerprint(replace(Policy(), report_approval=each)) for each in ReportApproval}) == 3


def test_a_register_stored_before_is_as_it_was_and_keeps_its_bytes() -> None:
    register = example_register()
    text = register.to_json()
    assert not {"report_approval", "early_approval"} & json.loads(text)["policy"].keys()
    assert Register.from_json(text) == register
    here = example_register(report_approval=ReportApproval.BY_OFFICER)
    assert Register.from_json(here.to_json()) == here


def test_files_that_do_not_say_who_approves_let_what_is_not_odd_through(tmp_path: Path) -> None:
    for file in REGISTER.glob("*.toml"):
        lines = file.read_text(encoding="utf-8").splitlines()
        kept = [line for line in lines if not line.startswith("report_approval")]
        (tmp_path / file.name).write_text("\n".join(kept), encoding="utf-8")
    assert read_register([REGISTER]).policy.report_approval is ReportApproval.OUTSIDE
    assert read_register([tmp_path]).policy.report_approval is ReportApproval.WHEN_NOTHING_IS_ODD


# Versions and what they do ------------------------------------------------------------------


@pytest.fixture
def system(database_url: str) -> Iterator[System]:
    """January received: 20 days at 95.00."""
    with a_system(database_url) as system:
        system.decide(REFERENCE, start=date(2026, 1, 1), decided_on=date(2026, 1, 1))
        system.report(REFERENCE, "2026-01", on=date(2026, 2, 2))
        yield system


def january(system: System, number: str = "F-1", days: str = "21") -> billing.Invoice:
    return billed(system.flip(system.order(REFERENCE).number, "001", number=number, on=FEBRUARY), days=days)


def make(system: System, policy: Policy, *, on: date = FEBRUARY, valid_from: date | None = None) -> int:
    with system.database.writing() as session:
        return policy_store.make(
            session,
            policy,
            valid_from=valid_from or on,
            reason="Prövas under våren",
            by="user-1",
            at=CLOCK,
            today=on,
            instead_of="",
        )


def in_force(system: System) -> Policy:
    with system.database.reading() as session:
        return register_store.load(session).policy


def test_a_version_holds_from_its_day_and_a_match_remembers_which_judged_it(system: System) -> None:
    first = in_force(system)
    wider = replace(first, tolerances=(days(over="1"),))
    make(system, wider, valid_from=date(2026, 2, 10))
    assert in_force(system) == first
    before = system.send(january(system))
    assert before.state is _S.IN_QUESTION
    with system.database.writing() as session:
        assert policy_store.come_into_force(session, today=date(2026, 2, 9)) is None
        assert policy_store.come_into_force(session, today=date(2026, 2, 10)) == 1
        assert policy_store.come_into_force(session, today=date(2026, 2, 11)) is None
    assert in_force(system) == wider
    with system.database.reading() as session:
        (judged,) = document_store.policies_used(session, before.id)
        assert policy_store.used(session, judged) == first
        assert policy_store.used(session, fingerprint(wider)) == wider
        assert policy_store.used(session, "0" * 16) is None


def test_an_invoice_within_tolerance_is_accepted_with_a_note(system: System) -> None:
    make(system, replace(in_force(system), tolerances=(days(over="1"),)))
    invoice = system.send(january(system))
    assert (invoice.state, invoice.codes) == (_S.ACCEPTED, ("QUANTITY",))
    (note,) = system.match(invoice).deviations
    assert (note.weight, note.variant) == (Weight.NOTE, "tolerated")
    assert system.sentences(invoice) == [
        "Fel antal: 21 på fakturan, 20 väntat. Skillnaden ryms i köparens tolerans och godtas."
    ]
    assert len(system.pay(on=invoice.pays_on)) == 1


def test_a_cause_that_needs_no_person_is_answered_at_once(system: System) -> None:
    make(system, replace(in_force(system), automatic_credit=("PRICE",)))
    assert system.send(january(system)).state is _S.IN_QUESTION
    make(system, replace(in_force(system), automatic_credit=("PRICE", "QUANTITY")))
    system.report(REFERENCE, "2026-02", on=date(2026, 3, 2))
    march = billed(
        system.flip(system.order(REFERENCE).number, "002", number="F-2", on=date(2026, 3, 3)), days="3"
    )
    assert system.send(march).state is _S.CREDIT_REQUESTED


def test_a_change_shows_what_it_would_have_done_before_it_is_saved(system: System) -> None:
    invoice = system.send(january(system))
    wider = replace(in_force(system), tolerances=(days(over="1"),))
    with system.database.reading() as session:
        register = register_store.load(session)
        effect = policy_replay.replay(session, register, wider, since=date(2026, 1, 1))
        nothing = policy_replay.replay(session, register, register.policy, since=date(2026, 1, 1))
        later = policy_replay.replay(session, register, wider, since=date(2026, 3, 1))
    (changed,) = effect.changed
    assert (changed.invoice_id, changed.before, changed.after) == (
        invoice.id,
        Verdict.QUESTION,
        Verdict.ACCEPT,
    )
    ((count, amount),) = effect.counts().values()
    assert (count, amount) == (1, invoice.amount_payable)
    assert (nothing.looked_at, nothing.changed, later.looked_at) == (1, (), 0)
    assert system.invoice(invoice.id).state is _S.IN_QUESTION


def test_a_replay_shows_which_invoices_without_a_line_a_buyer_would_match(system: System) -> None:
    invoice = system.flip(system.order(REFERENCE).number, number="F-7", on=FEBRUARY)
    (line,) = invoice.invoice_lines
    sent = system.send(replace(invoice, invoice_lines=(replace(line, order_line_reference=None),)))
    assert sent.codes == ("LINE_MISSING",)
    with system.database.reading() as session:
        register = register_store.load(session)
        inferred = replace(register.policy, inferred_line=True)
        (changed,) = policy_replay.replay(session, register, inferred, since=FEBRUARY).changed
    assert (changed.number, changed.before, changed.after) == ("F-7", Verdict.QUESTION, Verdict.ACCEPT)


def test_a_change_of_something_already_changed_is_refused(system: System) -> None:
    seen = in_force(system)
    make(system, replace(seen, several_lines=True))
    with system.database.writing() as session, pytest.raises(PolicyRefused, match="changed the policy"):
        policy_store.make(
            session,
            replace(seen, payment_terms_days=40),
            valid_from=FEBRUARY,
            reason="Längre villkor",
            by="user-2",
            at=CLOCK,
            today=FEBRUARY,
            instead_of=fingerprint(seen),
        )


def test_only_a_planned_version_is_withdrawn_and_none_holds_for_the_past(system: System) -> None:
    number = make(system, replace(in_force(system), several_lines=True), valid_from=date(2026, 6, 1))
    with system.database.writing() as session:
        policy_store.withdraw(session, number, by="user-1")
        with pytest.raises(PolicyRefused):
            policy_store.withdraw(session, number, by="user-1")
    with pytest.raises(PolicyRefused, match="for the past"):
        make(system, in_force(system), valid_from=date(2026, 1, 1))
    with system.database.reading() as session:
        (version,) = policy_store.versions(session)
    assert (version.state, version.made_by) == ("WITHDRAWN", "user-1")
