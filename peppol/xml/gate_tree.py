"""What the gate decides on the parsed tree: caps, foreign elements, invisible characters.

Names are compared as `{namespace}local`, never by prefix: a document may call the
namespaces what it likes. Elements outside UBL and outside the envelope are refused,
except inside ext:UBLExtensions, whose contents nobody reads. A file of a bank (ISO 20022)
holds elements of its own family only.
"""

import re
from collections.abc import Callable
from enum import IntEnum, StrEnum
from functools import lru_cache
from typing import Final, NoReturn

from lxml import etree

from foundation.identifiers import trimmed
from peppol.xml.gate_errors import LIMITS, TEXT_MAX, GateRule, Limits, refuse

UBL: Final = "urn:oasis:names:specification:ubl:schema:xsd:"
CAC: Final = UBL + "CommonAggregateComponents-2"
CBC: Final = UBL + "CommonBasicComponents-2"
EXT: Final = UBL + "CommonExtensionComponents-2"
SBDH: Final = "http://www.unece.org/cefact/namespaces/StandardBusinessDocumentHeader"
SPACE: Final = " \t\r\n"
ISO20022: Final = "urn:iso:std:iso:20022:tech:xsd:"
_XML: Final = "http://www.w3.org/XML/1998/namespace"
_ATTACHED: Final = f"{{{CBC}}}EmbeddedDocumentBinaryObject"
_XSI: Final = "http://www.w3.org/2001/XMLSchema-instance"


class _Sort(StrEnum):
    ORDINARY = "ordinary"
    IDENTIFIER = "identifier"
    EXTENSIONS = "extensions"
    ENVELOPE = "envelope"
    BANK = "bank"
    FOREIGN = "foreign"


_UBL_NAMESPACE: Final = re.compile(re.escape(UBL) + r"[A-Za-z]{1,60}-2")
_IDENTIFIER_ENDINGS: Final = ("ID", "Code", "URI", "BuyerReference", "CustomerReference")
# Writing direction, zero width, soft hyphen, line separators, tags and controls: two identifiers that look
# the same must be the same.
_INVISIBLE: Final = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\U000e0000-\U000e007f]"
)


_BILLS: Final = frozenset(f"{{{UBL}{name}-2}}{name}" for name in ("Invoice", "CreditNote"))
_BUYER_REFERENCE: Final = f"{{{CBC}}}BuyerReference"
# What people copy from elsewhere, with whatever hangs on to it. What is compared with our own books is trimmed there.
_REFERENCES: Final = frozenset(
    f"{{{CAC}}}{name}"
    for name in (
        "ContractDocumentReference",
        "InvoiceDocumentReference",
        "OrderLineReference",
        "OrderReference",
        "PayeeFinancialAccount",
    )
)


# What is known about a tag is the same in every document; bounded, because strangers choose the tags.
_SORTS: Final[dict[str, _Sort]] = {}
_SORTS_MAX: Final = 4096


def _sort_of(tag: str) -> _Sort:
    namespace, _, local = tag[1:].partition("}") if tag.startswith("{") else ("", "", tag)
    sort = _Sort.ORDINARY
    if namespace == SBDH:
        sort = _Sort.ENVELOPE
    elif namespace.startswith(ISO20022):
        sort = _Sort.BANK
    elif not _UBL_NAMESPACE.fullmatch(namespace):
        sort = _Sort.FOREIGN
    elif namespace == EXT and local == "UBLExtensions":
        sort = _Sort.EXTENSIONS
    elif local.endswith(_IDENTIFIER_ENDINGS):
        sort = _Sort.IDENTIFIER
    if len(_SORTS) >= _SORTS_MAX:
        _SORTS.clear()
    _SORTS[tag] = sort
    return sort


class Heed(IntEnum):
    """What `check_tree` looks at in elements of one tag, beside their attributes."""

    NOTHING = 0
    TEXT = 1
    ALL = 2


def heed_for(tag: str) -> Heed:
    """What of elements with this tag has to be looked at; nothing else in them can be refused."""
    sort = _sort_of(tag)
    if len(tag) > LIMITS.name_max or sort not in (_Sort.ORDINARY, _Sort.IDENTIFIER):
        return Heed.ALL
    return Heed.TEXT if sort is _Sort.IDENTIFIER else Heed.NOTHING


