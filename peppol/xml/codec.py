"""Documents declared once: from one class per element, both the reading and the writing.

A document is a frozen value. Every UBL element of the profile is one field of one
class, declared in the order of the UBL schema:

    @aggregate
    class PartyTaxScheme:
        company_id: str                  # cbc:CompanyID, exactly one
        tax_scheme: TaxScheme            # cac:TaxScheme, exactly one

The field name is the UBL name in snake_case and the plural of a repeated element.
`X` is an element that must be there, `X | None = None` one that may be missing,
`X = value` one that is always written and presumed where it is not read,
`tuple[X, ...]` one or more, `tuple[X, ...] = ()` any number; where the plural is not
the name and an s, the name stands beside it: `Annotated[tuple[Status, ...], "Status"]`.
An `@aggregate` is a cac element, everything else is cbc; a `@basic` class is a cbc
element with attributes, its first field the content and the others the attributes.
What the names and types say is compiled once, when the class is made.

Reading matches `{namespace}name` and never a prefix, strips white space around text,
takes an empty text for a missing one, and ignores elements and attributes that no
class declares: whether they may be there is a question for validation. So is what
must be there and how often: an aggregate that lacks what a class needs of it says
nothing, and is absent where it may be missing; of an element repeated where a class
has one, the first that says something counts. Writing is deterministic and never
leaves an element empty. `parse(type(x), serialise(x)) == x` for every document whose
texts have no white space around them.

Other families of documents are declared the same way with a `Naming` of their own
(`declare`, `declare_basic`): the files of banks in `peppol/xml/iso20022.py`.
"""

from collections.abc import Callable
from dataclasses import MISSING, dataclass, fields
from types import NoneType, UnionType
from typing import (
    Annotated,
    Any,
    ClassVar,
    Final,
    Protocol,
    TypeVar,
    dataclass_transform,
    get_args,
    get_origin,
    get_type_hints,
)

from lxml import etree

from foundation.text import Text, WrittenText
from peppol.identifiers import DocumentKind
from peppol.xml.gate import admit
from peppol.xml.gate_tree import CAC, CBC
from peppol.xml.literals import PLAIN, SPACE, LackingElement, UnwritableDocument, escaped, lacking, unreadable

T = TypeVar("T")
D = TypeVar("D", bound="Document")


# --- codecs: one per type ---------------------------------------------------------------------------------


class _Codec(Protocol):
    """How a type becomes an element and an element becomes a value of the type."""

    prefix: str

    def read(self, element: etree._Element) -> object | None:
        """The value; None if the element says nothing."""

    def writer(self, label: str) -> Callable[[Any], str]:
        """A function from a value to the whole element named `label`."""


_CODECS: Final[dict[type, _Codec]] = dict(PLAIN)


class _Basic:
    """A cbc element with attributes: the first field is its content."""

    prefix = "cbc"

    def __init__(self, cls: type, naming: "Naming") -> None:
        hints = get_type_hints(cls)
        content, *attributes = (field.name for field in fields(cls))
        self.cls = cls
        self.content_name = content
        self.content = PLAIN[hints[content]]
        self.attributes = tuple(
            (name, naming.attribute(name), NoneType not in get_args(hints[name])) for name in attributes
        )

    def read(self, element: etree._Element) -> object | None:
        content = self.content.read(element)
        if content is None:
            return None
        values = []
        for _, label, needed in self.attributes:
            value = (element.get(label) or "").strip(SPACE) or None
            if value is None and needed:
                raise lacking(
                    element, found=element.text or "", expected=Text("attributet %(name)s", name=label)
                )
            values.append(value)
        made: object = self.cls(content, *values)
        return made

    def writer(self, label: str) -> Callable[[Any], str]:
        content_of, written, attributes = self.content_name, self.content.write_text, self.attributes

        def write(value: object) -> str:
            parts = ""
            for name, attribute, needed in attributes:
                given = getattr(value, name)
                if given is not None:
                    parts += f' {attribute}="{_attribute_written(given, attribute)}"'
                elif needed:
                    raise UnwritableDocument(Text("saknar %(name)s", name=attribute))
            return f"<{label}{parts}>{written(getattr(value, content_of))}</{label}>"

        return write


def _attribute_written(value: str, attribute: str) -> str:
    text = escaped(value.strip(SPACE))
    if not text:
        raise UnwritableDocument(Text("har ett tomt %(name)s", name=attribute))
    # An attribute's line feed and tab would come back as a space, its quote would end it.
    return text.replace('"', "&quot;").replace("\n", "&#10;").replace("\t", "&#9;")


@dataclass(frozen=True, slots=True)
class _Member:
    """One field of an aggregate, ready for both directions."""

    name: str
    label: str
    tag: str
    many: bool
    needed: bool
    presumed: bool
    kind: type
    read: Callable[[etree._Element], object | None]
    write: Callable[[Any], str]


