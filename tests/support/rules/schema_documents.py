"""Documents made from the schemas' own trees: the smallest and the fullest of each kind, for tests to break."""

from lxml import etree

from billing.tools.schemas.build_schemas import CAC, CBC, SETS
from billing.tools.schemas.notation import Shape, TreeChild, read_trees
from peppol.findings import Finding
from peppol.identifiers import DocumentKind
from peppol.xml.schemas import schema_file

PROFILE = read_trees(SETS["profile"][0])
# A value that every list, pattern and type of the trees takes, by what the tree says.
SAMPLES = {
    "Text": "x",
    "Date": "2026-11-21",
    "Time": "10:30:00",
    "Decimal": "-12.50",
    "Boolean": "false",
    "Binary": "JVBERg==",
    "ISO4217": "SEK",
    "ISO3166": "SE",
    "UNECE_REC20": "DAY",
    "UNCL1001": "380",
    "UNCL1153": "AAA",
    "ICD": "0007",
    "EAS": "0007",
    "MIME_ORDER": "application/pdf",
    "MIME_BILLING": "application/pdf",
    "ORDER_TYPES": "220",
    "INVOICE_TYPES_PEPPOL": "380",
    "CREDIT_NOTE_TYPES_PEPPOL": "381",
    "UNCL2005": "35",
    "UNCL4219": "1",
    "UNCL4343_T76": "AP",
    "UNCL4343_T111": "UQ",
    "UNCL4343_MLR": "RE",
    "UNCL1229_T76": "5",
    "UNCL4461": "30",
    "UNCL5189|UNCL7161": "95",
    "UNCL5305": "S",
    "UNCL7143": "STI",
    "STATUS_REASON|STATUS_ACTION": "PRI",
    "STATUS_REASON_MLR": "BV",
    "STATUS_REASON_MLS": "FD",
    "ICD|'SEPA'": "SEPA",
}


def sample(values: str) -> str:
    return values.split("'")[1] if values.startswith("'") else SAMPLES[values]


def shape_of(kind: DocumentKind) -> Shape:
    return PROFILE[schema_file(kind).stem]


def written(parent: etree._Element, child: TreeChild, *, full: bool) -> None:
    element = etree.SubElement(parent, f"{{{CAC if child.holds in PROFILE else CBC}}}{child.name}")
    for attribute in child.attributes:
        if attribute.mandatory or full:
            element.set(attribute.name, sample(attribute.values))
    if child.holds in PROFILE:
        fill(element, PROFILE[child.holds], full=full)
    else:
        element.text = sample(child.holds)


def fill(element: etree._Element, shape: Shape, *, full: bool) -> None:
    for child in shape.children:
        times = max(child.least, 2 if child.most != 1 else 1) if full else child.least
        for _ in range(times):
            written(element, child, full=full)


def a_document(kind: DocumentKind, *, full: bool = False) -> etree._Element:
    """A document of this kind with only what it must hold, or with all it may hold."""
    root = etree.Element(kind.root_tag, nsmap={None: kind.namespace, "cac": CAC, "cbc": CBC})
    fill(root, shape_of(kind), full=full)
    return root


def reread(root: etree._Element) -> etree._Element:
    return etree.fromstring(etree.tostring(root, pretty_print=True))


def find(root: etree._Element, path: str) -> etree._Element:
    found = root.find(path, {"cac": CAC, "cbc": CBC})
    assert found is not None
    return found


def told(findings: tuple[Finding, ...]) -> list[tuple[str, str, str, str]]:
    return [(each.detail, each.location, each.found, each.expected) for each in findings]