_CROWDED: Final = etree.XPath(f"boolean(/descendant-or-self::*/@*[{LIMITS.attributes_per_element_max + 1}])")


def has_few_attributes(root: etree._Element) -> bool:
    """Whether each element has so few attributes that their values may be asked for: no more than the usual limit."""
    return not _CROWDED(root)


@lru_cache(maxsize=8)
def _deeper_than(depth: int) -> etree.XPath:
    return etree.XPath("boolean(" + "/*" * (depth + 1) + ")")


def check_root(root: etree._Element) -> None:
    """An UBL document or an envelope; the sentence names what came instead."""
    name = etree.QName(root)
    if name.namespace != SBDH and not _UBL_NAMESPACE.fullmatch(name.namespace or ""):
        refuse(
            GateRule.KIND,
            location="/" + name.localname[:80],
            line=root.sourceline or 0,
            found=name.text,
            expected="Order, OrderResponse, Invoice, CreditNote, ApplicationResponse",
        )


def check_tree(root: etree._Element, limits: Limits) -> None:
    """Depth, names, attributes, foreign elements and invisible characters, in one walk."""
    if _deeper_than(limits.depth_max)(root):
        refuse(GateRule.DEPTH, expected=str(limits.depth_max))
    envelope = etree.QName(root).namespace == SBDH
    bank = (etree.QName(root).namespace or "").startswith(ISO20022)
    # Names looked up once: this loop is most of the gate's cost.
    sorts, ordinary, identifier = _SORTS, _Sort.ORDINARY, _Sort.IDENTIFIER
    attributes_max, name_max = limits.attributes_per_element_max, limits.name_max
    unread = 0
    for element in root.iter():
        tag = element.tag
        if not isinstance(tag, str):
            # Entity nodes are the last thing a tree may hold that is not an element.
            refuse(GateRule.ENTITY, line=element.sourceline or 0)
        # Names only: lxml looks up each value by a search, so values cost the square of their number.
        names = element.keys()
        if len(names) > attributes_max:
            _refuse_at(GateRule.ATTRIBUTES, element, str(len(names)), str(attributes_max))
        if unread:
            unread -= 1
            continue
        sort = sorts.get(tag) or _sort_of(tag)
        if sort is identifier:
            text = element.text
            if text and not text.isprintable():
                _check_visible(element, trimmed(text) if _is_bill_reference(element) else text.strip(SPACE))
        elif sort is not ordinary:
            unread = _check_element(element, sort, envelope=envelope, bank=bank)
        if len(tag) > name_max:
            _check_name(element, limits)
        for name in names:
            value = element.get(name, "")
            if name[0] == "{" or len(name) > name_max or not value.isprintable():
                _check_attribute(element, name, value, limits)


def check_texts(root: etree._Element) -> None:
    """Texts and attributes of more than `TEXT_MAX` characters; an attached file alone may be longer."""
    for element in root.iter():
        is_file = element.tag == _ATTACHED
        texts = ("" if is_file else element.text, element.tail, *element.values())
        if any(len(text or "") > TEXT_MAX for text in texts):
            longest = max(len(text or "") for text in texts)
            _refuse_at(GateRule.TEXT, element, _grouped(longest), _grouped(TEXT_MAX))


def _grouped(number: int) -> str:
    return f"{number:_}".replace("_", " ")


def check_sizes(root: etree._Element, limits: Limits) -> None:
    """Depth, entities, names and attributes alone: for trees of which only a few known names are read."""
    if _deeper_than(limits.depth_max)(root):
        refuse(GateRule.DEPTH, expected=str(limits.depth_max))
    for element in root.iter():
        if not isinstance(element.tag, str):
            refuse(GateRule.ENTITY, line=element.sourceline or 0)
        if len(element.keys()) > limits.attributes_per_element_max:
            expected = str(limits.attributes_per_element_max)
            _refuse_at(GateRule.ATTRIBUTES, element, str(len(element.keys())), expected)
        _check_name(element, limits)


