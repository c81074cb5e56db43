"""Books of version 0.1.0 grow into today's: nothing in them changes, and nothing of today's is missing.

Convention: `books_0_1_0/` holds the books as 0.1.0 left them, written out by each engine's own tool: one order, two
months received, one invoice paid and one accepted.
"""

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import Column, Integer, MetaData, String, Table, insert, inspect, select, text
from sqlalchemy.exc import IntegrityError

from accounts.api_clients import client_store, clients, signing_in
from accounts.api_clients.model import ApiScope
from accounts.staff import changes, staff_forms
from accounts.staff.change_store import StaffChangeKind
from accounts.tokens import fingerprint
from billing.migrations.migrate import bring_up_to_date, open_migrated
from foundation import append_only
from foundation.database import Database
from foundation.engines import month_partitions
from foundation.sql import Session, UtcDateTime
from invoicing.payment import attest_right_store, payment, payment_store, repayments
from invoicing.payment.attest_right_store import Reach
from invoicing.payment.payment_store import ClaimWay
from invoicing.payment.tables import attest_right
from operations.event_loading import apply_by_hand
from orders.events import store as event_store
from orders.events.store import EventState
from orders.objections import store as objection_store
from orders.objections.model import ObjectionState
from orders.register import store as register_store
from orders.tables import periodic_report, placement_decision
from orders.tutors import tutor_store, tutors, unit_tutor_store, unit_tutors
from peppol.xml import codec
from tests.support import old_books
from tests.support.old_books import before_0007, before_0008, before_0016, before_0038, before_0069
from tests.support.servers.system_databases import CLOCK
from tests.support.stories.bills import billed
from tests.support.stories.peers import answered_line, order_response
from tests.support.stories.system import FYRBAKEN, LARKDRILLEN, System, a_system, decision, interruption

pytestmark = pytest.mark.both_engines

BOOKS = Path(__file__).with_name("books_0_1_0")
TODAY = date(2026, 5, 10)


@pytest.fixture(autouse=True)
def grown(record_property: Callable[[str, object], None]) -> None:
    """Each test here lets books of an older revision grow once."""
    record_property("books_grown", 1)


@pytest.fixture
def books_of_0_1_0(database_url: str) -> str:
    """The URL of books as version 0.1.0 left them."""
    old_books.put_in(database_url, BOOKS)
    return database_url


def shape(database: Database) -> dict[str, tuple[list[tuple[str, bool]], list[tuple[str, str, bool]]]]:
    """Every table's columns with whether they may be empty, and its indexes with their columns."""
    seen = inspect(database.engine)
    with database.reading() as session:
        parts = month_partitions.partitions(session)
    return {
        table: (
            sorted((column["name"], column["nullable"]) for column in seen.get_columns(table)),
            sorted(
                (
                    str(index["name"]),
                    ",".join(str(each) for each in index["column_names"]),
                    bool(index["unique"]),
                )
                for index in seen.get_indexes(table)
                if "duplicates_constraint" not in index
                # One on an expression is not read back from SQLite; test_schema.py looks for it by name.
                and None not in index["column_names"]
                # PostgreSQL has it in each partition.
                and index["name"] != "uq_journal_chain_position"
            ),
        )
        for table in seen.get_table_names()
        if table not in parts
    }


def test_old_books_grow_into_todays_and_balance(books_of_0_1_0: str, tmp_path: Path) -> None:
    grown = open_migrated(books_of_0_1_0)
    try:
        system = System(grown)
        assert system.broken() == []
        with grown.reading() as session:
            assert append_only.standing(session) == set(append_only.PROTECTED)
        newly_made = open_migrated(f"sqlite:///{tmp_path / 'new.sqlite'}")
        expected = shape(newly_made)
        newly_made.close()
        found = shape(grown)
        assert found.keys() == expected.keys()
        for table, as_made in expected.items():
            assert found[table] == as_made, table
    finally:
        grown.close()


