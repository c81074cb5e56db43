"""Makes the XML Schemas in `xsd/` from the trees in `xsd/trees/`.

Run from the top of the project: `python -m billing.tools.schemas.build_schemas`. The files are
rewritten in place and are the same bytes every time; a test compares them. The
notation of the trees is explained in xsd/README.md.

A tree is written out strictly (the profile, every value and attribute as it says)
or loosely (UBL's own data types and attributes, for documents from outside). In UBL
an element's simple children (cbc) always come before its compound ones (cac), and
their names belong to two namespaces: a shape therefore becomes a group in cbc.xsd
and a type in cac.xsd, and a document joins a group of each.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final

import xsd
from billing.tools.schemas.data_types import (
    ANY,
    ATTRIBUTE_TYPES,
    EXTENSION_CONTENT,
    EXTENSION_FIELDS,
    EXTENSIONS,
    PATTERNS,
    UBL_EXTENSIONS,
    UBL_TYPES,
    VALUES,
)
from billing.tools.schemas.notation import Shape, TreeChild, read_trees
from peppol import codelists

HERE: Final = Path(xsd.__file__).parent
UBL: Final = "urn:oasis:names:specification:ubl:schema:xsd:"
CBC: Final = UBL + "CommonBasicComponents-2"
CAC: Final = UBL + "CommonAggregateComponents-2"
EXT: Final = UBL + "CommonExtensionComponents-2"

# Folder -> (its trees, whether it is strict, what it expresses).
SETS: Final = {
    "profile": (
        ("shared", "order", "order_response", "billing", "responses"),
        True,
        "Peppol BIS, release May 2026: Upgrade 3.0.17, Billing 3.0.21",
    ),
    "outside/billing": (("ubl", "ubl_billing"), False, "Invoice and credit note of UBL 2.1"),
    "outside/post_award": (
        ("ubl", "ubl_post_award"),
        False,
        "Order, order response and application response of UBL 2.1",
    ),
}


class Writer:
    """The schemas of one set; each value type is written once, where it is first met."""

    def __init__(self, shapes: Mapping[str, Shape], *, strict: bool) -> None:
        self.shapes = shapes
        self.strict = strict
        self.types: dict[str, str] = {}

    def is_shape(self, child: TreeChild) -> bool:
        """Whether the child is a compound one (cac)."""
        return child.holds in self.shapes or child.holds == "Any"

    def reached(self) -> Iterator[Shape]:
        """Every shape that a document needs, in the order of the trees."""
        waiting = [name for name, shape in self.shapes.items() if shape.root]
        met = set(waiting)
        while waiting:
            for child in self.shapes[waiting.pop()].children:
                if child.holds in self.shapes and child.holds not in met:
                    met.add(child.holds)
                    waiting.append(child.holds)
        return (shape for name, shape in self.shapes.items() if name in met)

    # --- values -------------------------------------------------------------------------------------

    def value_type(self, shape: Shape, child: TreeChild) -> str:
        """The name of the type of a simple child; the type is kept in `types`."""
        if not self.strict:
            return self._loose_type(child.name)
        simple = self._simple(child.holds, own_name=f"{shape.name}.{child.name}")
        if not child.attributes:
            return simple
        name = simple + "".join(
            f"-{each.name}{'' if each.mandatory else '_'}-{_plain(each.values)}" for each in child.attributes
        )
        rows = _attributes(
            (each.name, f"cbc:{self._simple(each.values, own_name='')}", each.mandatory)
            for each in child.attributes
        )
        self.types.setdefault(name, _extended(name, f"cbc:{simple}", rows))
        return name

    def _simple(self, values: str, *, own_name: str) -> str:
        """The name of the simple type for a kind of value, a code list or spelled-out values."""
        name = own_name if own_name and values.startswith("'") else _plain(values)
        if name not in self.types:
            body = VALUES.get(values) or _enumeration(values)
            self.types[name] = f'  <xs:simpleType name="{name}">{body}</xs:simpleType>\n'
        return name

    def _loose_type(self, element: str) -> str:
        """UBL's data type of a simple child, known by the last part of its name."""
        kind = next((term for term in UBL_TYPES if element.endswith(term)), "Text")
        if element.endswith(("ID", "URI")):
            kind = "Identifier"
        base, attributes = UBL_TYPES[kind]
        rows = _attributes(
            (name := each.rstrip("!"), ATTRIBUTE_TYPES.get(name, "xs:string"), each.endswith("!"))
            for each in attributes.split()
        )
        self.types.setdefault(kind, _extended(kind, base, rows))
        return kind

    def _loose_rows(self, names: str) -> list[str]:
        """Simple children that may be left out, by names with blanks between."""
        return [
            _row(TreeChild(name, 0, 1, "", ()), f"cbc:{self._loose_type(name)}") for name in names.split()
        ]

    # --- files --------------------------------------------------------------------------------------

    def cbc(self) -> str:
        """The simple children of every shape, as groups, and their types."""
        groups = [
            _sequence("group", shape.name, rows)
            for shape in self.reached()
            if (
                rows := [
                    self._simple_row(shape, child)
                    for child in shape.children
                    if not self.is_shape(child) and child.name != EXTENSIONS
                ]
            )
        ]
        if not self.strict:
            groups.append(_sequence("group", "UBLExtension", self._loose_rows("ID Name")))
        return "".join(self.types.values()) + "".join(groups)

    def cac(self) -> str:
        """The shapes as types, and the compound children of the documents as groups."""
        parts = []
        for shape in self.reached():
            rows = [_row(child, f"cac:{child.holds}") for child in shape.children if self.is_shape(child)]
            if shape.root:
                parts.append(_sequence("group", shape.name, rows))
            else:
                first = [] if len(rows) == len(shape.children) else [f'<xs:group ref="cbc:{shape.name}"/>']
                parts.append(_sequence("complexType", shape.name, first + rows))
        return ANY + "".join(parts)

    def _simple_row(self, shape: Shape, child: TreeChild) -> str:
        return _row(child, f"cbc:{self.value_type(shape, child)}")

    def ext(self) -> str:
        """The extensions of a document: what UBL says of each, around content that is not judged."""
        rows = ['<xs:group ref="cbc:UBLExtension"/>', *self._loose_rows(EXTENSION_FIELDS), EXTENSION_CONTENT]
        return _sequence("complexType", "UBLExtension", rows) + UBL_EXTENSIONS

    def extended(self, shape: Shape) -> bool:
        """Whether the document may hold extensions."""
        return any(child.name == EXTENSIONS for child in shape.children)