def _check_element(element: etree._Element, sort: _Sort, *, envelope: bool, bank: bool) -> int:
    """Refuse what may not stand here; the number of elements below that nobody is to read."""
    # A bank's file holds its own elements and no others; its texts are judged where they are read.
    if bank and sort is _Sort.BANK:
        return 0
    if bank or sort in (_Sort.FOREIGN, _Sort.BANK) or (sort is _Sort.ENVELOPE and not envelope):
        _refuse_at(GateRule.NAMESPACE, element, etree.QName(element).text, "ISO 20022" if bank else "UBL 2.1")
    if sort is _Sort.EXTENSIONS:
        return sum(1 for _ in element.iterdescendants())
    # Every value of an envelope is an address or the name of a document.
    text = element.text
    if text and not text.isprintable():
        _check_visible(element, text.strip(SPACE))
    return 0


def _is_bill_reference(element: etree._Element) -> bool:
    """Whether this is where a bill refers to something of the buyer's: read without the blanks around it."""
    parent = element.getparent()
    if parent is None or (element.tag != _BUYER_REFERENCE and parent.tag not in _REFERENCES):
        return False
    return any(above.tag in _BILLS for above in element.iterancestors())


def _check_name(element: etree._Element, limits: Limits) -> None:
    name = etree.QName(element).localname
    if len(name) > limits.name_max:
        _refuse_at(GateRule.NAME, element, name, str(limits.name_max))


def _check_attribute(element: etree._Element, name: str, value: str, limits: Limits) -> None:
    if len(name) > limits.name_max:
        _refuse_at(GateRule.NAME, element, name, str(limits.name_max))
    # schemaLocation and the like are never followed; a rule says that they should not be there.
    if name[0] == "{" and etree.QName(name).namespace not in (_XSI, _XML):
        _refuse_at(GateRule.NAMESPACE, element, name, "UBL 2.1")
    _check_visible(element, value)


def _check_visible(element: etree._Element, value: str) -> None:
    hidden = _INVISIBLE.search(value)
    if hidden:
        _refuse_at(GateRule.IDENTIFIER, element, visible(value), "", f"U+{ord(hidden.group()):04X}")


def check_declarations(root: etree._Element, limits: Limits) -> None:
    """Namespace declarations per element; asked only where the bytes hold enough of them to matter."""
    declared = 0
    for event, _ in etree.iterwalk(root, events=("start-ns", "start")):
        declared = declared + 1 if event == "start-ns" else 0
        if declared > limits.declarations_per_element_max:
            expected = str(limits.declarations_per_element_max)
            refuse(GateRule.DECLARATIONS, found=str(declared), expected=expected)


def _refuse_at(
    rule: GateRule, element: etree._Element, found: str, expected: str, detail: str = ""
) -> NoReturn:
    refuse(
        rule,
        location=location_of(element),
        line=element.sourceline or 0,
        found=found,
        expected=expected,
        detail=detail,
    )


_PREFIXES: Final = {CAC: "cac:", CBC: "cbc:", EXT: "ext:"}


def _named(element: etree._Element) -> str:
    name = etree.QName(element)
    return _PREFIXES.get(name.namespace or "", "") + name.localname[:80]


class Places:
    """Where elements of one tree stand; siblings are numbered once however many of them are asked about.

    `named` says how an element is written; the usual prefixes are written, whatever the document itself uses.
    """

    def __init__(self, named: Callable[[etree._Element], str] = _named) -> None:
        self._named = named
        self._numbers: dict[tuple[etree._Element, str], dict[etree._Element, int]] = {}

    def of(self, element: etree._Element) -> str:
        """The place, as /Invoice/cac:InvoiceLine[2]/cbc:ID: a position is written where siblings share the name."""
        steps: list[str] = []
        node: etree._Element | None = element
        while node is not None:
            above = node.getparent()
            steps.append(self._named(node) + (self._position(above, node) if above is not None else ""))
            node = above
        return "/" + "/".join(reversed(steps))

    def _position(self, above: etree._Element, node: etree._Element) -> str:
        tag = str(node.tag)
        numbers = self._numbers.get((above, tag))
        if numbers is None:
            twins = above.iterchildren(tag)
            numbers = self._numbers[above, tag] = {twin: at for at, twin in enumerate(twins, start=1)}
        return f"[{numbers[node]}]" if len(numbers) > 1 else ""


def location_of(element: etree._Element) -> str:
    """Where one element stands; whoever asks about many of a tree keeps its `Places`."""
    return Places().of(element)


def visible(value: str) -> str:
    """The value with its invisible characters written out, as F[U+202E]1002."""
    return _INVISIBLE.sub(lambda character: f"[U+{ord(character.group()):04X}]", value)
