"""The invariants of the books: silent while all is well, and each break is named, wherever it is made."""

import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import Table, delete, func, insert, select, text, update

from foundation import tables as foundation_tables
from foundation.sql import Session
from invoicing.documents import tables as document_tables
from invoicing.portal_invoicing import flipping
from invoicing.portal_invoicing.flipping import Numbered
from operations.checks import invariants
from operations.event_feed import numbering
from operations.event_feed import tables as feed_tables
from operations.event_loading import place_due_orders
from orders import tables as order_tables
from peppol.exchange import outbox as exchange_outbox
from peppol.exchange import tables as exchange_tables
from peppol.exchange.bodies import tables as body_tables
from tests.support.servers.databases import PostgresqlServer
from tests.support.stories.system import System, a_system, outcome

REFERENCE, AT_WORK = "100000101", "100000102"


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def system(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    """A system in which something of everything has happened; what breaks it is rolled back after each story."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path_factory.mktemp('checking') / 'billing.sqlite'}"
    else:
        server: PostgresqlServer = request.getfixturevalue("postgresql_server")
        url = server.empty()
    with a_system(url) as system:
        everything_happens(system)
        numbering.number_committed(system.database)
        _one_event_waits(system)
        yield system


def _one_event_waits(system: System) -> None:
    """A report is filed whose event has no number yet."""
    system.file_report(REFERENCE, "2026-03", on=date(2026, 4, 1))


def everything_happens(system: System) -> None:
    """Two months received, one invoiced, credited and invoiced anew, one paid; and a result."""
    system.decide(REFERENCE)
    system.must(
        "supplement.approved",
        {"execution_reference": REFERENCE, "code": "SPRAK", "approved_on": "2026-02-02"},
        on=date(2026, 2, 2),
    )
    for month, on in (("2026-01", date(2026, 2, 2)), ("2026-02", date(2026, 3, 2))):
        system.report(REFERENCE, month, on=on)
    number = system.order(REFERENCE).number
    credited = system.flip(number, "001", number="F-1", on=date(2026, 2, 3))
    system.send(credited)
    system.send(flipping.credit_note_of(credited, given=Numbered("K-1", date(2026, 2, 4))))
    system.send_invoice(number, "001", number="F-2", on=date(2026, 2, 5))
    system.send_invoice(number, "002", number="F-3", on=date(2026, 3, 3))
    system.pay(on=date(2026, 3, 7))
    _somebody_leaves_for_work(system)


def _somebody_leaves_for_work(system: System) -> None:
    """The last basic day is 10 February, work begins on the day after, and R1 is ordered three months later."""
    system.decide(AT_WORK, start=date(2026, 1, 1))
    system.interrupt(AT_WORK, on=date(2026, 2, 10), reason="WORK")
    told = outcome(AT_WORK, started_on=date(2026, 2, 11))
    system.must("outcome.approved", told, on=date(2026, 2, 20))
    system.report(AT_WORK, "2026-01", on=date(2026, 3, 7))
    assert place_due_orders(system.database, today=date(2026, 5, 11)) == 2


class PutBack(Exception):
    """Ends a transaction without leaving a trace of it."""


def found_after(system: System, change: Callable[[Session], None], *guarded: Table) -> dict[str, str]:
    """Do what the database forbids, with the guards of some tables taken away; what the check then says."""
    broken: dict[str, str] = {}
    with suppress(PutBack), system.database.writing() as session:
        for table in guarded:
            _take_guard_away(session, table, sqlite=system.database.is_sqlite)
        change(session)
        for each in invariants.check(session):
            broken[each.invariant] = f"{each.subject}: {each.sentence}"
        raise PutBack
    return broken


def _take_guard_away(session: Session, table: Table, *, sqlite: bool) -> None:
    if sqlite:
        for verb in ("UPDATE", "DELETE"):
            session.execute(text(f"DROP TRIGGER {table.name}_no_{verb}"))
    else:
        session.execute(text(f"ALTER TABLE {table.name} DISABLE TRIGGER USER"))


def test_a_system_in_which_everything_has_happened_holds(system: System) -> None:
    assert system.broken() == []


def one_byte_changed(table: Table, where: str = "true") -> Callable[[Session], None]:
    def change(session: Session) -> None:
        key = table.primary_key.columns[0]
        row = session.execute(select(key, table.c.body).where(text(where)).order_by(key).limit(1)).one()
        body = bytearray(row.body)
        body[len(body) // 2] ^= 1
        session.execute(update(table).where(key == row[0]).values(body=bytes(body)))

    return change


def setting(table: Table, where: str, **values: object) -> Callable[[Session], None]:
    def change(session: Session) -> None:
        assert session.execute(update(table).where(text(where)).values(**values)).rowcount == 1

    return change


def removing(table: Table, where: str) -> Callable[[Session], None]:
    def change(session: Session) -> None:
        assert session.execute(delete(table).where(text(where))).rowcount == 1

    return change


def adding(table: Table, **values: object) -> Callable[[Session], None]:
    def change(session: Session) -> None:
        session.execute(insert(table).values(**values))

    return change


def _an_order_line_twice_received(session: Session) -> None:
    """A second receipt for days already received, standing on the line of March."""
    row = dict(
        session.execute(select(order_tables.receipt).where(order_tables.receipt.c.line_id == "002"))
        .mappings()
        .one()
    )
    del row["id"]
    key = session.execute(
        insert(order_tables.receipt).returning(order_tables.receipt.c.id), {**row, "line_id": "003"}
    ).scalar_one()
    account = order_tables.line_account
    session.execute(
        update(account)
        .where(account.c.order_number == row["order_number"], account.c.line_id == "003")
        .values(receipt_id=key, quantity_received=row["quantity"], amount_received=row["amount"])
    )


def _basic_days_after_work_began(session: Session) -> None:
    """January's receipt of the one at work says days in February, after the interruption."""
    receipt = order_tables.receipt
    session.execute(
        update(receipt)
        .where(receipt.c.execution_reference == AT_WORK, receipt.c.month == "2026-01")
        .values(starts_on=date(2026, 2, 11), ends_on=date(2026, 2, 12))
    )


def _an_order_without_message(session: Session) -> None:
    outbox, body = exchange_tables.outbox, body_tables.outbox_body
    of_order = (outbox.c.kind == "order") & (outbox.c.document_id == "2100000001")
    gone = select(outbox.c.sequence).where(of_order)
    session.execute(delete(body).where(body.c.letter.in_(gone)))
    session.execute(delete(outbox).where(of_order))


TAMPERED: dict[str, tuple[str, str, Callable[[Session], None], tuple[Table, ...]]] = {
    "a byte of a message in": (
        "messages in",
        "sha256",
        one_byte_changed(body_tables.inbox_body),
        (body_tables.inbox_body,),
    ),
    "a byte of a message out": (
        "messages out",
        "sha256",
        one_byte_changed(body_tables.outbox_body),
        (body_tables.outbox_body,),
    ),
    "a message of an order gone": (
        "messages out",
        "no message",
        _an_order_without_message,
        (body_tables.outbox_body,),
    ),
    "the bytes of a message in gone": (
        "messages in",
        "no bytes",
        removing(body_tables.inbox_body, "letter = 1"),
        (body_tables.inbox_body,),
    ),
    "the bytes of a message out gone": (
        "messages out",
        "no bytes",
        removing(body_tables.outbox_body, "letter = 1"),
        (body_tables.outbox_body,),
    ),
    "a message in a state unheard of": (
        "messages in",
        "LOST",
        setting(exchange_tables.inbox, "id = 1", state="LOST"),
        (),
    ),
    "a handled message without its document": (
        "messages in",
        "document None",
        lambda session: _a_message_without_document(session),
        (),
    ),
    "a journal row changed": (
        "journal chain",
        "row 2",
        setting(foundation_tables.journal, "sequence = 2", actor="somebody-else"),
        (foundation_tables.journal,),
    ),
    "a journal row gone": (
        "journal chain",
        "row 2 is missing",
        removing(foundation_tables.journal, "sequence = 3"),
        (foundation_tables.journal,),
    ),
    "the end of the journal cut off": (
        "journal chain",
        "its head says",
        lambda session: _cut_the_end(session),
        (foundation_tables.journal,),
    ),
    "an event taken away": (
        "feed",
        "no event tells of",
        removing(feed_tables.outbound_event, "sequence = 2"),
        (feed_tables.outbound_event,),
    ),
    "an event taken away that waits for its number": (
        "feed",
        "no event tells of",
        removing(feed_tables.outbound_waiting, "type = 'report.filed'"),
        (feed_tables.outbound_waiting,),
    ),
    "a share its account does not count": (
        "line shares",
        "its shares come to",
        adding(
            order_tables.line_share,
            order_number="2100000001",
            line_id="002",
            invoice_id=3,
            quantity=Decimal(5),
            amount=Decimal("475.00"),
            claimed=1,
        ),
        (),
    ),
    "a part counted that no invoice has": (
        "line shares",
        "its shares come to",
        setting(
            order_tables.line_account,
            "order_number = '2100000001' and line_id = '002'",
            quantity_shared=Decimal(3),
        ),
        (),
    ),
    "an amount claimed": (
        "line accounts",
        "claimed",
        setting(
            order_tables.line_account,
            "order_number = '2100000001' and line_id = '001'",
            amount_claimed=Decimal(0),
        ),
        (),
    ),
    "an amount received": (
        "line accounts",
        "receipts sum to",
        setting(
            order_tables.line_account,
            "order_number = '2100000001' and line_id = '002'",
            amount_received=Decimal("1900.00") - 1,
            amount_claimed=Decimal("1899.00"),
        ),
        (),
    ),
    "an amount ordered": (
        "line accounts",
        "the order says",
        setting(
            order_tables.line_account,
            "order_number = '2100000001' and line_id = '006'",
            amount_ordered=Decimal("9.00"),
        ),
        (),
    ),
    "an approved amount that nobody accepted": (
        "differences accepted",
        "nobody accepted",
        setting(
            document_tables.invoice_part,
            "invoice_id = (select id from invoice where number = 'F-3')",
            amount_net=Decimal("5000.00"),
        ),
        (),
    ),
    "a guard taken away": (
        "append-only tables",
        "triggers",
        lambda session: None,
        (order_tables.receipt,),
    ),
    "an order's amount": (
        "order sums",
        "its lines sum to",
        setting(order_tables.purchase_order, "number = '2100000001'", amount=Decimal("1.00")),
        (order_tables.purchase_order,),
    ),
    "a day received twice": (
        "days received once",
        "2026-02-01 is received",
        _an_order_line_twice_received,
        (),
    ),
    "a report revoked and its receipt left": (
        "approvals stand",
        "whose approval is revoked",
        setting(order_tables.periodic_report, "month = '2026-02'", state="REVOKED"),
        (),
    ),
    "a supplement revoked and its receipt left": (
        "approvals stand",
        "its approval is revoked",
        setting(order_tables.planned_order, "code = 'SPRAK'", state="REVOKED"),
        (),
    ),
    "an interruption withdrawn and its result left": (
        "results carried",
        "no interruption for it is in effect",
        setting(order_tables.interruption, "1 = 1", state="WITHDRAWN"),
        (),
    ),
    "a result ordered on the day of its interruption": (
        "results carried",
        "no interruption for it is in effect on 2026-05-11",
        setting(order_tables.interruption, "1 = 1", effective_on=date(2026, 5, 11)),
        (),
    ),
    "basic days received after work began": (
        "no day paid twice",
        "days in 2026-02-11/2026-02-12 are received",
        _basic_days_after_work_began,
        (order_tables.receipt,),
    ),
    "a sum of a document": (
        "document sums",
        "was read",
        setting(document_tables.invoice, "number = 'F-3'", amount_net=Decimal("1.00")),
        (),
    ),
    "a sum as it was read": (
        "document sums",
        "its parts come to",
        lambda session: _a_line_read_otherwise(session),
        (),
    ),
    "an invoice on another supplier's order": (
        "own orders",
        "placed with another supplier",
        setting(document_tables.invoice, "number = 'F-3'", supplier="5599992020"),
        (),
    ),
    "a credited invoice back in force": (
        "credit pairs",
        "is paired",
        setting(document_tables.invoice, "number = 'F-1'", state="ACCEPTED"),
        (),
    ),
    "a pair of unequal sums": (
        "credit pairs",
        "its credit note",
        setting(document_tables.invoice, "number = 'K-1'", amount_payable=Decimal("1.00")),
        (),
    ),
    "a pair torn apart": (
        "credit pairs",
        "has no credit note",
        removing(document_tables.credit_pair, "1 = 1"),
        (document_tables.credit_pair,),
    ),
    "a payment of another sum": (
        "payments",
        "the invoice is",
        setting(document_tables.payment, "1 = 1", amount=Decimal("1.00")),
        (document_tables.payment,),
    ),
    "a number skipped": (
        "number series",
        "the series stands at",
        setting(foundation_tables.number_series, "name = 'payment_proposal'", last=30000009),
        (),
    ),
    "a series behind its numbers": (
        "number series",
        "is used already",
        lambda session: _fall_behind(session),
        (),
    ),
    "a state nobody wrote down": (
        "states journalled",
        "the journal says",
        setting(document_tables.invoice, "number = 'F-3'", state="HELD"),
        (),
    ),
}


def _a_message_without_document(session: Session) -> None:
    row = dict(
        session.execute(select(exchange_tables.inbox).where(exchange_tables.inbox.c.id == 1)).mappings().one()
    )
    del row["id"]
    session.execute(insert(exchange_tables.inbox), {**row, "sha256": exchange_outbox.sha256_of(b"other")})


def _a_line_read_otherwise(session: Session) -> None:
    invoice = document_tables.invoice
    row = session.execute(select(invoice.c.id, invoice.c.content).where(invoice.c.number == "F-3")).one()
    content = json.loads(row.content)
    content["lines"][0]["amount"]["amount"] = "1.00"
    session.execute(update(invoice).where(invoice.c.id == row.id).values(content=json.dumps(content)))


def _fall_behind(session: Session) -> None:
    """The series of orders begins anew, as when rows were put back without it."""
    if session.dialect.name == "postgresql":
        # What `setval` does is not taken back with the transaction.
        session.execute(text("DROP SEQUENCE purchase_order_number"))
        session.execute(text("CREATE SEQUENCE purchase_order_number START WITH 2100000001"))
    else:
        series = foundation_tables.number_series
        session.execute(update(series).where(series.c.name == "purchase_order").values(last=2100000000))


def _cut_the_end(session: Session) -> None:
    last = session.scalar(select(func.max(foundation_tables.journal.c.sequence)))
    session.execute(delete(foundation_tables.journal).where(foundation_tables.journal.c.sequence == last))


@pytest.mark.parametrize("name", TAMPERED)
def test_whatever_is_changed_behind_the_systems_back_is_named(system: System, name: str) -> None:
    invariant, says, change, guarded = TAMPERED[name]
    broken = found_after(system, change, *guarded)
    assert invariant in broken
    assert says in broken[invariant]


def test_every_invariant_has_been_broken_once() -> None:
    # Two results of one stage are kept out by a key; that invariant is a second look at the key.
    # PostgreSQL's alone are broken by tests/foundation/engines/test_partitions.py and
    # tests/invoicing/reconciliation/test_kept_sums.py.
    elsewhere = {"results once", "partitions", "statement sums"}
    assert {invariant for invariant, *_ in TAMPERED.values()} | elsewhere == set(invariants.INVARIANTS)
