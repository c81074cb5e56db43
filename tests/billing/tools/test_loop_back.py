"""The whole loop over real sockets: orders out, suppliers' systems answer and bill, until everything is paid."""

import json
from collections import defaultdict
from datetime import date, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from billing.cli import demo_loop
from billing.cli.cli import app
from billing.cli.commands import demo as demo_command
from billing.migrations.schema import open_database
from billing.tools.demo import loop_back
from billing.tools.demo.loop_back import Looped
from billing.tools.demo.story import Payments, Story
from operations.event_loading import EventLine
from orders.purchase_orders import order_store
from peppol.exchange import outbox_store
from tests.support.stories.system import (
    FYRBAKEN,
    HAVTORNET,
    LARKDRILLEN,
    REGISTER,
    STIGFINNAREN,
    TALLKOTTEN,
    decision,
    event_line,
)

START, END = date(2026, 2, 2), date(2026, 2, 28)
REPORTED = date(2026, 3, 3)
REFERENCES = {
    FYRBAKEN: ("100000101", "100000102", "100000103"),
    LARKDRILLEN: ("100000201", "100000202"),
    TALLKOTTEN: ("100000301",),
    HAVTORNET: ("100000401",),
    STIGFINNAREN: ("100000501",),
}


def a_story() -> Story:
    """One month with every supplier there is."""
    events: dict[date, list[EventLine]] = defaultdict(list)
    told = 0

    def tell(kind: str, data: dict[str, object], on: date) -> None:
        nonlocal told
        told += 1
        events[on].append(event_line(kind, data, on=on, event_id=f"E{told}"))

    for supplier, references in REFERENCES.items():
        for reference in references:
            tell("placement.decided", decision(reference, start=START, end=END, supplier=supplier), START)
            report: dict[str, object] = {
                "execution_reference": reference,
                "month": "2026-02",
                "version": 1,
                "at": f"{REPORTED}T08:00:00+01:00",
                "by": "user-17",
            }
            tell("report.filed", report, REPORTED)
            tell("report.approved", report, REPORTED)
    return Story(
        register=(REGISTER,),
        events=dict(events),
        messages={},
        credit_requests={},
        flips={},
        acts={},
        payments=Payments(prepared_by="ekonom-1", attested_by="attest-1"),
        cases=(),
        last_day=END + timedelta(days=40),
    )


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> tuple[Looped, Path]:
    folder = tmp_path_factory.mktemp("plain")
    return loop_back.play(a_story(), url=f"sqlite:///{folder}/b.sqlite", folder=folder, seed=SEED), folder


# Under this seed a price, a VAT rate, an account and a sum are wrong, and an order line is missing.
SEED = 393


def test_everything_is_paid_and_the_statement_sums_to_zero(plain: tuple[Looped, Path]) -> None:
    looped, _ = plain
    assert looped.broken == ()
    total = looped.statement.total
    assert total.settled
    assert total.open.is_zero
    assert total.received == total.paid
    assert all(row.settled for row in looped.statement.rows)
    assert set(looped.documents) <= {"PAID", "CREDITED", "SETTLED"}
    # Mistakes were made and put right.
    assert looped.documents["CREDITED"] == looped.documents["SETTLED"] > 0


def test_every_kind_of_message_has_travelled(plain: tuple[Looped, Path]) -> None:
    looped, _ = plain
    assert looped.messages_out["order DELIVERED"] == 7
    assert looped.messages_out["order IN_PORTAL"] == 1
    assert looped.messages_in["order-response HANDLED"] == 4
    assert looped.messages_in["mlr HANDLED"] == 5
    assert looped.messages_in["invoice QUARANTINED"] == 1
    assert looped.messages_in["credit-note HANDLED"] == looped.documents["SETTLED"]
    assert not any(kind.endswith(("WAITING", "STUCK", "FAILED", "CONFLICT")) for kind in looped.messages_out)
    assert looped.faults == {}


def test_orders_stand_as_they_were_placed_whatever_was_answered(plain: tuple[Looped, Path]) -> None:
    _, folder = plain
    database = open_database(f"sqlite:///{folder}/b.sqlite")
    try:
        with database.reading() as session:
            for each in outbox_store.messages_out(session, kind="order"):
                order = order_store.get(session, each.document_id)
                assert (
                    f'<cbc:LineExtensionAmount currencyID="SEK">{order.amount.amount}<'.encode() in each.body
                )
    finally:
        database.close()


def test_lost_doubled_and_mixed_up_messages_give_the_same_books(
    plain: tuple[Looped, Path], tmp_path: Path
) -> None:
    looped = loop_back.play(
        a_story(), url=f"sqlite:///{tmp_path}/b.sqlite", folder=tmp_path, seed=SEED, faults=True
    )
    assert looped.broken == ()
    assert looped.faults["delivered twice"] > 0
    assert looped.faults["handed in again"] > 0
    assert looped.faults["system: UNCLEAR"] > 0
    assert looped.books == plain[0].books


def test_the_command_tells_of_it(
    plain: tuple[Looped, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(demo_command, "read_story", lambda folder, **chapters: a_story())
    monkeypatch.setattr(demo_loop, "play", lambda story, **how: plain[0])
    arguments = ["demo", "--access-point", "simulator", "--dir", str(tmp_path / "demo"), "--seed", str(SEED)]
    run = CliRunner(env={"COLUMNS": "200"}).invoke(app, arguments)
    assert run.exit_code == 0, run.output
    assert "Everything received is invoiced, approved and paid" in run.output
    summary = json.loads((tmp_path / "demo" / "summary.json").read_text(encoding="utf-8"))
    assert summary["settled"] is True
    assert summary["statement"]["open"] == "0.00"
    assert (tmp_path / "demo" / "statement.csv").exists()