def test_the_system_goes_on_where_the_old_books_stopped(books_of_0_1_0: str) -> None:
    grown = open_migrated(books_of_0_1_0)
    try:
        system = System(grown, told=100, sent=100)
        system.report("100000101", "2026-03", on=date(2026, 4, 1))
        invoice = system.send_invoice(
            system.order("100000101").number, "003", number="F-3", on=date(2026, 4, 2)
        )
        assert invoice.state == "ACCEPTED"
        assert [payment.number for payment in system.pay(on=date(2026, 5, 2))] == ["10000002", "10000003"]
        assert system.broken() == []
    finally:
        grown.close()


def test_a_payment_is_by_two_people_in_grown_books_too(books_of_0_1_0: str) -> None:
    grown = open_migrated(books_of_0_1_0)
    try:
        with pytest.raises(IntegrityError), grown.writing() as session:
            session.execute(
                text(
                    "insert into payment (number, invoice_id, supplier, amount, currency, paid_on, prepared_by,"
                    " attested_by) values ('X', 2, '5599991014', 1, 'SEK', '2026-05-02', 'user-1', 'user-1')"
                )
            )
    finally:
        grown.close()


def test_who_handled_an_invoice_and_what_is_untold_follow_from_an_older_journal(database_url: str) -> None:
    """The books are led back to revision 0004 and grow again: both tables come out as the use cases wrote them."""
    with a_system(database_url) as system:
        system.decide("100000101", start=date(2026, 6, 1))
        system.report("100000101", "2026-06", on=date(2026, 7, 2))
        order = system.order("100000101").number
        wrong = system.send(billed(system.flip(order, number="F-1", on=date(2026, 8, 3)), days="10"))
        system.ask_credit(wrong, on=date(2026, 8, 3))
        written = handlers_and_notices(system.database)
        assert written[0]
        assert {kind for _, kind in written[1]} == {"invoice-in-question"}
        with system.database.engine.begin() as connection:
            connection.execute(text("drop table supplier_notice"))
            connection.execute(text("drop table repayment_note"))
            before_0007(connection)
            connection.execute(text("drop table document_handler"))
            connection.execute(
                text("create table journal_mark (name varchar(40) primary key, sequence integer)")
            )
            connection.execute(text("insert into journal_mark values ('invoice-mails', 0)"))
            connection.execute(text("update alembic_version set version_num = '0004'"))
        bring_up_to_date(system.database)
        assert handlers_and_notices(system.database) == written


def handlers_and_notices(database: Database) -> tuple[list[tuple[int, str]], list[tuple[int, str]]]:
    with database.reading() as session:
        handlers = session.execute(
            text("select distinct invoice_id, person from document_decision order by 1, 2")
        )
        # The same thing said twice is told once, so what counts is which there are.
        notices = session.execute(text("select distinct invoice_id, kind from supplier_notice order by 1, 2"))
        return [tuple(row) for row in handlers], [tuple(row) for row in notices]


def test_what_was_noted_of_repayments_follows_from_an_older_journal(database_url: str) -> None:
    """The books are led back to revision 0005 and grow again: every note comes out as the use cases wrote it."""
    with a_system(database_url) as system:
        first, second, third = three_claims(system)
        note_repayment(system, first, by="user-1", came_on=date(2026, 5, 8))
        with system.database.writing() as session:
            repayments.take_back(session, first, by="user-2", reason="Finns inte på kontot")
        for claim in (first, second, third):
            note_repayment(system, claim, by="user-2", came_on=date(2026, 5, 9))
        with system.database.writing() as session:
            repayments.confirm(session, second, by="user-1")
            taken_off = repayments.claim_of(session, third)
            assert taken_off is not None
            payment.settle_claim(
                session, taken_off, how=ClaimWay.NETTED, first_by="user-1", second_by="user-2", on=TODAY
            )
        written = repayment_notes(system.database)
        assert [row[1:3] for row in written] == [
            ("TAKEN_BACK", "user-2"),
            ("NOTED", ""),
            ("CONFIRMED", "user-1"),
            ("NOTED", ""),
        ]
        with system.database.reading() as session:
            waiting = values_of_waiting(session)
        with system.database.engine.begin() as connection:
            connection.execute(text("drop table repayment_note"))
            before_0007(connection)
            connection.execute(text("update alembic_version set version_num = '0005'"))
        bring_up_to_date(system.database)
        assert repayment_notes(system.database) == written
        with system.database.reading() as session:
            assert values_of_waiting(session) == waiting
        with pytest.raises(payment.SamePerson), system.database.writing() as session:
            repayments.confirm(session, first, by="user-2")
        with system.database.writing() as session:
            repayments.confirm(session, first, by="user-1")


