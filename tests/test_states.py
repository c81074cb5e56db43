"""All tables of transitions and all stored states, side by side: what holds of one holds of every one."""

import ast
import re
from collections.abc import Iterator, Mapping
from enum import StrEnum
from importlib import import_module
from itertools import product
from typing import Any, Final, cast

import pytest
from sqlalchemy import CheckConstraint, Column, String, Table

from accounts.api_clients.model import ClientState
from accounts.application_store import ApplicationState
from accounts.mailed_link_store import LinkPurpose
from accounts.passkeys.passkey_store import ChallengePurpose
from accounts.session_store import SessionStage
from accounts.staff.change_store import StaffChangeState
from accounts.store import AccountState
from audit.disposal_store import DisposalState
from billing.migrations.schema import METADATAS
from bookkeeping.accounting_rule_store import RulesState
from bookkeeping.ledger_answer_store import LedgerOutcome
from bookkeeping.month_closing_store import ClosingState
from foundation.text import WrittenText
from foundation.transitions import MovedMeanwhile, Transitions
from invoicing.claims.claim_states import ClaimCause, ClaimState, PartWay
from invoicing.claims.letters import LetterKind
from invoicing.claims.rate_store import RateState
from invoicing.conversation.message_store import Side
from invoicing.decisions.batch_store import BatchRowState
from invoicing.decisions.protected_store import ProtectedState
from invoicing.decisions.rules import TRANSITIONS, UNDOES, Action, ActionState
from invoicing.flow_test.flow_test_store import FlowStep
from invoicing.model import FOLLOWS, ExpectedCreditState, InvoiceState
from invoicing.payment.bank_answers.transfer_note_store import TransferNoteState, TransferSaid
from invoicing.payment.payable import PayableKind
from invoicing.payment.payment_stop_store import StopReason, StopState
from invoicing.payment.payment_store import ClaimWay
from invoicing.payment.repayment_store import RepaymentState
from invoicing.payment.transfers import ItemState, ProposalState
from invoicing.payment_control.control_data import DataKind
from invoicing.payment_control.runs import RunStep
from invoicing.portal_invoicing.portal_states import PortalState
from invoicing.supplier_changes.change_request_store import ChangeState
from operations.background.tasks import TaskState
from operations.buyers.model import BuyerState
from operations.job_run_store import JobRunState
from operations.mail.store import MailState
from operations.register_loads.store import LoadState
from operations.supplier_exports.export_store import ExportState
from operations.webhooks.model import EndpointState, MessageState
from orders.events.store import EventState
from orders.model import InterruptionState, LineState, PlacementState, PlannedState, ReportState
from orders.objections.model import ObjectionState
from orders.placements.informative.informative_store import InformativeState
from orders.register.policy_store import PolicyState
from orders.tutors.tutor_store import TutorState
from orders.tutors.unit_tutor_store import UnitTutorState
from peppol.exchange.bodies.tables import BodyKind
from peppol.exchange.tables import OUT_FOLLOWS, InState, OutState, OwedState, UnfetchedState
from tests.support import measures, state_writes
from tests.support.product import modules
from tests.support.project import PROJECT

_MADE: Final = re.compile(r"^(\w+) = Transitions\(", re.MULTILINE)
_LISTED: Final = re.compile(r"^(\w+) in \(([^()]*)\)$")
_PARTS: Final = (
    "foundation",
    "peppol",
    "orders",
    "invoicing",
    "audit",
    "bookkeeping",
    "operations",
    "accounts",
    "web",
    "supplier_portal",
)

