"""Mutants: valid documents of every kind, each changed in one to three places by a seed.

A mutant is known by the seed of the run and its number, so that any of them can be made again by itself. What is put in
comes from all the documents at hand: names, values and attributes that some of them hold, besides a list of values that
rules and schemas tell apart (forms of a number, blanks, dates, codes, languages).
"""

from collections.abc import Callable, Iterable, Sequence
from copy import deepcopy
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from random import Random
from typing import Final

from lxml import etree

from peppol.identifiers import DocumentKind

_CAC: Final = "{urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2}"
_CBC: Final = "{urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2}"
_EXT: Final = "{urn:oasis:names:specification:ubl:schema:xsd:CommonExtensionComponents-2}"
_XSI: Final = "{http://www.w3.org/2001/XMLSchema-instance}"

_VALUES: Final = (
    *(
        "",
        " ",
        "0",
        "0.00",
        "-1",
        "1",
        "25",
        "25.00",
        "12",
        "7",
        "100",
        "1.005",
        "1.995",
        "12.345",
        "+5",
        ".5",
        "5.",
    ),
    *(
        " 95.00 ",
        "1000000.01",
        "0.3333333333333333333333333",
        "00",
        "1e2",
        "abc",
        "true",
        "false",
        "1 ",
        "TRUE",
    ),
    *("S", "Z", "E", "AE", "K", "G", "O", "L", "M", "B", " S ", "s", "VAT", "vat", " VAT ", "TAX", "GST"),
    *(
        "30",
        "58",
        "49",
        "31",
        "48",
        "59",
        "380",
        "381",
        "393",
        "130",
        "50",
        "95",
        "FC",
        "SEK",
        "EUR",
        "XX1",
        "NOK",
    ),
    *(
        "SE",
        "IT",
        "GR",
        "DE",
        "DK",
        "NO",
        "NL",
        "IS",
        "EL123",
        "SE556036079301",
        "D",
        "2026-10-01",
        "2026-12-31",
    ),
    *(
        "2026-10-31Z",
        "2026-10-31+01:00",
        "2026-02-30",
        "10:30:00",
        "10:30:00Z",
        "2.1",
        "VATEX-EU-O",
        "#AAI#text",
    ),
    *(
        "AP",
        "AB",
        "RE",
        "UQ",
        "CA",
        "PD",
        "BV",
        "BW",
        "FD",
        "SV",
        "PIN",
        "NOA",
        "3",
        "5",
        "220",
        "DAY",
        "C62",
        "XYZQ",
    ),
    *(
        "0007",
        "0088",
        "0242",
        "9999",
        "SEPA",
        "1234567890",
        "7300010000001",
        "urn:fdc:peppol.eu:2017:poacc:billing:01:1.0",
    ),
    *("två", "ÅÄÖ", "a" * 120, "text", "http://example.org/", "ej ett nummer"),
)
_STEPS: Final = tuple(
    Decimal(step)
    for step in (
        *(
            "0.01",
            "-0.01",
            "0.004",
            "0.005",
            "0.5",
            "-0.5",
            "0.99",
            "-0.99",
            "1.00",
            "-1.00",
            "1.01",
            "-1.01",
        ),
        *("100", "-100", "0.1", "0.02", "-0.02", "0.021", "-0.021"),
    )
)
_ATTRIBUTES: Final = {
    "currencyID": ("SEK", "EUR", "XXQ", ""),
    "schemeID": ("0007", "0088", "0242", "SEPA", "ABT", "9999", ""),
    "schemeAgencyID": ("6", ""),
    "schemeName": ("x",),
    "unitCode": ("DAY", "C62", "XYZQ"),
    "unitCodeListID": ("UNECERec20",),
    "listID": ("STI", "QQQ", "OPStatusReason", "OPStatusAction", ""),
    "listAgencyID": ("6",),
    "listVersionID": ("1",),
    "mimeCode": ("application/pdf", "text/html"),
    "filename": ("a.pdf",),
    "name": ("text",),
    "languageID": ("sv", "", "svenska språket"),
    "format": ("x",),
    "unknown": ("x",),
}


@dataclass(frozen=True, slots=True)
class Seed:
    """A valid document to change: where it comes from, its kind, its bytes."""

    name: str
    kind: DocumentKind
    data: bytes


