"""Audit: the chain held against heads kept outside, a case that proves itself, and disposal by two people."""

import io
import json
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audit import case_archive, disposal_store, journal_queries, legal_hold_store, retention
from audit import cases as audit_cases
from audit.cases import NoCase
from audit.journal_queries import Sought
from audit.retention import RetentionRefused
from foundation import journal, journal_anchor
from foundation.errors import Refused
from foundation.journal_anchor import UnreadableHeads
from invoicing.journal_actions import AuditAction, DocumentAction
from invoicing.model import InvoiceState
from invoicing.reconciliation import entry_queries
from invoicing.reconciliation.statement import StatementKey, reconcile
from operations import journal_heads
from orders.journal_actions import OrderAction
from peppol.exchange import outbox_store
from tests.support.stories.bills import billed
from tests.support.stories.system import System, a_system

REFERENCE = "100000101"
LATER = date(2034, 1, 1)


@pytest.fixture
def system(database_url: str) -> Iterator[System]:
    """One case from decision to payment, with a credit in between; a second case that is still open."""
    with a_system(database_url) as system:
        system.decide(REFERENCE, start=date(2026, 1, 1), decided_on=date(2026, 1, 1))
        system.decide("100000102", start=date(2026, 1, 1), decided_on=date(2026, 1, 1))
        for reference in (REFERENCE, "100000102"):
            system.report(reference, "2026-01", on=date(2026, 2, 2))
        order = system.order(REFERENCE).number
        wrong = billed(system.flip(order, "001", number="F-1", on=date(2026, 2, 3)), days="22")
        invoice = system.send(wrong)
        system.ask_credit(invoice, on=date(2026, 2, 4))
        system.send_credit(wrong, number="K-1", on=date(2026, 2, 5))
        system.send_invoice(order, number="F-2", on=date(2026, 2, 6))
        system.send_invoice(system.order("100000102").number, number="F-3", on=date(2026, 2, 6))
        system.pay(on=date(2026, 3, 10))
        yield system


def exported(system: System, reference: str = REFERENCE) -> bytes:
    with system.database.writing() as session:
        return audit_cases.export(session, reference, by="auditor-1")


# The chain ----------------------------------------------------------------------------------


@pytest.mark.both_engines
def test_the_chains_are_held_against_roots_written_elsewhere(system: System, tmp_path: Path) -> None:
    path = tmp_path / "heads" / "journal.txt"
    _write_outside(system, path, on=date(2026, 3, 10))
    system.report("100000102", "2026-02", on=date(2026, 3, 11))
    _write_outside(system, path, on=date(2026, 3, 11))
    heads = journal_anchor.read(path.read_text())
    assert [each.day.day for each in heads] == [10, 11]
    with system.database.reading() as session:
        assert list(journal_anchor.verify(session, heads)) == []
    # Where nothing moved the newest root stands, and a file that lacks its line gets it.
    _write_outside(system, path, on=date(2026, 3, 12))
    assert path.read_text().splitlines()[2].split()[1:] == path.read_text().splitlines()[1].split()[1:]
    with pytest.raises(UnreadableHeads):
        journal_anchor.read("not a head at all")
    with pytest.raises(UnreadableHeads):
        journal_anchor.read("2026-03-10 7 abc")


def _write_outside(system: System, path: Path, *, on: date) -> None:
    line = journal_heads.made(system.database, day=on)
    assert line is not None
    journal_anchor.append(path, line)


# A case -------------------------------------------------------------------------------------


def test_a_case_proves_itself_with_and_without_our_program(system: System, tmp_path: Path) -> None:
    first, second = exported(system), exported(system)
    assert first == second
    with system.database.reading() as session:
        held = len(list(journal.rows(session, execution_reference="100000101")))
    assert list(case_archive.verify(first)) == []
    with zipfile.ZipFile(io.BytesIO(first)) as archive:
        names = archive.namelist()
        rows = archive.read("journal/journal.jsonl").decode()
        chain = archive.read("journal/chain.json")
        archive.extract("verify.py", tmp_path)
    assert sum(name.startswith("documents/in/") for name in names) == 3
    assert sum(name.startswith("documents/out/") for name in names) == 6
    assert sum(name.startswith("matches/") for name in names) == 6
    assert DocumentAction.CREDIT_REQUESTED in rows
    assert "100000102" not in rows
    assert json.loads(chain) == {"chain": "case 100000101", "rows": held, "newer_than_root": held}
    path = tmp_path / "case.zip"
    path.write_bytes(first)
    run = [sys.executable, str(tmp_path / "verify.py"), str(path)]
    assert "Everything is as it was" in subprocess.run(run, capture_output=True, text=True, check=True).stdout
    with system.database.reading() as session:
        *_, last = journal.rows(session)
    assert last.action == AuditAction.EXPORTED
    assert case_archive.manifest_of(first) in last.detail
    with pytest.raises(NoCase):
        exported(system, "999999999")


_FILES = {f"documents/in/letter-{each:06}.xml": f"<a>{each}</a>".encode() for each in range(4)}
_CASE = case_archive.build("100000101", _FILES)


@given(st.integers(0, len(_CASE) - 1), st.integers(1, 255))
@settings(max_examples=3 * settings().max_examples)
def test_one_changed_byte_anywhere_is_named(place: int, by: int) -> None:
    spoilt = bytearray(_CASE)
    spoilt[place] ^= by
    broken = list(case_archive.verify(bytes(spoilt)))
    assert broken
    with zipfile.ZipFile(io.BytesIO(_CASE)) as archive:
        for info in archive.infolist():
            start = info.header_offset + 30 + len(info.filename)
            if start <= place < start + info.file_size:
                assert broken[0][0] == info.filename


