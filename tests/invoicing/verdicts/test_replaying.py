"""What another policy would have done: which invoices it judges otherwise, and what they come to."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from foundation.money import Money
from invoicing.documents import store as document_store
from invoicing.matching.deviations import Verdict
from invoicing.model import InvoiceState, SupplierInvoice
from invoicing.verdicts import judged_queries, policy_replay, verdicts
from invoicing.verdicts.judged_queries import JudgedInvoice
from invoicing.verdicts.policy_replay import Changed, Effect
from orders.register import store as register_store
from orders.register.agreements import Policy
from orders.register.tolerances import Tolerance
from peppol.documents import billing
from tests.invoicing.verdicts.test_lines_apart import all_of_them
from tests.support.stories.bills import billed, together
from tests.support.stories.system import FYRBAKEN, LARKDRILLEN, System, a_system
from tests.support.stories.takeover import taken_over

REFERENCES = ("100000101", "100000102", "100000103")
FEBRUARY = date(2026, 2, 3)
LOOSER = Tolerance(quantity_over=Decimal(1), amount_over=Decimal(95))
DAY = timedelta(days=1)


@pytest.fixture
def system(database_url: str) -> Iterator[System]:
    """January received on three cases: 20 days each at 95.00."""
    with a_system(database_url) as system:
        for reference in REFERENCES:
            system.decide(reference, start=date(2026, 1, 1), decided_on=date(2026, 1, 1))
            system.report(reference, "2026-01", on=date(2026, 2, 2))
        yield system


def flipped(system: System, place: int, days: str, number: str) -> billing.Invoice:
    order = system.order(REFERENCES[place]).number
    return billed(system.flip(order, "001", number=number, on=FEBRUARY), days=days)


def send(system: System, place: int, days: str, *, on: date = FEBRUARY) -> SupplierInvoice:
    return system.send(flipped(system, place, days, f"F-{place}"), on=on)


def effect(system: System, *, since: date = FEBRUARY, **policy: object) -> Effect:
    with system.database.reading() as session:
        register = register_store.load(session)
        other: Policy = replace(register.policy, **policy)  # type: ignore[arg-type]
        return policy_replay.replay(session, register, other, since=since)


def test_what_is_judged_otherwise_is_told_with_both_judgements_newest_first(system: System) -> None:
    first, second = send(system, 0, "21"), send(system, 1, "21", on=FEBRUARY + DAY)
    send(system, 2, "22")
    found = effect(system, tolerances=(LOOSER,))
    one = Changed(
        invoice_id=first.id,
        number="F-0",
        supplier=FYRBAKEN,
        received_on=FEBRUARY,
        amount=Money.of("2493.75"),
        before=Verdict.QUESTION,
        after=Verdict.ACCEPT,
        codes_before=("QUANTITY",),
        codes_after=("QUANTITY",),  # a note is told too
        asked_before=False,
        asked_after=False,
    )
    other = replace(one, invoice_id=second.id, number="F-1", received_on=FEBRUARY + DAY)
    assert found == Effect(FEBRUARY, 3, more=False, changed=(other, one))
    assert found.counts() == {(Verdict.QUESTION, Verdict.ACCEPT): (2, Money.of("4987.50"))}
    assert effect(system, since=FEBRUARY + DAY, tolerances=(LOOSER,)).changed == (other,)
    assert effect(system, since=FEBRUARY + 2 * DAY, tolerances=(LOOSER,)).looked_at == 0


def test_what_is_asked_back_by_itself_is_another_outcome_of_the_same_judgement(system: System) -> None:
    invoice = send(system, 0, "21")
    (found,) = effect(system, automatic_credit=("QUANTITY",)).changed
    assert (found.invoice_id, found.before, found.after) == (invoice.id, Verdict.QUESTION, Verdict.QUESTION)
    assert (found.asked_before, found.asked_after) == (False, True)
    assert (found.codes_before, found.codes_after) == (("QUANTITY",), ("QUANTITY",))
    assert effect(system, automatic_credit=("PRICE",)).changed == ()


def test_sums_are_of_each_way_by_itself_and_of_one_currency(system: System) -> None:
    def changed(amount: str, currency: str = "SEK", after: Verdict = Verdict.ACCEPT) -> Changed:
        money = Money(Decimal(amount), currency)
        return Changed(1, "F", FYRBAKEN, FEBRUARY, money, Verdict.QUESTION, after, (), (), False, False)

    told = Effect(
        FEBRUARY,
        4,
        more=False,
        changed=(
            changed("1.00"),
            changed("2.00"),
            changed("4.00", "EUR"),
            changed("8.00", after=Verdict.HOLD),
        ),
    )
    assert told.counts() == {
        (Verdict.QUESTION, Verdict.ACCEPT): (2, Money.of("3.00")),
        (Verdict.QUESTION, Verdict.HOLD): (1, Money.of("8.00")),
    }


@pytest.mark.parametrize(("most", "looked_at", "more"), [(1, 1, True), (2, 2, False), (3, 2, False)])
def test_so_many_are_looked_at_and_told_where_there_are_more(
    system: System, monkeypatch: pytest.MonkeyPatch, most: int, looked_at: int, more: bool
) -> None:
    send(system, 0, "20")
    send(system, 1, "20", on=FEBRUARY + DAY)
    monkeypatch.setattr(policy_replay, "MOST", most)
    found = effect(system)
    assert (found.looked_at, found.more) == (looked_at, more)


def test_who_came_later_does_not_count_and_who_came_before_does(system: System) -> None:
    """Judged as if it had just come: its own place on the line, and what lay there before it."""
    twice = [flipped(system, 0, "21", number) for number in ("F-0", "F-9")]
    first, second = (system.send(each) for each in twice)
    assert "ALREADY_INVOICED" in second.codes
    found = effect(system, tolerances=(LOOSER,))
    assert [each.invoice_id for each in found.changed] == [first.id]


def test_lines_that_name_several_orders_are_judged_by_all_of_them(system: System) -> None:
    invoice = system.send(all_of_them(system))
    assert "SEVERAL_ORDERS" in invoice.codes
    (found,) = effect(system, several_orders=True, several_lines=True).changed
    assert (found.before, found.after, found.codes_after) == (Verdict.QUESTION, Verdict.ACCEPT, ())


def test_orders_that_were_taken_over_are_judged_as_the_successors(system: System) -> None:
    system.change_register(taken_over())
    on = date(2026, 3, 2)
    each = [
        system.flip(system.order(reference).number, "001", number="F-1", on=on, supplier=LARKDRILLEN)
        for reference in REFERENCES[:2]
    ]
    invoice = system.send(together(*each, number="F-1"), on=on)
    assert "SEVERAL_ORDERS" in invoice.codes
    (found,) = effect(system, several_orders=True, several_lines=True).changed
    assert (found.before, found.after, found.codes_after) == (Verdict.QUESTION, Verdict.ACCEPT, ())


# Which are judged -----------------------------------------------------------------------------------


def test_what_came_since_a_day_is_told_newest_first_and_no_more_than_asked(system: System) -> None:
    first, second = send(system, 0, "21"), send(system, 1, "20", on=FEBRUARY + DAY)
    third = send(system, 2, "20", on=FEBRUARY + DAY)
    with system.database.reading() as session:
        found = judged_queries.received_since(session, FEBRUARY, limit=9)
        assert judged_queries.received_since(session, FEBRUARY, limit=2) == found[:2]
        assert judged_queries.received_since(session, FEBRUARY + DAY, limit=9) == found[:2]
        assert judged_queries.known(session, [99, third.id, first.id]) == [first.id, third.id]
        assert judged_queries.known(session, []) == []
    assert [each.id for each in found] == [third.id, second.id, first.id]
    assert found[2] == JudgedInvoice(
        first.id, "F-0", FYRBAKEN, FEBRUARY, Money.of("2493.75"), ("QUANTITY",), InvoiceState.IN_QUESTION
    )


def test_an_invoice_takes_its_lines_once_and_tells_where_another_has_them(system: System) -> None:
    sent = send(system, 0, "20")
    with system.database.writing() as session:
        register = register_store.load(session)
        again = verdicts.judge_again(session, register, sent, today=FEBRUARY)
        assert again == sent
        assert len(document_store.matches(session, sent.id)) == 1
    assert system.answers(sent) == ["AP"]
