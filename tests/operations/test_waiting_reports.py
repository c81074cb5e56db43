"""Reports that wait for the buyer: alarmed about by age, again and again, and shown with what waits for them."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from billing.migrations.migrate import bring_up_to_date
from billing.server.jobs import jobs_of
from foundation.money import Money
from invoicing.documents import notice_store
from invoicing.documents.notice_store import NoticeKind
from invoicing.exceptions import queue_queries, report_queries
from invoicing.exceptions.queue import QueuePart
from operations import alarm_store, alarms
from operations.alarms import Patience
from operations.scheduler import run_due
from operations.settings import Settings
from peppol.documents import shapes
from tests.support.command_line import Desk
from tests.support.old_books import before_0007
from tests.support.servers.faulty_point import Moment
from tests.support.stories.bills import billed
from tests.support.stories.january import REFERENCE, january, received_january
from tests.support.stories.system import System

FILED_ON = date(2026, 3, 2)
MORNING = datetime(2026, 3, 2, 8, tzinfo=UTC)


@pytest.fixture
def system(database_url: str) -> Iterator[System]:
    with received_january(database_url) as system:
        two_filed(system)
        yield system


def two_filed(system: System) -> None:
    """February is invoiced and reported, March is reported in advance, and nobody has decided."""
    line = shapes.LineReference(line_id="002")
    early = billed(january(system, "F-2"), days="20", order_line_reference=line, invoice_period=None)
    system.send(early, on=date(2026, 3, 1))
    system.file_report(REFERENCE, "2026-02", on=FILED_ON)
    system.file_report(REFERENCE, "2026-03", on=date(2026, 3, 9))


def raised(system: System, after: timedelta, *, days: int = 14) -> list[str]:
    with system.database.writing() as session:
        return alarms.raise_due(session, now=MORNING + after, patience=Patience(report_days=days))


@pytest.mark.both_engines
def test_a_report_is_alarmed_about_by_its_age_and_again_for_as_long_as_it_waits(system: System) -> None:
    assert raised(system, timedelta(days=13)) == []
    assert raised(system, timedelta(days=14)) == [alarms.REPORTS_WAITING]
    assert raised(system, timedelta(days=14, hours=2)) == []
    # March has waited as long a week later; February is told of again after as many days.
    assert raised(system, timedelta(days=21)) == [alarms.REPORTS_WAITING]
    assert raised(system, timedelta(days=27)) == []
    assert raised(system, timedelta(days=28)) == [alarms.REPORTS_WAITING]
    with system.database.reading() as session:
        told = session.execute(text("select count, about, sentence_sv from alarm order by id")).all()
    assert [tuple(row)[:2] for row in told] == [(1, "2026-02: 1"), (1, "2026-03: 1"), (1, "2026-02: 1")]
    assert "minst 14 dagar, den äldsta sedan 2026-03-02" in told[0].sentence_sv
    # A case is never named where mails go.
    assert all(REFERENCE not in row.about + row.sentence_sv for row in told)


def test_what_is_decided_is_not_alarmed_about(system: System) -> None:
    system.approve(REFERENCE, "2026-02", on=date(2026, 3, 10))
    system.approve(REFERENCE, "2026-03", on=date(2026, 4, 1))
    assert raised(system, timedelta(days=300)) == []


def test_a_setting_says_after_how_many_days(system: System, monkeypatch: pytest.MonkeyPatch) -> None:
    assert Settings().report_alarm_days == 14
    monkeypatch.setenv("BILLING_REPORT_ALARM_DAYS", "5")
    moment = Moment(MORNING + timedelta(days=4))
    monkeypatch.setattr(system.database, "clock", moment)
    table = [job for job in jobs_of(Settings()) if job.name == "alarms"]
    run_due(system.database, table)
    with system.database.reading() as session:
        assert alarm_store.last_raised(session, now=moment.now) == {}
    moment.now = MORNING + timedelta(days=5)
    run_due(system.database, table)
    with system.database.reading() as session:
        assert alarm_store.last_raised(session, now=moment.now) == {alarms.REPORTS_WAITING: moment.now}


def test_the_oldest_stands_first_with_its_age_and_the_invoices_that_wait_for_it(system: System) -> None:
    raised(system, timedelta(days=14))
    with system.database.reading() as session:
        oldest, newest = report_queries.waiting(session, today=date(2026, 3, 20))
        (long,) = report_queries.waiting(session, today=date(2026, 3, 20), days=18)
        counts = queue_queries.counts(session, today=date(2026, 3, 20))
    assert (str(oldest.month), oldest.age(date(2026, 3, 20)), oldest.alarmed) == ("2026-02", 18, True)
    assert (len(oldest.invoices), oldest.amount) == (1, Money.of("2375.00"))
    assert (str(newest.month), newest.invoices, newest.amount, newest.alarmed) == ("2026-03", (), None, False)
    assert long == oldest
    assert (counts[QueuePart.REPORTS], counts[QueuePart.PARKED]) == (2, 1)


def test_the_command_shows_them_too(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'billing.sqlite'}"
    with received_january(url) as system:
        two_filed(system)
        shown = Desk(tmp_path).run("invoices", "waiting-reports", "--days", 18, "--on", "2026-03-20").out
    assert REFERENCE in shown
    assert "2026-02" in shown
    assert "2026-03 " not in shown


@pytest.mark.both_engines
def test_reports_that_wait_in_older_books_are_told_of_when_the_books_have_grown(system: System) -> None:
    with system.database.engine.begin() as connection:
        before_0007(connection)
        connection.execute(text("update alembic_version set version_num = '0006'"))
    bring_up_to_date(system.database)
    assert raised(system, timedelta(days=60)) == [alarms.REPORTS_WAITING]
    with system.database.writing() as session:
        notice_store.lay(session, 1, NoticeKind.REQUEST_WITHDRAWN)
    with system.database.writing() as session:
        (notice,) = notice_store.take(session, limit=10)
    assert notice.kind is NoticeKind.REQUEST_WITHDRAWN


def test_an_invoice_whose_day_of_payment_passes_while_it_waits_is_told_of(
    system: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    moment = Moment(datetime(2026, 3, 30, 8, tzinfo=UTC))
    monkeypatch.setattr(system.database, "clock", moment)
    table = [job for job in jobs_of(Settings()) if job.name == "payments-due"]
    run_due(system.database, table)
    with system.database.reading() as session:
        assert alarm_store.last_raised(session, now=moment.now) == {}
    # February's invoice came on 1 March and is paid 30 days later.
    moment.now = datetime(2026, 3, 31, 8, tzinfo=UTC)
    run_due(system.database, table)
    with system.database.reading() as session:
        (row,) = session.execute(text("select kind, about from alarm")).all()
    assert tuple(row) == ("PAYMENTS_HELD_UP", "F-2")