def three_claims(system: System) -> list[int]:
    """Three invoices that are paid, and credited afterwards."""
    system.decide("100000101")
    for month in ("2026-01", "2026-02", "2026-03"):
        system.report("100000101", month, on=date(2026, 4, 1))
    order = system.order("100000101").number
    lines = ("001", "002", "003")
    sent = [system.flip(order, each, number=f"F-{each}", on=date(2026, 3, 2)) for each in lines]
    ids = [system.send(each, on=date(2026, 4, 2)).id for each in sent]
    assert len(system.pay(on=date(2026, 5, 5))) == len(lines)
    for line, invoice in zip(lines, sent, strict=True):
        system.send_credit(invoice, number=f"K-{line}", on=date(2026, 5, 6))
    return ids


def note_repayment(system: System, invoice_id: int, *, by: str, came_on: date) -> None:
    with system.database.writing() as session:
        repayments.note(
            session, invoice_id, by=by, came_on=came_on, reference=f"BG {invoice_id}", today=TODAY
        )


def repayment_notes(database: Database) -> list[tuple[object, ...]]:
    question = (
        "select invoice_id, state, ended_by, noted_by, noted_on, came_on, reference from repayment_note"
        " order by invoice_id, came_on"
    )
    with database.reading() as session:
        return [tuple(row) for row in session.execute(text(question))]


def values_of_waiting(session: Session) -> list[tuple[object, ...]]:
    found = repayments.noted(session, payment_store.claims(session))
    return [
        (invoice_id, each.by, each.on_day, each.came_on, each.reference) for invoice_id, each in found.items()
    ]


def test_lines_of_a_supplier_that_was_left_are_closed_in_grown_books(database_url: str) -> None:
    with a_system(database_url) as system:
        system.decide("100000101")
        new = decision(
            "100000102",
            start=date(2026, 3, 14),
            end=date(2026, 6, 30),
            supplier=LARKDRILLEN,
            decided_on=TODAY,
        )
        changed = {"execution_reference": "100000101", "last_day": "2026-03-13", "placement": new}
        system.must("placement.provider_changed", changed, on=date(2026, 3, 10))
        written = line_states(system.database)
        assert [state for _, state in written] == ["OPEN"] * 3 + ["CLOSED_UNUSED"] * 3 + ["OPEN"] * 4
        with system.database.engine.begin() as connection:
            connection.execute(text("update line_account set state = 'OPEN'"))
            before_0008(connection)
            connection.execute(text("update alembic_version set version_num = '0007'"))
        bring_up_to_date(system.database)
        assert line_states(system.database) == written


def line_states(database: Database) -> list[tuple[str, str]]:
    with database.reading() as session:
        rows = session.execute(text("select order_number, state from line_account order by 1, line_id"))
        return [tuple(row) for row in rows]


