"""What a form decides is left out and nothing else: the findings are those of rules asked of every node."""

from collections.abc import Callable
from datetime import date
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from peppol.identifiers import DocumentKind
from peppol.rules import releases
from peppol.rules.engine import automaton
from peppol.rules.engine.engine import RuleSet, judge, read
from peppol.rules.engine.forms import SIGHTS_TO_SETTLE, ContentRead, FormOnly, Traits
from peppol.rules.engine.rulebook import BROKEN, Book, RuleVerdict
from peppol.rules.engine.tree import DocumentTree, Node, fact, trait
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
    alone = FormOnly(line, Traits({}))
    told = {name for name in dir(Node) if not name.startswith("__") and not callable(getattr(Node, name))}
    assert {name for name in told if _tells(partial(getattr, alone, name))} == {
        *("name", "kids", "attributes"),
        *("blank", "children", "facts", "leaf"),
    }


@pytest.mark.parametrize(
    "question",
    [
        lambda line: line.own("cbc:ID"),
        lambda line: line.text_of("cbc:ID"),
        lambda line: first(line).value,
        lambda line: first(line).direct_text,
        lambda line: first(line).string,
        lambda line: first(line).attribute("schemeID"),
        lambda line: first(line).attributes["schemeID"],
        lambda line: line.location,
        lambda line: line.element,
    ],
)
def test_what_a_node_says_is_closed_in_its_form(question: Callable[[Node], object]) -> None:
    (line, *_) = read(lines('<cbc:ID schemeID="x">{}</cbc:ID>')).all("cac:Line")
    question(line)
    assert not _tells(lambda: question(FormOnly(line, Traits({}))))


def _tells(ask: Callable[[], object]) -> bool:
    try:
        ask()
    except (AttributeError, ContentRead):
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


def kinds(*codes: str) -> etree._Element:
    """An order of such lines, each with a kind."""
    inside = "".join(f"<cac:Line><cbc:ID>{code}</cbc:ID></cac:Line>" for code in codes)
    return etree.fromstring(f'<Order xmlns="{ORDER}" xmlns:cac="{CAC}" xmlns:cbc="{CBC}">{inside}</Order>')


def of_kinds() -> tuple[RuleSet, list[str]]:
    """A rule for documents that is about which kinds of line there are, and which documents it was asked of."""
    book, asked = Book("TEST", "1"), list[str]()

    @trait
    def kinds_used(document: DocumentTree) -> frozenset[str]:
        return frozenset(line.own("cbc:ID") for line in document.all("cac:Line"))

    def ask(document: Node) -> RuleVerdict:
        asked.append(document.name)
        return BROKEN if "C" in kinds_used(document) else None

    book.context("/Order").add("R1", ask, "has no line of the kind C")
    return RuleSet("test", (book,)), asked


def test_what_form_and_traits_decide_is_settled_once_documents_like_it_have_come_often_enough() -> None:
    rules, asked = of_kinds()
    for _ in range(4 * SIGHTS_TO_SETTLE):
        assert judge(kinds("A", "B"), rules) == ()
    settled = len(asked)
    assert settled < 3 * SIGHTS_TO_SETTLE
    for _ in range(10):
        assert judge(kinds("B", "A"), rules) == ()
    assert len(asked) == settled


def test_another_trait_is_another_question() -> None:
    rules, asked = of_kinds()
    for _ in range(4 * SIGHTS_TO_SETTLE):
        assert judge(kinds("A", "B"), rules) == ()
    settled = len(asked)
    for _ in range(4 * SIGHTS_TO_SETTLE):
        assert [each.rule for each in judge(kinds("A", "C"), rules)] == ["R1"]
    assert len(asked) >= settled + 4 * SIGHTS_TO_SETTLE


def test_a_fact_that_is_no_trait_settles_nothing() -> None:
    book, asked = Book("TEST", "1"), list[str]()
    first_number = fact(lambda document: document.all("cac:Line")[0].own("cbc:ID"))

    def ask(document: Node) -> RuleVerdict:
        asked.append(first_number(document))
        return None

    book.context("/Order").add("R1", ask, "asks")
    rules = RuleSet("test", (book,))
    for number in range(4 * SIGHTS_TO_SETTLE):
        judge(kinds(str(number)), rules)
    assert asked == [str(number) for number in range(4 * SIGHTS_TO_SETTLE)]


def test_what_has_no_form_is_settled_by_no_situation() -> None:
    book = Book("TEST", "1")
    book.context("/Order").add("R1", lambda order: None if order.has("cac:Line") else BROKEN, "has a line")
    rules = RuleSet("test", (book,))
    many = automaton._CHILDREN_MOST + 1  # so many that the order's form is not kept
    for _ in range(3 * SIGHTS_TO_SETTLE):
        assert judge(kinds(*("A" * many)), rules) == ()
    without = kinds(*("A" * many))
    for line in without:
        line.tag = f"{{{CAC}}}Item"
    assert [each.rule for each in judge(without, rules)] == ["R1"]


def test_situations_that_a_sender_invents_are_let_go() -> None:
    rules, _ = of_kinds()
    for _ in range(2 * SIGHTS_TO_SETTLE):
        judge(kinds("A"), rules)
    for number in range(3 * automaton._SITUATIONS_MOST):
        judge(kinds(str(number)), rules)
    assert len(rules.automaton._situations) <= automaton._SITUATIONS_MOST


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
_SETTLING = RuleSet("settling", _BOOKS, sights_to_settle=1)
_ASKING = RuleSet("asking", _BOOKS, sights_to_settle=10**9)


@pytest.mark.law
@given(st.sampled_from(BASES).flatmap(mutants))
def test_settled_rules_find_what_all_rules_find(root: etree._Element) -> None:
    for _ in range(2):  # traits that rules ask for are known from the next document on
        settled = judge(root, _SETTLING)
        assert settled == judge(root, _ASKING)
