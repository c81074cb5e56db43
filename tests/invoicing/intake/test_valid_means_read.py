"""Valid means read and judged: what schema and rules let through never fails in our reader, books or answers.

Documents that may come to us are changed by chance (`tests/support/rules/document_mutants.py`), and of those
that are still valid each must be read, be shown as paper, and, in a system with an order and a receipt,
become a document in the books with its answer. A failure names its mutant: `mutant(SEED, 4711)` makes it again.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from foundation import journal
from foundation.sql import Session
from foundation.text import SWEDISH
from invoicing.documents import reading, view
from invoicing.documents.reading import Reading
from invoicing.intake import handlers
from invoicing.portal_invoicing import flipping
from invoicing.portal_invoicing.flipping import Numbered
from orders.register import store as register_store
from orders.register.register import Register
from peppol.documents import shapes
from peppol.documents.billing import PaymentTerms
from peppol.exchange import inbox, inbox_store, outbox_store
from peppol.exchange.inbox_store import InboundMessage
from peppol.exchange.outbox import sha256_of
from peppol.exchange.tables import InState
from peppol.identifiers import DocumentKind
from peppol.validation import validation
from peppol.xml import codec, schemas
from peppol.xml.gate import admit
from peppol.xml.gate_errors import GateRefused
from tests.support.rules.document_mutants import SEED, TODAY, Mutant, Original, mutant, original
from tests.support.servers.system_databases import CLOCK
from tests.support.stories import peers
from tests.support.stories.bills import negative
from tests.support.stories.january import REFERENCE, january, received_january
from tests.support.stories.system import System
from web.invoice_pdf import pdf_of

MARCH = date(2026, 3, 3)
_BILLS = (DocumentKind.INVOICE, DocumentKind.CREDIT_NOTE)


def read_if_valid(made: Mutant) -> Reading | None:
    """What is read of a mutant, or None where it is not valid; most fail the schema, which is asked first."""
    try:
        root = admit(made.body)
    except GateRefused:
        return None
    kind = validation.kind_of(root)
    if kind is None or not schemas.holds(root, kind):
        return None
    read = reading.read(made.body, on=TODAY)
    return None if any(each.fatal for each in read.findings) else read


def law(first: int, last: int) -> Counter[DocumentKind | None]:
    """Read every valid mutant of these numbers and show it; how many there were of each kind."""
    valid: Counter[DocumentKind | None] = Counter()
    for counter in range(first, last):
        made = mutant(SEED, counter)
        try:
            read = read_if_valid(made)
            if read is None:
                continue
            assert read.reason == ""
            if read.kind in _BILLS:
                assert read.invoice is not None
                assert view.paper_of(made.body).number == read.invoice.number
            else:
                assert read.answer is not None
        except Exception as error:
            raise AssertionError(f"mutant({SEED}, {counter}) of {made.original}: {made.changes}") from error
        valid[read.kind] += 1
    return valid


def test_what_is_valid_is_read_and_can_be_shown(record_property: Callable[[str, object], None]) -> None:
    valid = law(0, 5_000)
    record_property("mutants", 5_000)
    assert sum(valid.values()) >= 700
    assert min(valid.values()) >= 50
    assert len(valid) == 6


@pytest.mark.slow
@pytest.mark.parametrize("first", range(5_000, 105_000, 10_000))
def test_what_is_valid_is_read_and_can_be_shown_a_hundred_thousand_times(
    first: int, record_property: Callable[[str, object], None]
) -> None:
    assert sum(law(first, first + 10_000).values()) >= 1_500
    record_property("mutants", 10_000)


# --- in a system ------------------------------------------------------------------------------------------


def documents_of(system: System) -> Iterator[list[Original]]:
    """What the supplier of the order may send: bills that agree in every way, and answers to the order."""
    sent = january(system, "F-1")
    system.send(sent)
    credit = flipping.credit_note_of(sent, given=Numbered("K-9", MARCH))
    system.report(REFERENCE, "2026-02", on=date(2026, 3, 2))
    invoice = system.flip(system.order(REFERENCE).number, "002", number="F-9", on=MARCH)
    line = invoice.invoice_lines[0]
    discount = shapes.AllowanceCharge(
        charge_indicator=False,
        allowance_charge_reason="Rabatt",
        amount=shapes.Amount(Decimal("0.00"), "SEK"),
    )
    rich = replace(
        invoice,
        id="F-10",
        note="Tack",
        buyer_reference=REFERENCE,
        payment_terms=PaymentTerms(note="30 dagar"),
        invoice_lines=(
            replace(line, note="Februari", accounting_cost=REFERENCE, allowance_charges=(discount,)),
        ),
    )
    order = system.order(REFERENCE).number
    yield [
        original(each.id, codec.serialise(each)) for each in (invoice, rich, negative(credit, number="F-11"))
    ]
    yield [original("credit", codec.serialise(credit))]
    yield [
        original(code, codec.serialise(peers.order_response(order, code, on=MARCH, lines=lines)))
        for code, lines in (
            ("AP", ()),
            ("RE", ()),
            ("CA", (peers.answered_line("001", "3", "En dag senare"),)),
        )
    ]
    yield [original("mlr", codec.serialise(peers.accepting_mlr(order, on=MARCH)))]


def judged(
    session: Session, register: Register, made: Mutant, read: Reading, *, on: date, drawn: bool = False
) -> InState:
    """Let the message have its effect, write what it gives, and take all of it back."""
    with session.begin_nested() as together:
        stored = inbox.store(session, made.body, transport_id="mutant", received_on=on, received_at=CLOCK)
        message = InboundMessage(stored.id, "mutant", sha256_of(made.body), made.body, on, InState.ARRIVED)
        became = handlers.handle(session, register, message, read, today=on)
        assert became is not None
        if became.invoice is not None:
            answers = list(outbox_store.messages_out(session, about=f"invoice {became.invoice.id}"))
            known = any(each.organisation_number == became.invoice.supplier for each in register.suppliers)
            assert bool(answers) == known
            paper = view.paper_of(inbox_store.body_of(session, became.invoice.letter_id) or b"")
            # Drawing is slow: every document becomes a paper, some become a file.
            if drawn:
                assert pdf_of(paper, SWEDISH).startswith(b"%PDF-")
        together.rollback()
    journal.forget(session)
    return became.message_state


def judge_valid(system: System, first: int, last: int) -> Counter[tuple[DocumentKind | None, InState]]:
    """Judge every valid mutant of these numbers; how many of each kind came into each state of the mailbox."""
    among, became = list(documents_of(system)), Counter[tuple[DocumentKind | None, InState]]()
    for start in range(first, last, 500):
        with system.database.writing() as session:
            register = register_store.load(session)
            for counter in range(start, min(start + 500, last)):
                # Every other one is of anybody's documents, most of them about orders that are not here.
                made = mutant(SEED, counter, among if counter % 2 else ())
                read = read_if_valid(made)
                if read is None:
                    continue
                try:
                    state = judged(session, register, made, read, on=MARCH, drawn=counter % 25 == 1)
                except Exception as error:
                    told = f"mutant({SEED}, {counter}) of {made.original}: {made.changes}"
                    raise AssertionError(told) from error
                became[read.kind, state] += 1
    return became


def test_what_is_valid_is_judged_and_answered(
    database_url: str, record_property: Callable[[str, object], None]
) -> None:
    with received_january(database_url) as system:
        became = judge_valid(system, 0, 1_000)
        record_property("judged", 1_000)
        assert became[DocumentKind.INVOICE, InState.HANDLED] >= 30
        assert became[DocumentKind.CREDIT_NOTE, InState.HANDLED] >= 20
        assert became[DocumentKind.ORDER_RESPONSE, InState.HANDLED] >= 15
        assert {state for _, state in became} <= {InState.HANDLED, InState.CONFLICT, InState.REPEAT}


@pytest.mark.slow
@pytest.mark.parametrize("first", range(1_000, 21_000, 5_000))
def test_what_is_valid_is_judged_and_answered_at_length(
    database_url: str, first: int, record_property: Callable[[str, object], None]
) -> None:
    with received_january(database_url) as system:
        assert sum(judge_valid(system, first, first + 5_000).values()) >= 500
        record_property("judged", 5_000)
