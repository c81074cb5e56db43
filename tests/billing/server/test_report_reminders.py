"""Twice a week whoever reports is mailed which months are late, each by its name."""

from datetime import UTC, date, datetime

from sqlalchemy import select

from billing.server import jobs
from billing.tools.demo import people
from operations.mail.tables import mail
from orders.register import store as register_store
from tests.support.stories.system import a_system

MONDAY = date(2026, 2, 16)
NOW = datetime(2026, 2, 16, 5, 30, tzinfo=UTC)


def test_whoever_reports_is_mailed_on_mondays_which_month_is_late(database_url: str) -> None:
    with a_system(database_url) as system:
        system.decide()
        with system.database.writing() as session:
            people.move_in(session, register_store.load(session), at=NOW)
            told = jobs.remind_of_reports(session, MONDAY, NOW)
            bodies = list(session.scalars(select(mail.c.body).where(mail.c.template == "report-due")))
        assert told.startswith("1 reports late")
        assert bodies
        assert all("redovisningar för januari 2026 som du kan lämna" in each for each in bodies)
        with system.database.writing() as session:
            assert jobs.remind_of_reports(session, date(2026, 2, 17), NOW) == "not today"
