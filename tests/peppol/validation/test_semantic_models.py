"""Another semantic model stands beside today's: which one judges a document is said by its specification (BT-24)."""

import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from invoicing.documents import reading
from peppol.identifiers import DocumentKind
from peppol.rules import releases
from peppol.rules.releases.release import releases_of
from peppol.validation import validation
from peppol.xml import codec
from tests.support.stories.january import january, received_january

DAY = date(2027, 9, 1)
TODAYS, NEXT = DocumentKind.INVOICE.customization_id, "urn:cen.eu:en16931:2026"

PUBLICATION = f'''
from datetime import date
from peppol.identifiers import DocumentKind
from peppol.rules.releases.release import Publication, Transaction

PUBLICATION = Publication(
    name="2027.next",
    published=date(2027, 1, 1),
    mandatory_from=date(2027, 7, 1),
    transactions={{DocumentKind.INVOICE: Transaction("EN 16931-1:2026", "{NEXT}")}},
)
'''
CHANGES = """
from peppol.rules.engine.checks import holds
from peppol.rules.engine.rulebook import Book

_MODEL = Book("NEXT", "2026")
_MODEL.context("cac:OrderLineReference").add(
    "NEXT-01",
    lambda node: holds(node.exists("cac:OrderReference", "cbc:ID")),
    "A line that names an order line names its order (BT-188).",
)


def books(kind):
    return (_MODEL,)
"""


@pytest.fixture
def bill(database_url: str) -> bytes:
    """An invoice of today's model, valid by today's rules."""
    with received_january(database_url) as system:
        return codec.serialise(january(system))


@pytest.fixture
def both_models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A release of another model, held in a folder of its own beside those there are."""
    folder = tmp_path / "next_semantic_model"
    folder.mkdir()
    (folder / "__init__.py").write_text(PUBLICATION)
    (folder / "changes.py").write_text(CHANGES)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(releases, "RELEASES", (*releases.RELEASES, *releases_of(folder.name)))
    yield
    for name in [each for each in sys.modules if each.startswith(folder.name)]:
        del sys.modules[name]


def of_the_next(bill: bytes, *, order: str = "") -> bytes:
    """The same invoice of the other model, its line with an order of its own where one is named."""
    assert TODAYS.encode() in bill
    line = "<cbc:LineID>001</cbc:LineID>"
    named = f"<cac:OrderReference><cbc:ID>{order}</cbc:ID></cac:OrderReference>" if order else ""
    made = bill.replace(TODAYS.encode(), NEXT.encode())
    assert line.encode() in made
    return made.replace(line.encode(), f"{line}{named}".encode())


def judged(body: bytes, *, on: date = DAY) -> tuple[str, list[str]]:
    """By which release the document is judged, and the fatal rules it breaks."""
    result = validation.validate(body, on=on)
    return result.release, sorted({each.rule for each in result.fatal})


def test_a_specification_nobody_holds_is_refused_by_todays_rules(bill: bytes) -> None:
    release, broken = judged(of_the_next(bill))
    assert release.startswith("Peppol BIS Billing")
    assert broken == ["PEPPOL-EN16931-R004"]


@pytest.mark.usefixtures("both_models")
def test_each_document_is_judged_by_the_model_it_names(bill: bytes) -> None:
    todays, broken = judged(bill)
    assert (todays.startswith("Peppol BIS Billing"), broken) == (True, [])
    # The other model demands an order on the line, and knows no rule of Peppol's.
    assert judged(of_the_next(bill)) == ("EN 16931-1:2026", ["NEXT-01"])
    assert judged(of_the_next(bill, order="2100000001")) == ("EN 16931-1:2026", [])


@pytest.mark.usefixtures("both_models")
def test_a_valid_document_of_the_other_model_is_read(bill: bytes) -> None:
    read = reading.read(of_the_next(bill, order="2100000001"), on=DAY)
    assert read.invoice is not None
    assert [(line.order_number, line.order_line) for line in read.invoice.lines] == [("2100000001", "001")]


@pytest.mark.usefixtures("both_models")
def test_the_day_chooses_within_a_model_and_the_specification_between_models() -> None:
    for day in (date(2026, 9, 1), DAY):
        for specification in (TODAYS, NEXT):
            found = releases.release_for(DocumentKind.INVOICE, on=day, specification=specification)
            assert found.specification == specification
    # The other model has no credit note: today's rules say what is wrong with one that names it.
    credit = releases.release_for(DocumentKind.CREDIT_NOTE, on=DAY, specification=NEXT)
    assert credit.specification == TODAYS