class _Aggregate:
    """A cac element, or a root: its members in the order of the schema."""

    prefix = "cac"

    def __init__(self, cls: type, naming: "Naming") -> None:
        self.cls = cls
        self.members = _members_of(cls, naming)
        self.by_tag: dict[object, _Member] = {member.tag: member for member in self.members}
        self.many = tuple(member.name for member in self.members if member.many)
        self.needed = frozenset(m.name for m in self.members if m.needed and not m.presumed)
        self.exact = naming.exact

    def read(self, element: etree._Element) -> object | None:
        found: dict[str, Any] = {}
        lacked: dict[str, LackingElement] = {}
        by_tag = self.by_tag
        for child in element:
            member = by_tag.get(child.tag)
            if member is None:
                continue
            try:
                value = member.read(child)
            except LackingElement as lack:
                # One of several lines or totals is never left out: the others would then say something else.
                if self.exact or (member.many and member.needed):
                    raise
                lacked.setdefault(member.name, lack)
                continue
            if value is None:
                continue
            if member.many:
                found.setdefault(member.name, []).append(value)
            elif member.name not in found:
                found[member.name] = value
            elif self.exact:
                expected = Text("%(name)s högst en gång", name=member.label)
                raise unreadable(child, found=(child.text or "").strip(SPACE), expected=expected)
        if not self.needed <= found.keys():
            missing = next(m for m in self.members if m.name in self.needed and m.name not in found)
            if missing.name in lacked:
                raise lacked[missing.name]
            expected = Text("%(name)s med innehåll", name=missing.label)
            raise lacking(element, found="", expected=expected)
        if not found:
            return None
        for name in self.many:
            if name in found:
                found[name] = tuple(found[name])
        made: object = self.cls(**found)
        return made

    def content(self, value: object) -> str:
        """Everything between the tags."""
        parts: list[str] = []
        for member in self.members:
            item = getattr(value, member.name)
            if item is None or (member.many and not item):
                if member.needed:
                    raise UnwritableDocument(Text("saknas"), location=member.label)
                continue
            before = len(parts)
            try:
                if member.many:
                    parts.extend(map(member.write, item))
                else:
                    parts.append(member.write(item))
            except UnwritableDocument as refused:
                place = f"{member.label}[{len(parts) - before + 1}]" if member.many else member.label
                raise refused.within(place) from None
        if not parts:
            raise UnwritableDocument(Text("är tom: utelämna elementet"))
        return "".join(parts)

    def writer(self, label: str) -> Callable[[Any], str]:
        start, end, content = f"<{label}>", f"</{label}>", self.content
        return lambda value: start + content(value) + end


# --- from names and types to codecs -----------------------------------------------------------------------

_CAPITALS: Final = {"id": "ID", "uri": "URI"}
_NAMESPACES: Final = {"cac": CAC, "cbc": CBC}


def _local_name(name: str) -> str:
    return "".join(_CAPITALS.get(word) or word.capitalize() for word in name.split("_"))


def _attribute_name(name: str) -> str:
    first, _, rest = name.partition("_")
    return first + _local_name(rest)


@dataclass(frozen=True, slots=True)
class Naming:
    """How the names of a family of documents follow from the names of the fields.

    `element` turns a field's name into an element's; `place` gives for the codec's prefix and that
    name what is written between the brackets, and what lxml calls the element. `exact` families are
    judged by no rules before they are read: what lacks something, or stands there twice, is refused.
    """

    element: Callable[[str], str]
    attribute: Callable[[str], str]
    place: Callable[[str, str], tuple[str, str]]
    exact: bool = False


UBL: Final = Naming(
    _local_name,
    _attribute_name,
    lambda prefix, local: (f"{prefix}:{local}", f"{{{_NAMESPACES[prefix]}}}{local}"),
)


def _members_of(cls: type, naming: Naming) -> tuple[_Member, ...]:
    hints = get_type_hints(cls, include_extras=True)
    members = []
    for field in fields(cls):
        hint, name = hints[field.name], ""
        if get_origin(hint) is Annotated:
            hint, name = get_args(hint)
        many, optional = get_origin(hint) is tuple, get_origin(hint) is UnionType
        kind = get_args(hint)[0] if many or optional else hint
        codec = _CODECS[kind]
        local = name or naming.element(field.name.removesuffix("s") if many else field.name)
        label, tag = naming.place(codec.prefix, local)
        members.append(
            _Member(
                name=field.name,
                label=label,
                tag=tag,
                many=many,
                needed=field.default is MISSING if many else not optional,
                presumed=field.default is not MISSING,
                kind=kind,
                read=codec.read,
                write=codec.writer(label),
            )
        )
    return tuple(members)


@dataclass_transform(frozen_default=True)
def basic(cls: type[T]) -> type[T]:
    """Make `cls` a frozen cbc element with attributes; fields may be given by position."""
    return declare_basic(cls, UBL)


