"""The rule engine: which rule is put to which node, how often, and what a finding says."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from peppol.findings import Severity
from peppol.rules.engine.automaton import Automaton
from peppol.rules.engine.checks import (
    at_most_one_check,
    attribute_check,
    attribute_listed_check,
    filled_check,
    listed_check,
    present_check,
    two_decimals_check,
)
from peppol.rules.engine.dates import day_of
from peppol.rules.engine.engine import RuleSet, judge, read
from peppol.rules.engine.numbers import decimal_of, decimals_in, hundredths, total
from peppol.rules.engine.rulebook import BROKEN, WARNING, Book, Broken, RuleVerdict, Test
from peppol.rules.engine.tree import DocumentTree, Node, fact, normal
from tests.support.rules.rules_documents import CAC, CBC, a_tree, facts
from tests.support.rules.rules_mutants import BASES, mutants

ORDER = "urn:oasis:names:specification:ubl:schema:xsd:Order-2"


def _tree(inside: str, root: str = "Order") -> etree._Element:
    return etree.fromstring(f'<{root} xmlns="{ORDER}" xmlns:cac="{CAC}" xmlns:cbc="{CBC}">{inside}</{root}>')


def _always(node: Node) -> RuleVerdict:
    return BROKEN


def _book(*paths: str) -> tuple[Book, RuleSet]:
    book = Book("TEST", "1")
    for number, path in enumerate(paths, start=1):
        book.context(path).add(f"R{number}", _always, "always speaks")
    return book, RuleSet("test", (book,))


def _places(root: etree._Element, rules: RuleSet) -> list[tuple[str, str]]:
    return [(finding.rule, finding.location) for finding in judge(root, rules)]


LINES = "<cac:Line><cbc:ID>1</cbc:ID></cac:Line><cac:Line><cbc:ID>2</cbc:ID><cac:Line/></cac:Line>"


@pytest.mark.parametrize(
    ("path", "places"),
    [
        ("/Order", ["/Order"]),
        ("/Order/cac:Line", ["/Order/cac:Line[1]", "/Order/cac:Line[2]"]),
        ("cac:Line/cbc:ID", ["/Order/cac:Line[1]/cbc:ID", "/Order/cac:Line[2]/cbc:ID"]),
        ("cac:Line/cac:Line", ["/Order/cac:Line[2]/cac:Line"]),
        ("/Order/*/cbc:ID", ["/Order/cac:Line[1]/cbc:ID", "/Order/cac:Line[2]/cbc:ID"]),
        ("/Order/**/cac:Line", ["/Order/cac:Line[1]", "/Order/cac:Line[2]", "/Order/cac:Line[2]/cac:Line"]),
        ("*ID", ["/Order/cac:Line[1]/cbc:ID", "/Order/cac:Line[2]/cbc:ID"]),
        ("/Invoice/cac:Line", []),
        ("cac:Line/cbc:Note", []),
        ("/Order | /Order/cac:Line/cac:Line", ["/Order", "/Order/cac:Line[2]/cac:Line"]),
    ],
)
def test_a_path_leads_to_its_nodes(path: str, places: list[str]) -> None:
    _, rules = _book(path)
    assert _places(_tree(LINES), rules) == [("R1", place) for place in places]


def test_of_contexts_that_match_a_node_only_the_first_is_used() -> None:
    _, rules = _book("cac:Line/cac:Line", "cac:Line")
    assert _places(_tree("<cac:Line><cac:Line/></cac:Line>"), rules) == [
        ("R2", "/Order/cac:Line"),
        ("R1", "/Order/cac:Line/cac:Line"),
    ]


def test_contexts_of_different_patterns_are_all_used() -> None:
    book = Book("TEST", "1")
    book.context("cac:Line").add("R1", _always, "speaks")
    book.context("cac:Line", pattern="syntax").add("R2", _always, "speaks")
    assert _places(_tree("<cac:Line/>"), RuleSet("test", (book,))) == [
        ("R1", "/Order/cac:Line"),
        ("R2", "/Order/cac:Line"),
    ]


def test_a_condition_that_does_not_hold_leaves_the_node_to_the_next_context() -> None:
    book = Book("TEST", "1")
    book.context("cbc:ID", when=lambda node: node.value == "1").add("R1", _always, "speaks")
    book.context("cbc:ID").add("R2", _always, "speaks")
    assert [rule for rule, _ in _places(_tree(LINES), RuleSet("test", (book,)))] == ["R1", "R2"]


def test_a_row_of_cases_is_asked_once_and_falls_through_to_the_next_context() -> None:
    asked: list[str] = []

    def value(node: Node) -> str:
        asked.append(node.value)
        return node.value

    book = Book("TEST", "1")
    for case in ("1", "3"):
        book.context("cbc:ID", by=value, case=case).add(f"R{case}", _always, "speaks")
    book.context("cbc:ID").add("R9", _always, "speaks")
    assert [rule for rule, _ in _places(_tree(LINES), RuleSet("test", (book,)))] == ["R1", "R9"]
    assert asked == ["1", "2"]


def test_a_second_context_that_nothing_could_reach_is_refused() -> None:
    book, _ = _book("/Order")
    with pytest.raises(ValueError, match="open already"):
        book.context("/Order")


def test_a_rule_without_a_meaning_is_refused() -> None:
    with pytest.raises(ValueError, match="R1 has no meaning"):
        Book("TEST", "1").context("/Order").add("R1", _always, "  ")


@pytest.mark.parametrize("path", ["", "/Order//cbc:ID", "cac:Line | "])
def test_a_path_that_is_none_is_refused_when_the_rules_are_compiled(path: str) -> None:
    book, _ = _book(path)
    with pytest.raises(ValueError, match="not a path of names"):
        Automaton((book,))


def test_what_ought_to_be_absent_is_said_once_at_its_first_place() -> None:
    book = Book("TEST", "1")
    book.absent("A1", ("/Order/cac:Line/cbc:ID", "/Order/cbc:UUID"), "no identifiers")
    book.absent("A2", ("@name",), "no names", but=("cbc:Code/@name",))
    book.absent("A3", ("cac:Line/@languageID",), "no languages on lines")
    rules = RuleSet("test", (book,))
    assert _places(_tree(LINES), rules) == [("A1", "/Order/cac:Line[1]/cbc:ID")]
    named = '<cbc:Code name="a"/><cac:Line languageID="sv"><cbc:Note name="b" languageID="sv"/></cac:Line>'
    found = judge(_tree(named), rules)
    assert [(finding.rule, finding.location, finding.found) for finding in found] == [
        ("A3", "/Order/cac:Line/@languageID", "sv"),
        ("A2", "/Order/cac:Line/cbc:Note/@name", "b"),
    ]
    assert all(finding.severity is Severity.WARNING for finding in found)


def test_a_finding_carries_what_the_rule_says_and_where_it_points() -> None:
    book = Book("TEST", "1")
    line = book.context("cac:Line")

    @line.rule("R1", WARNING)
    def says_much(node: Node) -> RuleVerdict:
        """A line has the identifier 1."""
        return Broken("2", "1", "2 <> 1", node.first("cbc:ID"), "schemeID")

    root = etree.fromstring(
        f'<Order xmlns="{ORDER}" xmlns:cac="{CAC}" xmlns:cbc="{CBC}">\n'
        "<cac:Line>\n<cbc:ID>2</cbc:ID></cac:Line></Order>"
    )
    (finding,) = judge(root, RuleSet("test", (book,)))
    assert (finding.rule, finding.severity, finding.line) == ("R1", Severity.WARNING, 3)
    assert finding.location == "/Order/cac:Line/cbc:ID/@schemeID"
    assert (finding.found, finding.expected, finding.detail) == ("2", "1", "2 <> 1")
    (info,) = RuleSet("test", (book,)).infos
    assert (info.id, info.meaning, info.context) == ("R1", "A line has the identifier 1.", "cac:Line")


@pytest.mark.parametrize("root", ['<Order xmlns="urn:example:other"/>', "<Order/>"])
def test_a_root_of_another_namespace_is_not_our_document(root: str) -> None:
    _, rules = _book("/Order")
    assert _places(etree.fromstring(root), rules) == []


def test_names_of_other_namespaces_are_not_mistaken_for_ours() -> None:
    _, rules = _book("/Order/cac:Line", "cbc:ID")
    strange = _tree('<Line xmlns="urn:example:other"/><cac:ID/><x:ID xmlns:x="urn:example:other"/>')
    assert _places(strange, rules) == []


def test_comments_and_instructions_do_not_split_a_value() -> None:
    root = _tree("<cbc:ID>4<!-- a -->7<?b c?>11</cbc:ID>")
    assert read(root).text_of("cbc:ID") == "4711"


def test_a_value_with_an_element_in_it_is_all_its_text() -> None:
    assert read(_tree("<cbc:ID>47<cbc:Note>11</cbc:Note></cbc:ID>")).text_of("cbc:ID") == "4711"


def test_strange_names_do_not_make_the_engine_grow() -> None:
    _, rules = _book("/Order/cac:Line", "*Amount")
    automaton = rules.automaton
    judge(_tree("<cac:Line><cbc:Odd/><cbc:OddAmount/></cac:Line>"), rules)
    known = len(automaton._states)
    for number in range(200):
        name = f"Odd{number}"
        judge(_tree(f"<cbc:{name}><cac:{name}><cbc:{name}Amount/></cac:{name}></cbc:{name}>"), rules)
    assert len(automaton._states) <= known + 3


def test_a_fact_about_the_document_is_worked_out_once() -> None:
    worked_out: list[str] = []

    @fact
    def identifiers(document: DocumentTree) -> int:
        worked_out.append(document.name)
        return len(document.named("cbc:ID"))

    book = Book("TEST", "1")
    book.context("cbc:ID").add("R1", lambda node: Broken(str(identifiers(node))), "says how many there are")
    found = judge(_tree(LINES), RuleSet("test", (book,)))
    assert [finding.found for finding in found] == ["2", "2"]
    assert worked_out == ["Order"]


def test_asking_for_what_is_not_there_gives_nothing() -> None:
    document = read(_tree("<cac:Line/>"))
    assert document.first("cbc:ID") is None
    assert document.at("cac:Line", "cbc:ID") is None
    assert document.every("cac:Line", "cbc:ID") == ()
    assert document.text_of("cac:Line", "cbc:ID") == document.value_of("cbc:ID") == ""
    assert not document.exists("cac:Line", "cbc:ID")
    assert document.attribute("id") is None
    assert list(document.named("cbc:ID")) == []


def test_a_path_is_followed_into_the_second_branch_when_the_first_ends() -> None:
    document = read(_tree("<cac:Line/><cac:Line><cbc:ID>2</cbc:ID></cac:Line>"))
    assert document.text_of("cac:Line", "cbc:ID") == "2"
    assert document.exists("cac:Line", "cbc:ID")


@pytest.mark.parametrize(
    ("check", "good", "bad"),
    [
        (present_check("cbc:ID"), "<cbc:ID/>", "<cbc:Note/>"),
        (present_check("cac:Line", "cbc:ID"), "<cac:Line><cbc:ID/></cac:Line>", "<cac:Line/>"),
        (filled_check("cbc:ID"), "<cbc:ID>1</cbc:ID>", "<cbc:ID> \n</cbc:ID>"),
        (at_most_one_check("cbc:ID"), "<cbc:ID/>", "<cbc:ID/><cbc:ID/>"),
        (at_most_one_check("cac:Line", "cbc:ID"), "<cac:Line><cbc:ID/></cac:Line>", LINES),
        (two_decimals_check("cbc:ID"), "<cbc:ID>1.25</cbc:ID>", "<cbc:ID>1.250</cbc:ID>"),
    ],
)
def test_the_usual_checks_tell_good_from_bad(check: Test, good: str, bad: str) -> None:
    assert check(read(_tree(good))) is None
    assert check(read(_tree(bad))) is not None


def test_checks_of_codes_and_attributes_tell_good_from_bad() -> None:
    node = read(_tree('<cbc:ID schemeID=" A "> B </cbc:ID>')).first("cbc:ID")
    assert node is not None
    assert listed_check(frozenset({"B"}))(node) is None
    assert listed_check(frozenset({"C"}))(node) == Broken(found="B")
    assert attribute_check("schemeID")(node) is None
    assert attribute_check("listID")(node) == Broken(expected="@listID")
    assert attribute_listed_check("schemeID", frozenset({"A"}))(node) is None
    assert attribute_listed_check("schemeID", frozenset({"C"}))(node) == Broken(
        found=" A ", attribute="schemeID"
    )
    assert attribute_listed_check("listID", frozenset({"C"}))(node) is None


@pytest.mark.parametrize("text", ["1", "-1", "+1.50", ".5", "5.", " 12.30\n", "0" * 60])
def test_numbers_of_the_schema_are_read(text: str) -> None:
    assert decimal_of(text) is not None


@pytest.mark.parametrize(
    "text", ["", " ", ".", "+", "1e3", "NaN", "INF", "1 000", "1,5", "1_0", "٤", "１", "0" * 61]
)
def test_other_texts_are_no_numbers(text: str) -> None:
    assert decimal_of(text) is None


def test_halves_round_upwards_and_what_cannot_be_read_stays_unread() -> None:
    assert str(hundredths(decimal_of("0.005"))) == "0.01"
    assert str(hundredths(decimal_of("-0.005"))) in {"0.00", "-0.00"}
    assert str(hundredths(decimal_of("-0.006"))) == "-0.01"
    assert hundredths(None) is None
    assert total([]) == 0
    assert total([decimal_of("1"), None]) is None
    assert [decimals_in(text) for text in ("1", "1.", "1.2", "1.2.3", "1.25 ")] == [0, 0, 1, 3, 3]


def test_days_are_compared_by_when_they_begin() -> None:
    first, second = day_of("2026-10-01"), day_of("2026-10-02")
    assert first is not None
    assert second is not None
    assert first < second
    east, west = day_of("2026-10-01+02:00"), day_of("2026-10-01-14:00")
    assert east is not None
    assert west is not None
    assert east < first < west
    for text in (
        "",
        "2026-02-30",
        "20261001",
        "2026-10-01T00:00",
        "2026-10-01+15:00",
        "0000-01-01",
        "26-10-01",
    ):
        assert day_of(text) is None


def test_blanks_are_those_of_xml_only() -> None:
    assert normal(" a \n b\t") == "a b"
    assert normal("\u00a0a\u2003 b ") == "\u00a0a\u2003 b"


@given(st.sampled_from(BASES).flatmap(mutants))
def test_the_tree_holds_every_element_once_and_says_where_it_is(root: etree._Element) -> None:
    document = read(root)
    spaces = {"cac": CAC, "cbc": CBC}
    for name in ("cac:TaxCategory", "cbc:ID", "cbc:Amount"):
        prefix, local = name.split(":")
        nodes = document.named(name)
        assert [node.element for node in nodes] == list(root.iter(f"{{{spaces[prefix]}}}{local}"))
        for node in nodes:
            place = node.location.removeprefix(f"/{document.name}/")
            assert root.find(place, spaces) is node.element


@given(st.integers(0, 3), st.text(max_size=20).filter(lambda text: text.isprintable()))
def test_any_text_anywhere_is_judged_without_raising(depth: int, text: str) -> None:
    root = a_tree(facts(rich=True))
    for element in list(root.iter()):
        if len(element) == 0 and len(list(element.iterancestors())) > depth:
            element.text = text
    _, rules = _book("*Amount", "/Invoice/**/cbc:ID")
    assert judge(root, rules)