@pytest.mark.parametrize("name", sorted(_FILES))
def test_a_file_that_was_replaced_with_its_checksum_is_told_by_the_manifest(name: str) -> None:
    """Whoever writes the container anew makes it whole: only the fingerprint in the sealed manifest tells."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(_CASE)) as archive, zipfile.ZipFile(out, "w") as forged:
        for info in archive.infolist():
            body = archive.read(info)
            forged.writestr(info, body.replace(b"<a>", b"<b>") if info.filename == name else body)
        forged.comment = archive.comment
    assert list(case_archive.verify(out.getvalue())) == [(name, "its bytes are not those in the manifest")]


def test_what_is_added_or_taken_out_is_named() -> None:
    more = case_archive.build("1", {**_FILES, "extra.txt": b"more"})
    with zipfile.ZipFile(io.BytesIO(more)) as archive:
        manifest, comment = archive.read("manifest.json"), archive.comment
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("manifest.json", manifest)
        archive.writestr("foreign.txt", b"foreign")
        archive.comment = comment
    broken = dict(case_archive.verify(out.getvalue()))
    assert broken["foreign.txt"] == "it is not in the manifest"
    assert broken["extra.txt"] == "it is missing"


@pytest.mark.both_engines
def test_the_journal_is_searched_by_reference_document_person_and_time(system: System) -> None:
    with system.database.reading() as session:

        def found(**sought: object) -> set[str]:
            rows, many = journal_queries.search(session, Sought(**sought), limit=1000)  # type: ignore[arg-type]
            assert many == len(rows)
            return {row.action for row in rows}

        assert {
            OrderAction.ORDER_PLACED,
            DocumentAction.INVOICE_PAID,
            DocumentAction.CREDIT_REQUESTED,
        } <= found(text=REFERENCE)
        assert found(text="F-1") == {
            DocumentAction.INVOICE_RECEIVED,
            DocumentAction.CREDIT_REQUESTED,
            DocumentAction.INVOICE_CREDITED,
        }
        assert found(actor="attester-1") == {DocumentAction.INVOICE_PAID}
        assert found(action="credit.settled") == {DocumentAction.CREDIT_SETTLED}
        assert found(text="999999999") == set()
        assert found(since=date(2026, 11, 22)) == set()
        assert DocumentAction.INVOICE_PAID in found(since=date(2026, 11, 21), until=date(2026, 11, 21))


# Keeping and disposing ----------------------------------------------------------------------


def total(system: System) -> object:
    with system.database.reading() as session:
        return reconcile(entry_queries.entries(session), by=(StatementKey.EXECUTION_REFERENCE,)).total


def test_a_case_is_disposed_of_by_two_people_and_the_books_still_balance(system: System) -> None:
    before = total(system)
    with system.database.writing() as session:
        assert retention.due(session, today=date(2033, 12, 31)) == []
        with pytest.raises(RetentionRefused, match="No case"):
            retention.propose(session, by="user-1", on=date(2033, 12, 31))
        assert [each for each, _ in retention.due(session, today=LATER)] == [REFERENCE, "100000102"]
        retention.hold(session, "100000102", by="user-1", on=LATER, reason="Tvist i domstol")
        number = retention.propose(session, by="user-1", on=LATER)
        with pytest.raises(RetentionRefused, match="another than the one who proposed"):
            retention.confirm(session, number, by="user-1", on=LATER)
    with system.database.writing() as session:
        protocol = retention.confirm(session, number, by="user-2", on=LATER)
        with pytest.raises(RetentionRefused):
            retention.confirm(session, number, by="user-3", on=LATER)
    assert f'"{REFERENCE}"' in protocol
    assert "100000102" not in protocol
    assert '"LETTER_IN": 3' in protocol
    assert total(system) == before
    assert system.broken() == []
    with system.database.reading() as session:
        kept = {
            len(message.body)
            for message in outbox_store.messages_out(session)
            if message.document_id == system.order(REFERENCE).number
        }
        assert kept == {0}
        assert retention.due(session, today=LATER) == []
        (done,) = disposal_store.newest_first(session)
    assert (done.state, done.proposed_by, done.confirmed_by) == ("DONE", "user-1", "user-2")


def test_what_is_open_or_held_is_never_disposed_of(system: System) -> None:
    order = system.order("100000102").number
    system.report("100000102", "2026-02", on=date(2026, 3, 2))
    invoice = system.send(billed(system.flip(order, "002", number="F-4", on=date(2026, 3, 3)), days="3"))
    assert invoice.state is InvoiceState.IN_QUESTION
    with system.database.writing() as session:
        retention.hold(session, REFERENCE, by="user-1", on=LATER, reason="Tvist")
        with pytest.raises(RetentionRefused, match="legal hold already"):
            retention.hold(session, REFERENCE, by="user-2", on=LATER, reason="En till")
        with pytest.raises(RetentionRefused, match="no placement"):
            retention.hold(session, "999999999", by="user-1", on=LATER, reason="Tvist")
        assert retention.due(session, today=LATER) == []
        (hold,) = legal_hold_store.newest_first(session)
        retention.lift(session, hold.id, by="user-2", on=LATER)
        with pytest.raises(Refused):
            retention.lift(session, hold.id, by="user-2", on=LATER)
        assert [each for each, _ in retention.due(session, today=LATER)] == [REFERENCE]
        number = retention.propose(session, by="user-1", on=LATER)
        retention.hold(session, REFERENCE, by="user-1", on=LATER, reason="Tvist igen")
        retention.confirm(session, number, by="user-2", on=LATER)
        (disposal,) = disposal_store.newest_first(session)
        assert f'"kept": [\n  "{REFERENCE}"' in disposal.protocol
    assert system.broken() == []