def test_an_interruption_that_came_too_late_can_be_taken_in_grown_books(books_of_0_1_0: str) -> None:
    grown = open_migrated(books_of_0_1_0)
    try:
        system = System(grown, told=100)
        late = interruption("100000101", date(2026, 2, 12), date(2026, 2, 10))
        assert "retroactive" in system.refuses("interruption.registered", late, on=date(2026, 4, 20))
        with grown.writing() as session:
            (kept,) = event_store.in_state(session, EventState.UNAPPLIABLE)
            apply_by_hand(session, kept.sequence, by="officer-1", today=date(2026, 4, 20))
        assert system.placement("100000101").last_day == date(2026, 2, 10)
        columns = "execution_reference, registered_on, effective_on, reason, state"
        twice = text(f"insert into interruption ({columns}) select {columns} from interruption")  # noqa: S608
        with grown.writing() as session, pytest.raises(IntegrityError):
            session.execute(twice)
    finally:
        grown.close()


def test_codes_of_tutors_in_older_books_become_tutors_of_their_units(database_url: str) -> None:
    with a_system(database_url) as system:
        system.decide("100000101")
        system.decide("100000102")
        with system.database.writing() as session:
            register = register_store.load(session)
            for code in ("H1", "H2"):
                unit_tutors.add(
                    session, register, FYRBAKEN, "UV-101", code, by="user-1", today=date(2026, 1, 2)
                )
            for on, reference, code in (
                (date(2026, 1, 5), "100000101", "H1"),
                (date(2026, 2, 5), "100000101", "H2"),
                (date(2026, 2, 6), "100000102", "H2"),
            ):
                tutors.assign(session, reference, code, by="user-1", today=on)
        with system.database.engine.begin() as connection:
            before_0016(connection)
            connection.execute(text("update alembic_version set version_num = '0014'"))
        bring_up_to_date(system.database)
        with system.database.reading() as session:
            grown = [
                (each.code, each.state.value, each.added_on, each.closed_on)
                for each in unit_tutor_store.of_supplier(session, FYRBAKEN)
            ]
            history = [each.tutor for each in tutor_store.history(session, "100000101")]
        assert grown == [
            ("H2", "ACTIVE", date(2026, 2, 5), None),
            ("H1", "CLOSED", date(2026, 1, 5), date(2026, 1, 5)),
        ]
        assert history == ["H1", "H2"]
        assert system.placement("100000101").address_id == "UV-101"


def test_order_responses_nobody_looked_at_become_objections_that_wait(database_url: str) -> None:
    with a_system(database_url) as system:
        system.decide("100000101")
        system.decide("100000102")
        for place, (reference, code) in enumerate(
            (("100000101", "RE"), ("100000101", "CA"), ("100000102", "RE")), 1
        ):
            lines = (answered_line("002", "7"),) if code == "CA" else ()
            answer = order_response(
                system.order(reference).number, code, number=f"OR-{place}", on=date(2026, 1, 5), lines=lines
            )
            system.post(codec.serialise(answer), on=date(2026, 1, 5))
            system.read_messages(on=date(2026, 1, 5))
        with system.database.engine.begin() as connection:
            before_0016(connection)
            # As they were kept then: one had been looked at, two had not.
            connection.execute(text("update peer_answer set looked_at_by = '' where number <> 'OR-3'"))
            connection.execute(text("update peer_answer set looked_at_by = 'user-1' where number = 'OR-3'"))
            connection.execute(text("update alembic_version set version_num = '0014'"))
        bring_up_to_date(system.database)
        with system.database.reading() as session:
            grown = objection_store.of_order(session, system.order("100000101").number)
            none = objection_store.of_order(session, system.order("100000102").number)
        assert [each.state for each in grown] == [ObjectionState.OPEN, ObjectionState.WITHDRAWN]
        assert [each.points[0].reason.value for each in grown] == ["OTHER", "NOT_ACCEPTED"]
        assert none == []


