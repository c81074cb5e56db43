"""What a form decides is left out and nothing else: the findings are those of rules asked of every node."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from peppol.identifiers import DocumentKind
from peppol.rules import releases
from peppol.rules.engine import automaton, forms
from peppol.rules.engine.engine import RuleSet, judge, read
from peppol.rules.engine.forms import SIGHTS_TO_SETTLE, ContentRead, FormOnly
from peppol.rules.engine.rulebook import BROKEN, Book, RuleVerdict
from peppol.rules.engine.tree import DocumentTree, Node, fact
from tests.support.rules.rules_documents import CAC, CBC
from tests.support.rules.rules_mutants import BASES, mutants

DAY = date(2026, 9, 1)
ORDER = "urn:oasis:names:specification:ubl:schema:xsd:Order-2"
MANY = SIGHTS_TO_SETTLE + 20


def lines(inside: str = "<cbc:ID>{}</cbc:ID>", times: int = MANY) -> etree._Element:
    """An order of that many lines, numbered."""
    written = "".join(f"<cac:Line>{inside.format(number)}</cac:Line>" for number in range(times))
    return etree.fromstring(f'<Order xmlns="{ORDER}" xmlns:cac="{CAC}" xmlns:cbc="{CBC}">{written}</Order>')


def asking(question: Callable[[Node], object]) -> tuple[RuleSet, list[str]]:
    """A rule that asks each line something and is content, and of which nodes it did so far."""
    book, asked = Book("TEST", "1"), list[str]()

    def ask(line: Node) -> RuleVerdict:
        asked.append(line.name)
        question(line)
        return None

    book.context("cac:Line").add("R1", ask, "asks")
    return RuleSet("test", (book,)), asked


def first(line: Node) -> Node:
    """The identifier of a line."""
    (found,) = line.all("cbc:ID")
    return found


@pytest.mark.parametrize(
    "question",
    [
        lambda line: line.has("cbc:ID"),
        lambda line: line.exists("cac:Price", "cbc:Amount"),
        lambda line: first(line).blank,
        lambda line: "schemeID" in first(line).attributes,
        lambda line: first(line).attributes.get("listID"),
        lambda line: (len(line.all("cbc:ID")), line.leaf, list(line.children), line.name),
    ],
)
def test_what_only_asks_which_elements_stand_there_is_settled_by_the_form(
    question: Callable[[Node], object],
) -> None:
    rules, asked = asking(question)
    judge(lines('<cbc:ID schemeID="x">{}</cbc:ID>'), rules)
    assert len(asked) == SIGHTS_TO_SETTLE


@pytest.mark.parametrize(
    "question",
    [
        lambda line: first(line).text,
        lambda line: line.value_of("cbc:ID"),
        lambda line: line.text,
        lambda line: line.above,
        lambda line: line.document,
        lambda line: line.line,
        lambda line: first(line).attributes.get("schemeID"),
        lambda line: dict(first(line).attributes),
    ],
)
def test_what_asks_for_more_is_asked_of_every_node(question: Callable[[Node], object]) -> None:
    rules, asked = asking(question)
    judge(lines('<cbc:ID schemeID="x">{}</cbc:ID>'), rules)
    # Once more than there are lines: when the form was looked into, and content stayed closed.
    assert len(asked) == MANY + 1


def test_of_a_node_only_its_form_is_open() -> None:
    (line, *_) = read(lines()).all("cac:Line")
    alone = FormOnly(line)
    open_to_it = {name for name in dir(Node) if not name.startswith("__") and _tells(alone, name)}
    assert open_to_it == forms._OF_FORM | {"name", "kids", "attributes", "blank"}


def _tells(node: Node, name: str) -> bool:
    try:
        getattr(node, name)
    except ContentRead:
        return False
    return True


def test_a_rule_that_speaks_of_a_form_goes_on_speaking() -> None:
    book = Book("TEST", "1")
    book.context("cac:Line").add(
        "R1", lambda line: None if line.has("cbc:Note") else BROKEN, "asks for a note"
    )
    found = judge(lines(), RuleSet("test", (book,)))
    assert [each.location for each in found] == [
        f"/Order/cac:Line[{number}]" for number in range(1, MANY + 1)
    ]


def test_another_form_is_another_question() -> None:
    book = Book("TEST", "1")
    book.context("cac:Line").add("R1", lambda line: None if line.has("cbc:ID") else BROKEN, "has an ID")
    root = lines()
    for line in root[-3:]:
        line[0].tag = f"{{{CBC}}}Note"
    assert len(judge(root, RuleSet("test", (book,)))) == 3


@pytest.mark.parametrize("inside", ["words", "<!-- a comment -->words"])
def test_text_beside_elements_has_no_form(inside: str) -> None:
    book = Book("TEST", "1")
    book.context("cac:Line").add("R1", lambda line: None if line.blank else BROKEN, "holds no text")
    rules = RuleSet("test", (book,))
    assert judge(lines(), rules) == ()
    assert len(judge(lines(f"{inside}<cbc:ID>{{}}</cbc:ID>"), rules)) == MANY


def test_an_attribute_makes_another_form() -> None:
    book = Book("TEST", "1")
    book.context("cac:Line").add(
        "R1", lambda line: BROKEN if first(line).attributes else None, "bears no attribute"
    )
    root = lines()
    root[-1][0].set("schemeID", "x")
    assert [each.location for each in judge(root, RuleSet("test", (book,)))] == [f"/Order/cac:Line[{MANY}]"]


def test_what_holds_something_without_a_form_has_none() -> None:
    book = Book("TEST", "1")
    book.context("cac:Line").add(
        "R1", lambda line: BROKEN if line.all("cac:Item")[0].blank else None, "says something"
    )
    root = lines('<cac:Item kind="x">words<cbc:ID>{}</cbc:ID></cac:Item>')
    root[-1][0].text = None
    assert [each.location for each in judge(root, RuleSet("test", (book,)))] == [f"/Order/cac:Line[{MANY}]"]


def test_of_conditions_on_the_document_one_that_holds_is_enough() -> None:
    book = Book("TEST", "1")
    for country in ("NO", "SE"):
        condition = fact(lambda document, country=country: country == "SE")  # type: ignore[misc]
        book.context("cac:Line", when=condition).add(country, lambda line: BROKEN, "speaks")
    assert {each.rule for each in judge(lines(), RuleSet("test", (book,)))} == {"SE"}


def test_a_condition_on_the_document_is_answered_once_for_all_lines() -> None:
    answered: list[str] = []

    @fact
    def is_order(document: DocumentTree) -> bool:
        answered.append(document.name)
        return document.name == "Order"

    book = Book("TEST", "1")
    book.context("cac:Line", when=is_order).add("R1", lambda line: BROKEN, "speaks")
    assert len(judge(lines(), RuleSet("test", (book,)))) == MANY
    assert answered == ["Order"]


def test_forms_that_a_sender_invents_are_let_go() -> None:
    book = Book("TEST", "1")
    book.context("cac:Line").add("R1", lambda line: None, "asks nothing")
    rules = RuleSet("test", (book,))
    made = 0
    for number in range(40):
        inside = "".join(f"<cbc:{'AB'[number >> bit & 1]}/>" for bit in range(12))
        judge(lines(inside * 3 + "<cbc:A/>" * number, 1), rules)
        made = max(made, rules.automaton._forms_made)
    assert 40 <= made <= automaton._FORMS_MOST
    rules.automaton._forms_made = automaton._FORMS_MOST
    judge(lines("<cbc:C/>" * 5, 1), rules)
    assert sum(map(len, rules.automaton._forms)) <= 4


# --- the law --------------------------------------------------------------------------------------------

_BOOKS = releases.rule_set_for(DocumentKind.INVOICE, on=DAY).books
_SETTLING, _ASKING = RuleSet("settling", _BOOKS), RuleSet("asking", _BOOKS)


@contextmanager
def after(sights: int) -> Iterator[None]:
    """With forms looked into at that many sights."""
    kept, forms.SIGHTS_TO_SETTLE = forms.SIGHTS_TO_SETTLE, sights  # type: ignore[misc]
    try:
        yield
    finally:
        forms.SIGHTS_TO_SETTLE = kept  # type: ignore[misc]


@pytest.mark.law
@given(st.sampled_from(BASES).flatmap(mutants))
def test_settled_rules_find_what_all_rules_find(root: etree._Element) -> None:
    with after(1):
        settled = judge(root, _SETTLING)
    with after(10**9):
        assert settled == judge(root, _ASKING)
