"""A looser policy and what lay in question before it: judged again when a person asks, row by row, and nothing else."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from foundation import journal
from foundation.errors import Refused
from invoicing.documents import store as document_store
from invoicing.exceptions import actions as exception_actions
from invoicing.journal_actions import DocumentAction
from invoicing.model import InvoiceState, SupplierInvoice
from invoicing.verdicts import judged_queries, rejudging
from orders.register import policy_store
from orders.register import store as register_store
from orders.register.register import fingerprint
from orders.register.tolerances import Tolerance
from tests.invoicing.exceptions.test_actions import actor
from tests.support.servers.house_databases import CLOCK
from tests.support.stories.bills import billed
from tests.support.stories.house import House, a_house
from tests.support.stories.paying import ATTESTER, PayDesk

FEBRUARY = date(2026, 2, 3)
LOOSER = Tolerance(quantity_over=Decimal(1), amount_over=Decimal(95))
_S = InvoiceState


def reference(number: int) -> str:
    return f"1000001{number:02}"


@pytest.fixture
def house(database_url: str) -> Iterator[House]:
    """January received on four cases: 20 days each at 95.00."""
    with a_house(database_url) as house:
        for number in range(4):
            house.decide(reference(number), start=date(2026, 1, 1), decided_on=date(2026, 1, 1))
            house.report(reference(number), "2026-01", on=date(2026, 2, 2))
        yield house


def send(house: House, number: int, days: str) -> SupplierInvoice:
    flipped = house.flip(house.order(reference(number)).number, "001", number=f"F-{number}", on=FEBRUARY)
    return house.send(billed(flipped, days=days))


def loosen(house: House) -> str:
    """One day more than received is let through from today; the fingerprint of the policy."""
    with house.database.writing() as session:
        policy = replace(register_store.load(session).policy, tolerances=(LOOSER,))
        policy_store.make(
            session,
            policy,
            valid_from=FEBRUARY,
            reason="En dag får skilja",
            by="user-1",
            at=CLOCK,
            today=FEBRUARY,
            instead_of="",
        )
    return fingerprint(policy)


def would_accept(house: House) -> list[str]:
    with house.database.reading() as session:
        register = register_store.load(session)
        return [each.number for each in rejudging.would_accept(session, register)]


def judge(house: House, invoice: list[SupplierInvoice], *, key: str = "a-press") -> dict[str, str]:
    """One press for these invoices; what became of each row."""
    with house.database.writing() as session:
        register = register_store.load(session)
        ids = judged_queries.known(session, [each.id for each in invoice])
        number = rejudging.start(session, register, ids, by="user-1", at=CLOCK, key=key)
    left = 1
    while left:
        with house.database.writing() as session:
            register = register_store.load(session)
            left = rejudging.go_on(session, register, number, today=FEBRUARY, limit=1)
    with house.database.reading() as session:
        rows = rejudging.batch(session, number).rows
    return {row.number: f"{row.state} {row.sentence.en}".strip() for row in rows}


def test_what_the_new_policy_accepts_is_shown_and_judged_and_the_rest_stays(house: House) -> None:
    one, two = send(house, 0, "21"), send(house, 1, "22")
    assert would_accept(house) == []
    mark = loosen(house)
    assert would_accept(house) == ["F-0"]
    assert house.invoice(one.id).state is _S.IN_QUESTION
    assert judge(house, [one, two]) == {"F-0": "DONE", "F-1": "REFUSED Deviates still: Wrong quantity."}
    assert [house.invoice(each.id).state for each in (one, two)] == [_S.ACCEPTED, _S.IN_QUESTION]
    assert (house.answers(one), house.answers(two)) == (["AB", "AP"], ["AB"])
    with house.database.reading() as session:
        assert document_store.policies_used(session, one.id)[-1] == mark
        assert len(document_store.policies_used(session, two.id)) == 1
        told = [each for each in journal.rows(session) if each.action == DocumentAction.INVOICE_JUDGED]
    assert [(each.actor, each.subject) for each in told] == [("user-1", f"invoice {one.id}")]
    assert would_accept(house) == []


def test_a_second_press_of_the_same_button_finds_the_first(house: House) -> None:
    one = send(house, 0, "21")
    loosen(house)
    assert judge(house, [one]) == judge(house, [one])
    assert house.answers(one) == ["AB", "AP"]
    assert judge(house, [one], key="another") == {"F-0": "REFUSED F-0 is accepted now."}


def test_what_somebody_has_just_acted_on_is_left_alone(house: House) -> None:
    one = send(house, 0, "21")
    with house.database.writing() as session:
        register = register_store.load(session)
        exception_actions.ask_supplier(session, register, one.id, actor(), text="Vilken dag?")
    loosen(house)
    assert judge(house, [one])["F-0"].startswith("REFUSED Somebody has just done something")
    assert house.invoice(one.id).state is _S.IN_QUESTION


def test_nothing_is_asked_of_nothing(house: House) -> None:
    with pytest.raises(Refused, match="between one and 500"):
        judge(house, [])


def test_what_is_attested_stays_attested(house: House) -> None:
    attested, one = send(house, 2, "20"), send(house, 0, "21")
    desk = PayDesk(house)
    desk.give_right(ATTESTER)
    proposal = desk.propose(on=attested.pays_on)
    desk.attest(proposal)
    loosen(house)
    assert judge(house, [one, attested])["F-2"] == "REFUSED F-2 is accepted now."
    assert desk.drop_changed(proposal).dropped == ()
    assert house.invoice(one.id).state is _S.ACCEPTED