KEPT: Final[Mapping[str, type[StrEnum]]] = {
    "account.state": AccountState,
    "body_object.kind": BodyKind,
    "document_message.side": Side,
    "order_objection.state": ObjectionState,
    "unit_tutor.state": UnitTutorState,
    "account_application.state": ApplicationState,
    "accounting_rules_version.state": RulesState,
    "staff_change.state": StaffChangeState,
    "claim.state": ClaimState,
    "claim.cause": ClaimCause,
    "claim_letter.kind": LetterKind,
    "claim_part.how": PartWay,
    "claim_settled.how": ClaimWay,
    "control_data.kind": DataKind,
    "control_run.step": RunStep,
    "desk_action.state": ActionState,
    "desk_batch_row.state": BatchRowState,
    "disposal.state": DisposalState,
    "installation_buyer.state": BuyerState,
    "ledger_answer.outcome": LedgerOutcome,
    "informative_report.state": InformativeState,
    "background_task.state": TaskState,
    "job_run.state": JobRunState,
    "api_client.state": ClientState,
    "webhook_endpoint.state": EndpointState,
    "webhook_message.state": MessageState,
    "register_load.state": LoadState,
    "supplier_export.state": ExportState,
    "mail.state": MailState,
    "month_closing.state": ClosingState,
    "owed_answer.state": OwedState,
    "unfetched_arrival.state": UnfetchedState,
    "protected_document.state": ProtectedState,
    "protected_message.state": ProtectedState,
    "mailed_link.purpose": LinkPurpose,
    "passkey_challenge.purpose": ChallengePurpose,
    "payment_item.kind": PayableKind,
    "payment_proposal.state": ProposalState,
    "payment_stop.reason": StopReason,
    "payment_stop.state": StopState,
    "policy_version.state": PolicyState,
    "reference_rate.state": RateState,
    "repayment_note.state": RepaymentState,
    "transfer_note.said": TransferSaid,
    "transfer_note.state": TransferNoteState,
    "web_session.stage": SessionStage,
}
"""What the database holds a column to, and the enum that has the same words."""

MOVED: Final[Mapping[str, type[StrEnum]]] = {
    "account.state": AccountState,
    "account_application.state": ApplicationState,
    "accounting_rules_version.state": RulesState,
    "staff_change.state": StaffChangeState,
    "change_request.state": ChangeState,
    "claim.state": ClaimState,
    "desk_action.state": ActionState,
    "desk_batch_row.state": BatchRowState,
    "disposal.state": DisposalState,
    "expected_credit.state": ExpectedCreditState,
    "inbound_event.state": EventState,
    "inbox.state": InState,
    "installation_buyer.state": BuyerState,
    "informative_report.state": InformativeState,
    "interruption.state": InterruptionState,
    "invoice.state": InvoiceState,
    "background_task.state": TaskState,
    "job_run.state": JobRunState,
    "line_account.state": LineState,
    "api_client.state": ClientState,
    "webhook_endpoint.state": EndpointState,
    "webhook_message.state": MessageState,
    "register_load.state": LoadState,
    "supplier_export.state": ExportState,
    "mail.state": MailState,
    "month_closing.state": ClosingState,
    "outbox.state": OutState,
    "owed_answer.state": OwedState,
    "unfetched_arrival.state": UnfetchedState,
    "payment_item.state": ItemState,
    "payment_proposal.state": ProposalState,
    "payment_stop.state": StopState,
    "periodic_report.state": ReportState,
    "placement.state": PlacementState,
    "planned_order.state": PlannedState,
    "policy_version.state": PolicyState,
    "portal_document.state": PortalState,
    "protected_document.state": ProtectedState,
    "protected_message.state": ProtectedState,
    "reference_rate.state": RateState,
    "repayment_note.state": RepaymentState,
    "test_flow.step": FlowStep,
    "transfer_note.state": TransferNoteState,
    "tutor_assignment.state": TutorState,
    "order_objection.state": ObjectionState,
    "unit_tutor.state": UnitTutorState,
}
"""Every column whose value a table of transitions moves, and the enum of the table."""

NEVER_MOVED: Final[Mapping[str, str]] = {
    "attempt.outcome": "how one attempt ended; an attempt is only ever added",
    "ledger_answer.outcome": "one answer among several; another is added, and the last word holds",
    "bank_entry.outcome": "what was found when the bank's file was read; a person's word about it stands beside it",
    "control_run.step": "when a run of payments was controlled; a control is only ever added",
    "outbox.outcome": "how the last attempt ended; the message is moved by its state",
    "planned_order.stage": "which result is ordered: R1 or R2",
    "purchase_order.stage": "which result is ordered: R1 or R2",
    "web_session.stage": "another session takes the place of one that has come further",
}
"""Columns that are called as states are, and why no table of transitions moves them."""

WRITTEN_ELSEWHERE: Final[Mapping[str, str]] = {
    "accounts/sealed_secret_store.py": "the columns of its PLACES alone: secrets, none of them a state",
    "billing/migrations/versions/r0008_time_has_ends.py": "books of earlier releases grow: only OPEN lines close",
    "billing/tools/access_point_simulator/store.py": "the simulator's own memory, which nothing of ours reads",
    "peppol/exchange/inbox_store.py": "prepared once for every message; its condition is `IN_FOLLOWS.before`",
    "peppol/exchange/receiver_queue_store.py": "prepared once for many messages; its condition is WAITING, on which "
    "every other state may follow",
}
"""Modules besides `foundation/transitions.py` with an UPDATE that sets a state, and why."""


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


