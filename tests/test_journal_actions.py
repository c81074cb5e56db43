"""What the journal can say, over all folders: every action and kind of subject is listed once, written and told."""

import ast
import re
from collections.abc import Iterator, Mapping
from enum import StrEnum
from importlib import import_module
from pathlib import Path
from typing import Any, Final

import pytest

from accounts.journal_actions import AccountsSubject
from finance_desk.journal_subjects import DETAIL_WORDS, SUBJECT_WORDS, subject_name
from finance_desk.journal_words import ACTION_WORDS, action_name
from foundation import tables as foundation_tables
from foundation.journal_entries import JournalAction, JournalSubject, SubjectKind
from foundation.periods import Month
from foundation.text import Text
from invoicing.decisions.rules import Action
from invoicing.exceptions import steps, worklist
from invoicing.exceptions.worklist_store import WorkKind
from invoicing.journal_actions import document_subject
from invoicing.model import DocumentType
from orders.journal_actions import OrdersSubject, order_line_subject, report_subject
from tests.support import measures
from tests.support.product import modules

_LISTS: Final = tuple(name for name in modules() if Path(name).name == "journal_actions.py")
_READERS: Final = (
    "billing/tools/",
    "finance_desk/",
    "operations/checks/invariants.py",
    "operations/timeline/",
)
"""Who only reads the journal, and so is no witness that something is written."""

_READS: Final = re.compile(
    r"journal\.rows(_about)?\(|tables\.journal\b|foundation\.tables import .*\bjournal\b|from journal\b"
)
_TELLERS: Final = {
    "billing/tools/demo/outcomes.py": "what the demo's cases came to",
    "operations/checks/invariant_queries.py": "`billing check`: whether journal and books agree",
    "operations/restore/backup_queries.py": "how far the books of a copy had come",
    "audit/journal_queries.py": "what an auditor looks for, and a case as it is handed out",
    "invoicing/exceptions/case.py": "the story on a document's page",
    "operations/supplier_exports/contents_queries.py": "the supplier's own rows, in the export of all that is its own",
    "supplier_portal/queries/order_changes.py": "which document an event without a case was told of",
    "operations/timeline/queries.py": "the timeline of a placement",
}
"""Who may read the journal's rows, and what is told by it there. No rule is decided by them (decision 36)."""

_TABLES: Final[Mapping[str, tuple[Mapping[Any, object], type[StrEnum]]]] = {
    "what a press is": (steps.JOURNAL_ACTIONS, Action),
    "what lies in the queue": (worklist.SUBJECT_KINDS, WorkKind),
}
"""Tables from another enum to what the journal says, with that enum."""


def classes(base: type[StrEnum]) -> Iterator[type[StrEnum]]:
    """Every enum of the product that stands on `base`."""
    for name in _LISTS:
        for each in vars(import_module(name.removesuffix(".py").replace("/", "."))).values():
            if isinstance(each, type) and issubclass(each, base) and each is not base:
                yield each


def members(base: type[StrEnum]) -> list[StrEnum]:
    """Every member of all of them."""
    return [member for each in classes(base) for member in each]


def named(names: Iterator[str]) -> set[str]:
    """Every `Class.MEMBER` that these modules speak of."""
    return {
        f"{node.value.id}.{node.attr}"
        for name in names
        for node in ast.walk(measures.tree(name))
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)
    }


def test_actions_and_kinds_of_subject_are_listed_in_the_lists_of_the_folders_alone() -> None:
    assert len(_LISTS) == 5
    elsewhere = {
        f"{name}: {node.name}"
        for name in modules()
        for node in ast.walk(measures.tree(name))
        if isinstance(node, ast.ClassDef)
        and {ast.unparse(base) for base in node.bases} & {"JournalAction", "SubjectKind"}
        and name not in _LISTS
    }
    assert elsewhere == set()
    assert all(len(each) for base in (JournalAction, SubjectKind) for each in classes(base))


