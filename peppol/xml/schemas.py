"""Whether a document has the shape of its kind, asked of the schemas in `xsd/`.

libxml2 decides: a schema is compiled once per kind and process, and a valid document
costs one pass over it. Only when a document fails is it looked at again, element by
element, so that a person hears about everything at once (`schema_findings`). All
findings have the rule id "XSD" and are fatal.

Two schemas belong to a kind. The profile is what we may write: everything Peppol
allows and nothing else. From outside more is taken: in invoices and credit notes all
of UBL 2.1, because the published rules only warn about what the profile leaves out;
in answers the elements of the profile with UBL's attributes. Code values, the number
of repetitions and what EN 16931 makes mandatory are then the rules' matter.
"""

import re
from functools import cache
from pathlib import Path
from typing import Final

from lxml import etree

import xsd
from peppol.findings import Finding, Severity
from peppol.identifiers import DocumentKind

#: More findings than this about one document help nobody.
FINDINGS_MAX: Final = 50

_FOLDER: Final = Path(xsd.__file__).parent

_NAMES: Final = {
    DocumentKind.ORDER: "Order",
    DocumentKind.ORDER_RESPONSE: "OrderResponse",
    DocumentKind.INVOICE: "Invoice",
    DocumentKind.CREDIT_NOTE: "CreditNote",
    DocumentKind.INVOICE_RESPONSE: "InvoiceResponse",
    DocumentKind.MLR: "MessageLevelResponse",
    DocumentKind.MLS: "MessageLevelStatus",
}

# Orders are only ours to write; nobody sends us one, so there is nothing wider for them.
_OUTSIDE: Final = {
    DocumentKind.ORDER: "profile",
    DocumentKind.INVOICE: "outside/billing",
    DocumentKind.CREDIT_NOTE: "outside/billing",
}


def schema_file(kind: DocumentKind, *, outside: bool = False) -> Path:
    """The schema that judges documents of this kind: ours, or with `outside` those that arrive."""
    folder = _OUTSIDE.get(kind, "outside/answers") if outside else "profile"
    return _FOLDER / folder / f"{_NAMES[kind]}.xsd"


@cache
def _compiled(path: Path) -> etree.XMLSchema:
    """The schema as libxml2 uses it; about 5 ms, once per process."""
    return etree.XMLSchema(file=str(path))


def check(root: etree._Element, kind: DocumentKind, *, outside: bool = False) -> tuple[Finding, ...]:
    """What breaks the schema of `kind`; empty for a valid document, at most `FINDINGS_MAX` otherwise.

    `root` is a gated tree; it is not changed. `outside` takes the wider schema, for
    documents that others wrote.
    """
    path = schema_file(kind, outside=outside)
    schema = _compiled(path)
    if schema.validate(root):
        return ()
    # xmlschema costs half a second to load; only a bad document pays for it.
    from peppol.xml.schema_findings import findings_of

    findings = findings_of(root, path, most=FINDINGS_MAX)
    return findings or _as_told_by_libxml2(schema)


def _as_told_by_libxml2(schema: etree.XMLSchema) -> tuple[Finding, ...]:
    """Places from libxml2's own log: what it refuses must never pass because we have no words for it."""
    places = dict.fromkeys((entry.path or "/", entry.line) for entry in schema.error_log) or {("/", 0): None}
    found = tuple(Finding("XSD", Severity.FATAL, path, line, detail="schema") for path, line in places)
    return found[:FINDINGS_MAX]


_SENTENCES: Final = {
    "root": (
        "Dokumentets rotelement är {found}, men det ska vara {expected}.",
        "The root element of the document is {found}, but it must be {expected}.",
    ),
    "missing": (
        "{expected} saknas i {location}. Lägg till elementet.",
        "{expected} is missing in {location}. Add the element.",
    ),
    "unexpected": (
        "{found} får inte finnas på denna plats ({location}). Ta bort elementet.",
        "{found} may not stand at this place ({location}). Remove the element.",
    ),
    "misplaced": (
        "{found} står på fel plats ({location}). Elementet ska stå före {expected}.",
        "{found} stands in the wrong order ({location}). It must come before {expected}.",
    ),
    "repeated": (
        "{location} förekommer för många gånger: {found}. Högst {expected} är tillåtet.",
        "{location} is repeated too many times: {found}. At most {expected} may stand there.",
    ),
    "value": (
        "Värdet ”{found}” i {location} är inte tillåtet. Det ska vara: {expected}.",
        "The value “{found}” in {location} is not allowed. It must be: {expected}.",
    ),
    "attribute-missing": (
        "Attributet {expected} saknas på {location}. Lägg till det.",
        "The attribute {expected} is missing on {location}. Add it.",
    ),
    "attribute-unexpected": (
        "Attributet {location} får inte finnas där. Ta bort det.",
        "The attribute {location} may not stand there. Remove it.",
    ),
    "text": (
        "{location} innehåller texten ”{found}”, men där får bara finnas element.",
        "{location} holds the text “{found}”, but only elements may stand there.",
    ),
    "schema": (
        "Dokumentet följer inte schemat vid {location}. Rätta det som står där.",
        "The document breaks the schema at {location}. Correct what stands there.",
    ),
}


# What a value must be, where the schema's own word for it is not a person's.
_FORMS: Final = {
    "YYYY-MM-DD": ("ett datum, ÅÅÅÅ-MM-DD", "a date, YYYY-MM-DD"),
    "hh:mm:ss": ("ett klockslag, tt:mm:ss", "a time of day, hh:mm:ss"),
    "0.00": (
        "ett tal med decimalpunkt, till exempel 1250.00",
        "a number with a decimal point, such as 1250.00",
    ),
    "true, false": ("true eller false", "true or false"),
    "base64": ("en bilaga kodad som base64", "an attachment encoded as base64"),
    "text": ("en text som inte är tom", "a text that is not empty"),
}


def _wanted(expected: str, *, swedish: bool) -> str:
    """What a value must be, in words; the name of a code list is spelled as people know it."""
    if expected in _FORMS:
        return _FORMS[expected][0 if swedish else 1]
    if re.fullmatch(r"[A-Z][A-Z0-9_]+", expected):
        return f"en kod ur listan {expected}" if swedish else f"a code of the list {expected}"
    return expected


def describe(finding: Finding, lang: str = "sv") -> str:
    """A schema finding as a sentence: what, where and what to do, in Swedish ("sv") or English ("en").

    Raises `ValueError` for another language and `KeyError` for a finding that is not ours.
    """
    if lang not in ("sv", "en"):
        raise ValueError(f"There are texts in sv and en, not in {lang!r}.")
    swedish, english = _SENTENCES[finding.detail]
    expected = (
        _wanted(finding.expected, swedish=lang == "sv") if finding.detail == "value" else finding.expected
    )
    return (swedish if lang == "sv" else english).format(
        found=finding.found, expected=expected, location=finding.location
    )