NO_END: Final[Mapping[str, str]] = {
    "operations.buyers.model.BUYER_FOLLOWS": "a closed buyer can be opened again: its books are kept",
    "invoicing.decisions.protected_store.FOLLOWS": "whoever sees somebody named after all marks it again",
}
"""Tables that lead round and never to an end, and why; in them every state leads to every other."""


@pytest.mark.parametrize("name", TABLES)
def test_from_every_state_an_end_can_be_reached(name: str) -> None:
    table = TABLES[name]
    states: set[StrEnum] = set(table.states.__members__.values())
    assert set(table.follows) == states
    assert bool(table.ends) != (name in NO_END)
    for goal in [set(table.ends)] if table.ends else [{state} for state in states]:
        _all_reach(table, goal, states)


def _all_reach(table: Transitions[Any], goal: set[StrEnum], states: set[StrEnum]) -> None:
    reach: set[StrEnum] = set(goal)
    while more := {state for state, after in table.follows.items() if after & reach} - reach:
        reach |= more
    assert reach == states
    assert all((not table.follows[state] - {state}) == (state in table.ends) for state in states)


THING: Final = WrittenText("Saken", "The thing")
_CODE: Final = re.compile(r"[A-Z]{2,}|[A-Za-z]_[A-Za-z]")


@pytest.mark.parametrize("name", TABLES)
def test_every_state_has_its_word_in_both_languages(name: str) -> None:
    table = TABLES[name]
    assert set(table.words) == set(table.states.__members__.values())
    for language in ("sv", "en"):
        said = [word.in_language(language) for word in table.words.values()]
        assert all(said)
        assert len(set(said)) == len(said), "two states of a thing are called the same"
        assert [each for each in said if _CODE.search(each)] == []
    assert [word.sv for word in table.words.values() if word.sv == word.en] == []


@pytest.mark.parametrize("name", TABLES)
def test_a_refusal_says_how_the_thing_stands_and_what_is_possible_in_words_and_never_in_codes(
    name: str,
) -> None:
    table = TABLES[name]
    states: list[StrEnum] = list(table.states.__members__.values())
    for state, to in product(states, repeat=2):
        possible = (table.follows[state] | table.beside.get(state, frozenset())) - {state, to}
        named = {state, to, *possible}
        refused = table.refusal(THING, state, to).text
        assert set(re.findall("”(.*?)”", refused.sv)) == {table.words[each].sv for each in named}
        assert set(re.findall("“(.*?)”", refused.en)) == {table.words[each].en for each in named}
        moved = MovedMeanwhile(THING, table.words[state]).text
        for said in (refused.sv, refused.en, moved.sv, moved.en):
            assert not _CODE.search(said), said


@pytest.mark.parametrize("name", TABLES)
def test_what_is_possible_by_another_table_is_a_step_of_one(name: str) -> None:
    steps = {
        (state, to)
        for each in TABLES.values()
        if each.states is TABLES[name].states
        for state, after in each.follows.items()
        for to in after
    }
    assert {(state, to) for state, after in TABLES[name].beside.items() for to in after} <= steps


def listed() -> Iterator[tuple[str, set[str]]]:
    """Every column whose words a CHECK lists one by one, with these words."""
    for table in (table for metadata in METADATAS for table in metadata.sorted_tables):
        for constraint in checks(table):
            if found := _LISTED.match(str(constraint.sqltext)):
                column, words = found.groups()
                quoted = re.findall(r"'(\w*)'", words)
                if quoted:
                    yield f"{table.name}.{column}", set(quoted)


def called_as_states() -> Iterator[Column[Any]]:
    """Every column of the product that is called as one is that may be moved."""
    for metadata in METADATAS:
        for table in metadata.sorted_tables:
            yield from (each for each in table.c if each.name in ("state", "step", "stage", "outcome"))


def checks(table: Table) -> Iterator[CheckConstraint]:
    """The CHECK constraints of a table."""
    for constraint in table.constraints:
        if isinstance(constraint, CheckConstraint):
            yield constraint


def test_a_check_lists_exactly_the_words_of_its_enum() -> None:
    assert dict(listed()) == {column: {each.value for each in kind} for column, kind in KEPT.items()}


