"""The elements of a bank's file by their local names, whatever version and prefix the bank writes them in.

What a bank sends is never judged by a schema: versions differ in what we do not read. Each value that is read is
checked where it stands, and a refusal says in which line.
"""

from datetime import date, datetime
from decimal import Decimal
from typing import Final

from lxml import etree

from foundation.periods import STOCKHOLM
from foundation.text import Text, WrittenText
from peppol.xml import gate
from peppol.xml.gate_errors import GateRefused
from peppol.xml.gate_tree import SPACE
from peppol.xml.literals import unreadable

_DIGITS_MAX: Final = 18  # ISO 20022, ActiveOrHistoricCurrencyAndAmount


class BankElement:
    """One element of a bank's file. A path is local names with a slash between: `Refs/EndToEndId`."""

    __slots__ = ("_element",)

    def __init__(self, element: etree._Element) -> None:
        self._element = element

    @property
    def name(self) -> str:
        """Its local name."""
        return _local(self._element)

    def children(self, path: str) -> "list[BankElement]":
        """All elements at the path, in the order they stand."""
        found = [self._element]
        for step in path.split("/"):
            found = [child for each in found for child in each if _local(child) == step]
        return [BankElement(each) for each in found]

    def child(self, path: str) -> "BankElement | None":
        """The first element at the path."""
        found = self.children(path)
        return found[0] if found else None

    def text(self, *paths: str) -> str:
        """The first text at one of the paths that says something; nothing where none does."""
        for path in paths:
            for each in self.children(path):
                if said := (each._element.text or "").strip(SPACE):
                    return said
        return ""

    def texts(self, path: str) -> tuple[str, ...]:
        """All texts at the path that say something."""
        said = ((each._element.text or "").strip(SPACE) for each in self.children(path))
        return tuple(each for each in said if each)

    def amount(self, path: str) -> tuple[Decimal, str] | None:
        """The amount at the path with its currency (`Ccy`), or None where there is none. Raises UnreadableDocument.

        Never below zero: which way the money went stands beside it.
        """
        found = self.child(path)
        if found is None:
            return None
        text, currency = (found._element.text or "").strip(SPACE), found._element.get("Ccy", "").strip(SPACE)
        try:
            value = gate.decimal_of(text)
        except GateRefused:
            value = Decimal(-1)
        if value < 0 or len(value.as_tuple().digits) > _DIGITS_MAX or len(currency) != 3:
            raise unreadable(
                found._element, found=f"{text} {currency}", expected=Text("ett belopp med valuta")
            )
        return value, currency

    def day(self, path: str) -> date | None:
        """The day at the path, a `Dt` or a `DtTm`, as it is in Sweden. Raises UnreadableDocument.

        An instant with a time zone is the Swedish day it falls on; a day, and an instant without, is that day.
        """
        found = self.child(f"{path}/DtTm") or self.child(f"{path}/Dt")
        if found is None:
            return None
        text = (found._element.text or "").strip(SPACE)
        try:
            if "T" not in text:
                return gate.date_of(text)
            instant = datetime.fromisoformat(text)
            return (instant.astimezone(STOCKHOLM) if instant.tzinfo else instant).date()
        except (GateRefused, ValueError, OverflowError):
            raise unreadable(found._element, found=text, expected=WrittenText("2026-11-05")) from None

    def refuse(self, path: str, expected: Text) -> Exception:
        """The refusal of what stands at the path, or lacks there; to be raised."""
        found = self.child(path)
        element = self._element if found is None else found._element
        return unreadable(element, found=self.text(path), expected=expected)


def _local(element: etree._Element) -> str:
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""