def test_a_right_that_two_gave_is_confirmed_and_one_given_alone_waits(database_url: str) -> None:
    """The books are led back to revision 0037: who approved a month is known, and who confirmed a right."""
    with a_system(database_url) as system:
        system.decide("100000101")
        system.report("100000101", "2026-01", on=date(2026, 2, 2))
        with system.database.writing() as session:
            content = staff_forms.attest_right(
                limit=Decimal("500"), valid_from=date(2026, 1, 1), valid_to=None, reach=Reach()
            )
            number = changes.propose(
                session,
                StaffChangeKind.ATTEST_RIGHT,
                person="anna",
                content=content,
                by="drift-a",
                at=datetime(2026, 2, 3, tzinfo=UTC),
            )
            changes.confirm(session, number, by="drift-b", at=datetime(2026, 2, 3, tzinfo=UTC))
            alone = {"person": "bo", "limit_amount": Decimal(900), "given_by": "drift-a"}
            session.execute(insert(attest_right), {**alone, "valid_from": date(2026, 1, 1)})
            decided = sorted(session.execute(select(periodic_report.c.decided_by)).scalars())
        with system.database.engine.begin() as connection:
            before_0038(connection)
            connection.execute(text("update alembic_version set version_num = '0037'"))
        bring_up_to_date(system.database)
        with system.database.reading() as session:
            rights = {each.person: each.is_confirmed for each in attest_right_store.rights(session)}
            kept = session.execute(select(placement_decision)).all()
        assert rights == {"anna": True, "bo": False}
        assert [tuple(row) for row in kept] == [("100000101", "2026-01", decided[0], "EARLIER")]


def test_a_key_of_before_is_a_client_and_opens_what_it_opened(database_url: str) -> None:
    """A key that has ended or run out stays so, and numbers go on after the last."""
    secret = "s" * 43
    keys = [(1, "ACTIVE", None, ""), (2, "REVOKED", CLOCK, "admin-1"), (5, "EXPIRED", CLOCK, "system")]
    with a_system(database_url) as system:
        with system.database.engine.begin() as connection:
            before_0069(connection)
            for number, state, ended_at, ended_by in keys:
                row = {
                    "id": number,
                    "prefix": f"{number:012x}",
                    "secret_sha256": fingerprint(secret),
                    "name": "Beslutssystemet",
                    "scopes": "events:read",
                    "state": state,
                    "made_at": CLOCK,
                    "made_by": "operator",
                    "ended_at": ended_at,
                    "ended_by": ended_by,
                }
                connection.execute(insert(_MACHINE_KEY), row)
            connection.execute(text("update alembic_version set version_num = '0068'"))
        bring_up_to_date(system.database)

        def signed_in(number: int) -> str:
            return signing_in.sign_in(
                system.database,
                f"rmk_{number:012x}_{secret}",
                frozenset({ApiScope.EVENTS_READ}),
                address="192.0.2.1",
                now=CLOCK,
                today=CLOCK.date(),
            ).client.actor

        assert signed_in(1) == "client-1"
        for ended in (2, 5):
            with pytest.raises(signing_in.WrongKey):
                signed_in(ended)
        with system.database.writing() as session:
            states = {each.id: each.state for each in client_store.of_organisation(session, "")}
            assert states == {1: "ACTIVE", 2: "ENDED", 5: "EXPIRED"}
            made = clients.make(
                session,
                FYRBAKEN,
                "Ekonomisystemet",
                scopes=frozenset({ApiScope.VIEW}),
                expires_on=None,
                by="user-1",
                at=CLOCK,
                today=CLOCK.date(),
            )
        assert made.id == 6


_MACHINE_KEY = Table(
    "machine_key",
    MetaData(),
    *(Column(name, String) for name in ("prefix", "secret_sha256", "name", "scopes", "state")),
    *(Column(name, String) for name in ("made_by", "ended_by")),
    Column("id", Integer, primary_key=True),
    Column("made_at", UtcDateTime()),
    Column("ended_at", UtcDateTime()),
)
