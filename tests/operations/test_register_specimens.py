"""A register under which a document of ours would be invalid is refused when it is loaded, with what is wrong."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest

from operations import register_specimens
from orders.register.parties import DatedVat, Vat, VatCategory
from orders.register.register import Register
from peppol.exchange import outgoing
from peppol.identifiers import DocumentKind
from tests.support.stories.system import FYRBAKEN, STIGFINNAREN, example_register

TODAY = date(2026, 3, 10)


def supplier_with(number: str, **changes: object) -> Register:
    """The example register with one supplier changed."""
    register = example_register()
    return replace(
        register,
        suppliers=tuple(
            replace(each, **changes) if each.organisation_number == number else each  # type: ignore[arg-type]
            for each in register.suppliers
        ),
    )


def foreign() -> Register:
    address = replace(example_register().supplier(FYRBAKEN).on(TODAY).address, country="ZZ")
    return supplier_with(FYRBAKEN, address=address)


def wrongly_exempt() -> Register:
    vat = replace(example_register().supplier(STIGFINNAREN).on(TODAY).vat, exemption_code="VATEX-EU-AE")
    return supplier_with(STIGFINNAREN, vat=vat)


def wrongly_exempt_later() -> Register:
    now = example_register().supplier(FYRBAKEN).on(TODAY).vat
    assert isinstance(now, Vat)
    first = DatedVat(now.category, now.percent)
    later = DatedVat(VatCategory.EXEMPT, exemption_code="VATEX-EU-AE", valid_from=TODAY + timedelta(days=200))
    return supplier_with(FYRBAKEN, vat=(first, later))


def unwritable() -> Register:
    return supplier_with(FYRBAKEN, name="Fyrb\u0001ken")


def of_no_currency() -> Register:
    register = example_register()
    return replace(
        register, price_lists=tuple(replace(each, currency="XYZ") for each in register.price_lists)
    )


def test_the_example_has_nothing_to_correct() -> None:
    assert register_specimens.faults(example_register(), today=TODAY) == ()


@pytest.mark.parametrize(
    ("register", "kinds", "contract"),
    [
        (foreign, {DocumentKind.ORDER, DocumentKind.INVOICE, DocumentKind.CREDIT_NOTE}, "AVT-1001"),
        (wrongly_exempt, {DocumentKind.INVOICE, DocumentKind.CREDIT_NOTE}, "AVT-5001"),
        (wrongly_exempt_later, {DocumentKind.INVOICE, DocumentKind.CREDIT_NOTE}, "AVT-1001"),
        (
            unwritable,
            {
                DocumentKind.ORDER,
                DocumentKind.INVOICE,
                DocumentKind.CREDIT_NOTE,
                DocumentKind.INVOICE_RESPONSE,
            },
            "AVT-1001",
        ),
        (of_no_currency, {DocumentKind.ORDER, DocumentKind.INVOICE, DocumentKind.CREDIT_NOTE}, "AVT-1001"),
    ],
)
def test_what_would_be_invalid_later_is_named_by_document_and_contract(
    register: Callable[[], Register], kinds: set[DocumentKind], contract: str
) -> None:
    sentences = [each.en for each in register_specimens.faults(register(), today=TODAY)]
    said = {
        kind for kind in DocumentKind if any(f"the document {kind} would be" in each for each in sentences)
    }
    assert said == kinds
    assert all(each.startswith(f"The supplier with contract {contract}") for each in sentences)
    assert not any(FYRBAKEN in each or STIGFINNAREN in each for each in sentences)


def test_every_kind_of_document_is_tried_for_every_supplier(monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[DocumentKind] = []

    def note(document: object, kind: DocumentKind, *, document_id: str, on: date) -> bytes:
        tried.append(kind)
        return rendered(document, kind, document_id=document_id, on=on)  # type: ignore[arg-type]

    rendered = outgoing.rendered
    monkeypatch.setattr(outgoing, "rendered", note)
    register = example_register()
    # Our own provider's address is what an MLS is written from.
    provided = replace(register, buyer=replace(register.buyer, service_provider="0242:000001"))
    assert register_specimens.faults(provided, today=TODAY) == ()
    assert set(tried) == set(DocumentKind) - {DocumentKind.ORDER_RESPONSE}
    assert tried.count(DocumentKind.MLR) == len(register.suppliers)
