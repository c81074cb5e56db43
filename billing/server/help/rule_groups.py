"""How the rules of documents are divided into pages of help: by book, a large book by groups, a large group in parts.

Convention: a group is what the ids of its rules begin with, up to their number: BR-CO-15 is of BR-CO. A page has at
most RULES_MOST rules, so that it is soon there on a telephone too.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from math import ceil
from typing import Final

from foundation.text import Text
from web.help.library import INDEX
from web.help.rendering import slug
from web.rulebook import ListedRule

FOLDER: Final = "rules"
RULES_MOST: Final = 150
# Greedy, so that a number within the name of a book (PEPPOL-T01) is not taken for the rule's.
_BEFORE_NUMBER: Final = re.compile(r"(?P<group>(?:.+-)?[A-Z]+)-?(?P<number>\d+)(?P<rest>.*)")
GROUP_NAMES: Final[Mapping[str, Text]] = {
    "BR": Text("Uppgifter som ska finnas"),
    "BR-CO": Text("Summor och villkor mellan uppgifter"),
    "BR-CL": Text("Koder ur kodlistor"),
    "BR-DEC": Text("Antal decimaler"),
    "BR-S": Text("Moms: normal skattesats (S)"),
    "BR-Z": Text("Moms: nollskattesats (Z)"),
    "BR-E": Text("Moms: undantagen från moms (E)"),
    "BR-AE": Text("Moms: omvänd betalningsskyldighet (AE)"),
    "BR-IC": Text("Moms: leverans inom EU (K)"),
    "BR-G": Text("Moms: export utanför EU (G)"),
    "BR-O": Text("Moms: utanför momsen (O)"),
    "BR-AF": Text("Moms: Kanarieöarna, IGIC (L)"),
    "BR-AG": Text("Moms: Ceuta och Melilla, IPSI (M)"),
    "BR-B": Text("Moms: delad betalning i Italien (B)"),
    "UBL-CR": Text("Uppgifter som profilen inte använder"),
    "UBL-DT": Text("Hur värden skrivs"),
    "UBL-SR": Text("Hur många gånger en uppgift får stå"),
}
"""What a group of the European standard is about."""


@dataclass(frozen=True, slots=True)
class RulePage:
    """A page of rules: the document's name, its title, and the rules on it in the order of their numbers."""

    name: str
    title: str
    group: str
    rules: Sequence[ListedRule]


@dataclass(frozen=True, slots=True)
class RuleFamily:
    """A book of rules with its pages; `name` is the document that the book begins with."""

    name: str
    title: str
    pages: Sequence[RulePage]

    @property
    def is_divided(self) -> bool:
        """Whether the rules stand on several pages, with one before them that lists all."""
        return len(self.pages) > 1

    @property
    def rules(self) -> Sequence[ListedRule]:
        """All of its rules."""
        return [rule for page in self.pages for rule in page.rules]


def divided(rules: Sequence[ListedRule]) -> Sequence[RuleFamily]:
    """All rules, by book in the order of the alphabet, each book on one page or several."""
    return [
        _family(title, list(own))
        for title, own in groupby(sorted(rules, key=lambda each: each.family), key=lambda each: each.family)
    ]


def _family(title: str, rules: Sequence[ListedRule]) -> RuleFamily:
    name = f"{FOLDER}/{slug(title)}"
    in_order = sorted(rules, key=lambda each: _parted(each.id))
    if len(rules) <= RULES_MOST:
        return RuleFamily(name, title, [RulePage(name, title, title, in_order)])
    pages = [
        page
        for group, own in groupby(in_order, key=lambda each: group_of(each.id))
        for page in _pages(name, group, list(own))
    ]
    return RuleFamily(f"{name}/{INDEX}", title, pages)


def _pages(folder: str, group: str, rules: Sequence[ListedRule]) -> Iterator[RulePage]:
    """A group on one page, or in parts alike that are called by their first rule."""
    if len(rules) <= RULES_MOST:
        yield RulePage(f"{folder}/{slug(group)}", group, group, rules)
        return
    parts = ceil(len(rules) / RULES_MOST)
    each = ceil(len(rules) / parts)
    for first in range(0, len(rules), each):
        part = rules[first : first + each]
        yield RulePage(f"{folder}/{slug(part[0].id)}", f"{part[0].id} – {part[-1].id}", group, part)


def group_of(rule: str) -> str:
    """What the id of a rule begins with, up to its number.

    >>> group_of("BR-CO-15"), group_of("UBL-CR-001"), group_of("PEPPOL-T01-B00101"), group_of("PEPPOL-EN16931-R001")
    ('BR-CO', 'UBL-CR', 'PEPPOL-T01-B', 'PEPPOL-EN16931-R')
    """
    return _parted(rule)[0]


def _parted(rule: str) -> tuple[str, int, str]:
    """The id as group, number and what follows: the order in which rules are looked for."""
    found = _BEFORE_NUMBER.fullmatch(rule)
    return (found["group"], int(found["number"]), found["rest"]) if found else (rule, 0, "")
