"""What a person writes is kept whole or refused with how long it may be: by every way into the books, one row each."""

import ast
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest
from sqlalchemy.exc import SQLAlchemyError

from accounts import applications
from accounts.mails import accessibility_reports
from accounts.staff import changes as staff_changes
from audit import retention
from bookkeeping import ledger_answers, month_closing, rule_changes
from bookkeeping.ledger_accounts import LedgerAccounts
from bookkeeping.month_closing import ClosingStep
from foundation.errors import Refused
from foundation.periods import Month
from foundation.personal_numbers import PersonalNumber
from foundation.sql import Session
from foundation.text import FOLDERS
from invoicing.claims import raising, steps
from invoicing.claims.claim_states import ClaimCause
from invoicing.conversation import writing
from invoicing.decisions import protected
from invoicing.decisions.rules import Action
from invoicing.exceptions import steps as exception_steps
from invoicing.exceptions import worklist
from invoicing.exceptions.worklist_store import WorkKind
from invoicing.flow_test import flow_test
from invoicing.flow_test.flow_test_store import FlowStep
from invoicing.model import InvoiceState, SupplierInvoice
from invoicing.payment import repayments
from invoicing.payment.bank_answers import bank_reports, transfer_notes
from invoicing.payment.bank_answers.transfer_note_store import TransferSaid
from invoicing.payment_control import loading, releases
from invoicing.payment_control.controls import RELEASABLE
from invoicing.supplier_changes import change_requests
from operations.register_loads import proposing
from orders.register import policy_store
from orders.register import store as register_store
from tests.support.project import PROJECT
from tests.support.servers.system_databases import migrated
from tests.support.stories.personal_numbers import SOMEBODY
from tests.support.stories.system import FYRBAKEN, System, example_register
from web.lists import saved_views

NOW, DAY, MONTH = datetime(2026, 3, 2, 9, tzinfo=UTC), date(2026, 3, 2), Month(2026, 2)
BY, BOOKS = "user-1", LedgerAccounts()
CONTACT = example_register().buyer.contact
Way = Callable[[Session, str], object]


def _in_question() -> SupplierInvoice:
    """As much of a document as its conversation asks of it."""
    return cast(SupplierInvoice, SimpleNamespace(id=0, number="F-1", state=InvoiceState.IN_QUESTION))