@dataclass_transform(frozen_default=True, kw_only_default=True)
def aggregate(cls: type[T]) -> type[T]:
    """Make `cls` a frozen cac element, or a document; fields are given by name."""
    return declare(cls, UBL)


def declare_basic(cls: type[T], naming: Naming) -> type[T]:
    """Make `cls` a frozen element of text with attributes, named as `naming` says."""
    made = dataclass(frozen=True, slots=True)(cls)
    _CODECS[made] = _Basic(made, naming)
    return made


def declare(cls: type[T], naming: Naming) -> type[T]:
    """Make `cls` a frozen element with elements in it, named as `naming` says."""
    made = dataclass(frozen=True, slots=True, kw_only=True)(cls)
    _CODECS[made] = _Aggregate(made, naming)
    return made


@dataclass(frozen=True, slots=True)
class DeclaredMember:
    """What a class says of one of its elements: the field, the element's name, how often, and of which type.

    `attributes` pairs the field of a value with the attribute it is written as; none of an aggregate.
    """

    name: str
    label: str
    many: bool
    needed: bool
    kind: type
    attributes: tuple[tuple[str, str], ...] = ()
    content: str = ""


def members_of(cls: type) -> tuple[DeclaredMember, ...]:
    """The elements of a declared aggregate in the order of the schema; none of anything else."""
    codec = _CODECS.get(cls)
    if not isinstance(codec, _Aggregate):
        return ()
    return tuple(_declared(member) for member in codec.members)


def _declared(member: _Member) -> DeclaredMember:
    inner = _CODECS[member.kind]
    attributes: tuple[tuple[str, str], ...] = ()
    content = ""
    if isinstance(inner, _Basic):
        attributes, content = tuple((name, label) for name, label, _ in inner.attributes), inner.content_name
    return DeclaredMember(
        member.name, member.label, member.many, member.needed, member.kind, attributes, content
    )


def content_of(value: object) -> str:
    """Everything between the tags of a declared value. Raises `UnwritableDocument`."""
    codec = _CODECS[type(value)]
    if not isinstance(codec, _Aggregate):
        raise TypeError(f"{type(value).__name__} is not declared as an aggregate.")
    return codec.content(value)


def value_of(cls: type[T], element: etree._Element) -> T:
    """The value of the declared class that stands in `element`. Raises `UnreadableDocument`."""
    value = _CODECS[cls].read(element)
    if not isinstance(value, cls):
        raise unreadable(element, found=element.text or "", expected=Text("innehåll"))
    return value


# --- documents --------------------------------------------------------------------------------------------


@aggregate
class Document:
    """What every document begins with; a subclass says its `kind` and adds the rest."""

    kind: ClassVar[DocumentKind]

    customization_id: str
    profile_id: str
    id: str


def parse(cls: type[D], source: etree._Element | bytes) -> D:
    """The document in `source`: the root of a tree that passed the gate, or bytes that go through it first.

    Raises `UnreadableDocument` if the root, the CustomizationID or a value is not what
    `cls` declares, and `peppol.xml.gate.GateRefused` if the bytes may not come in at all.
    """
    root = admit(source) if isinstance(source, bytes) else source
    kind = cls.kind
    if root.tag != kind.root_tag:
        expected = Text("dokumentet %(name)s", name=kind.root_name)
        raise unreadable(root, found=root.tag, expected=expected)
    customization_id = (root.findtext(f"{{{CBC}}}CustomizationID") or "").strip(SPACE)
    # Where the root settles the kind, the specification is the rules' matter: another model may be held beside ours.
    # Some profiles' rules let it be missing; then the root says what the document is.
    if (
        customization_id
        and not kind.is_settled_by_root
        and not customization_id.startswith(kind.customization_id)
    ):
        expected = WrittenText(f"CustomizationID {kind.customization_id}")
        raise unreadable(root, found=customization_id, expected=expected)
    document = _CODECS[cls].read(root)
    if not isinstance(document, cls):
        raise TypeError(f"{cls.__name__} is not declared as an aggregate.")
    return document


def serialise(document: Document, *, pretty: bool = False) -> bytes:
    """The document as UTF-8 with an XML declaration; the same document gives the same bytes.

    `pretty` indents for people. Raises `UnwritableDocument` for an empty element, a
    missing one, a number too long and a character that XML cannot carry.
    """
    root = document.kind.root_name
    try:
        content = content_of(document)
    except UnwritableDocument as refused:
        raise refused.within(f"/{root}") from None
    names = f'xmlns="{document.kind.namespace}" xmlns:cac="{CAC}" xmlns:cbc="{CBC}"'
    text = f"<{root} {names}>{content}</{root}>"
    if pretty:
        tree = etree.fromstring(text, etree.XMLParser(resolve_entities=False, huge_tree=True))
        etree.indent(tree, space="  ")
        text = etree.tostring(tree, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n'.encode()
