"""What obeys order and receipt is accepted without a person, and nothing else is: a year of bills beside an oracle."""

from collections import Counter
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

import pytest
from lxml import etree

from billing.tools.producers.habits import HABITS
from billing.tools.producers.manners import MANNERS
from billing.tools.producers.many_suppliers import with_suppliers
from billing.tools.producers.mistakes import MISTAKES
from billing.tools.producers.year import participants_for, play_year
from foundation import gc_tuning
from foundation.errors import Refused
from invoicing.documents import reading
from invoicing.matching.credit_notes.credit_matching import match_credit
from invoicing.matching.invoice_matching import match
from invoicing.model import DocumentType, InvoiceContent
from peppol.documents import billing
from peppol.xml import codec
from peppol.xml.literals import UnreadableDocument
from tests.support.stories.system import example_register
from tests.touchless.bill_reading import read_bill
from tests.touchless.bills_in_memory import MadeBill, bills_of_a_year
from tests.touchless.facts_in_memory import FactsInMemory
from tests.touchless.ledger import Ledger
from tests.touchless.oracle import OBEYS, objection
from tests.touchless.orders_in_memory import DAY_OF_JUDGEMENT, OrdersInMemory, orders_of_a_year

_SHARE = 0.995
_WHOLE = 200
"""One bill in so many is read from its bytes, gate and rules and all, and each with a habit, mistake or manner that no
bill was read so with before; the others from their tree."""
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
    unread: list[str] = field(default_factory=list)
    stopped: Counter[str] = field(default_factory=Counter)
    seen: Counter[str] = field(default_factory=Counter)

    @property
    def share(self) -> float:
        """Of those that obey, how many no person had to look at."""
        return self.touchless / self.obeying


@pytest.fixture(scope="module")
def facts(year: OrdersInMemory) -> FactsInMemory:
    """The same orders as the product's facts; what is kept of all this is not gone through again and again."""
    found = FactsInMemory(year)
    gc_tuning.settle()
    return found


def judge(year: OrdersInMemory, facts: FactsInMemory, *, seed: int, count: int) -> Judged:
    """Judge so many bills, each by the product and by the oracle."""
    judged = Judged()
    read_whole: set[str] = set()
    for place, made in enumerate(bills_of_a_year(year, seed=seed, count=count)):
        root = etree.fromstring(made.body)
        cause = objection(read_bill(root), year.truth)
        is_whole = place % _WHOLE == 0 or not read_whole.issuperset(made.causes)
        read_whole.update(made.causes if is_whole else ())
        content = _read(made.body) if is_whole else _read_in_short(root)
        _note(judged, made, cause, _outcome(content, facts))
    return judged


def _note(judged: Judged, made: MadeBill, cause: str, outcome: str) -> None:
    judged.seen.update(made.causes)
    if outcome == _UNREAD:
        judged.unread.append(made.told())
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


def _outcome(content: InvoiceContent | None, facts: FactsInMemory) -> str:
    if content is None:
        return _UNREAD
    if content.document_type is DocumentType.CREDIT_NOTE:
        return match_credit(content, facts.of_credit(content)).verdict.value
    return match(content, facts.of_invoice(content)).verdict.value


def _read(body: bytes) -> InvoiceContent | None:
    return reading.read(body, on=DAY_OF_JUDGEMENT).invoice


def _read_in_short(root: etree._Element) -> InvoiceContent | None:
    is_credit = etree.QName(root).localname == "CreditNote"
    try:
        document = codec.parse(billing.CreditNote, root) if is_credit else codec.parse(billing.Invoice, root)
        return reading.read_invoice(document)
    except (UnreadableDocument, Refused):
        return None


def told(judged: Judged) -> str:
    """For whoever reads a failure: the shares, and what obeying bills were stopped for."""
    most = "\n".join(f"{count:>6} {cause}" for cause, count in judged.stopped.most_common(12))
    return f"{judged.touchless} of {judged.obeying} = {judged.share:.4%}; stopped:\n{most}"


def assert_right(judged: Judged) -> None:
    """All are read, whoever made them agrees with the oracle, nothing is wrongly accepted, enough needs nobody."""
    assert judged.unread == [], "\n".join(islice(judged.unread, 3))
    assert judged.wrongly_told == [], "\n".join(islice(judged.wrongly_told, 3))
    assert judged.wrongly_accepted == [], "\n".join(islice(judged.wrongly_accepted, 3))
    assert judged.share >= _SHARE, told(judged)


@pytest.mark.parametrize("seed", [0, 1, *(pytest.param(seed, marks=pytest.mark.slow) for seed in (2, 3))])
def test_what_obeys_is_accepted_unseen_and_nothing_else_is(
    year: OrdersInMemory, facts: FactsInMemory, seed: int
) -> None:
    judged = judge(year, facts, seed=seed, count=5_000)
    assert_right(judged)
    assert judged.others > 500
    names = {each.name for each in HABITS} | {each.name for each in MISTAKES} | MANNERS.keys()
    assert names <= judged.seen.keys(), f"never seen: {names - judged.seen.keys()}"


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(100, 140))
def test_so_it_is_with_a_million(year: OrdersInMemory, facts: FactsInMemory, seed: int) -> None:
    assert_right(judge(year, facts, seed=seed, count=25_000))


def through_the_books(folder: Path, *, documents: int, seed: int) -> None:
    """The oracle and the books through the same year."""
    register = with_suppliers(example_register(), count=40)
    ledger = Ledger(register)
    played = play_year(
        register,
        participants=participants_for(documents),
        months=12,
        seed=seed,
        folder=folder,
        limit=documents,
        watch=ledger.watch,
    )
    assert len(played.documents) == documents
    assert played.broken == ()
    assert ledger.wrongly_told == [], "\n".join(islice(ledger.wrongly_told, 3))
    assert ledger.wrongly_accepted == [], "\n".join(islice(ledger.wrongly_accepted, 3))
    assert ledger.touchless >= _SHARE * ledger.obeying, (
        f"{ledger.touchless} of {ledger.obeying}: {ledger.stopped.most_common(12)}"
    )
    assert ledger.others > documents // 20


def test_so_it_is_through_the_books(tmp_path: Path) -> None:
    through_the_books(tmp_path, documents=400, seed=7)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4))
def test_so_it_is_with_thousands_through_the_books(tmp_path: Path, seed: int) -> None:
    through_the_books(tmp_path, documents=4_000, seed=seed)