_REQUIRED: Final = ' use="required"'


def _plain(values: str) -> str:
    """A name for spelled-out values and unions: letters and digits, joined by underscores."""
    name = re.sub(r"\W+", "_", values).strip("_")
    return name if name[0].isalpha() else f"is_{name}"


def _attributes(rows: Iterable[tuple[str, str, bool]]) -> str:
    """Attribute declarations from (name, type, whether mandatory)."""
    return "".join(
        f'<xs:attribute name="{name}" type="{kind}"{_REQUIRED if mandatory else ""}/>'
        for name, kind, mandatory in rows
    )


def _enumeration(values: str) -> str:
    """The restriction to a code list, to a union of lists, or to spelled-out values."""
    if values in PATTERNS:
        return f'<xs:restriction base="xs:token"><xs:pattern value="{PATTERNS[values]}"/></xs:restriction>'
    codes: list[str] = []
    for part in values.split("|"):
        codes += [part.strip("'")] if part.startswith("'") else sorted(getattr(codelists, part))
    rows = "".join(f'<xs:enumeration value="{code}"/>' for code in codes)
    return f'<xs:restriction base="xs:token">{rows}</xs:restriction>'


def _extended(name: str, base: str, attributes: str) -> str:
    """A type with a simple value of type `base` and these attributes."""
    return (
        f'  <xs:complexType name="{name}"><xs:simpleContent><xs:extension base="{base}">'
        f"{attributes}</xs:extension></xs:simpleContent></xs:complexType>\n"
    )


def _row(child: TreeChild, type_name: str) -> str:
    """One child element in a sequence."""
    least = "" if child.least == 1 else f' minOccurs="{child.least}"'
    most = "" if child.most == 1 else f' maxOccurs="{"unbounded" if child.most is None else child.most}"'
    return f'<xs:element name="{child.name}" type="{type_name}"{least}{most}/>'


def _sequence(kind: str, name: str, rows: list[str]) -> str:
    """A group or a type that is a sequence of these rows."""
    inside = "".join(f"      {row}\n" for row in rows)
    return f'  <xs:{kind} name="{name}">\n    <xs:sequence>\n{inside}    </xs:sequence>\n  </xs:{kind}>\n'


def _schema(namespace: str, about: str, body: str, *, imports: tuple[str, ...] = ()) -> str:
    """A whole schema file."""
    spaces = {"cbc": CBC, "cac": CAC, "ext": EXT}
    extra = f' xmlns:ext="{EXT}"' if "ext" in imports or namespace == EXT else ""
    rows = "".join(
        f'  <xs:import namespace="{spaces[each]}" schemaLocation="{each}.xsd"/>\n' for each in imports
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f"<!-- {about}. Made by build_schemas.py; change trees/. -->\n"
        f'<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:cac="{CAC}" xmlns:cbc="{CBC}"{extra}\n'
        f'    targetNamespace="{namespace}" elementFormDefault="qualified" version="2.1">\n'
        f"{rows}{body}</xs:schema>\n"
    )


def _document(shape: Shape, *, extended: bool) -> str:
    """The root element of a document; its extensions come first."""
    rows = [f'<xs:element ref="ext:{EXTENSIONS}" minOccurs="0"/>'] if extended else []
    rows += [f'<xs:group ref="{prefix}:{shape.name}"/>' for prefix in ("cbc", "cac")]
    inside = "".join(f"        {row}\n" for row in rows)
    return (
        f'  <xs:element name="{shape.root}">\n    <xs:complexType>\n      <xs:sequence>\n{inside}'
        "      </xs:sequence>\n    </xs:complexType>\n  </xs:element>\n"
    )


def schemas() -> dict[str, str]:
    """Every schema file: its path within this folder -> its text."""
    files: dict[str, str] = {}
    for folder, (names, strict, about) in SETS.items():
        writer = Writer(read_trees(names), strict=strict)
        if not strict:
            files[f"{folder}/ext.xsd"] = _schema(EXT, about, writer.ext(), imports=("cbc",))
        files[f"{folder}/cbc.xsd"] = _schema(CBC, about, writer.cbc())
        files[f"{folder}/cac.xsd"] = _schema(CAC, about, writer.cac(), imports=("cbc",))
        for shape in writer.shapes.values():
            if shape.root:
                extended = writer.extended(shape)
                files[f"{folder}/{shape.name}.xsd"] = _schema(
                    f"{UBL}{shape.root}-2",
                    about,
                    _document(shape, extended=extended),
                    imports=("cbc", "cac", "ext") if extended else ("cbc", "cac"),
                )
    return files


def main() -> None:
    """Write every schema file in its place."""
    for path, text in schemas().items():
        (HERE / path).parent.mkdir(parents=True, exist_ok=True)
        (HERE / path).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
