"""All pairs of eight acts about one order line, at the same moment: whoever is second is refused or comes second.

F-1 is accepted, F-2 asks for the same month again and is in question. What the two acts come to may be either order
of them; what must hold after each is the world, and that nobody meets anything but a refusal in words.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import combinations

import pytest

from foundation import journal
from foundation.database import Database
from foundation.errors import Refused
from foundation.money import Money
from invoicing.decisions import store as decision_store
from invoicing.documents import store as document_store
from invoicing.exceptions import actions
from invoicing.exceptions.steps import DeskActor
from invoicing.payment import attest_right_store, attestation, payment, proposals
from invoicing.portal_invoicing import flipping
from invoicing.portal_invoicing.flipping import Numbered
from orders.register import store as register_store
from peppol.documents import billing
from peppol.exchange import inbox_store
from peppol.xml import codec
from peppol.xml.gate import admit
from tests.bar.world import check_world
from tests.support.at_once import at_once
from tests.support.servers.system_databases import filled
from tests.support.stories.bills import billed
from tests.support.stories.january import REFERENCE, january
from tests.support.stories.system import System, example_register

DAY = date(2026, 2, 5)
NOW = datetime(2026, 2, 5, 9, 0, tzinfo=UTC)
PAYDAY = date(2026, 3, 20)
OFFICER, ATTESTER = "user-1", "user-2"


def two_invoices_of_january(database: Database) -> None:
    """F-1 accepted, F-2 for the same month in question, and people who may decide and attest."""
    system = System(database)
    system.change_register(example_register())
    system.decide(REFERENCE)
    system.report(REFERENCE, "2026-01", on=date(2026, 2, 2))
    for invoice in [billed(january(system, number), days="20") for number in ("F-1", "F-2")]:
        system.send(invoice)
    with database.writing() as session:
        decision_store.set_limit(session, OFFICER, Money.of("100000.00"), by="admin-1", on=DAY)
        attest_right_store.give(
            session,
            person=ATTESTER,
            limit=Decimal(100_000),
            valid_from=date(2026, 1, 1),
            by="admin-1",
            confirmed_by="admin-2",
        )


def _a_credit_note_comes(system: System, of: str) -> None:
    with system.database.reading() as session:
        body = inbox_store.body_of(session, document_store.named(session, of).letter_id)
    assert body is not None
    credited = codec.parse(billing.Invoice, admit(body))
    note = flipping.credit_note_of(credited, given=Numbered(f"K-{of}", DAY))
    system.post(codec.serialise(note), on=DAY)
    system.read_messages(on=DAY)


def _a_report_is_corrected(system: System) -> None:
    system.report(REFERENCE, "2026-01", version=2, on=DAY)


def _desk(system: System, press: Callable[..., object], **more: object) -> None:
    with system.database.writing() as session:
        register = register_store.load(session)
        actor = DeskActor(OFFICER, NOW, DAY)
        press(session, register, document_store.named(session, "F-2").id, actor, **more)


def _is_parked(system: System) -> None:
    with system.database.writing() as session:
        until, actor = DAY + timedelta(days=5), DeskActor(OFFICER, NOW, DAY)
        number = document_store.named(session, "F-2").id
        actions.park(session, number, actor, until=until, reason="Väntar")


def _is_paid(system: System) -> None:
    with system.database.writing() as session:
        register = register_store.load(session)
        due = payment.due(session, on=PAYDAY)
        payment.pay(session, register, due, prepared_by=OFFICER, attested_by=ATTESTER, today=PAYDAY)


def _is_proposed_and_attested(system: System) -> None:
    with system.database.writing() as session:
        register = register_store.load(session)
        made = proposals.propose(session, register, pay_on=PAYDAY, by=OFFICER, now=NOW)
    with system.database.writing() as session:
        register = register_store.load(session)
        attestation.attest(session, register, made.number, by=ATTESTER, today=PAYDAY, now=NOW)


ACTS: Mapping[str, Callable[[System], None]] = {
    "the supplier credits F-1": lambda system: _a_credit_note_comes(system, "F-1"),
    "the supplier credits F-2": lambda system: _a_credit_note_comes(system, "F-2"),
    "the month is corrected": _a_report_is_corrected,
    "an officer refuses F-2 as a duplicate": lambda system: _desk(system, actions.reject_duplicate, of="F-1"),
    "an officer asks for a credit of F-2": lambda system: _desk(system, actions.ask_credit),
    "an officer parks F-2": _is_parked,
    "F-1 is paid": _is_paid,
    "F-1 is proposed and attested": _is_proposed_and_attested,
}
PAIRS = list(combinations(ACTS, 2))


@pytest.fixture
def fresh(database_url: str) -> Iterator[Callable[[], System]]:
    """Makes the books anew, as every race finds them."""
    opened: list[Database] = []

    def make() -> System:
        database = filled(database_url, "two invoices of january", two_invoices_of_january)
        opened.append(database)
        return System(database)

    yield make
    for each in opened:
        each.close()


@pytest.mark.both_engines
@pytest.mark.parametrize(
    ("one", "other", "rounds"),
    [
        *[(*pair, 1) for pair in PAIRS[::4]],
        *[pytest.param(*pair, 50, marks=pytest.mark.nightly) for pair in PAIRS],
    ],
)
def test_two_acts_at_the_same_moment_leave_the_world_whole(
    fresh: Callable[[], System],
    one: str,
    other: str,
    rounds: int,
    record_property: Callable[[str, object], None],
) -> None:
    for _ in range(rounds):
        system = fresh()
        at_once([_refused_or_done(system, ACTS[one]), _refused_or_done(system, ACTS[other])])
        # What a reader gave back while the other worked is read now.
        system.read_messages(on=DAY)
        assert check_world(system.database) == []
        system.database.close()
    record_property("pairs", 1)
    record_property("races", rounds)


def _refused_or_done(system: System, act: Callable[[System], None]) -> Callable[[], None]:
    def work() -> None:
        with suppress(Refused):
            act(System(system.database, told=id(act), sent=id(act)))

    return work


def test_each_act_does_something_alone(fresh: Callable[[], System]) -> None:
    """A race of refusals would prove nothing."""
    for name, act in ACTS.items():
        system = fresh()
        before = _rows_of_journal(system)
        act(System(system.database, told=1_000, sent=1_000))
        assert _rows_of_journal(system) > before, name
        system.database.close()


def _rows_of_journal(system: System) -> int:
    with system.database.reading() as session:
        return sum(1 for _ in journal.rows(session))
