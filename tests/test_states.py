"""All tables of transitions and all stored states, side by side: what holds of one holds of every one."""

import re
from collections.abc import Iterator, Mapping
from enum import StrEnum
from importlib import import_module
from typing import Any, Final

import pytest
from sqlalchemy import CheckConstraint, Table

from accounts.application_store import ApplicationState
from accounts.mailed_link_store import LinkPurpose
from accounts.session_store import SessionStage
from accounts.store import AccountState
from billing.migrations.schema import METADATAS
from foundation.transitions import Transitions
from invoicing.audit.disposal_store import DisposalState
from invoicing.decisions.batch_store import BatchRowState
from invoicing.decisions.rules import TRANSITIONS, UNDOES, Action, ActionState
from invoicing.model import FOLLOWS
from invoicing.payment.payable import PayableKind
from invoicing.payment.payment_store import ClaimWay
from invoicing.payment.repayment_store import RepaymentState
from invoicing.payment.transfers import ProposalState
from operations.job_run_store import JobRunState
from operations.mail.store import MailState
from orders.register.policy_store import PolicyState
from orders.terms import CompensationLevel
from tests.support.project import PROJECT

_MADE: Final = re.compile(r"^(\w+) = Transitions\(", re.MULTILINE)
_LISTED: Final = re.compile(r"^(\w+) in \(([^()]*)\)$")
_PARTS: Final = (
    "foundation",
    "peppol",
    "orders",
    "invoicing",
    "operations",
    "accounts",
    "web",
    "supplier_portal",
)

KEPT: Final[Mapping[str, type[StrEnum]]] = {
    "account.state": AccountState,
    "account_application.state": ApplicationState,
    "claim_settled.how": ClaimWay,
    "desk_action.state": ActionState,
    "desk_batch_row.state": BatchRowState,
    "disposal.state": DisposalState,
    "job_run.state": JobRunState,
    "mail.state": MailState,
    "mailed_link.purpose": LinkPurpose,
    "payment_item.kind": PayableKind,
    "payment_proposal.state": ProposalState,
    "placement.level": CompensationLevel,
    "policy_version.state": PolicyState,
    "repayment_note.state": RepaymentState,
    "web_session.stage": SessionStage,
}
"""What the database holds a column to, and the enum that has the same words."""


def tables() -> Iterator[tuple[str, Transitions[Any]]]:
    """Every table of transitions of the product, by its module and name."""
    for part in (*_PARTS, "finance_desk", "billing"):
        for path in sorted((PROJECT / part).rglob("*.py")):
            if "Transitions(" not in path.read_text(encoding="utf-8"):
                continue
            module = ".".join(path.relative_to(PROJECT).with_suffix("").parts)
            for name, value in vars(import_module(module)).items():
                if isinstance(value, Transitions):
                    yield f"{module}.{name}", value


TABLES: Final = dict(tables())


def test_every_table_of_transitions_that_is_written_is_found() -> None:
    written = sum(
        len(_MADE.findall(path.read_text(encoding="utf-8")))
        for part in (*_PARTS, "finance_desk", "billing")
        for path in (PROJECT / part).rglob("*.py")
    )
    assert len({id(each) for each in TABLES.values()}) == written > 10


@pytest.mark.parametrize("name", TABLES)
def test_from_every_state_an_end_can_be_reached(name: str) -> None:
    table = TABLES[name]
    states: set[StrEnum] = set(table.states.__members__.values())
    assert set(table.follows) == states
    reach: set[StrEnum] = set(table.ends)
    while more := {state for state, after in table.follows.items() if after & reach} - reach:
        reach |= more
    assert reach == states
    assert all((not table.follows[state] - {state}) == (state in table.ends) for state in states)


def listed() -> Iterator[tuple[str, set[str]]]:
    """Every column whose words a CHECK lists one by one, with these words."""
    for table in (table for metadata in METADATAS for table in metadata.sorted_tables):
        for constraint in checks(table):
            if found := _LISTED.match(str(constraint.sqltext)):
                column, words = found.groups()
                quoted = re.findall(r"'(\w*)'", words)
                if quoted:
                    yield f"{table.name}.{column}", set(quoted)


def checks(table: Table) -> Iterator[CheckConstraint]:
    """The CHECK constraints of a table."""
    for constraint in table.constraints:
        if isinstance(constraint, CheckConstraint):
            yield constraint


def test_a_check_lists_exactly_the_words_of_its_enum() -> None:
    assert dict(listed()) == {column: {each.value for each in kind} for column, kind in KEPT.items()}


def test_a_document_goes_by_an_action_only_where_documents_go() -> None:
    for action, rows in TRANSITIONS.items():
        for state, after in rows.items():
            assert all(FOLLOWS.allows(state, to) for to in after), action


def test_undoing_goes_back_exactly_what_asking_for_credit_and_accepting_came_by() -> None:
    went = {
        (state, to)
        for action in (Action.ASK_CREDIT, Action.REJECT_DUPLICATE, Action.ACCEPT)
        for state, after in TRANSITIONS[action].items()
        for to in after
    }
    assert {(to, state) for state, back in UNDOES.follows.items() for to in back} == went