ROWS: dict[str, tuple[int, Way]] = {
    "accounts.mails.accessibility_reports report": (
        accessibility_reports.LONGEST,
        lambda session, said: accessibility_reports.report(
            session, CONTACT, page="", words=said, reply_to="", utf8=False, at=NOW
        ),
    ),
    "accounts.applications refuse": (
        1000,
        lambda session, said: applications.refuse(session, 1, reason=said, by=BY, today=DAY, at=NOW),
    ),
    "accounts.staff.changes": (
        500,
        lambda session, said: staff_changes.refuse(session, 1, by=BY, reason=said, at=NOW),
    ),
    "audit.retention": (
        500,
        lambda session, said: retention.hold(session, "100000101", by=BY, on=DAY, reason=said),
    ),
    "bookkeeping.month_closing ask": (
        500,
        lambda session, said: month_closing.ask(
            session, BOOKS, MONTH, reason=said, by=BY, today=DAY, now=NOW
        ),
    ),
    "bookkeeping.month_closing step": (
        500,
        lambda session, said: month_closing.step(
            session, BOOKS, MONTH, ClosingStep.ASK_REOPEN, reason=said, by=BY, today=DAY, now=NOW
        ),
    ),
    "bookkeeping.ledger_answers": (
        1000,
        lambda session, said: ledger_answers.note_booked(
            session, "1", ledger_number="A 1", reason=said, today=DAY, by=BY, now=NOW
        ),
    ),
    "bookkeeping.rule_changes": (
        500,
        lambda session, said: rule_changes.propose(
            session, BOOKS, "", month=MONTH, reason=said, by=BY, now=NOW
        ),
    ),
    "invoicing.claims.raising": (
        500,
        lambda session, said: raising.ask(
            session, 1, cause=ClaimCause.WRONG_MONTH, reason=said, by=BY, today=DAY
        ),
    ),
    "invoicing.claims.steps dispute": (
        2000,
        lambda session, said: steps.dispute(session, "1", supplier=FYRBAKEN, by=BY, words=said, today=DAY),
    ),
    "invoicing.claims.steps uphold": (
        2000,
        lambda session, said: steps.uphold(session, "1", by=BY, words=said, today=DAY),
    ),
    "invoicing.claims.steps write off": (
        2000,
        lambda session, said: steps.ask_write_off(session, "1", by=BY, reason=said, today=DAY),
    ),
    "invoicing.conversation.writing": (
        2000,
        lambda session, said: writing.answer(session, _in_question(), said, (), by=BY, at=NOW),
    ),
    "invoicing.decisions.protected mark": (
        500,
        lambda session, said: protected.mark_message_again(session, 1, by=BY, on=DAY, reason=said),
    ),
    "invoicing.decisions.protected clear": (
        500,
        lambda session, said: protected.clear(session, 1, by=BY, on=DAY, reason=said),
    ),
    "invoicing.decisions.protected reveal": (
        500,
        lambda session, said: protected.reveal_message(session, 1, by=BY, reason=said),
    ),
    "invoicing.exceptions.steps": (
        500,
        lambda session, said: exception_steps.begin(session, Action.ACCEPT, 1, reason=said),
    ),
    "invoicing.exceptions.worklist": (
        2000,
        lambda session, said: worklist.comment(session, WorkKind.DOCUMENT, 1, said, by=BY, at=NOW),
    ),
    "invoicing.flow_test.flow_test": (
        500,
        lambda session, said: flow_test.send_back(
            session, FYRBAKEN, FlowStep.FLOW_TEST, by=BY, note=said, now=NOW
        ),
    ),
    "invoicing.payment.repayments take back": (
        500,
        lambda session, said: repayments.take_back(session, 1, by=BY, reason=said),
    ),
    "invoicing.payment.repayments undo": (
        500,
        lambda session, said: repayments.ask_undo(
            session, 1, 1, by=BY, undone_on=DAY, reason=said, today=DAY
        ),
    ),
    "invoicing.payment.bank_answers.bank_reports": (
        500,
        lambda session, said: bank_reports.handle(session, 1, by=BY, note=said),
    ),
    "invoicing.payment.bank_answers.transfer_notes": (
        500,
        lambda session, said: transfer_notes.note(
            session, "RM1", TransferSaid.PAID, on_day=DAY, reason=said, by=BY, today=DAY
        ),
    ),
    "invoicing.payment_control.loading": (
        120,
        lambda session, said: loading.take_in(
            session, register_store.load(session), b"", source=said, by=BY, now=NOW
        ),
    ),
    "invoicing.payment_control.releases": (
        500,
        lambda session, said: releases.release(
            session,
            register_store.load(session),
            1,
            next(iter(RELEASABLE)),
            reason=said,
            by=BY,
            now=NOW,
            on=DAY,
        ),
    ),
    "invoicing.supplier_changes.change_requests confirm": (
        500,
        lambda session, said: change_requests.confirm_first(session, 1, by=BY, call_back=said, now=NOW),
    ),
    "invoicing.supplier_changes.change_requests refuse": (
        500,
        lambda session, said: change_requests.refuse(session, 1, by=BY, reason=said, now=NOW),
    ),
    "operations.register_loads.proposing": (
        500,
        lambda session, said: proposing.decline(session, 1, by=BY, reason=said, now=NOW),
    ),
    "orders.register.policy_store": (
        500,
        lambda session, said: policy_store.make(
            session,
            register_store.load(session).policy,
            valid_from=DAY,
            reason=said,
            by=BY,
            at=NOW,
            today=DAY,
            instead_of="",
        ),
    ),
    "web.lists.saved_views": (
        60,
        lambda session, said: saved_views.keep(session, BY, name=said, address="/orders"),
    ),
}


@pytest.fixture(scope="module")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    url = f"sqlite:///{tmp_path_factory.mktemp('words') / 'billing.sqlite'}"
    with closing(migrated(url)) as database:
        system = System(database)
        system.change_register(example_register())
        yield system


class Undone(Exception):
    """The words were taken; nothing of it is kept."""


def refusal(system: System, way: Way, said: str) -> str:
    """What is said of these words; empty where they are taken, or what they are about is not there."""
    try:
        with system.database.writing() as session:
            way(session, said)
            raise Undone
    except Refused as refused:
        return refused.text.sv
    except (Undone, SQLAlchemyError):
        return ""


@pytest.mark.parametrize(("longest", "way"), ROWS.values(), ids=ROWS)
def test_what_is_longer_than_is_kept_is_refused_and_never_cut(system: System, longest: int, way: Way) -> None:
    long = "för " * (longest // 4) + "x"
    assert refusal(system, way, long) == (
        f"Texten är för lång: den har {len(long)} tecken, och högst {longest} sparas. Korta den; inget skärs bort "
        "av sig självt."
    )
    assert "för lång" not in refusal(system, way, "y" * longest)
    assert "för lång" not in refusal(system, way, f"  {'y' * longest}\n")
    assert refusal(system, way, f"Gäller {SOMEBODY}.") == PersonalNumber().text.sv


def test_every_module_where_words_are_kept_has_its_row() -> None:
    rows = {each.split()[0] for each in ROWS}
    assert rows == {
        path.relative_to(PROJECT).with_suffix("").as_posix().replace("/", ".")
        for folder in FOLDERS
        for path in (PROJECT / folder).rglob("*.py")
        if _keeps_words(path)
    }


def _keeps_words(path: Path) -> bool:
    source = path.read_text(encoding="utf-8")
    if "kept_words" not in source:
        return False
    calls = (each for each in ast.walk(ast.parse(source)) if isinstance(each, ast.Call))
    return any(ast.unparse(each.func) == "kept_words.kept" for each in calls)