def test_every_column_of_a_state_has_an_enum_with_a_table_of_transitions_or_is_said_never_to_move() -> None:
    columns = {f"{each.table.name}.{each.name}": each for each in called_as_states()}
    assert set(columns) == {*MOVED, *NEVER_MOVED}
    assert not set(MOVED) & set(NEVER_MOVED)
    with_a_table = {each.states for each in TABLES.values()}
    assert {name for name, kind in MOVED.items() if kind not in with_a_table} == set()
    assert with_a_table == set(MOVED.values())
    for name, kind in MOVED.items():
        assert max(map(len, kind)) <= (cast(String, columns[name].type).length or 0), name


def test_a_state_is_written_in_an_update_by_the_one_function_alone() -> None:
    written = state_writes.written_in_updates({name: measures.tree(name) for name in modules()})
    assert {each.module for each in written} == {"foundation/transitions.py", *WRITTEN_ELSEWHERE}
    assert OUT_FOLLOWS.follows[OutState.WAITING] | {OutState.WAITING} == set(OutState)


def test_no_state_is_called_by_plain_text() -> None:
    trees = {name: measures.tree(name) for name in modules() if not name.startswith("billing/migrations/")}
    assert state_writes.called_by_plain_text(trees) == []


@pytest.mark.parametrize(
    "written",
    [
        "update(parcel).where(one).values(state=BACK)",
        "change = update(parcel)\nchange.where(one).values(step=BACK, note='x')",
        "update(parcel).values({'state': BACK})",
        "update(parcel).values({parcel.c.state: BACK})",
        "update(parcel).values({column.name: BACK})",
        "parcel.update().values(**{'state': BACK})",
        "values = {'note': ''}\nvalues['state'] = BACK\nupdate(parcel).values(**values)",
        "values = {'note': ''}\nvalues |= {'state': BACK}\nupdate(parcel).values(values | more)",
        "session.execute(update(parcel).where(one), {'state': BACK})",
        "insert(parcel).values(note='').on_conflict_do_update(set_={'state': BACK})",
        "text('UPDATE parcel SET note = :note, state = :to WHERE id = 1')",
        "from shop import parcel_store\nparcel_store.change(session, 1, state=BACK)",
        "from shop.parcel_store import change_all\nchange_all(session, {'state': BACK})",
    ],
)
def test_an_update_of_a_state_is_found_however_it_is_written(written: str) -> None:
    store = """
def change(session, parcel_id, **columns):
    session.execute(update(parcel).where(parcel.c.id == parcel_id).values(**columns))
def change_all(session, values):
    session.execute(update(parcel).values(values))
"""
    trees = {"shop/parcel_store.py": ast.parse(store), "shop/a_store.py": ast.parse(written)}
    assert [each.module for each in state_writes.written_in_updates(trees)] == ["shop/a_store.py"]


@pytest.mark.parametrize(
    "written",
    [
        "insert(parcel).returning(parcel.c.id).values(state=PACKED)",
        "session.execute(insert(parcel), {'state': PACKED})",
        "update(parcel).where(parcel.c.state == PACKED).values(note='')",
        "text('UPDATE parcel SET note = :note WHERE state = :was')",
        "shown = {'state': parcel.state}\nupdate(parcel).values(note='')",
    ],
)
def test_what_only_adds_asks_for_or_shows_a_state_is_no_update_of_it(written: str) -> None:
    assert state_writes.written_in_updates({"shop/a_store.py": ast.parse(written)}) == []


@pytest.mark.parametrize(
    "written",
    [
        "select(parcel).where(parcel.c.state == 'PACKED')",
        "parcel.c.state.in_(['PACKED', 'SENT'])",
        "parcel.state in ('PACKED', 'SENT')",
        "session.execute(insert(parcel), {'state': 'PACKED'})",
        "Parcel(state='PACKED')",
    ],
)
def test_a_state_called_by_plain_text_is_found(written: str) -> None:
    assert state_writes.called_by_plain_text({"shop/a.py": ast.parse(written)}) != []


def test_a_document_goes_by_an_action_only_where_documents_go() -> None:
    for action, rows in TRANSITIONS.items():
        for state, after in rows.items():
            assert all(FOLLOWS.allows(state, to) for to in after), action


def test_undoing_goes_back_exactly_what_asking_for_credit_and_accepting_came_by() -> None:
    went = {
        (state, to)
        for action in (Action.ASK_CREDIT, Action.REJECT_DUPLICATE, Action.ACCEPT, Action.ACCEPT_IN_PART)
        for state, after in TRANSITIONS[action].items()
        for to in after
    }
    assert {(to, state) for state, back in UNDOES.follows.items() for to in back} == went
