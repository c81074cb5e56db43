"""Who writes to whom: addresses, organisation numbers, kinds of document."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from peppol.identifiers import (
    DocumentKind,
    InvalidIdentifier,
    ParticipantId,
    is_gln,
    is_organisation_number,
    validate_organisation_number,
)


def luhn_digit(nine: str) -> str:
    """The tenth digit of an organisation number, worked out independently of the code under test."""
    doubled = [int(digit) * (2 if place % 2 == 0 else 1) for place, digit in enumerate(nine)]
    return str(-sum(number // 10 + number % 10 for number in doubled) % 10)


def gs1_digit(twelve: str) -> str:
    weighted = [int(digit) * (1 if place % 2 == 0 else 3) for place, digit in enumerate(twelve)]
    return str(-sum(weighted) % 10)


nine_digits = st.text("0123456789", min_size=9, max_size=9)
twelve_digits = st.text("0123456789", min_size=12, max_size=12)


def test_the_agency_has_the_address_everyone_knows() -> None:
    agency = ParticipantId.of_organisation("202100-2114")
    assert agency == ParticipantId("0007", "2021002114")
    assert str(agency) == "0007:2021002114"


@given(nine_digits)
def test_every_number_has_exactly_one_right_check_digit(nine: str) -> None:
    right = luhn_digit(nine)
    assert [digit for digit in "0123456789" if is_organisation_number(nine + digit)] == [right]
    assert ParticipantId.parse(f"0007:{nine}{right}").value == nine + right


@given(twelve_digits)
def test_every_location_number_has_exactly_one_right_check_digit(twelve: str) -> None:
    assert [digit for digit in "0123456789" if is_gln(twelve + digit)] == [gs1_digit(twelve)]


@given(nine_digits)
def test_what_is_written_for_people_is_read_back(nine: str) -> None:
    number = nine + luhn_digit(nine)
    assert validate_organisation_number(f"{number[:6]}-{number[6:]}") == number


@given(st.from_regex(r"[0-9]{4}", fullmatch=True).filter(lambda s: s not in ("0007", "0088")), nine_digits)
def test_an_address_reads_back_as_it_was_written(scheme: str, value: str) -> None:
    participant = ParticipantId(scheme, value)
    assert ParticipantId.parse(str(participant)) == participant


@pytest.mark.parametrize(
    "written",
    [
        "",
        "0007",
        "0007:",
        ":2021002114",
        "7:2021002114",
        "0007:202100-2114",
        "0007:2021002115",
        "0007:12021002114",
        "0007:２０２１００２１１４",
        "٠٠٠٧:2021002114",
        "0007:2021002114\n",
        "0088:7300010000002",
        "0088:73000101",
        "0192:98765 4321",
        "0192:" + "1" * 136,
    ],
)
def test_an_address_the_network_cannot_carry_is_refused_in_both_languages(written: str) -> None:
    with pytest.raises(InvalidIdentifier, match=r"(?s)är inte .+ / .+ is not ") as refused:
        ParticipantId.parse(written)
    assert len(str(refused.value)) < 400


@pytest.mark.parametrize(
    "written", ["", "202100-211", "2021002115", "SE202100211401", "abcdefghij", "²021002114"]
)
def test_a_number_that_is_no_organisation_number_is_refused(written: str) -> None:
    with pytest.raises(InvalidIdentifier, match="organisationsnummer"):
        validate_organisation_number(written)


@pytest.mark.parametrize(
    ("kind", "document_type_id"),
    [
        (
            DocumentKind.ORDER,
            "urn:oasis:names:specification:ubl:schema:xsd:Order-2::Order"
            "##urn:fdc:peppol.eu:poacc:trns:order:3::2.1",
        ),
        (
            DocumentKind.ORDER_RESPONSE,
            "urn:oasis:names:specification:ubl:schema:xsd:OrderResponse-2::OrderResponse"
            "##urn:fdc:peppol.eu:poacc:trns:order_response:3::2.1",
        ),
        (
            DocumentKind.INVOICE,
            "urn:oasis:names:specification:ubl:schema:xsd:Invoice-2::Invoice"
            "##urn:cen.eu:en16931:2017#compliant#urn:fdc:peppol.eu:2017:poacc:billing:3.0::2.1",
        ),
        (
            DocumentKind.CREDIT_NOTE,
            "urn:oasis:names:specification:ubl:schema:xsd:CreditNote-2::CreditNote"
            "##urn:cen.eu:en16931:2017#compliant#urn:fdc:peppol.eu:2017:poacc:billing:3.0::2.1",
        ),
        (
            DocumentKind.INVOICE_RESPONSE,
            "urn:oasis:names:specification:ubl:schema:xsd:ApplicationResponse-2::ApplicationResponse"
            "##urn:fdc:peppol.eu:poacc:trns:invoice_response:3::2.1",
        ),
        (
            DocumentKind.MLR,
            "urn:oasis:names:specification:ubl:schema:xsd:ApplicationResponse-2::ApplicationResponse"
            "##urn:fdc:peppol.eu:poacc:trns:mlr:3::2.1",
        ),
        (
            DocumentKind.MLS,
            "urn:oasis:names:specification:ubl:schema:xsd:ApplicationResponse-2::ApplicationResponse"
            "##urn:peppol:edec:mls:1.0::2.1",
        ),
    ],
)
def test_the_network_knows_each_kind_by_its_published_identifier(
    kind: DocumentKind, document_type_id: str
) -> None:
    assert kind.document_type_id == document_type_id
    assert DocumentKind.recognise(kind.root_tag, kind.customization_id) is kind


def test_every_kind_has_a_profile_to_be_sent_under() -> None:
    assert {kind for kind in DocumentKind if kind.profile_ids} == set(DocumentKind)
    assert DocumentKind.INVOICE.profile_ids[0] == "urn:fdc:peppol.eu:2017:poacc:billing:01:1.0"
    assert DocumentKind.ORDER.profile_ids[0].endswith("order_only:3")


@pytest.mark.parametrize(
    ("root", "customization_id"),
    [
        (
            DocumentKind.INVOICE,
            "urn:cen.eu:en16931:2017#compliant#urn:fdc:peppol.eu:2017:poacc:selfbilling:3.0",
        ),
        (DocumentKind.INVOICE, ""),
        (DocumentKind.ORDER_RESPONSE, "urn:fdc:peppol.eu:poacc:trns:order_agreement:3"),
        (DocumentKind.ORDER_RESPONSE, "urn:fdc:peppol.eu:poacc:trns:order_response_advanced:3"),
        (DocumentKind.ORDER, "urn:fdc:peppol.eu:poacc:trns:order_response:3"),
    ],
)
def test_other_documents_of_the_same_form_are_not_taken_for_ours(
    root: DocumentKind, customization_id: str
) -> None:
    assert DocumentKind.recognise(root.root_tag, customization_id) is None
