"""What the journal says of holds, disposals and cases handed out, row by row; and what a disposal leaves as proof."""

import hashlib
import json
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

import pytest
from sqlalchemy import Row, select

from audit import body_store, case_archive, disposal_store, journal_queries, legal_hold_store, retention
from audit import cases as audit_cases
from audit.retention import RetentionRefused
from audit.tables import disposed_body
from foundation import journal
from foundation.journal_chains.row_hashes import GENESIS
from tests.support.stories.system import System, a_system

REFERENCE, OTHER = "100000101", "100000102"
LATER = date(2034, 1, 1)


@pytest.fixture
def system(database_url: str) -> Iterator[System]:
    """Two cases that were paid long ago."""
    with a_system(database_url) as system:
        for reference in (REFERENCE, OTHER):
            system.decide(reference)
            system.report(reference, "2026-01", on=date(2026, 2, 2))
            system.send_invoice(system.order(reference).number, number=f"F-{reference}", on=date(2026, 2, 3))
        system.pay(on=date(2026, 3, 10))
        yield system


def last(system: System) -> Row[Any]:
    with system.database.reading() as session:
        *_, row = journal.rows(session)
    return row


def said(row: Row[Any]) -> tuple[str, str, str, str, dict[str, str]]:
    return row.actor, row.action, row.subject, row.execution_reference, json.loads(row.detail)


def test_a_hold_says_who_and_why_and_its_end_says_who(system: System) -> None:
    with system.database.writing() as session:
        retention.hold(session, REFERENCE, by="user-1", on=LATER, reason="Tvist i domstol")
    case = (f"case {REFERENCE}", REFERENCE)
    assert said(last(system)) == ("user-1", "hold.placed", *case, {"reason": "Tvist i domstol"})
    with system.database.writing() as session:
        (held,) = legal_hold_store.newest_first(session)
        retention.lift(session, held.id, by="user-2", on=LATER)
    assert said(last(system)) == ("user-2", "hold.lifted", *case, {})


@pytest.mark.parametrize("reason", ["", "   "])
def test_a_hold_without_a_reason_is_refused(system: System, reason: str) -> None:
    with system.database.writing() as session, pytest.raises(RetentionRefused, match="why"):
        retention.hold(session, REFERENCE, by="user-1", on=LATER, reason=reason)


def test_a_disposal_leaves_the_fingerprint_of_each_thing_it_removed(system: System) -> None:
    with system.database.writing() as session:
        retention.hold(session, OTHER, by="user-1", on=LATER, reason="Tvist")
        number = retention.propose(session, by="user-1", on=LATER)
    disposal = f"disposal {number}"
    with system.database.reading() as session:
        # What is removed here comes back with the end of the reading.
        foreseen = []
        for each in body_store.of_case(session, REFERENCE):
            disposal_store.add_body(session, number, each)
            foreseen.append(each)
    assert said(last(system)) == ("user-1", "disposal.proposed", disposal, "", {"cases": "1"})
    with system.database.writing() as session:
        text = retention.confirm(session, number, by="user-2", on=LATER)
    protocol = json.loads(text)
    with system.database.reading() as session:
        removed: Sequence[Row[Any]] = session.execute(
            select(disposed_body).where(disposed_body.c.disposal_id == number)
        ).all()
    assert len(removed) > 3
    assert sum(count for kind, count in protocol["removed"].items() if kind != "bytes") == len(removed)
    assert protocol["removed"]["bytes"] == sum(row.size for row in removed)
    assert (protocol["disposal"], protocol["on"]) == (number, str(LATER))
    assert (protocol["proposed_by"], protocol["confirmed_by"]) == ("user-1", "user-2")
    assert (protocol["cases"], protocol["outside_cases"], protocol["kept"]) == ([REFERENCE], [], [])
    lines = "".join(f"{kind} {item_id} {digest}\n" for kind, item_id, digest, _ in foreseen)
    assert protocol["sha256_of_list"] == hashlib.sha256(lines.encode()).hexdigest()
    assert {tuple(each) for each in foreseen} == {
        (row.kind, row.item_id, row.sha256, row.size) for row in removed
    }
    told = {"cases": "1", "protocol": hashlib.sha256(text.encode()).hexdigest()}
    assert said(last(system)) == ("user-2", "disposal.done", disposal, "", told)


def test_a_hold_that_came_after_the_proposal_is_named_as_kept(system: System) -> None:
    with system.database.writing() as session:
        number = retention.propose(session, by="user-1", on=LATER)
        retention.hold(session, OTHER, by="user-3", on=LATER, reason="Tvist")
    with system.database.writing() as session:
        protocol = json.loads(retention.confirm(session, number, by="user-2", on=LATER))
    assert (protocol["cases"], protocol["kept"]) == ([REFERENCE], [OTHER])


def test_a_proposal_taken_back_says_who_and_is_taken_back_once(system: System) -> None:
    with system.database.writing() as session:
        number = retention.propose(session, by="user-1", on=LATER)
    with system.database.writing() as session:
        retention.withdraw(session, number, by="user-2")
    assert said(last(system)) == ("user-2", "disposal.withdrawn", f"disposal {number}", "", {})
    with system.database.writing() as session:
        for again in (
            lambda: retention.withdraw(session, number, by="user-2"),
            lambda: retention.confirm(session, number, by="user-2", on=LATER),
        ):
            with pytest.raises(RetentionRefused):
                again()


def test_a_case_handed_out_is_a_row_with_the_fingerprint_of_its_manifest(system: System) -> None:
    with system.database.writing() as session:
        body = audit_cases.export(session, REFERENCE, by="auditor-1")
    manifest = {"manifest": case_archive.manifest_of(body)}
    assert said(last(system)) == ("auditor-1", "audit.exported", f"case {REFERENCE}", "", manifest)


def test_the_rows_of_a_case_are_those_of_its_reference_and_those_about_its_things(system: System) -> None:
    with system.database.writing() as session:
        # About the invoice, and without the case's reference, as what a person does to a document alone.
        audit_cases.export(session, OTHER, by="auditor-1")
    with system.database.reading() as session:
        every = [row._asdict() for row in journal.rows(session)]
        found = journal_queries.chained_rows(session, REFERENCE, [f"case {OTHER}"])
    wanted = [row for row in every if row["execution_reference"] == REFERENCE]
    wanted += [row for row in every if row["subject"] == f"case {OTHER}"]
    assert [row["sequence"] for row in found] == sorted(row["sequence"] for row in wanted)
    before = {(row["chain"], row["position"]): row["hash"] for row in every}
    assert [row["previous"] for row in found] == [
        before.get((row["chain"], row["position"] - 1), GENESIS) for row in found
    ]
