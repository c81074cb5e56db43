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
from tests.support.servers.system_databases import CLOCK
from tests.support.stories.bills import billed
from tests.support.stories.paying import ATTESTER, PayDesk
from tests.support.stories.system import System, a_system

FEBRUARY = date(2026, 2, 3)
LOOSER = Tolerance(quantity_over=Decimal(1), amount_over=Decimal(95))
_S = InvoiceState


def reference(number: int) -> str:
    return f"1000001{number:02}"


@pytest.fixture
def system(database_url: str) -> Iterator[System]:
    """January received on four cases: 20 days each at 95.00."""
    with a_system(database_url) as system:
        for number in range(4):
            system.decide(reference(number), start=date(2026, 1, 1), decided_on=date(2026, 1, 1))
            system.report(reference(number), "2026-01", on=date(2026, 2, 2))
        yield system


def send(system: System, number: int, days: str) -> SupplierInvoice:
    flipped = system.flip(system.order(reference(number)).number, "001", number=f"F-{number}", on=FEBRUARY)
    return system.send(billed(flipped, days=days))


def loosen(system: System) -> str:
    """One day more than received is let through from today; the fingerprint of the policy."""
    with system.database.writing() as session:
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


def would_accept(system: System) -> list[str]:
    with system.database.reading() as session:
        register = register_store.load(session)
        return [each.number for each in rejudging.would_accept(session, register)]


def judge(system: System, invoice: list[SupplierInvoice], *, key: str = "a-press") -> dict[str, str]:
    """One press for these invoices; what became of each row."""
    with system.database.writing() as session:
        register = register_store.load(session)
        ids = judged_queries.known(session, [each.id for each in invoice])
        number = rejudging.start(session, register, ids, by="user-1", at=CLOCK, key=key)
    left = 1
    while left:
        with system.database.writing() as session:
            register = register_store.load(session)
            left = rejudging.go_on(session, register, number, today=FEBRUARY, limit=1)
    with system.database.reading() as session:
        rows = rejudging.batch(session, number).rows
    return {row.number: f"{row.state} {row.sentence.en}".strip() for row in rows}


@pytest.mark.usefixtures("books_as_agreed")
def test_what_the_new_policy_accepts_is_shown_and_judged_and_the_rest_stays(system: System) -> None:
    one, two = send(system, 0, "21"), send(system, 1, "22")
    assert would_accept(system) == []
    mark = loosen(system)
    assert would_accept(system) == ["F-0"]
    assert system.invoice(one.id).state is _S.IN_QUESTION
    assert judge(system, [one, two]) == {"F-0": "DONE", "F-1": "REFUSED Deviates still: Wrong quantity."}
    assert [system.invoice(each.id).state for each in (one, two)] == [_S.ACCEPTED, _S.IN_QUESTION]
    assert (system.answers(one), system.answers(two)) == (["AB", "AP"], ["AB"])
    with system.database.reading() as session:
        assert document_store.policies_used(session, one.id)[-1] == mark
        assert len(document_store.policies_used(session, two.id)) == 1
        told = [each for each in journal.rows(session) if each.action == DocumentAction.INVOICE_JUDGED]
    assert [(each.actor, each.subject) for each in told] == [("user-1", f"invoice {one.id}")]
    assert would_accept(system) == []


def test_a_second_press_of_the_same_button_finds_the_first(system: System) -> None:
    one = send(system, 0, "21")
    loosen(system)
    assert judge(system, [one]) == judge(system, [one])
    assert system.answers(one) == ["AB", "AP"]
    assert judge(system, [one], key="another") == {"F-0": "REFUSED F-0 is accepted now."}


def test_what_somebody_has_just_acted_on_is_left_alone(system: System) -> None:
    one = send(system, 0, "21")
    with system.database.writing() as session:
        register = register_store.load(session)
        exception_actions.ask_supplier(session, register, one.id, actor(), text="Vilken dag?")
    loosen(system)
    assert judge(system, [one])["F-0"].startswith("REFUSED Somebody has just done something")
    assert system.invoice(one.id).state is _S.IN_QUESTION


def test_nothing_is_asked_of_nothing(system: System) -> None:
    with pytest.raises(Refused, match="between one and 500"):
        judge(system, [])


def test_what_is_attested_stays_attested(system: System) -> None:
    attested, one = send(system, 2, "20"), send(system, 0, "21")
    desk = PayDesk(system)
    desk.give_right(ATTESTER)
    proposal = desk.propose(on=attested.pays_on)
    desk.attest(proposal)
    loosen(system)
    assert judge(system, [one, attested])["F-2"] == "REFUSED F-2 is accepted now."
    assert desk.drop_changed(proposal).dropped == ()
    assert system.invoice(one.id).state is _S.ACCEPTED
