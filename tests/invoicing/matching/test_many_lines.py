"""What it costs to judge and show a valid invoice of very many lines grows as their number does, whatever each is for.

Time is the processor's own. Each form is planted with every policy on that lets lines be judged one by one.
"""

import gc
import time
from collections.abc import Callable, Iterator

import pytest

from invoicing.documents import facts_loading, reading
from invoicing.exceptions.comparison import compare
from invoicing.matching.invoice_matching import match, parts_to_take
from invoicing.matching.partial_acceptance import judged_parts
from invoicing.model import InvoiceContent, SupplierInvoice
from invoicing.responses import response_documents
from orders.register import store as register_store
from peppol.xml import codec
from tests.support.stories.january import FEBRUARY, january, received_january
from tests.support.stories.largest import LINE_FORMS, of_many_lines
from tests.support.stories.system import System, example_register
from web.verdict_view import verdict_view

SEVERAL = {
    "several_lines": True,
    "several_orders": True,
    "partial_quantities": True,
    "partial_acceptance": True,
    "inferred_line": True,
}
GROWTH_MOST = 3.0
# Below so many seconds the clock says more of the machine than of the invoice.
SECONDS_FLOOR = 0.15


@pytest.fixture
def system(database_url: str) -> Iterator[System]:
    with received_january(database_url) as system:
        yield system


def seconds(work: Callable[[], object]) -> float:
    """The seconds of a processor that the work takes: the least of some times, as what disturbs one seldom all."""
    spent = []
    for _ in range(2):
        gc.collect()
        # When it is looked for garbage depends on all that was made before.
        gc.disable()
        began = time.process_time()
        work()
        spent.append(time.process_time() - began)
        gc.enable()
    return min(spent)


def judging(system: System, content: InvoiceContent, held: SupplierInvoice) -> Callable[[], object]:
    """All that is done with what an invoice says once it is read: judged, compared, answered, told."""

    def judged() -> None:
        with system.database.reading() as session:
            register = register_store.load(session)
            facts = facts_loading.facts_of(session, register, content, received_on=FEBRUARY, lock=False)
        found = match(content, facts)
        parts_to_take(content, facts)
        judged_parts(content, facts, found)
        compare(content, held, facts.order, found, facts=facts)
        verdict_view(found)
        supplier = register.supplier(content.supplier)
        answer = response_documents.response(
            register, held, response_documents.REJECTED, found.deviations, supplier=supplier, today=FEBRUARY
        )
        codec.serialise(answer)

    return judged


def check_growth(system: System, form: str, count: int) -> None:
    invoice = january(system)
    held = system.send(invoice)
    twice, once = (
        seconds(judging(system, reading.read_invoice(of_many_lines(invoice, form, each)), held))
        for each in (count, count // 2)
    )
    assert twice < max(SECONDS_FLOOR, GROWTH_MOST * once), f"{form}: {once:.2f} s, then {twice:.2f} s"


@pytest.mark.parametrize("form", LINE_FORMS)
def test_twice_as_many_lines_take_twice_as_long_to_judge(system: System, form: str) -> None:
    system.change_register(example_register(**SEVERAL))
    check_growth(system, form, 800)


@pytest.mark.slow
@pytest.mark.parametrize("form", LINE_FORMS)
@pytest.mark.parametrize("policy", [{}, SEVERAL], ids=["one line of one order", "several of several"])
def test_ten_thousand_lines_take_twice_as_long_as_five_thousand(
    system: System, form: str, policy: dict[str, object]
) -> None:
    system.change_register(example_register(**policy))
    check_growth(system, form, 10_000)
