"""Valid documents changed by chance, as other systems might have written them: many are valid still.

A mutant follows from a seed and a counter alone, so that any failure names the mutant and it can be
made again: `mutant(SEED, 4711)`. One to three changes are made to one of the documents of `originals`:
an element taken away, doubled, moved or emptied; a number, a day or a time in another form that XML
Schema takes; an attribute less or more; an element that UBL has and the document has not, in its place;
white space and comments around and inside values, CDATA, other prefixes.
"""

import random
from collections.abc import Callable, Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Final

from lxml import etree

from billing.tools.schemas.build_schemas import SETS
from billing.tools.schemas.notation import Shape, TreeChild, read_trees
from peppol.documents import ordering, shapes
from peppol.envelope import opening
from peppol.identifiers import DocumentKind
from peppol.validation import validation
from peppol.xml import codec
from peppol.xml.gate_tree import CAC, CBC, UBL
from tests.support.project import FIXTURES
from tests.support.rules import rules_documents, rules_mutants
from tests.support.stories import peers

SEED: Final = 20_261_130
TODAY: Final = date(2026, 11, 21)
_ANSWERS: Final = (
    DocumentKind.ORDER_RESPONSE,
    DocumentKind.INVOICE_RESPONSE,
    DocumentKind.MLR,
    DocumentKind.MLS,
)
#: What may come to us.
KINDS: Final = (DocumentKind.INVOICE, DocumentKind.CREDIT_NOTE, *_ANSWERS)


@dataclass(frozen=True, slots=True)
class Original:
    """A valid document that mutants are made of."""

    name: str
    kind: DocumentKind
    root: etree._Element


@dataclass(frozen=True, slots=True)
class Mutant:
    """One mutant: which document it was, what was done to it, and its bytes."""

    original: str
    changes: tuple[str, ...]
    body: bytes


# --- the documents ----------------------------------------------------------------------------------------


def original(name: str, body: bytes) -> Original:
    """A document to make mutants of; it must be valid."""
    report = validation.validate(body, on=TODAY)
    assert report.valid, (name, report.fatal)
    assert report.kind is not None
    assert report.root is not None
    return Original(name, report.kind, report.root)


@cache
def originals() -> tuple[tuple[Original, ...], ...]:
    """Every valid document of the fixtures and of the tests that may come to us, grouped by kind."""
    found: dict[DocumentKind, list[Original]] = {kind: [] for kind in KINDS}
    for name, body in _bodies():
        report = validation.validate(opening.unwrap(body).payload, on=TODAY)
        if report.valid and report.kind in found and report.root is not None:
            found[report.kind].append(Original(name, report.kind, report.root))
    return tuple(tuple(group) for group in found.values())


def _bodies() -> Iterator[tuple[str, bytes]]:
    folders = ("bad/base", "demo/inbox", "demo-karriarvagledning/inbox", "golden", "read")
    for folder in folders:
        for path in sorted((FIXTURES / folder).glob("*.xml")):
            yield f"{folder}/{path.name}", path.read_bytes()
    for number, given in enumerate(rules_mutants.BASES):
        yield f"rules_mutants.BASES[{number}]", rules_documents.a_document(given)
    day = date(2026, 11, 2)
    changed = peers.answered_line("001", "3", "Vi börjar en dag senare.")
    item = ordering.ResponseLineItem(
        id="002",
        line_status_code="3",
        quantity=shapes.Quantity(rules_documents.cents(rules_mutants.BASES[0].lines[0].net), "DAY"),
        delivery=ordering.PromisedDelivery(
            promised_delivery_period=shapes.Period(start_date=day, end_date=day)
        ),
        price=shapes.Price(price_amount=shapes.Amount(rules_mutants.BASES[0].lines[0].net, "SEK")),
        item=shapes.Item(name="Grundersättning"),
    )
    other = ordering.OrderResponseLine(
        line_item=item,
        seller_substituted_line_item=ordering.SubstitutedLineItem(
            id="002", item=ordering.SubstitutedItem(name="Annat")
        ),
        order_line_reference=shapes.LineReference(line_id="002"),
    )
    for code, lines in (("AP", ()), ("CA", (changed, other)), ("RE", ())):
        answer = peers.order_response("2100000001", code, on=day, lines=lines, note="Tack")
        yield f"order_response {code}", codec.serialise(answer)
    yield "accepting_mlr", codec.serialise(peers.accepting_mlr("2100000001", on=day))


# --- the changes ------------------------------------------------------------------------------------------

Chance = random.Random


def _elements(root: etree._Element) -> list[etree._Element]:
    return [each for each in root.iter(etree.Element) if each is not root]


def _leaves(root: etree._Element) -> list[etree._Element]:
    return [each for each in _elements(root) if not len(each)]


def _parent(element: etree._Element) -> etree._Element:
    parent = element.getparent()
    assert parent is not None
    return parent


def _delete(root: etree._Element, chance: Chance) -> str:
    element = chance.choice(_elements(root))
    _parent(element).remove(element)
    return _name(element)


