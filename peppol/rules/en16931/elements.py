"""EN 16931: the parts of UBL an invoice leaves out (UBL-CR), all warnings but two.

The table of paths is `ubl_elements`; here it becomes rules that fire once per document.
The few that depend on a value are written out. Source: EN 16931 validation for UBL,
release 1.3.16, which dropped UBL-CR-631 (it said the same as UBL-CR-628).
"""

from collections.abc import Iterator
from typing import Final

from peppol.rules.en16931.document import RELEASE, ROOT
from peppol.rules.en16931.syntax import is_invoiced_object
from peppol.rules.engine.checks import holds
from peppol.rules.engine.rulebook import FATAL, WARNING, Book, Broken, RuleVerdict
from peppol.rules.engine.tree import Node
from peppol.rules.shared.ubl_elements import ATTRIBUTES, ATTRIBUTES_ANYWHERE, ELEMENTS, ELEMENTS_ANYWHERE

BOOK: Final = Book("EN16931", RELEASE)

_DROPPED: Final = "UBL-CR-631"
_ROOTS: Final = ("/Invoice", "/CreditNote")


def _places() -> Iterator[tuple[str, str, str]]:
    """Rule, path as the engine wants it, and what a person calls the place."""
    for path, rules in ELEMENTS.items():
        for rule in rules:
            for root in _ROOTS:
                yield rule, f"{root}/{path}", path
    for path, rule in ELEMENTS_ANYWHERE.items():
        yield rule, path, path
    for (path, attribute), rule in ATTRIBUTES.items():
        for root in _ROOTS:
            yield rule, f"{root}/{path}/@{attribute}", f"{path}/@{attribute}"
    for (path, attribute), rule in ATTRIBUTES_ANYWHERE.items():
        place = f"{path}/@{attribute}" if path else f"@{attribute}"
        yield rule, place, place


def _register() -> None:
    paths: dict[str, list[str]] = {}
    names: dict[str, str] = {}
    for rule, path, name in _places():
        paths.setdefault(rule, []).append(path)
        names.setdefault(rule, name)
    for rule in sorted(paths):
        if rule != _DROPPED:
            BOOK.absent(rule, paths[rule], f"The profile leaves out {names[rule]}.")


_register()

_document: Final = BOOK.context(ROOT, pattern="syntax")


@_document.rule("UBL-CR-002", WARNING)
def version_of_ubl(document: Node) -> RuleVerdict:
    """The version of UBL, where it is given, is 2.1."""
    versions = document.all("cbc:UBLVersionID")
    if not versions or any(version.text == "2.1" for version in versions):
        return None
    return Broken(found=versions[0].text, expected="2.1", at=versions[0])


@_document.rule("UBL-CR-412", WARNING)
def due_date_of_an_invoice(document: Node) -> RuleVerdict:
    """The due date stands with the payment means in a credit note only; an invoice has its own place for it."""
    if document.name == "CreditNote":
        return None
    date = document.at("cac:PaymentMeans", "cbc:PaymentDueDate")
    return None if date is None else Broken(found=date.text, at=date)


@_document.rule("UBL-CR-665", WARNING)
def scheme_only_for_invoiced_objects(document: Node) -> RuleVerdict:
    """Only the reference to an invoiced object (130) has a scheme."""
    for reference in document.document.named("cac:AdditionalDocumentReference"):
        codes = [code.text for code in reference.all("cbc:DocumentTypeCode")]
        if codes and all(code == "130" for code in codes):
            continue
        for identifier in reference.all("cbc:ID"):
            if "schemeID" in identifier.attributes:
                return Broken(found=identifier.attributes["schemeID"], at=identifier, attribute="schemeID")
    return None


@_document.rule("UBL-CR-666", FATAL)
def invoiced_object_has_no_file(document: Node) -> RuleVerdict:
    """The reference to an invoiced object (130) has no file."""
    return _without(document, "cac:Attachment")


@_document.rule("UBL-CR-673", FATAL)
def invoiced_object_has_no_description(document: Node) -> RuleVerdict:
    """The reference to an invoiced object (130) has no description."""
    return _without(document, "cbc:DocumentDescription")


def _without(document: Node, name: str) -> RuleVerdict:
    for reference in document.document.named("cac:AdditionalDocumentReference"):
        if is_invoiced_object(reference) and reference.has(name):
            return Broken(at=reference.first(name))
    return holds(True)
