"""Which documents are judged again by themselves, by what they lay on, and who may touch them meanwhile: nobody."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from functools import partial

import pytest

from foundation.errors import Refused
from foundation.sql import Session
from invoicing.decisions.batch_store import NoBatch
from invoicing.documents import expected_credit_store
from invoicing.documents import store as document_store
from invoicing.exceptions import actions as exception_actions
from invoicing.model import InvoiceState, SupplierInvoice
from invoicing.portal_invoicing.flipping import Numbered, credit_note_of
from invoicing.verdicts import curing, expected_credits, parking, rejudging, verdicts
from orders.purchase_orders import line_store
from orders.register import store as register_store
from orders.register.parties import VatCategory
from orders.register.register import Register, fingerprint
from peppol.documents import billing, shapes
from peppol.xml import codec
from tests.invoicing.exceptions.test_actions import actor
from tests.invoicing.verdicts.test_lines_apart import accept_in_part, all_of_them, allow
from tests.invoicing.verdicts.test_parking import NEW_BANKGIRO, with_account
from tests.support.servers.system_databases import CLOCK
from tests.support.stories.bills import billed
from tests.support.stories.claiming import ClaimDesk
from tests.support.stories.smaller_register import without
from tests.support.stories.system import FYRBAKEN, System, a_system, example_register

REFERENCES = ("100000101", "100000102", "100000103")
FEBRUARY, LATER = date(2026, 2, 3), date(2026, 6, 1)
_S = InvoiceState
Judged = Callable[[Session, Register], object]


@pytest.fixture
def system(database_url: str) -> Iterator[System]:
    """January received on three cases: 20 days each at 95.00."""
    with a_system(database_url) as system:
        for reference in REFERENCES:
            system.decide(reference, start=date(2026, 1, 1), decided_on=date(2026, 1, 1))
            system.report(reference, "2026-01", on=date(2026, 2, 2))
        yield system


def january(system: System, place: int = 0, *, days: str = "20", number: str = "") -> billing.Invoice:
    order = system.order(REFERENCES[place]).number
    return billed(system.flip(order, "001", number=number or f"F-{place}", on=FEBRUARY), days=days)


def february(system: System, place: int = 0) -> billing.Invoice:
    """An invoice for the month that has not been reported."""
    of_january = january(system, place, number=f"P-{place}")
    (line,) = of_january.invoice_lines
    reference = shapes.LineReference(line_id="002")
    return replace(
        of_january,
        invoice_lines=(replace(line, order_line_reference=reference, invoice_period=None),),
        invoice_period=None,
    )


def in_books(system: System, step: Judged) -> object:
    with system.database.writing() as session:
        return step(session, register_store.load(session))


def with_category(category: VatCategory) -> Register:
    """Fyrbåken under another category of VAT."""
    register = example_register()
    supplier = register.supplier(FYRBAKEN)
    vat = replace(
        supplier.on(FEBRUARY).vat, category=category, percent=Decimal("0.00"), exemption_reason="Skola"
    )
    return replace(
        register,
        suppliers=tuple(replace(each, vat=vat) if each is supplier else each for each in register.suppliers),
    )


# By the register ----------------------------------------------------------------------------------


def judge_by_register(system: System, on: date = LATER) -> list[str]:
    found = in_books(
        system, lambda session, register: parking.judge_waiting_for_register(session, register, today=on)
    )
    assert isinstance(found, list)
    return [each.number for each in found]


def test_what_the_register_said_wrongly_is_judged_again_when_it_says_it_rightly(system: System) -> None:
    held = with_account(january(system, 0), NEW_BANKGIRO)
    taxed, wrong = january(system, 1), january(system, 2, days="22")
    system.change_register(with_category(VatCategory.EXEMPT))
    documents = [system.send(each) for each in (held, taxed, wrong)]
    assert "VAT_CATEGORY" in documents[1].codes
    assert judge_by_register(system) == []
    system.change_register(example_register())
    # The first waits for its account still.
    assert judge_by_register(system) == ["F-0", "F-1"]
    assert [system.invoice(each.id).state for each in documents] == [_S.ON_HOLD, _S.ACCEPTED, _S.IN_QUESTION]
    with system.database.reading() as session:
        assert [on for on, _ in document_store.matches(session, documents[1].id)][-1] == LATER


def test_what_the_register_cannot_cure_or_a_person_has_in_hand_is_left(system: System) -> None:
    taxed, wrong = january(system, 0), january(system, 1, days="22")
    system.change_register(with_category(VatCategory.EXEMPT))
    document = system.send(taxed)
    system.change_register(example_register())
    other = system.send(wrong)
    in_books(
        system,
        lambda session, register: exception_actions.ask_supplier(
            session, register, document.id, actor(), text="Vilken moms?"
        ),
    )
    assert judge_by_register(system) == []
    assert [len(matches(system, each)) for each in (document, other)] == [1, 1]


def matches(system: System, document: SupplierInvoice) -> list[object]:
    with system.database.reading() as session:
        return list(document_store.matches(session, document.id))


def test_nobody_is_judged_while_the_register_has_lost_the_supplier(system: System) -> None:
    system.change_register(with_category(VatCategory.EXEMPT))
    document = system.send(january(system))
    system.change_register(without(example_register(), FYRBAKEN))
    assert judge_by_register(system) == []
    assert len(matches(system, document)) == 1


# To the end, however many there are -----------------------------------------------------------------


@pytest.fixture
def a_page_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever lists documents without saying how many gets one."""
    monkeypatch.setattr(document_store, "listed", partial(document_store.listed, limit=1))


