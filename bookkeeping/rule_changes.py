"""A new version of the accounting rules: tried on a month that was, proposed by one person, put in force by another."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from bookkeeping import accounting_rule_store, unbooked_queries
from bookkeeping import vouchers as ledger
from bookkeeping.accounting_rule_store import RulesState
from bookkeeping.accounting_rules import read_rules
from bookkeeping.coding import Coder, Coding
from bookkeeping.ledger_accounts import LedgerAccounts
from bookkeeping.voucher_making import Coders
from foundation import journal
from foundation.errors import Refused
from foundation.periods import Month
from foundation.sql import Session, take_turns
from foundation.text import Text
from foundation.written import kept_words
from invoicing.journal_actions import InvoicingSubject, PaymentAction

_NIL = Decimal("0.00")


class RulesStep(StrEnum):
    """What may be pressed about a proposed version."""

    CONFIRM = "confirm"
    REFUSE = "refuse"


class RulesChangeRefused(Refused):
    """The version cannot be proposed, or the step is not this person's."""


@dataclass(frozen=True, slots=True)
class MovedAmount:
    """What a coding came to in the month by the rules now, and what it would have come to by others."""

    coding: Coding
    before: Decimal
    after: Decimal

    @property
    def difference(self) -> Decimal:
        """How much more it would be."""
        return self.after - self.before


@dataclass(frozen=True, slots=True)
class Tried:
    """What other rules would have made of a month's approved invoices: only what differs, by coding."""

    month: Month
    invoices: int
    moved: Sequence[MovedAmount]


def try_out(session: Session, accounts: LedgerAccounts, content: str, *, month: Month) -> Tried:
    """Code the month's approved invoices by these rules and by those in force. Raises RulesRefused. Saves nothing."""
    others, now = read_rules(content), Coders.of(session, accounts).now
    approved = unbooked_queries.approved_in(session, month.period)
    sums: dict[Coding, list[Decimal]] = {}
    for place, coder in enumerate[Coder]((now, others)):
        for bought, on in approved:
            for row in ledger.purchase(bought, coder, on=on).rows:
                sums.setdefault(row.coding, [_NIL, _NIL])[place] += row.amount
    moved = [
        MovedAmount(coding, before, after)
        for coding, (before, after) in sorted(sums.items())
        if before != after
    ]
    return Tried(month, len(approved), moved)


def propose(
    session: Session,
    accounts: LedgerAccounts,
    content: str,
    *,
    month: Month,
    reason: str,
    by: str,
    now: datetime,
) -> int:
    """Keep a version for another person, tried on a month; its number. Raises RulesRefused or RulesChangeRefused."""
    take_turns(session, "accounting rules")
    asked = Text("Skriv varför reglerna ändras. Skälet sparas.")
    told = kept_words.kept(reason, RulesChangeRefused, asked=asked)
    waiting = accounting_rule_store.in_state(session, RulesState.PROPOSED)
    if waiting is not None:
        raise RulesChangeRefused(
            Text("Version %(number)s väntar redan på en andra person. Avgör den först.", number=waiting.id)
        )
    current = accounting_rule_store.in_state(session, RulesState.IN_FORCE)
    if current is not None and current.content == content:
        raise RulesChangeRefused(Text("Reglerna är de som gäller nu."))
    tried = try_out(session, accounts, content, month=month)
    number = accounting_rule_store.add(
        session, content, reason=told, tried_on=month, moved=len(tried.moved), by=by, at=now
    )
    _record(session, by, PaymentAction.RULES_PROPOSED, number, reason=told, tried_on=str(month))
    return number


def step(session: Session, number: int, what: RulesStep, *, by: str, now: datetime) -> None:
    """Put a proposed version in force as another person, or take it away. Raises NoRulesVersion, RulesChangeRefused."""
    take_turns(session, "accounting rules")
    version = accounting_rule_store.get(session, number)
    decided = {"decided_by": by, "decided_at": now}
    if what is RulesStep.REFUSE:
        accounting_rule_store.move(session, version, RulesState.REFUSED, **decided)
        _record(session, by, PaymentAction.RULES_REFUSED, number)
        return
    if by == version.proposed_by:
        raise RulesChangeRefused(Text("Den andra personen måste vara en annan än den första."))
    current = accounting_rule_store.in_state(session, RulesState.IN_FORCE)
    if current is not None and version.state is RulesState.PROPOSED:
        accounting_rule_store.move(session, current, RulesState.REPLACED)
    accounting_rule_store.move(session, version, RulesState.IN_FORCE, **decided)
    _record(session, by, PaymentAction.RULES_CONFIRMED, number)


def _record(session: Session, by: str, action: PaymentAction, number: int, **detail: str) -> None:
    journal.record(session, by, action, InvoicingSubject.ACCOUNTING_RULES.of(number), **detail)