def _double(root: etree._Element, chance: Chance) -> str:
    element = chance.choice(_elements(root))
    element.addnext(deepcopy(element))
    return _name(element)


def _move(root: etree._Element, chance: Chance) -> str:
    element = chance.choice(_elements(root))
    parent = _parent(element)
    if chance.random() < 0.5:
        parent.insert(chance.randrange(len(parent)), element)
    else:
        below = set(element.iter())
        places = [each for each in root.iter(etree.Element) if len(each) and each not in below]
        chance.choice(places).append(element)
    return _name(element)


def _empty(root: etree._Element, chance: Chance) -> str:
    element = chance.choice(_elements(root))
    for child in list(element):
        element.remove(child)
    element.text = chance.choice((None, "", " ", "\n  "))
    return _name(element)


_NUMBERS: Final[tuple[Callable[[str], str], ...]] = (
    lambda text: "+" + text,
    lambda text: text.partition(".")[0] + ".",
    lambda text: text.rstrip("0").rstrip(".") if "." in text else text + ".0",
    lambda text: "000" + text,
    lambda text: text.removeprefix("0") if text.startswith("0.") else "." + text.partition(".")[2],
    lambda text: (text if "." in text else text + ".") + "0" * 12,
    lambda text: "-" + text,
    lambda text: f"\n {text}\t",
    lambda text: text.partition(".")[0] + "0" * 9 + "." + text.partition(".")[2],
    lambda _: "0",
    lambda _: "-0.00",
    lambda _: "0.12345678901234567890123456789012345",
)


def _number(root: etree._Element, chance: Chance) -> str:
    numbers = [
        each for each in _leaves(root) if (each.text or "").strip().lstrip("-").replace(".", "", 1).isdigit()
    ]
    if not numbers:
        return ""
    # Amounts and quantities before numbers that are names.
    counted = [
        each for each in numbers if "currencyID" in each.attrib or "unitCode" in each.attrib
    ] or numbers
    element = chance.choice(counted if chance.random() < 0.8 else numbers)
    element.text = chance.choice(_NUMBERS)((element.text or "").strip())
    return f"{_name(element)}={element.text!r}"


def _moment(root: etree._Element, chance: Chance) -> str:
    days = [
        each
        for each in _leaves(root)
        if (each.text or "")[4:5] == (each.text or "")[7:8] == "-" or (each.text or "")[2:3] == ":"
    ]
    if not days:
        return ""
    element = chance.choice(days)
    text = (element.text or "")[:10] if "-" in (element.text or "")[:10] else (element.text or "")[:8]
    others = ("1" + text, "0001-01-01", "9999-12-31") if "-" in text else ("24:00:00", text + ".123456789")
    element.text = chance.choice((text + "Z", text + "+02:00", text + "-14:00", f" {text}\n", *others))
    return f"{_name(element)}={element.text!r}"


_ATTRIBUTES: Final = {
    "schemeID": ("0007", "0088", "9999", " 0007 ", ""),
    "schemeAgencyID": ("6",),
    "listID": ("UNCL1001", "OPStatusReason", ""),
    "listVersionID": ("D.16B",),
    "listAgencyID": ("6",),
    "name": ("i ord",),
    "languageID": ("sv",),
    "unitCode": ("DAY", "C62", " DAY ", "XPP", ""),
    "unitCodeListID": ("UNECERec20",),
    "currencyID": ("SEK", "EUR", " SEK "),
    "filename": ("a.pdf", ""),
    "mimeCode": ("application/pdf",),
}


def _attribute(root: etree._Element, chance: Chance) -> str:
    element = chance.choice(_leaves(root))
    names = sorted(str(name) for name in element.attrib)
    if names and chance.random() < 0.5:
        name = chance.choice(names)
        del element.attrib[name]
        return f"{_name(element)}/@{name} away"
    name = chance.choice(sorted(_ATTRIBUTES))
    element.set(name, chance.choice(_ATTRIBUTES[name]))
    return f"{_name(element)}/@{name}={element.get(name)!r}"


_TEXTS: Final = (
    "Text", "å" * 100, "NA", "0", "-1", "SE556036079301", "5560360793", "SEK", "S", "25", "30", "380", "VAT",
    "B&B <AB>", "rad ett\nrad två", "\u00a0", "1" * 100, "SE:BANKGIRO", "se:plusgiro", "true", "2026-10-01",
)  # fmt: skip


def _text(root: etree._Element, chance: Chance) -> str:
    element = chance.choice(_leaves(root))
    element.text = chance.choice(_TEXTS)
    return f"{_name(element)}={element.text!r}"


def _dressed(root: etree._Element, chance: Chance) -> str:
    """The same value, otherwise written."""
    element = chance.choice(_leaves(root))
    text = element.text or ""
    way = chance.randrange(4)
    if way == 0:
        element.text = f"\n\t{text} "
    elif way == 1:
        element.text = etree.CDATA(text)
    else:
        at = chance.randrange(len(text) + 1)
        inside = etree.Comment(" 7 ") if way == 2 else etree.ProcessingInstruction("x", "7")
        element.text, inside.tail = text[:at], text[at:]
        element.append(inside)
    return _name(element)


