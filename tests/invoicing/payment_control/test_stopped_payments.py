"""What a control stops is in no proposal and does not leave; one person releases it, another attests."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from foundation.money import Money
from foundation.personal_numbers import PersonalNumber
from invoicing.decisions import store as decision_store
from invoicing.decisions.rules import Action
from invoicing.documents import store as document_store
from invoicing.payment import payable_store, payment
from invoicing.payment.attest_rights import AttestRefused
from invoicing.payment.attestation import ChangedSinceAttest
from invoicing.payment.payable import PaymentTerms
from invoicing.payment.transfers import ItemState, ProposalState
from invoicing.payment_control import control_data_store, loading, releases, run_store
from invoicing.payment_control.control_data import DataKind
from invoicing.payment_control.control_data_store import DataLoad
from invoicing.payment_control.controls import Control, ControlVerdict
from invoicing.payment_control.releases import ReleaseRefused
from invoicing.payment_control.runs import RunStep
from orders.register import store as register_store
from orders.register.payment_controls import PaymentControls
from tests.invoicing.exceptions.test_actions import REFERENCE, press
from tests.invoicing.exceptions.test_late_payment_claims import a_claim
from tests.support.stories.paying import ATTESTER, NOW, OFFICER, SECOND, PayDesk
from tests.support.stories.system import FYRBAKEN, LARKDRILLEN, System, a_system, example_register

FEBRUARY, MARCH = date(2026, 2, 3), date(2026, 3, 5)
_V = ControlVerdict


def two_accepted_invoices(system: System) -> None:
    """Two suppliers, each with an accepted invoice."""
    for number, reference, supplier in (
        ("F-1", "100000101", FYRBAKEN),
        ("L-1", "100000102", LARKDRILLEN),
    ):
        system.decide(reference, supplier=supplier)
        system.report(reference, "2026-01", on=date(2026, 2, 2))
        system.send_invoice(system.order(reference).number, number=number, on=FEBRUARY)


@pytest.fixture
def system(database_url: str) -> Iterator[System]:
    with a_system(database_url, begun=two_accepted_invoices) as system:
        yield system


@pytest.fixture
def desk(system: System) -> PayDesk:
    desk = PayDesk(system)
    desk.give_right()
    desk.give_right(SECOND)
    return desk


def tell(
    system: System, kind: DataKind, *, value: bool, supplier: str = FYRBAKEN, told_at: str = "2026-03-01"
) -> DataLoad:
    """A source tells something of a supplier."""
    said = "ja" if value else "nej"
    body = f"organisation_number;kind;value;since;told_at\n{supplier};{kind};{said};;{told_at}\n"
    with system.database.writing() as session:
        register = register_store.load(session)
        made, _ = loading.take_in(
            session, register, body.encode(), source="Skatteverket", by=OFFICER, now=NOW
        )
    return made


def release(
    system: System, control: Control, *, by: str = SECOND, reason: str = "Ringde Skatteverket"
) -> None:
    with system.database.writing() as session:
        register = register_store.load(session)
        invoice = document_store.named(session, "F-1")
        releases.release(session, register, invoice.id, control, reason=reason, by=by, now=NOW, on=MARCH)


def held_back(system: System) -> list[PaymentTerms]:
    with system.database.reading() as session:
        return payable_store.held_back(session, register_store.load(session), on=MARCH)


STOPPING = [
    (Control.BANKRUPTCY, DataKind.BANKRUPTCY, True),
    (Control.F_TAX, DataKind.F_TAX, False),
    (Control.VAT, DataKind.VAT, False),
]


@pytest.mark.both_engines
@pytest.mark.parametrize(("control", "kind", "value"), STOPPING)
def test_what_a_source_tells_stops_the_supplier_until_a_person_releases_it(
    system: System, desk: PayDesk, control: Control, kind: DataKind, value: bool
) -> None:
    tell(system, kind, value=value)
    (held,) = held_back(system)
    assert (held.number, control.words.en in held.held_back.en) == ("F-1", True)
    proposal = desk.propose(on=MARCH)
    assert [each.supplier for each in desk.items(proposal)] == [LARKDRILLEN]
    with system.database.reading() as session:
        (run,) = run_store.of_proposal(session, proposal.number)
        (told,) = run_store.told_in(session, run.id, limit=10)
    assert (run.step, run.payments, run.count(control, _V.STOPPED)) == (RunStep.PROPOSED, 2, 1)
    assert (told.number, told.row.control, told.row.source.sv) == ("F-1", control, "Skatteverket")

    release(system, control)
    assert held_back(system) == []
    released = desk.propose(on=MARCH)
    assert [each.supplier for each in desk.items(released)] == [FYRBAKEN]
    # Who released it does not attest it, whatever right it has; somebody else does.
    with pytest.raises(AttestRefused, match="you decided about the invoice yourself"):
        desk.attest(released, by=SECOND)
    assert desk.attest(released).state is ProposalState.ATTESTED
    desk.export(released)
    with system.database.reading() as session:
        runs = run_store.of_proposal(session, released.number)
    assert [(each.step, each.count(control, _V.RELEASED)) for each in runs] == [
        (RunStep.PROPOSED, 1),
        (RunStep.EXPORTED, 1),
    ]


def test_what_is_told_after_the_attest_keeps_the_payment_here(system: System, desk: PayDesk) -> None:
    proposal = desk.propose(on=MARCH)
    desk.attest(proposal)
    tell(system, DataKind.BANKRUPTCY, value=True)
    with pytest.raises(ChangedSinceAttest):
        desk.export(proposal)
    (out,) = desk.drop_changed(proposal).taken_out
    assert (out.supplier, out.why if out.why else "HELD_BACK") == (FYRBAKEN, "HELD_BACK")
    assert {each.supplier: each.state for each in desk.items(proposal)} == {
        FYRBAKEN: ItemState.TAKEN_OUT,
        LARKDRILLEN: ItemState.ATTESTED,
    }


def test_what_is_told_before_the_attest_is_not_attested(system: System, desk: PayDesk) -> None:
    proposal = desk.propose(on=MARCH)
    tell(system, DataKind.VAT, value=False)
    done = desk.attest(proposal)
    assert [reason.text.en.startswith("The payment control stops it") for _, reason in done.refused] == [True]


def test_two_people_cannot_note_as_paid_by_hand_what_a_control_stops(system: System) -> None:
    tell(system, DataKind.F_TAX, value=False)
    with system.database.writing() as session, pytest.raises(payment.HeldBack, match="F-1"):
        payment.pay(
            session,
            register_store.load(session),
            [document_store.named(session, "F-1")],
            prepared_by=OFFICER,
            attested_by=ATTESTER,
            today=MARCH,
        )


def test_a_release_is_of_what_was_found_and_not_of_what_is_told_later(system: System) -> None:
    tell(system, DataKind.BANKRUPTCY, value=True)
    release(system, Control.BANKRUPTCY)
    with pytest.raises(ReleaseRefused, match="not stopped"):
        release(system, Control.BANKRUPTCY)
    body = f"organisation_number;kind;value;since;told_at\n{FYRBAKEN};BANKRUPTCY;ja;2026-03-03;2026-03-04\n"
    with system.database.writing() as session:
        loading.take_in(
            session, register_store.load(session), body.encode(), source="Bolagsverket", by=OFFICER, now=NOW
        )
    assert [each.number for each in held_back(system)] == ["F-1"]


@pytest.mark.parametrize(
    ("control", "reason", "refused"),
    [
        (Control.PAYMENT_STOP, "Vi vill", ReleaseRefused),
        (Control.BANKRUPTCY, "  ", ReleaseRefused),
        (Control.BANKRUPTCY, "x" * 501, ReleaseRefused),
        (Control.BANKRUPTCY, "Talade med 19850709-9805", PersonalNumber),
        (Control.LIMIT, "Stoppas inte", ReleaseRefused),
    ],
)
def test_a_release_needs_a_reason_and_something_that_stops(
    system: System, control: Control, reason: str, refused: type[Exception]
) -> None:
    tell(system, DataKind.BANKRUPTCY, value=True)
    with pytest.raises(refused):
        release(system, control, reason=reason)
    assert len(held_back(system)) == 1


def test_an_amount_above_the_limit_waits_for_a_person(system: System) -> None:
    register = example_register(payment_controls=PaymentControls(limit_amount=Decimal("100.00")))
    system.change_register(register)
    assert {each.number for each in held_back(system)} == {"F-1", "L-1"}
    release(system, Control.LIMIT)
    assert {each.number for each in held_back(system)} == {"L-1"}


def test_a_second_document_alike_waits_for_a_person(database_url: str) -> None:
    """Fees for late payment are for no order, so nothing else holds a second one back."""
    with a_system(database_url) as system:
        system.decide(REFERENCE)
        system.report(REFERENCE, "2026-01", on=date(2026, 2, 2))
        with system.database.writing() as session:
            decision_store.set_limit(session, "user-1", Money.of("500.00"), by="admin-1", on=FEBRUARY)
        for number, name in (
            ("R-1", "Påminnelseavgift"),
            ("R-2", "Påminnelseavgift"),
            ("R-3", "Dröjsmålsränta"),
        ):
            claim = a_claim(system, name=name, amount="300.00" if number == "R-3" else "450.00")
            invoice = system.send(replace(claim, id=number))
            press(system, Action.ACCEPT, invoice, reason="Rätt")
        (held,) = held_back(system)
        assert (held.number, "Samma leverantör, dag, belopp" in held.held_back.sv) == ("R-2", True)


def test_the_newest_that_is_told_holds_whatever_order_files_come_in(system: System) -> None:
    assert tell(system, DataKind.F_TAX, value=False, told_at="2026-03-02").taken == 1
    older = tell(system, DataKind.F_TAX, value=True, told_at="2026-03-01")
    assert (older.taken, older.older, older.strangers) == (0, 1, 0)
    assert len(held_back(system)) == 1
    assert tell(system, DataKind.F_TAX, value=True, told_at="2026-03-03").taken == 1
    assert held_back(system) == []
    assert tell(system, DataKind.F_TAX, value=False, supplier="5560360793").strangers == 1
    with system.database.reading() as session:
        standing = control_data_store.standing(session)
    assert {kind: each.suppliers for kind, each in standing.items()} == {DataKind.F_TAX: 1}


@pytest.mark.both_engines
def test_of_two_files_at_the_same_moment_the_newest_holds(system: System) -> None:
    days = [f"2026-03-0{day}" for day in range(1, 5)]
    with ThreadPoolExecutor(4) as pool:
        list(
            pool.map(
                lambda day: tell(system, DataKind.F_TAX, value=day != days[-1], told_at=day), reversed(days)
            )
        )
    assert [each.number for each in held_back(system)] == ["F-1"]


def test_the_same_file_twice_is_one(system: System) -> None:
    first = tell(system, DataKind.VAT, value=True)
    assert tell(system, DataKind.VAT, value=True) == first
    with system.database.reading() as session:
        assert len(control_data_store.loads(session)) == 1
    assert first.loaded_at == datetime(2026, 11, 21, 8, 0, tzinfo=UTC)
    assert replace(first, id=1) == first
