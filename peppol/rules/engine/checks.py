"""The few shapes most rules have: something is there, is filled in, is in a list, occurs once.

Each function here looks at one node and answers a verdict; each `..._check` makes a
test out of names, for families of rules that differ only in the element they name.
"""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Final

from peppol.rules.engine.numbers import decimal_of, decimals_in
from peppol.rules.engine.rulebook import BROKEN, Broken, RuleVerdict, Test
from peppol.rules.engine.tree import Node, normal


def holds(condition: bool, *, found: str = "", expected: str = "") -> RuleVerdict:
    """None when the condition holds, else a plain `Broken`."""
    return None if condition else Broken(found, expected) if found or expected else BROKEN


def number(node: Node, *path: str) -> Decimal | None:
    """The number at the path; None when it is not there or cannot be read."""
    return decimal_of(node.text_of(*path))


def present(node: Node, *path: str) -> RuleVerdict:
    """The path of child names leads to an element, filled in or not."""
    return None if node.exists(*path) else Broken(expected="/".join(path))


def filled(node: Node, *path: str) -> RuleVerdict:
    """The path leads to an element whose text is more than blanks."""
    found = node.at(*path)
    return None if found is not None and not found.blank else Broken(expected="/".join(path))


def at_most_one(node: Node, *path: str) -> RuleVerdict:
    """The path leads to one element at most."""
    count = len(node.every(*path))
    return None if count <= 1 else Broken(found=str(count), expected="1", detail="/".join(path))


def two_decimals(node: Node, name: str) -> RuleVerdict:
    """The child's text has at most two characters after its point."""
    child = node.first(name)
    if child is None or decimals_in(child.text) <= 2:
        return None
    return Broken(found=child.text, expected="2", at=child)


def listed(value: str, codes: frozenset[str]) -> RuleVerdict:
    """The value is one of the codes."""
    return None if value in codes else Broken(found=value)


def attribute_present(node: Node, name: str) -> RuleVerdict:
    """The element has the attribute, filled in or not."""
    return None if name in node.attributes else Broken(expected=f"@{name}")


# The makers below try the usual case first, one branch down to the end of the path, and
# leave everything else to the plain functions above, which then decide.


def present_check(*path: str) -> Test:
    """A test that the path leads to an element."""

    def check(node: Node) -> RuleVerdict:
        found = node
        for name in path:
            group = found.kids.get(name)
            if group is None:
                return present(node, *path)
            found = group[0]
        return None

    return check


def filled_check(*path: str) -> Test:
    """A test that the path leads to an element with text."""

    def check(node: Node) -> RuleVerdict:
        found = node
        for name in path:
            group = found.kids.get(name)
            if group is None:
                return filled(node, *path)
            found = group[0]
        return filled(node, *path) if found.blank else None

    return check


def at_most_one_check(*path: str) -> Test:
    """A test that the path leads to one element at most."""

    def check(node: Node) -> RuleVerdict:
        found = node
        for name in path:
            group = found.kids.get(name)
            if group is None:
                return None
            if len(group) > 1:
                return at_most_one(node, *path)
            found = group[0]
        return None

    return check


def two_decimals_check(name: str) -> Test:
    """A test that the child has at most two decimals."""
    return lambda node: two_decimals(node, name) if name in node.kids else None


_MADE_OF: Final[dict[Test, tuple[Callable[[frozenset[str]], Test], frozenset[str]]]] = {}


def of_list(make: Callable[[frozenset[str]], Test], codes: frozenset[str]) -> Test:
    """The test that `make` makes of a code list; a release with another list has it made anew (`with_lists`)."""
    test = make(codes)
    _MADE_OF[test] = make, codes
    return test


def with_lists(test: Test, lists: Mapping[frozenset[str], frozenset[str]]) -> Test:
    """The test as it is where each code list is exchanged for another; the same where it asks for none of them."""
    made = _MADE_OF.get(test)
    if made is None or made[1] not in lists:
        return test
    return of_list(made[0], lists[made[1]])


def listed_check(codes: frozenset[str]) -> Test:
    """A test that the node's own text, blanks around it aside, is one of the codes."""
    return of_list(_listed, codes)


def _listed(codes: frozenset[str]) -> Test:
    return lambda node: None if node.text in codes else listed(node.value, codes)


def direct_listed_check(codes: frozenset[str]) -> Test:
    """As `listed_check`, but what elements inside the node say is left out, as where a rule asks for `text()`."""
    return of_list(_direct_listed, codes)


def _direct_listed(codes: frozenset[str]) -> Test:
    return lambda node: None if node.text in codes and not node.kids else listed(node.direct_value, codes)


def attribute_check(name: str) -> Test:
    """A test that the element has the attribute."""
    return lambda node: attribute_present(node, name)


def attribute_listed_check(name: str, codes: frozenset[str]) -> Test:
    """A test that the attribute, where there is one, is one of the codes."""

    def make(codes: frozenset[str]) -> Test:
        def check(node: Node) -> RuleVerdict:
            value = node.attributes.get(name)
            if value is None or value in codes or normal(value) in codes:
                return None
            return Broken(found=value, attribute=name)

        return check

    return of_list(make, codes)


def of_an_item_that_says(indicator: str) -> Callable[[Node], bool]:
    """The condition that a code stands in an allowance or charge whose charge indicator is this."""

    def says(code: Node) -> bool:
        item = code.above
        return item is not None and any(node.text == indicator for node in item.all("cbc:ChargeIndicator"))

    return says
