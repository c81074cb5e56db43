"""What obeys order and receipt is accepted without a person, and nothing else is: a year of bills beside an oracle."""

from collections import Counter
from dataclasses import dataclass, field
from itertools import islice

import pytest

from billing.tools.producers.habits import HABITS
from billing.tools.producers.manners import MANNERS
from billing.tools.producers.many_suppliers import with_suppliers
from billing.tools.producers.mistakes import MISTAKES
from foundation.errors import Refused
from invoicing.documents import reading
from invoicing.matching.credit_matching import match_credit
from invoicing.matching.invoice_matching import match
from invoicing.model import DocumentType, InvoiceContent
from peppol.documents import billing
from peppol.xml import codec
from peppol.xml.gate import admit
from peppol.xml.gate_errors import GateRefused
from peppol.xml.literals import UnreadableDocument
from tests.support.stories.system import example_register
from tests.touchless.bill_reading import read_bill
from tests.touchless.bills_in_memory import MadeBill, bills_of_a_year
from tests.touchless.facts_in_memory import FactsInMemory
from tests.touchless.oracle import OBEYS, objection
from tests.touchless.orders_in_memory import DAY_OF_JUDGEMENT, OrdersInMemory, orders_of_a_year

_SHARE = 0.995
_VALIDATED = 20
"""One bill in so many goes through the whole reading, rules and all; the others' rules are known to be kept."""
_UNREAD = "UNREAD"


@pytest.fixture(scope="module")
def year() -> OrdersInMemory:
    """The orders of a year, of forty-six suppliers."""
    return orders_of_a_year(with_suppliers(example_register(), count=40), seed=7, count=1_500)


@dataclass(slots=True)
class Judged:
    """What was judged beside the oracle: the counts, and what should not be."""

    obeying: int = 0
    touchless: int = 0
    others: int = 0
    wrongly_accepted: list[str] = field(default_factory=list)
    wrongly_told: list[str] = field(default_factory=list)
    stopped: Counter[str] = field(default_factory=Counter)
    seen: Counter[str] = field(default_factory=Counter)

    @property
    def share(self) -> float:
        """Of those that obey, how many no person had to look at."""
        return self.touchless / self.obeying


def judge(year: OrdersInMemory, *, seed: int, count: int) -> Judged:
    """Judge so many bills, each by the product and by the oracle."""
    judged, facts = Judged(), FactsInMemory(year)
    for place, made in enumerate(bills_of_a_year(year, seed=seed, count=count)):
        cause = objection(read_bill(made.body), year.truth)
        outcome = _outcome(made.body, facts, whole=place % _VALIDATED == 0)
        _note(judged, made, cause, outcome)
    return judged


def _note(judged: Judged, made: MadeBill, cause: str, outcome: str) -> None:
    judged.seen.update(made.causes)
    if (cause == OBEYS) != (made.mistake is None):
        judged.wrongly_told.append(f"{cause or 'obeys'}: {made.told()}")
    if cause == OBEYS:
        judged.obeying += 1
        judged.touchless += outcome == "ACCEPT"
        if outcome != "ACCEPT":
            judged.stopped[f"{outcome} {'|'.join(made.causes)}"] += 1
    else:
        judged.others += 1
        if outcome == "ACCEPT":
            judged.wrongly_accepted.append(f"{cause}: {made.told()}")


def _outcome(body: bytes, facts: FactsInMemory, *, whole: bool) -> str:
    content = _read(body, whole=whole)
    if content is None:
        return _UNREAD
    if content.document_type is DocumentType.CREDIT_NOTE:
        return match_credit(content, facts.of_credit(content)).verdict.value
    return match(content, facts.of_invoice(content)).verdict.value


def _read(body: bytes, *, whole: bool) -> InvoiceContent | None:
    if whole:
        return reading.read(body, on=DAY_OF_JUDGEMENT).invoice
    try:
        root = admit(body)
        kind = billing.CreditNote if "CreditNote" in root.tag else billing.Invoice
        return reading.read_invoice(codec.parse(kind, root))
    except (GateRefused, UnreadableDocument, Refused):
        return None


def told(judged: Judged) -> str:
    """For whoever reads a failure: the shares, and what obeying bills were stopped for."""
    most = "\n".join(f"{count:>6} {cause}" for cause, count in judged.stopped.most_common(12))
    return f"{judged.touchless} of {judged.obeying} = {judged.share:.4%}; stopped:\n{most}"


def assert_right(judged: Judged) -> None:
    """No wrong acceptance, enough without a person, and whoever made the bills agrees with the oracle."""
    assert judged.wrongly_told == [], "\n".join(islice(judged.wrongly_told, 3))
    assert judged.wrongly_accepted == [], "\n".join(islice(judged.wrongly_accepted, 3))
    assert judged.share >= _SHARE, told(judged)


def test_what_obeys_is_accepted_unseen_and_nothing_else_is(year: OrdersInMemory) -> None:
    judged = judge(year, seed=1, count=20_000)
    assert_right(judged)
    assert judged.others > 2_000
    names = {each.name for each in (*HABITS, *MISTAKES)} | MANNERS.keys()
    assert names <= judged.seen.keys(), f"never seen: {names - judged.seen.keys()}"


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(100, 120))
def test_so_it_is_with_a_million(year: OrdersInMemory, seed: int) -> None:
    assert_right(judge(year, seed=seed, count=50_000))