@dataclass(frozen=True, slots=True)
class Mutant:
    """A changed document: its number in the run, what it was made from and by which changes."""

    number: int
    seed: Seed
    changes: tuple[str, ...]
    data: bytes

    def __str__(self) -> str:
        return f"mutant {self.number} ({', '.join(self.changes)} in {self.seed.name})"


class Mutants:
    """Every mutant of a run; the kinds of document come in turn, so that each has its share."""

    def __init__(self, seeds: Sequence[Seed], seed: int) -> None:
        self._kinds = tuple(dict.fromkeys(each.kind for each in seeds))
        self._of_kind = {kind: [each for each in seeds if each.kind is kind] for kind in self._kinds}
        self._seed = seed
        self._pool = _Pool(etree.fromstring(each.data, _PARSER) for each in seeds)

    def mutant(self, number: int) -> Mutant:
        """The mutant of that number: the same for the same seeds and the same seed of the run."""
        # The choices have to be repeatable, not hard to guess.
        random = Random(f"{self._seed}:{number}")  # noqa: S311
        seed = random.choice(self._of_kind[self._kinds[number % len(self._kinds)]])
        root = etree.fromstring(seed.data, _PARSER)
        changes = []
        for change in random.choices(_CHANGES, k=random.choice((1, 1, 2, 3))):
            if len(root):
                change(root, random, self._pool)
                changes.append(change.__name__.strip("_"))
        return Mutant(
            number, seed, tuple(changes), etree.tostring(root, encoding="utf-8", xml_declaration=True)
        )


_PARSER: Final = etree.XMLParser(resolve_entities=False, no_network=True)


class _Pool:
    """Names and values that stand somewhere in the documents at hand."""

    def __init__(self, roots: Iterable[etree._Element]) -> None:
        tags: set[str] = set()
        values: dict[str, set[str]] = {}
        for root in roots:
            for element in _below(root):
                tags.add(str(element.tag))
                if not len(element) and len(element.text or "") < 60:
                    values.setdefault(str(element.tag), set()).add(element.text or "")
        self.tags = sorted(tags)
        self.values = {tag: sorted(texts) for tag, texts in values.items()}


_Change = Callable[[etree._Element, Random, _Pool], None]


def _below(root: etree._Element) -> list[etree._Element]:
    return [element for element in root.iter(etree.Element) if element is not root]


def _leaves(root: etree._Element) -> list[etree._Element]:
    return [element for element in _below(root) if not len(element)] or _below(root)


def _parent(element: etree._Element) -> etree._Element:
    parent = element.getparent()
    assert parent is not None
    return parent


def _delete(root: etree._Element, random: Random, pool: _Pool) -> None:
    element = random.choice(_below(root))
    _parent(element).remove(element)


def _duplicate(root: etree._Element, random: Random, pool: _Pool) -> None:
    element = random.choice(_below(root))
    element.addnext(deepcopy(element))


def _move(root: etree._Element, random: Random, pool: _Pool) -> None:
    element = random.choice(_below(root))
    inside = set(element.iter())
    places = [place for place in root.iter(etree.Element) if place not in inside and len(place)]
    random.choice(places).append(element)


def _swap(root: etree._Element, random: Random, pool: _Pool) -> None:
    element = random.choice(_below(root))
    after = element.getnext()
    if after is not None:
        after.addnext(element)


def _retag(root: etree._Element, random: Random, pool: _Pool) -> None:
    random.choice(_below(root)).tag = random.choice(pool.tags)


def _add(root: etree._Element, random: Random, pool: _Pool) -> None:
    tag = random.choice(pool.tags)
    element = etree.SubElement(random.choice(list(root.iter(etree.Element))), tag)
    element.text = random.choice(pool.values.get(tag) or _VALUES)


def _add_in_order(root: etree._Element, random: Random, pool: _Pool) -> None:
    """A simple element before its brothers of the same namespace, where a schema is likelier to take it."""
    tag = random.choice([each for each in pool.tags if each.startswith(_CBC)])
    element = etree.Element(tag)
    element.text = random.choice(pool.values.get(tag) or _VALUES)
    random.choice(_below(root)).addprevious(element)


def _text(root: etree._Element, random: Random, pool: _Pool) -> None:
    random.choice(_leaves(root)).text = random.choice(_VALUES)