def test_no_two_actions_are_stored_alike_and_each_fits_its_column() -> None:
    stored = [each.value for each in members(JournalAction)]
    assert len(set(stored)) == len(stored) > 100
    assert max(map(len, stored)) <= foundation_tables.journal.c.action.type.length  # type: ignore[attr-defined]


def test_every_kind_of_subject_is_called_by_a_word_of_its_own() -> None:
    assert set(SUBJECT_WORDS) == {each for each in members(SubjectKind) if each}
    for each in members(SubjectKind):
        assert isinstance(each, SubjectKind)
        said = subject_name(str(each.of("7")))
        assert said.sv == (f"{SUBJECT_WORDS[each].sv} 7" if each else "7")


def test_every_fact_that_is_noted_by_name_is_called_by_a_word() -> None:
    """By the journal's own function, and by those of the folders that hand on to it what they are given."""
    noting = {"journal.record", "document_journal.record", "record", "_record", "_note"}
    noted = {
        keyword.arg
        for name in modules()
        for node in ast.walk(measures.tree(name))
        if isinstance(node, ast.Call) and ast.unparse(node.func) in noting
        for keyword in node.keywords
        if keyword.arg
    }
    assert len(noted) > 60
    assert noted - {"execution_reference"} - set(DETAIL_WORDS) == set()


def test_no_two_kinds_of_subject_are_stored_alike_but_for_those_without_a_word() -> None:
    stored = [each.value for each in members(SubjectKind) if each.value]
    assert len(set(stored)) == len(stored) > 30
    assert {each for each in members(SubjectKind) if not each.value} == {
        AccountsSubject.PERSON,
        OrdersSubject.REGISTER,
    }


def test_every_action_and_every_kind_of_subject_is_written_by_somebody() -> None:
    writers = (name for name in modules() if name not in _LISTS and not name.startswith(_READERS))
    told = named(writers) | named(iter(_LISTS))
    every = [*members(JournalAction), *members(SubjectKind)]
    assert [mark for each in every if (mark := f"{type(each).__name__}.{each.name}") not in told] == []


def test_the_journal_is_read_by_those_alone_who_tell_of_it_or_check_it() -> None:
    readers = {
        name
        for name in modules()
        if not name.startswith(("foundation/", "billing/migrations/versions/"))
        and _READS.search(measures.source(name))
    }
    assert readers == set(_TELLERS)


def test_every_action_has_words_in_both_languages_and_no_words_are_left_over() -> None:
    assert set(ACTION_WORDS) == set(members(JournalAction))
    assert {each for each in ACTION_WORDS if not isinstance(each, JournalAction)} == set()
    for action in members(JournalAction):
        words = action_name(action)
        assert isinstance(words, Text), action
        assert action not in (words.sv, words.en)


def test_an_action_that_an_earlier_release_wrote_is_told_as_it_is_written() -> None:
    assert action_name("of.long.ago").both() == "of.long.ago"


@pytest.mark.parametrize("name", _TABLES)
def test_a_table_to_what_the_journal_says_is_whole_and_tells_each_apart(name: str) -> None:
    table, kind = _TABLES[name]
    assert set(table) == set(kind)
    assert len(set(table.values())) == len(table)


@pytest.mark.parametrize(
    ("subject", "text"),
    [
        (OrdersSubject.PLACEMENT.of("100000101"), "placement 100000101"),
        (OrdersSubject.REGISTER.of("0123456789abcdef"), "0123456789abcdef"),
        (AccountsSubject.PERSON.of("user-17"), "user-17"),
        (report_subject("100000101", Month(2026, 1), 2), "report 100000101 2026-01 v2"),
        (order_line_subject("2100000001", "003"), "order line 2100000001/003"),
        (document_subject(DocumentType.INVOICE, 7), "invoice 7"),
        (document_subject(DocumentType.CREDIT_NOTE, 7), "credit_note 7"),
        (worklist.SUBJECT_KINDS[WorkKind.MESSAGE_IN].of(7), "letter in 7"),
    ],
)
def test_a_subject_is_stored_as_its_kind_and_its_key(subject: JournalSubject, text: str) -> None:
    assert str(subject) == text
