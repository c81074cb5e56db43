"""Any sequence of thirty actions by any people keeps every invariant of the books, and nobody pays alone.

A state machine over the real use cases: suppliers send and credit, months are corrected, officers
press every button there is, in any order and twice, colleagues undo, time goes by, policies change, payments
are proposed, attested and made. What is refused is refused with a sentence; after every step the invariants of
`billing check` are walked. `make bar` plays two thousand on each engine.
"""

import tempfile
from collections.abc import Callable
from contextlib import ExitStack, suppress
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import select

from foundation.errors import Refused
from foundation.money import Money
from foundation.sql import Session
from invoicing.decisions import store as decision_store
from invoicing.decisions.rules import Action
from invoicing.documents import tables as document_tables
from invoicing.exceptions import actions as exception_actions
from invoicing.exceptions import bulk_actions, credit_linking, linking, queue_queries
from invoicing.exceptions import undo as exception_undo
from invoicing.exceptions.queue import QueueFilter
from invoicing.exceptions.steps import DeskActor
from invoicing.model import InvoiceState
from invoicing.payment import attest_right_store, attestation, payment, proposal_store, proposals
from invoicing.portal_invoicing import flipping
from invoicing.verdicts import parking
from orders.register import policy_store
from orders.register import store as register_store
from orders.register.register import Register
from orders.register.tolerances import Tolerance
from peppol.documents import billing
from peppol.xml import codec
from tests.bar import seeds
from tests.invoicing.exceptions.test_actions import without_line
from tests.invoicing.exceptions.test_undo import stands
from tests.support.stories.bills import billed
from tests.support.stories.system import System, a_system

PEOPLE = ("user-1", "user-2", "user-3")
REFERENCES = ("100000101", "100000102")
LINES = ("001", "002")
people = st.sampled_from(PEOPLE)
places = st.integers(0, 3)
which = st.integers(0, 40)


