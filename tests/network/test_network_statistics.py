"""What the operator is given for the network's monthly reports agrees with the books, message by message."""

import csv
import io
import json
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update
from typer.testing import CliRunner

from billing.cli.cli import app
from foundation.periods import Month
from operations.network_reports import statistics, statistics_files
from operations.network_reports.statistics import Direction, NetworkStatistics
from peppol.envelope import envelope
from peppol.exchange import inbox
from peppol.exchange.tables import inbox as inbox_table
from peppol.exchange.tables import outbox as outbox_table
from peppol.identifiers import DocumentKind, ParticipantId
from tests.support.servers.access_points import BUYER, SUPPLIER, order
from tests.support.stories.system import FYRBAKEN, System, a_system

MARCH = Month(2026, 3)
ORDER_ONLY = DocumentKind.ORDER.profile_ids[0]


@pytest.fixture
def system(database_url: str) -> Iterator[System]:
    with a_system(database_url) as system:
        yield system


def a_month(system: System) -> None:
    """Orders and documents around the ends of March; some never left, and some never came by the network."""
    for number in range(6):
        reference = f"1000001{number:02}"
        system.decide(reference)
        system.report(reference, "2026-01", on=date(2026, 2, 3))
    first, end = datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 4, 1, tzinfo=UTC)
    instant = timedelta(microseconds=1)
    with system.database.writing() as session:
        numbers = list(session.scalars(select(outbox_table.c.sequence).order_by(outbox_table.c.sequence)))
        moments = [first - instant, first, first + timedelta(days=14), end - instant, end, None]
        for number, moment in zip(numbers, moments, strict=False):
            change = update(outbox_table).where(outbox_table.c.sequence == number)
            session.execute(change.values(sent_at=moment))
    bodies = {
        "bare": order("2100000009"),
        "enveloped": envelope.wrap(
            order("2100000008"),
            envelope.for_payload(
                order("2100000008"),
                sender=ParticipantId.parse(SUPPLIER),
                receiver=ParticipantId.parse(BUYER),
                instance_id="7a0c1f52-5d0b-4a5e-9d0c-000000000001",
                created_at=first,
            ),
        ),
        "unreadable": b"not xml",
        "empty": b"",
        "another process": order("2100000007").replace(ORDER_ONLY.encode(), b"urn:19811218-9876"),
    }
    with system.database.writing() as session:
        for place, (name, body) in enumerate(bodies.items()):
            for copy, at in enumerate((first, end - instant, end)):
                stored = inbox.store(
                    session,
                    body + b"\n" * copy,
                    transport_id=f"post/{name}-{copy}",
                    received_on=at.date(),
                    received_at=at,
                )
                if name not in ("unreadable", "empty"):
                    change = update(inbox_table).where(inbox_table.c.id == stored.id)
                    session.execute(change.values(kind=DocumentKind.ORDER))
            inbox.store(
                session,
                body + b" " * (place + 9),
                transport_id=f"portal/{place}",
                received_on=first.date(),
                received_at=first,
            )


def counted(system: System) -> NetworkStatistics:
    with system.database.reading() as session:
        return statistics.of_month(session, MARCH, end_user=BUYER, country="SE")


@pytest.mark.both_engines
def test_the_totals_are_those_of_the_books(system: System) -> None:
    a_month(system)
    found = counted(system)
    with system.database.reading() as session:
        out = session.execute(select(outbox_table)).all()
        came = session.execute(select(inbox_table)).all()
    left = [row.kind for row in out if row.receiver and row.sent_at and f"{row.sent_at:%Y-%m}" == "2026-03"]
    arrived = [
        row.kind
        for row in came
        if f"{row.received_at:%Y-%m}" == "2026-03" and not row.transport_id.startswith("portal/")
    ]
    assert (
        (found.count(Direction.SENT), found.count(Direction.RECEIVED)) == (len(left), len(arrived)) == (3, 10)
    )
    by_type = Counter({row.key.document_type: 0 for row in found.rows})
    for row in found.rows:
        by_type[row.key.document_type] += row.messages
    of_kind = Counter(DocumentKind(kind).document_type_id if kind else "" for kind in (*left, *arrived))
    assert by_type == of_kind
    # Nobody's words stand in it: a process that no list has is told as none.
    assert {row.key.process for row in found.rows} == {"", ORDER_ONLY}


def test_end_users_are_counted_once_however_much_they_sent(system: System) -> None:
    a_month(system)
    (orders,) = [each for each in counted(system).end_users if each.process == ORDER_ONLY]
    assert (orders.sending, orders.receiving, orders.either) == (1, 1, 1)
    (unknown,) = [each for each in counted(system).end_users if not each.document_type]
    assert (unknown.sending, unknown.receiving, unknown.either) == (0, 1, 1)


def test_the_file_holds_every_row_with_schemes_and_country(system: System) -> None:
    a_month(system)
    found = counted(system)
    text = statistics_files.csv_of_month(found).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text), delimiter=";"))
    assert sum(int(row["messages"]) for row in rows) == 13
    assert {(row["month"], row["end_user"], row["end_user_country"]) for row in rows} == {
        ("2026-03", BUYER, "SE")
    }
    assert all(bool(row["document_type"]) == bool(row["document_type_scheme"]) for row in rows)
    assert all(bool(row["process"]) == bool(row["process_scheme"]) for row in rows)


def test_a_month_without_anything_is_empty(system: System) -> None:
    assert counted(system).rows == []


def test_the_command_tells_and_writes_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    url = f"sqlite:///{tmp_path / 'billing.sqlite'}"
    with a_system(url) as system:
        a_month(system)
    monkeypatch.setenv("BILLING_DATABASE_URL", url)
    told = CliRunner().invoke(app, ["post", "statistics", "2026-03"])
    assert "Månaden mars 2026: 3 meddelanden skickade och 10 mottagna" in " ".join(told.stdout.split())
    told = CliRunner().invoke(app, ["post", "statistics", "2026-03", "--json"])
    written = json.loads(told.stdout)
    assert (written["sent"], written["received"], written["end_user_country"]) == (3, 10, "SE")
    file = tmp_path / "march.csv"
    assert CliRunner().invoke(app, ["post", "statistics", "2026-03", "--csv", str(file)]).exit_code == 0
    assert len(file.read_text("utf-8-sig").splitlines()) == 1 + len(written["rows"])
    assert CliRunner().invoke(app, ["post", "statistics", "mars"]).exit_code == 2
    assert FYRBAKEN not in file.read_text("utf-8-sig")