@pytest.mark.usefixtures("a_page_is_one")
def test_everything_that_waits_is_looked_at_and_not_a_page_of_it(system: System) -> None:
    late = [february(system, each) for each in (0, 1)]
    for each in [with_account(january(system, each), NEW_BANKGIRO) for each in (0, 1)]:
        system.send(each)
    register = example_register()
    supplier = register.supplier(FYRBAKEN)
    (own,) = supplier.payment_accounts
    known = replace(supplier, payment_accounts=(own, replace(own, number=NEW_BANKGIRO)))
    others = tuple(known if each is supplier else each for each in register.suppliers)
    system.change_register(replace(register, suppliers=others))
    assert judge_by_register(system) == ["F-0", "F-1"]
    parked = [system.send(each) for each in late]
    assert [each.state for each in parked] == [_S.PARKED] * 2
    ended = in_books(system, lambda session, register: parking.stop_waiting(session, register, today=LATER))
    assert [each.number for each in ended] == ["P-0", "P-1"]  # type: ignore[attr-defined]


@pytest.mark.usefixtures("a_page_is_one")
def test_everything_that_was_asked_back_too_early_is_found(
    system: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    for each in (0, 1):
        system.send(february(system, each))
    in_books(system, lambda session, register: parking.stop_waiting(session, register, today=LATER))
    with monkeypatch.context() as older:
        older.setattr("invoicing.verdicts.request_withdrawal.withdraw_if_received", lambda *_, **__: None)
        for each in (0, 1):
            system.report(REFERENCES[each], "2026-02", on=LATER)
    found = in_books(
        system, lambda session, register: parking.withdraw_met_requests(session, register, today=LATER)
    )
    assert [(each.number, each.state) for each in found] == [  # type: ignore[attr-defined]
        ("P-0", _S.ACCEPTED),
        ("P-1", _S.ACCEPTED),
    ]


def test_who_waits_for_a_lost_supplier_keeps_nobody_elses_waiting_from_ending(system: System) -> None:
    credits = [
        credit_note_of(january(system, each, number=f"N-{each}"), given=Numbered(f"K-{each}", FEBRUARY))
        for each in (0, 1)
    ]
    for each in credits:
        assert system.send(each).state is _S.PARKED
    ended = in_books(system, lambda session, register: parking.stop_waiting(session, register, today=LATER))
    assert [(each.number, each.state, each.answered) for each in ended] == [  # type: ignore[attr-defined]
        ("K-0", _S.IN_QUESTION, "IP"),
        ("K-1", _S.IN_QUESTION, "IP"),
    ]


def test_whoever_reads_a_credit_note_is_told_what_was_answered(system: System) -> None:
    early = credit_note_of(january(system, 0), given=Numbered("K-0", FEBRUARY))
    right = january(system, 1)
    system.send(right)
    wrong = credit_note_of(billed(right, days="19"), given=Numbered("K-1", FEBRUARY))
    for document in (early, wrong):
        system.post(codec.serialise(document), on=FEBRUARY)
    read = {each.invoice.number: each.invoice for each in system.read_messages(on=FEBRUARY) if each.invoice}
    assert {number: (each.state, each.answered) for number, each in read.items()} == {
        "K-0": (_S.PARKED, "IP"),
        "K-1": (_S.IN_QUESTION, "AB"),
    }


# By a person, row by row ------------------------------------------------------------------------------


def test_everything_in_question_is_looked_at_as_far_as_a_batch_reaches(
    system: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    system.change_register(with_category(VatCategory.EXEMPT))
    for each in (january(system, 0), january(system, 1)):
        system.send(each)
    system.send(credit_note_of(replace(january(system, 2), id="N"), given=Numbered("K-2", FEBRUARY)))
    in_books(system, lambda session, register: parking.stop_waiting(session, register, today=LATER))
    system.change_register(example_register())

    def accepted() -> list[str]:
        with system.database.reading() as session:
            return [each.number for each in rejudging.would_accept(session, register_store.load(session))]

    monkeypatch.setattr(document_store, "listed", partial(document_store.listed, limit=1))
    assert accepted() == ["F-0", "F-1"]
    monkeypatch.setattr(rejudging, "MOST", 1)
    assert accepted() == ["F-0"]


def test_a_batch_is_of_some_and_not_of_too_many_and_has_its_key(
    system: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = [system.send(january(system, each, days="22")).id for each in (0, 1)]
    monkeypatch.setattr(rejudging, "MOST", 2)

    def start(which: list[int], key: str) -> int:
        with system.database.writing() as session:
            register = register_store.load(session)
            return rejudging.start(session, register, which, by="user-1", at=CLOCK, key=key)

    for which, key in (([], "a"), ([*ids, 3], "a"), (ids, "")):
        with pytest.raises(Refused, match="between one and 2"):
            start(which, key)
    number = start(ids, "a")
    assert start(ids, "a") == number
    left = in_books(
        system,
        lambda session, register: rejudging.go_on(session, register, number, today=FEBRUARY, limit=1),
    )
    assert left == 1
    assert (
        in_books(system, lambda session, register: rejudging.go_on(session, register, number, today=FEBRUARY))
        == 0
    )
    with system.database.reading() as session:
        batch = rejudging.batch(session, number)
        assert [(row.invoice_id, row.state) for row in batch.rows] == [(each, "REFUSED") for each in ids]
        assert (batch.made_by, batch.made_at) == ("user-1", CLOCK)
        # By which policy, whatever is decided next.
        assert batch.reason == fingerprint(register_store.load(session).policy)
        with pytest.raises(NoBatch):
            rejudging.batch(session, number + 1)


# Who is kept away ---------------------------------------------------------------------------------


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is held, in turn: the lines of an order, then the document. SQLite has nobody to keep away."""
    turns: list[str] = []
    lock = document_store.lock

    def lines(_: Session, number: str) -> None:
        turns.append(f"lines of {number}")

    def document(session: Session, invoice_id: int) -> SupplierInvoice:
        turns.append(f"document {invoice_id}")
        return lock(session, invoice_id)

    def orders(session: Session, numbers: Iterable[str]) -> None:
        for number in sorted(numbers):
            lines(session, number)

    monkeypatch.setattr(line_store, "lock_lines", lines)
    monkeypatch.setattr(line_store, "lock_orders", orders)
    monkeypatch.setattr(document_store, "lock", document)
    return turns


def test_whoever_judges_holds_the_lines_and_then_the_document(system: System, held: list[str]) -> None:
    wrong, parked = january(system, 0, days="22"), february(system, 1)
    on_hold = with_account(january(system, 2), NEW_BANKGIRO)
    documents = [system.send(each) for each in (wrong, parked, on_hold)]
    orders = [each.order_number for each in documents]

    def turns_of(step: Judged) -> list[str]:
        held.clear()
        in_books(system, step)
        return held[:]

    def batch(session: Session, register: Register) -> None:
        number = rejudging.start(session, register, [1], by="user-1", at=CLOCK, key="a")
        rejudging.go_on(session, register, number, today=FEBRUARY)

    assert turns_of(batch)[:2] == [f"lines of {orders[0]}", "document 1"]
    assert turns_of(lambda session, register: curing.judge_again(session, register, 1, today=LATER))[:2] == [
        f"lines of {orders[0]}",
        "document 1",
    ]
    assert turns_of(
        lambda session, register: parking.judge_waiting_for_register(session, register, today=LATER)
    )[:2] == [f"lines of {orders[2]}", "document 3"]
    assert turns_of(
        lambda session, register: verdicts.judge_lines_again(
            session, register, [(orders[0], "001")], today=LATER
        )
    )[:1] == [f"lines of {orders[0]}"]
    assert turns_of(lambda session, register: parking.stop_waiting(session, register, today=LATER))[:2] == [
        f"lines of {orders[1]}",
        "document 2",
    ]


def test_a_line_that_another_took_meanwhile_is_found_taken(
    system: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    twice = [january(system, 0), january(system, 0, number="F-9")]
    first, second = (system.send(each) for each in twice)
    take = line_store.take_line
    with system.database.writing() as session:
        register = register_store.load(session)
        key = (first.order_number, "001")
        assert line_store.free_line(session, *key, first.id)

        def others_first(session: Session, number: str, line: str, taker: int, *, claim: Decimal) -> bool:
            """Between our look and our hand the other has come."""
            monkeypatch.setattr(line_store, "take_line", take)
            assert take(session, *key, first.id, claim=Decimal("1900.00"))
            return take(session, number, line, taker, claim=claim)

        monkeypatch.setattr(line_store, "take_line", others_first)
        judged = verdicts.judge_again(session, register, second, today=LATER)
        assert (judged.state, judged.codes) == (_S.IN_QUESTION, ("ALREADY_INVOICED",))
        account = line_store.account(session, *key)
    assert account is not None
    assert account.invoice_id == first.id


# Claims that are written off, approvals that are taken back ----------------------------------------------


def revoked(reference: str, month: str, on: date) -> dict[str, object]:
    return {
        "execution_reference": reference,
        "month": month,
        "version": 1,
        "at": f"{on}T08:00:00+02:00",
        "by": "user-17",
    }


@pytest.mark.usefixtures("books_as_agreed")
def test_of_what_was_revoked_the_paid_is_asked_back_and_the_accepted_waits_for_a_person(
    system: System,
) -> None:
    """The third line carries nothing, and nobody is asked about it."""
    paid = system.send(january(system, 0))
    system.pay(on=date(2026, 3, 5))
    accepted = system.send(january(system, 1))
    for reference in REFERENCES:
        system.must("report.revoked", revoked(reference, "2026-01", LATER), on=LATER)
    assert [system.invoice(each.id).state for each in (paid, accepted)] == [
        _S.CREDIT_REQUESTED,
        _S.IN_QUESTION,
    ]


@pytest.mark.usefixtures("books_as_agreed")
def test_what_is_written_off_is_asked_back_no_longer_and_judged_as_it_stands(system: System) -> None:
    desk = ClaimDesk(system)
    invoice = desk.paid("F-0")
    claim = desk.ask(invoice)
    desk.confirm(claim)
    assert system.invoice(invoice.id).state is _S.CREDIT_REQUESTED
    desk.ask_write_off(claim)
    desk.write_off(claim, on=LATER)
    assert system.invoice(invoice.id).state is _S.PAID


@pytest.mark.usefixtures("books_as_agreed")
def test_what_was_credited_stays_so_when_its_claim_is_written_off(system: System) -> None:
    desk = ClaimDesk(system)
    invoice = desk.paid("F-0")
    desk.credited()
    claim = desk.claim(invoice)
    desk.ask_write_off(claim)
    desk.write_off(claim, on=LATER)
    assert system.invoice(invoice.id).state is _S.CREDITED


# The credit note that is expected -----------------------------------------------------------------------


@pytest.mark.usefixtures("books_as_agreed")
def test_a_supplier_is_reminded_once_of_the_credit_note_that_has_not_come(system: System) -> None:
    allow(system)
    invoice = accept_in_part(system, system.send(all_of_them(system, days=(None, None, "21"))))
    with system.database.reading() as session:
        expected = expected_credit_store.open_for(session, invoice.id)
    assert expected is not None
    assert expected.due_on == FEBRUARY + timedelta(days=example_register().policy.days_to_wait_for_invoice)
    for day, reminded in ((expected.due_on, 0), (expected.due_on + timedelta(days=1), 1), (LATER, 0)):
        with system.database.writing() as session:
            assert expected_credits.remind(session, today=day) == reminded, day
