"""`billing post deliver` through an access point that answers later: what it has taken is asked about afterwards."""

from pathlib import Path

import pytest
from sqlalchemy import select

from foundation.database import Database
from peppol.exchange import tables as exchange_tables
from peppol.exchange.tables import OutState
from tests.support.command_line import Desk, a_desk
from tests.support.servers.access_points import BUYER, TOKEN, simulator


def is_asked_about(desk: Desk) -> tuple[str, bool]:
    """The state of the order, and whether somebody will ask how it fares."""
    database = Database(desk.url)
    try:
        with database.reading() as session:
            row = session.execute(
                select(exchange_tables.outbox.c.state, exchange_tables.outbox.c.ask_at)
            ).one()
    finally:
        database.close()
    return row.state, row.ask_at is not None


def test_what_is_accepted_at_the_command_line_is_asked_about_by_the_worker(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = a_desk(tmp_path)
    with simulator(tmp_path / "network") as running:
        monkeypatch.setenv("BILLING_ACCESS_POINT_KIND", "phoss")
        monkeypatch.setenv("BILLING_ACCESS_POINT_ADDRESS", f"{running.address}/phoss/{BUYER}")
        monkeypatch.setenv("BILLING_ACCESS_POINT_TOKEN", TOKEN)
        running.faults({"fault": "hold"})
        desk.run("post", "deliver")
    assert is_asked_about(desk) == (OutState.SENT, True)
