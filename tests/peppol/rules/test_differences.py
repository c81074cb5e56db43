"""One release as a difference from another: what is gone, regraded, remade, narrowed, put in between, recoded."""

import pytest
from lxml import etree

from peppol.codelists import ORDER_TYPES, UNCL4219
from peppol.findings import Severity
from peppol.rules.engine.checks import listed_check, present_check
from peppol.rules.engine.engine import RuleSet, judge
from peppol.rules.engine.rulebook import BROKEN, Book
from peppol.rules.releases.differences import Difference, Remade, changed
from peppol.rules.shared.model_changes import optional, with_codes, without
from peppol.rules.shared.structure import model, register_structure

ORDER = "urn:oasis:names:specification:ubl:schema:xsd:Order-2"
CBC = "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2"
CAC = "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2"
OLD, NEW = frozenset({"A", "B"}), frozenset({"B", "C"})
LABELS = {"1.0": "1.1"}


def book() -> Book:
    made = Book("T", "1.0")
    made.context("cbc:Code", pattern="codes").add("T-1", listed_check(OLD), "The code is listed.")
    made.context("cbc:ID", pattern="ids", when=lambda node: node.value.startswith("x")).add(
        "T-2", lambda _: BROKEN, "An x is wrong."
    )
    made.context("cbc:ID", pattern="ids").add("T-3", lambda _: BROKEN, "Every other is wrong.")
    made.absent("T-4", ("cbc:Note",), "No note.")
    return made


def fired(books: tuple[Book, ...], inner: str) -> list[tuple[str, Severity]]:
    root = etree.fromstring(f'<Order xmlns="{ORDER}" xmlns:cbc="{CBC}" xmlns:cac="{CAC}">{inner}</Order>')
    return [(finding.rule, finding.severity) for finding in judge(root, RuleSet("t", books))]


def of(inner: str, difference: Difference) -> list[str]:
    return [rule for rule, _ in fired(changed((book(),), difference), inner)]


def test_without_a_difference_the_books_judge_the_same() -> None:
    inner = "<cbc:Code>C</cbc:Code><cbc:ID>x1</cbc:ID><cbc:ID>2</cbc:ID><cbc:Note>n</cbc:Note>"
    same = changed((book(),), Difference(labels={}))
    assert fired(same, inner) == fired((book(),), inner)
    assert [rule for rule, _ in fired(same, inner)] == ["T-1", "T-2", "T-3", "T-4"]


def test_a_rule_that_is_gone_still_takes_its_nodes() -> None:
    assert of("<cbc:ID>x1</cbc:ID>", Difference(labels=LABELS, gone=frozenset({"T-2"}))) == []
    assert of("<cbc:Note>n</cbc:Note>", Difference(labels=LABELS, gone=frozenset({"T-4"}))) == []


def test_a_rule_is_regraded_and_the_other_release_keeps_its_grade() -> None:
    before = (book(),)
    after = changed(before, Difference(labels=LABELS, severities={"T-1": Severity.WARNING}))
    inner = "<cbc:Code>C</cbc:Code>"
    assert fired(after, inner) == [("T-1", Severity.WARNING)]
    assert fired(before, inner) == [("T-1", Severity.FATAL)]
    assert {info.release for info in after[0].infos} == {"1.1"}


def test_a_rule_is_remade() -> None:
    difference = Difference(labels=LABELS, remade={"T-1": Remade(lambda _: None, "Anything  goes.")})
    assert of("<cbc:Code>C</cbc:Code>", difference) == []
    assert next(changed((book(),), difference)[0].infos).meaning == "Anything goes."


def test_a_condition_is_added_to_the_one_there_is() -> None:
    difference = Difference(labels=LABELS, narrowed={"T-2": lambda node: node.value.endswith("1")})
    assert of("<cbc:ID>x1</cbc:ID><cbc:ID>x2</cbc:ID><cbc:ID>1</cbc:ID>", difference) == ["T-2", "T-3", "T-3"]


def test_a_new_context_stands_behind_the_one_named_and_takes_its_nodes_first() -> None:
    new = Book("T", "1.1")
    new.context("cbc:ID", when=lambda node: node.value == "y").add("T-9", lambda _: BROKEN, "No y.")
    inner = "<cbc:ID>x</cbc:ID><cbc:ID>y</cbc:ID><cbc:ID>z</cbc:ID>"
    assert of(inner, Difference(labels=LABELS, after={"T-2": new})) == ["T-2", "T-9", "T-3"]


def test_a_code_list_is_exchanged() -> None:
    inner = "<cbc:Code>A</cbc:Code><cbc:Code>C</cbc:Code>"
    books = changed((book(),), Difference(labels=LABELS, lists={OLD: NEW}))
    (finding,) = judge(etree.fromstring(f'<O xmlns:cbc="{CBC}">{inner}</O>'), RuleSet("t", books))
    assert (finding.rule, finding.found) == ("T-1", "A")


def test_a_rule_nobody_has_stops_the_release() -> None:
    with pytest.raises(ValueError, match="No book has T-7"):
        changed((book(),), Difference(labels=LABELS, gone=frozenset({"T-7"})))
    with pytest.raises(ValueError, match="No book has T-8"):
        changed((book(),), Difference(labels=LABELS, after={"T-8": Book("T", "1.1")}))


# --- the data model behind the structure rules ----------------------------------------------------------

MODEL = model("T", "Order\n  ID!\n  Delivery\n    Period!\n      StartDate\n  Unit =UNCL4219|ORDER_TYPES\n")


def structured(difference: Difference, inner: str) -> list[str]:
    made = Book("T", "1.0")
    made.context("cbc:ID", pattern="before").add("T-1", present_check("cbc:X"), "An x is there.")
    register_structure(made, MODEL)
    return [rule for rule, _ in fired(changed((made,), difference), inner)]


WHOLE = "<cbc:ID>1</cbc:ID><cac:Delivery/>"


def test_what_is_optional_leaves_its_number_to_the_next_rule_of_its_place() -> None:
    strange = "<cbc:ID>1</cbc:ID><cac:Delivery><cac:Odd/></cac:Delivery>"
    assert structured(Difference(labels=LABELS), WHOLE) == ["T-1", "T-B00301"]
    assert structured(Difference(labels=LABELS), strange) == ["T-1", "T-B00301", "T-B00302"]
    loose = Difference(labels=LABELS, model=optional(MODEL, "Delivery/Period"))
    assert structured(loose, WHOLE) == ["T-1"]
    assert structured(loose, strange) == ["T-1", "T-B00301"]


def test_what_a_model_lacks_is_a_stranger() -> None:
    assert structured(Difference(labels=LABELS, model=without(MODEL, "Delivery")), WHOLE) == [
        "T-1",
        "T-B00103",
    ]


def test_a_list_is_exchanged_in_the_model_where_it_is_one_of_two() -> None:
    inner = "<cbc:ID>1</cbc:ID><cbc:Unit>{}</cbc:Unit>"
    changed_lists = Difference(labels=LABELS, model=with_codes(MODEL, {UNCL4219: frozenset({"9"})}))
    assert structured(changed_lists, inner.format("1")) == ["T-1", "T-B00601"]
    assert structured(changed_lists, inner.format("9")) == ["T-1"]
    assert structured(changed_lists, inner.format(min(ORDER_TYPES))) == ["T-1"]


def test_a_place_that_is_not_in_the_model_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="Delivery has no Despatch"):
        optional(MODEL, "Delivery/Despatch")
