"""Valid documents at the edge of what can be said: they become documents in the books, alike on both engines."""

from collections.abc import Callable, Iterator

import pytest

from invoicing.model import InvoiceState
from peppol.exchange import inbox_store
from peppol.validation import validation
from peppol.xml import codec
from tests.support.stories.january import FEBRUARY, january, received_january
from tests.support.stories.system import System

pytestmark = pytest.mark.both_engines

Edit = Callable[[str], str]


@pytest.fixture
def system(database_url: str) -> Iterator[System]:
    with received_january(database_url) as system:
        yield system


def written(system: System, edit: Edit) -> bytes:
    """January's invoice after an edit that leaves it valid."""
    whole = codec.serialise(january(system)).decode()
    edited = edit(whole)
    assert edited != whole
    report = validation.validate(edited.encode(), on=FEBRUARY)
    assert report.valid, report.fatal
    return edited.encode()


def putting(old: str, new: str) -> Edit:
    return lambda text: text.replace(old, new)


LONG = "1" * 3000
LAST = "9999-12-31</cbc:IssueDate>"
NO_MONEY = {"1900.00": "0.00", "475.00": "0.00", "2375.00": "0.00", ">95.00<": ">0." + "0" * 40 + "<"}


def many_days_for_nothing(text: str) -> str:
    for old, new in (*NO_MONEY.items(), ('"DAY">20<', f'"DAY">{"9" * 30}<')):
        text = text.replace(old, new)
    return text


@pytest.mark.parametrize(
    ("edit", "state", "codes"),
    [
        (putting("<cbc:ID>2100000001<", f"<cbc:ID>{LONG}<"), InvoiceState.IN_QUESTION, ("ORDER_UNKNOWN",)),
        (putting("<cbc:LineID>001<", f"<cbc:LineID>{LONG}<"), InvoiceState.IN_QUESTION, ("LINE_UNKNOWN",)),
        (putting("</cbc:PaymentID>", f"{LONG}</cbc:PaymentID>"), InvoiceState.ACCEPTED, ()),
        (putting("Grundersättning<", f"{'å' * 30_000}<"), InvoiceState.ACCEPTED, ()),
        (putting('"DAY">20<', f'"DAY">20.{"0" * 40}<'), InvoiceState.ACCEPTED, ()),
        (many_days_for_nothing, InvoiceState.IN_QUESTION, ("PRICE", "QUANTITY")),
        (putting("2026-02-03</cbc:IssueDate>", LAST), None, None),
        (putting("2026-02-03</cbc:IssueDate>", "0001-01-01</cbc:IssueDate>"), None, None),
        (putting("<cbc:DueDate>2", "<cbc:DueDate>9"), None, None),
    ],
)
def test_it_is_judged(
    system: System, edit: Edit, state: InvoiceState | None, codes: tuple[str, ...] | None
) -> None:
    invoice = system.send_bytes(written(system, edit), on=FEBRUARY)
    assert system.answers(invoice)
    if state is not None:
        assert (invoice.state, invoice.codes) == (state, codes)


@pytest.mark.parametrize("number", ["1" * 121, "å" * 3000])
def test_a_number_that_the_books_cannot_hold_is_refused_with_a_sentence(system: System, number: str) -> None:
    body = written(system, putting("<cbc:ID>F-1<", f"<cbc:ID>{number}<"))
    letter = system.post(body, on=FEBRUARY)
    (became,) = system.read_messages(on=FEBRUARY)
    assert (became.invoice, became.reason) == (None, "UNREADABLE")
    with system.database.reading() as session:
        assert inbox_store.body_of(session, letter.id) == body


def test_a_number_as_long_as_the_books_hold_is_taken(system: System) -> None:
    invoice = system.send_bytes(
        written(system, putting("<cbc:ID>F-1<", f"<cbc:ID>{'1' * 120}<")), on=FEBRUARY
    )
    assert invoice.state is InvoiceState.ACCEPTED