def _text_of_its_kind(root: etree._Element, random: Random, pool: _Pool) -> None:
    element = random.choice(_leaves(root))
    element.text = random.choice(pool.values.get(str(element.tag)) or _VALUES)


def _number(root: etree._Element, random: Random, pool: _Pool) -> None:
    numbers = [(element, value) for element in _leaves(root) if (value := _decimal(element)) is not None]
    if numbers:
        element, value = random.choice(numbers)
        element.text = f"{value + random.choice(_STEPS):f}"


def _number_form(root: etree._Element, random: Random, pool: _Pool) -> None:
    numbers = [element for element in _leaves(root) if _decimal(element) is not None]
    if numbers:
        element = random.choice(numbers)
        form = random.choice(
            ("+{}", "{}.", "{}0", "{}.0000000000000", "0{}", " {}", "{}\n", "\u00a0{}", "-{}")
        )
        element.text = form.format(element.text)


def _blanks(root: etree._Element, random: Random, pool: _Pool) -> None:
    element = random.choice(_leaves(root))
    element.text = random.choice((" {}", "{} ", "\n{}\n", "\t{}", "{}\u00a0")).format(element.text or "")


def _attribute(root: etree._Element, random: Random, pool: _Pool) -> None:
    element = random.choice(_leaves(root))
    names = sorted(str(name) for name in element.attrib)
    if names and random.random() < 0.5:
        name = random.choice(names)
        if random.random() < 0.5:
            del element.attrib[name]
        else:
            element.set(name, random.choice(_ATTRIBUTES.get(name) or _VALUES))
        return
    name = random.choice(sorted(_ATTRIBUTES))
    element.set(name, random.choice(_ATTRIBUTES[name]))


def _category(root: etree._Element, random: Random, pool: _Pool) -> None:
    places = [*root.iter(f"{_CAC}TaxCategory"), *root.iter(f"{_CAC}ClassifiedTaxCategory")]
    if not places:
        return
    code = random.choice(("S", "Z", "E", "AE", "K", "G", "O", "L", "M", "B"))
    percent = random.choice((None, "0", "25", "7", "-1"))
    for place in places if random.random() < 0.5 else [random.choice(places)]:
        for identifier in place.findall(f"{_CBC}ID"):
            identifier.text = code
        for rate in place.findall(f"{_CBC}Percent"):
            rate.text = percent if percent is not None else rate.text


def _aside(root: etree._Element, random: Random, pool: _Pool) -> None:
    """What a document may hold beside its content: a comment, an instruction, a hint at a schema, an extension."""
    sort = random.choice(("comment", "instruction", "within", "hint", "extension"))
    element = random.choice(_leaves(root))
    if sort == "comment":
        element.addprevious(etree.Comment("x"))
    elif sort == "instruction":
        element.addprevious(etree.ProcessingInstruction("x", "y"))
    elif sort == "within":
        half = len(element.text or "") // 2
        note = etree.Comment("x")
        element.text, note.tail = (element.text or "")[:half], (element.text or "")[half:]
        element.insert(0, note)
    elif sort == "hint":
        root.set(f"{_XSI}schemaLocation", f"{etree.QName(root).namespace} UBL-2.1.xsd")
    else:
        extension = etree.Element(f"{_EXT}UBLExtensions")
        content = etree.SubElement(
            etree.SubElement(extension, f"{_EXT}UBLExtension"), f"{_EXT}ExtensionContent"
        )
        etree.SubElement(content, "{urn:example:other}Note").text = "x"
        root.insert(0, extension)


def _decimal(element: etree._Element) -> Decimal | None:
    try:
        value = Decimal(element.text or "")
    except InvalidOperation:
        return None
    return value if value.is_finite() and len(element.text or "") < 30 else None


_CHANGES: Final[tuple[_Change, ...]] = (
    *(_delete, _delete, _delete, _duplicate, _duplicate, _move, _swap, _retag, _add, _add, _add_in_order),
    *(
        _add_in_order,
        _text,
        _text,
        _text_of_its_kind,
        _text_of_its_kind,
        _number,
        _number,
        _number,
        _number_form,
    ),
    *(_blanks, _attribute, _attribute, _category, _aside),
)