# --- what UBL has besides ---------------------------------------------------------------------------------


@cache
def _shapes(folder: str) -> dict[str, Shape]:
    return read_trees(SETS[folder][0])


_SAMPLES: Final = {
    "Amount": ("10.00", "+1", "0", "-5.00", "22."),
    "Quantity": ("1", "+22", ".5", "0"),
    "Measure": ("1",),
    "Numeric": ("10", "0.10"),
    "Percent": ("25", "25.00", "0"),
    "Rate": ("1",),
    "Indicator": ("true", "false", "1", "0"),
    "Date": ("2026-10-31", "2026-10-31Z"),
    "Time": ("10:30:00", "24:00:00"),
    "BinaryObject": ("JVBERi0=",),
    "ID": ("1", "NA", "5560360793"),
    "Code": ("1", "SE", "VAT", "SEK", "30", "95", "50", "130"),
}


def _add(root: etree._Element, chance: Chance) -> str:
    """An element that UBL has, where the schema wants it."""
    kind = validation.kind_of(root)
    tree = _shapes("outside/post_award" if kind in _ANSWERS else "outside/billing")
    places = list(_placed(root, tree[etree.QName(root).localname], tree))
    element, shape = chance.choice(places)
    child = chance.choice(shape.children)
    made = _made(child, tree, chance, full=0.5)
    order = [each.name for each in shape.children]
    before = set(order[: order.index(child.name) + 1])
    at = sum(1 for each in element if etree.QName(each).localname in before)
    element.insert(at, made)
    return f"{_name(element)}/{child.name}"


def _placed(
    element: etree._Element, shape: Shape, tree: dict[str, Shape]
) -> Iterator[tuple[etree._Element, Shape]]:
    yield element, shape
    holds = {child.name: child.holds for child in shape.children}
    for child in element.iterchildren(etree.Element):
        inner = tree.get(holds.get(etree.QName(child).localname, ""))
        if inner is not None:
            yield from _placed(child, inner, tree)


def _made(child: TreeChild, tree: dict[str, Shape], chance: Chance, *, full: float) -> etree._Element:
    if child.name == "UBLExtensions":
        return _extensions()
    inner = tree.get(child.holds)
    if inner is not None or child.holds == "Any":
        made = etree.Element(f"{{{CAC}}}{child.name}")
        for each in inner.children if inner is not None else ():
            if each.least or chance.random() < full / 2:
                made.append(_made(each, tree, chance, full=full / 3))
        return made
    made = etree.Element(f"{{{CBC}}}{child.name}")
    ending = next((each for each in _SAMPLES if child.name.endswith(each)), "")
    made.text = chance.choice(_SAMPLES.get(ending, ("Text",)))
    if ending == "Amount":
        made.set("currencyID", "SEK")
    elif ending == "BinaryObject":
        made.set("mimeCode", "application/pdf")
    elif ending == "Quantity" and chance.random() < 0.5:
        made.set("unitCode", "DAY")
    for attribute in child.attributes:
        if attribute.mandatory:
            made.set(attribute.name, "0007" if attribute.name == "schemeID" else "OPStatusReason")
    return made


def _extensions() -> etree._Element:
    made = etree.Element(f"{{{UBL}CommonExtensionComponents-2}}UBLExtensions")
    extension = etree.SubElement(made, f"{{{UBL}CommonExtensionComponents-2}}UBLExtension")
    content = etree.SubElement(extension, f"{{{UBL}CommonExtensionComponents-2}}ExtensionContent")
    etree.SubElement(content, "{urn:example:other}Note").text = "7"
    return made


# --- mutants ----------------------------------------------------------------------------------------------

_CHANGES: Final = (
    *(_delete, _delete, _double, _move, _empty, _number, _number, _number, _moment),
    *(_attribute, _attribute, _text, _dressed, _add, _add, _add),
)


def _name(element: etree._Element) -> str:
    return etree.QName(element).localname if isinstance(element.tag, str) else "comment"


def mutant(seed: int, counter: int, among: Sequence[Sequence[Original]] = ()) -> Mutant:
    """The mutant of this number, of `originals` or of other documents, whose kinds are equally likely."""
    chance = random.Random(f"{seed}/{counter}")  # noqa: S311 - chance, not secrecy
    original = chance.choice(chance.choice(among or originals()))
    root = deepcopy(original.root)
    told = []
    for _ in range(chance.choice((1, 1, 1, 2, 2, 3))):
        change = chance.choice(_CHANGES)
        if len(root):
            told.append(f"{change.__name__[1:]} {change(root, chance)}")
    return Mutant(original.name, tuple(told), etree.tostring(root, xml_declaration=True, encoding="UTF-8"))