class FinanceDesk(RuleBasedStateMachine):
    """Two cases of two months, three people, and whatever they come to think of."""

    stories, steps = 0, 0
    url_in: Callable[[Path], str] = staticmethod(lambda folder: f"sqlite:///{folder / 'model.sqlite'}")

    def __init__(self) -> None:
        super().__init__()
        self.stack = ExitStack()
        folder = self.stack.enter_context(tempfile.TemporaryDirectory())
        self.system: System = self.stack.enter_context(a_system(type(self).url_in(Path(folder))))
        FinanceDesk.stories += 1
        self.now = datetime(2026, 3, 4, 8, 0, tzinfo=UTC)
        self.blank: list[billing.Invoice] = []
        self.sent: list[billing.Invoice] = []
        self.versions: dict[tuple[str, str], int] = {}
        self.presses = 0
        self.rules_changed = False

    @initialize()
    def two_months_are_received(self) -> None:
        for reference in REFERENCES:
            self.system.decide(reference, start=date(2026, 1, 1), decided_on=date(2026, 1, 1))
            for month in ("2026-01", "2026-02"):
                self.system.report(reference, month, on=date(2026, 3, 2))
                self.versions[reference, month] = 1
            order = self.system.order(reference).number
            self.blank += [
                self.system.flip(order, line, number=f"B-{reference}-{line}", on=date(2026, 3, 3))
                for line in LINES
            ]
        with self.system.database.writing() as session:
            for person, limit in (("user-1", "100.00"), ("user-2", "5000.00")):
                decision_store.set_limit(session, person, Money.of(limit), by="admin-1", on=self.today)
                attest_right_store.give(
                    session,
                    person=person,
                    limit=Decimal("100000.00"),
                    valid_from=date(2026, 1, 1),
                    by="admin-1",
                    confirmed_by="admin-2",
                )
        for place, days in enumerate(("20", "21", "22")):
            self.an_invoice_comes(place=place, days=days, line=True)

    @property
    def today(self) -> date:
        return self.now.date()

    @property
    def payday(self) -> date:
        """A day on which everything accepted by now is due, so that money moves in a story of thirty steps."""
        return self.today + timedelta(days=31)

    def actor(self, person: str) -> DeskActor:
        return DeskActor(person, self.now, self.today)

    def attempt(self, work: Callable[[Session, Register], object]) -> None:
        """One press in a transaction of its own; a refusal is an answer like any other."""
        with suppress(Refused), self.system.database.writing() as session:
            work(session, register_store.load(session))

    def one(self, place: int) -> int | None:
        """Some document of the books."""
        with self.system.database.reading() as session:
            ids = list(
                session.scalars(select(document_tables.invoice.c.id).order_by(document_tables.invoice.c.id))
            )
        return ids[place % len(ids)] if ids else None

    # Suppliers ------------------------------------------------------------------------------

    @rule(place=places, days=st.sampled_from(["20", "20", "21", "22", "19"]), line=st.booleans())
    def an_invoice_comes(self, place: int, days: str, line: bool) -> None:
        invoice = replace(
            self.blank[place],
            id=f"F-{len(self.sent)}",
            issue_date=self.today,
            due_date=None,
            payment_terms=None,
        )
        invoice = billed(invoice, days=days) if days != "20" else invoice
        self._send(invoice if line else without_line(invoice))

    @precondition(lambda self: self.sent)
    @rule(place=which)
    def the_same_number_comes_again(self, place: int) -> None:
        self._send(self.sent[place % len(self.sent)])

    @precondition(lambda self: self.sent)
    @rule(place=which, named=st.booleans())
    def a_credit_note_comes(self, place: int, named: bool) -> None:
        invoice = self.sent[place % len(self.sent)]
        given = flipping.Numbered(f"K-{self.presses}", self.today)
        self.presses += 1
        credit = flipping.credit_note_of(invoice, given=given)
        self._post(codec.serialise(credit if named else replace(credit, billing_references=())))

    def _send(self, invoice: billing.Invoice) -> None:
        self.sent.append(invoice)
        self._post(codec.serialise(invoice))

    def _post(self, body: bytes) -> None:
        self.system.post(body, on=self.today)
        self.system.read_messages(on=self.today)

    @rule(reference=st.sampled_from(REFERENCES), month=st.sampled_from(["2026-01", "2026-02"]))
    def a_report_is_corrected(self, reference: str, month: str) -> None:
        self.versions[reference, month] += 1
        version = self.versions[reference, month]
        self.system.report(reference, month, version=version, on=self.today)

    # Officers -------------------------------------------------------------------------------

    @rule(person=people, place=which, action=st.sampled_from(Action))
    def somebody_presses_a_button(self, person: str, place: int, action: Action) -> None:
        press = self.press(person, place, action)
        if press is not None:
            self.attempt(press)

    @rule(person=people, place=which, action=st.sampled_from([*Action, None]))
    def somebody_presses_and_thinks_again(self, person: str, place: int, action: Action | None) -> None:
        """Undone before it has left, it never was: every document, line, link and sum is back."""
        press = self.press(person, place, action)
        if press is None:
            return
        before, done = stands(self.system), list[int]()
        self.attempt(lambda session, register: done.append(press(session, register)))
        if not done:
            assert stands(self.system) == before
            return
        with self.system.database.writing() as session:
            exception_undo.undo(session, register_store.load(session), done[0], self.actor(person))
        # What new rules would judge otherwise is judged by them when something about it is done.
        if not self.rules_changed:
            assert stands(self.system) == before

    @rule(person=people, place=which)
    def a_credit_is_linked(self, person: str, place: int) -> None:
        press = self.press(person, place, None)
        if press is not None:
            self.attempt(press)

    def press(
        self, person: str, place: int, action: Action | None
    ) -> Callable[[Session, Register], int] | None:
        """A press of a button on some document; without an action a credit note is linked to an invoice."""
        number = self.one(place)
        if number is None:
            return None
        actor, why = self.actor(person), "Därför att"
        order = self.system.order(REFERENCES[place % 2]).number

        def press(session: Session, register: Register) -> int:
            match action:
                case None:
                    return credit_linking.link_credit(
                        session, register, number, actor, credits=f"F-{place % 5}", reason=why
                    )
                case Action.ASK_CREDIT:
                    return exception_actions.ask_credit(session, register, number, actor)
                case Action.ACCEPT:
                    return exception_actions.accept(session, register, number, actor, reason=why)
                case Action.LINK:
                    line = LINES[place % 3 % 2]
                    return linking.link(
                        session, register, number, actor, order_number=order, line_id=line, reason=why
                    )
                case Action.UNLINK:
                    return linking.unlink(session, register, number, actor, reason=why)
                case Action.PARK:
                    until = self.today + timedelta(days=3)
                    return exception_actions.park(session, number, actor, until=until, reason=why)
                case Action.ASK_SUPPLIER:
                    return exception_actions.ask_supplier(session, register, number, actor, text="Varför?")
                case Action.REJECT_DUPLICATE:
                    return exception_actions.reject_duplicate(session, register, number, actor, of="F-0")
                case Action.ACCEPT_IN_PART:
                    return exception_actions.accept_in_part(session, register, number, actor)
                case Action.WITHDRAW_PART:
                    return exception_actions.withdraw_part(session, number, actor, reason=why)
                case Action.DISPUTE:
                    return exception_actions.dispute(session, register, number, actor, reason=why)

        return press

    @rule(person=people, place=which)
    def a_colleague_undoes_something(self, person: str, place: int) -> None:
        self.attempt(
            lambda session, register: exception_undo.undo(
                session, register, 1 + place % 12, self.actor(person)
            )
        )

    @rule(person=people, action=st.sampled_from(bulk_actions.BULK), undo=st.booleans())
    def many_at_once(self, person: str, action: Action, undo: bool) -> None:
        self.presses += 1

        def press(session: Session, register: Register) -> None:
            rows = queue_queries.items(session, QueueFilter(), today=self.today)
            actor, key = self.actor(person), f"press-{self.presses}"
            ids = [each.id for each in rows]
            number = bulk_actions.start(session, action, ids, actor, key=key, reason="Alla lika")
            while bulk_actions.go_on(session, register, number, actor):
                pass
            if undo:
                bulk_actions.undo(session, register, number, actor)

        self.attempt(press)

    # Time and rules -------------------------------------------------------------------------

    @rule(minutes=st.sampled_from([1, 11, 60 * 24, 60 * 24 * 31]))
    def time_goes_by(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)
        self.attempt(
            lambda session, register: exception_undo.release_answers(
                session, register, now=self.now, today=self.today
            )
        )
        self.attempt(lambda session, register: parking.stop_waiting(session, register, today=self.today))

    @rule(person=people, days=st.sampled_from(["0", "1", "2"]), alone=st.booleans())
    def the_policy_is_changed(self, person: str, days: str, alone: bool) -> None:
        limits = Tolerance(quantity_over=Decimal(days), amount_over=Decimal(days) * 95)

        def change(session: Session, register: Register) -> None:
            policy = replace(
                register.policy, tolerances=(limits,), automatic_credit=("QUANTITY",) if alone else ()
            )
            policy_store.make(
                session,
                policy,
                valid_from=self.today,
                reason="Prov",
                by=person,
                at=self.now,
                today=self.today,
                instead_of="",
            )

        self.rules_changed = True
        self.attempt(change)

    # Payment --------------------------------------------------------------------------------

    @rule(one=people, other=people)
    def two_people_pay_or_one_tries(self, one: str, other: str) -> None:
        self.attempt(
            lambda session, register: payment.pay(
                session,
                register,
                payment.due(session, on=self.payday),
                prepared_by=one,
                attested_by=other,
                today=self.today,
            )
        )

    @rule(person=people)
    def a_payment_is_proposed(self, person: str) -> None:
        self.attempt(
            lambda session, register: proposals.propose(
                session, register, pay_on=self.payday, by=person, now=self.now
            )
        )

    @rule(person=people, place=st.integers(1, 4))
    def a_proposal_is_attested(self, person: str, place: int) -> None:
        with self.system.database.reading() as session:
            numbers = [each.proposal.number for each in proposal_store.overviews(session)]
        if numbers:
            self.attempt(
                lambda session, register: attestation.attest(
                    session,
                    register,
                    numbers[place % len(numbers)],
                    by=person,
                    today=self.today,
                    now=self.now,
                )
            )

    # What must hold -------------------------------------------------------------------------

    @invariant()
    def every_invariant_of_the_system_holds(self) -> None:
        FinanceDesk.steps += 1
        assert self.system.broken() == []

    @invariant()
    def nobody_pays_alone(self) -> None:
        with self.system.database.reading() as session:
            for row in session.execute(select(document_tables.payment)):
                assert row.prepared_by != row.attested_by
                assert self.system.invoice(row.invoice_id).state is not InvoiceState.ACCEPTED

    def teardown(self) -> None:
        self.stack.close()


@pytest.mark.law
def test_any_thirty_steps_by_anybody_keep_the_books_whole(
    record_property: Callable[[str, object], None],
) -> None:
    _played(max(4, min(100, settings().max_examples // 16)), record_property)


@pytest.mark.nightly
@pytest.mark.parametrize("hundred", range(20))
def test_two_thousand_stories_keep_the_books_whole(
    database_url: str,
    hundred: int,
    monkeypatch: pytest.MonkeyPatch,
    record_property: Callable[[str, object], None],
) -> None:
    monkeypatch.setattr(FinanceDesk, "url_in", staticmethod(lambda folder: database_url))
    monkeypatch.setattr(FinanceDesk, "_hypothesis_internal_use_seed", seeds.seed() + hundred, raising=False)
    _played(100, record_property)


def _played(stories: int, record_property: Callable[[str, object], None]) -> None:
    """So many stories; fewer where hypothesis knows that it has tried everything."""
    FinanceDesk.stories = FinanceDesk.steps = 0
    thorough = settings(
        max_examples=stories,
        stateful_step_count=30,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        database=None,
    )
    run_state_machine_as_test(FinanceDesk, settings=thorough)
    record_property("stories", FinanceDesk.stories)
    record_property("steps", FinanceDesk.steps)
