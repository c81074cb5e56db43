"""Who writes to whom, and what kind of letter it is: the names on the envelope.

A kind of document is fixed by the root of its XML and its CustomizationID; the
network knows it by a document type identifier made of both. A participant is a
number within a numbering scheme (ISO 6523), written `0007:2021002114`. Numbers are
kept compact, without hyphen or space.

Values: OpenPeppol code lists v9.7 (2026-07-02), in force with the May 2026 release.
Luhn and GS1 arithmetic: COMMON-R049 (scheme 0007) and COMMON-R040 (scheme 0088).

>>> DocumentKind.INVOICE.root_name
'Invoice'
>>> str(ParticipantId.parse("0007:2021002114"))
'0007:2021002114'
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Self

from stdnum import ean, luhn

PARTICIPANT_SCHEME: Final = "iso6523-actorid-upis"
DOCUMENT_SCHEME: Final = "busdox-docid-qns"
PROCESS_SCHEME: Final = "cenbii-procid-ubl"

UBL_NAMESPACE: Final = "urn:oasis:names:specification:ubl:schema:xsd:"


class InvalidIdentifier(ValueError):
    """A number that cannot be what it is said to be; the sentence says which and why."""

    def __init__(self, value: str, *, swedish: str, english: str) -> None:
        shown = value if len(value) <= 60 else value[:57] + "..."
        super().__init__(f"”{shown}” {swedish} / “{shown}” {english}")
        self.value = value


# --- kinds of document ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class _Form:
    """What the published lists say about one kind of document."""

    root_name: str
    customization_id: str
    profile_ids: tuple[str, ...]


class DocumentKind(StrEnum):
    """The kinds of document this exchange reads and writes.

    All of them are UBL 2.1. `profile_ids` are at the same time the process
    identifiers of the envelope; the first one is what we write unless told otherwise.
    """

    ORDER = "order"
    ORDER_RESPONSE = "order-response"
    INVOICE = "invoice"
    CREDIT_NOTE = "credit-note"
    INVOICE_RESPONSE = "invoice-response"
    MLR = "mlr"
    MLS = "mls"

    @property
    def root_name(self) -> str:
        """Local name of the root element, such as `Order`."""
        return _FORMS[self].root_name

    @property
    def namespace(self) -> str:
        """Namespace of the root element; also `Standard` in the envelope."""
        return f"{UBL_NAMESPACE}{self.root_name}-2"

    @property
    def root_tag(self) -> str:
        """The root as lxml writes it: `{namespace}local`."""
        return f"{{{self.namespace}}}{self.root_name}"

    @property
    def customization_id(self) -> str:
        """The CustomizationID we write; what we read may continue after it."""
        return _FORMS[self].customization_id

    @property
    def is_settled_by_root(self) -> bool:
        """Whether the root alone says this kind: then its specification (BT-24) only says which rules judge it.

        >>> DocumentKind.INVOICE.is_settled_by_root, DocumentKind.MLR.is_settled_by_root
        (True, False)
        """
        return [each.root_tag for each in DocumentKind].count(self.root_tag) == 1

    @property
    def profile_ids(self) -> tuple[str, ...]:
        """ProfileIDs allowed in the document, which are the process ids of the envelope."""
        return _FORMS[self].profile_ids

    @property
    def ubl_version(self) -> str:
        """Version of UBL; `TypeVersion` in the envelope."""
        return "2.1"

    @property
    def document_type_id(self) -> str:
        """What a receiver's address entry and the envelope call this kind.

        >>> DocumentKind.MLS.document_type_id.rpartition("::")[0].partition("##")[2]
        'urn:peppol:edec:mls:1.0'
        """
        return f"{self.namespace}::{self.root_name}##{self.customization_id}::{self.ubl_version}"

    @classmethod
    def recognise(cls, root_tag: str, customization_id: str) -> Self | None:
        """The kind with this root whose CustomizationID begins the given one; None if there is none.

        Beginning is enough, as in PEPPOL-EN16931-R004, PEPPOL-T01-R034, T76-R006 and T111-R003.

        >>> tag = "{urn:oasis:names:specification:ubl:schema:xsd:ApplicationResponse-2}ApplicationResponse"
        >>> DocumentKind.recognise(tag, "urn:fdc:peppol.eu:poacc:trns:mlr:3")
        <DocumentKind.MLR: 'mlr'>
        """
        for kind, beginning in _OF_ROOT.get(root_tag, ()):
            if customization_id.startswith(beginning):
                return cls(kind)
        return None


_BILLING: Final = "urn:cen.eu:en16931:2017#compliant#urn:fdc:peppol.eu:2017:poacc:billing:3.0"
# Since May 2026 a supplier may say that it expects Invoice Responses (PEPPOL-EN16931-R007, T111-R008).
_BILLING_WITH_RESPONSE: Final = "urn:peppol:bis:billing_with_response"
_BILLING_PROFILES: Final = ("urn:fdc:peppol.eu:2017:poacc:billing:01:1.0", _BILLING_WITH_RESPONSE)

_FORMS: Final = {
    DocumentKind.ORDER: _Form(
        root_name="Order",
        customization_id="urn:fdc:peppol.eu:poacc:trns:order:3",
        profile_ids=(
            "urn:fdc:peppol.eu:poacc:bis:order_only:3",
            "urn:fdc:peppol.eu:poacc:bis:ordering:3",
            "urn:fdc:peppol.eu:poacc:bis:advanced_ordering:3",
        ),
    ),
    DocumentKind.ORDER_RESPONSE: _Form(
        root_name="OrderResponse",
        customization_id="urn:fdc:peppol.eu:poacc:trns:order_response:3",
        profile_ids=("urn:fdc:peppol.eu:poacc:bis:ordering:3",),
    ),
    DocumentKind.INVOICE: _Form(
        root_name="Invoice", customization_id=_BILLING, profile_ids=_BILLING_PROFILES
    ),
    DocumentKind.CREDIT_NOTE: _Form(
        root_name="CreditNote", customization_id=_BILLING, profile_ids=_BILLING_PROFILES
    ),
    DocumentKind.INVOICE_RESPONSE: _Form(
        root_name="ApplicationResponse",
        customization_id="urn:fdc:peppol.eu:poacc:trns:invoice_response:3",
        profile_ids=("urn:fdc:peppol.eu:poacc:bis:invoice_response:3", _BILLING_WITH_RESPONSE),
    ),
    DocumentKind.MLR: _Form(
        root_name="ApplicationResponse",
        customization_id="urn:fdc:peppol.eu:poacc:trns:mlr:3",
        profile_ids=("urn:fdc:peppol.eu:poacc:bis:mlr:3",),
    ),
    DocumentKind.MLS: _Form(
        root_name="ApplicationResponse",
        customization_id="urn:peppol:edec:mls:1.0",
        profile_ids=("urn:peppol:edec:mls",),
    ),
}

# The kinds that share a root, each with how its CustomizationID begins: asked of every document that comes.
_OF_ROOT: Final = {
    root: tuple((kind, kind.customization_id) for kind in DocumentKind if kind.root_tag == root)
    for root in (kind.root_tag for kind in DocumentKind)
}


# --- numbers ----------------------------------------------------------------------------------------------

_TEN_DIGITS: Final = re.compile(r"[0-9]{10}")
_THIRTEEN_DIGITS: Final = re.compile(r"[0-9]{13}")


def compact_organisation_number(number: str) -> str:
    """The number without spaces and hyphens; says nothing about its validity.

    >>> compact_organisation_number(" 202100-2114 ")
    '2021002114'
    """
    return re.sub(r"[ \-]", "", number)


def is_organisation_number(number: str) -> bool:
    """Whether `number` is a compact Swedish organisation number: ten ASCII digits, the last by Luhn.

    Personal identity numbers of sole traders have the same form and pass as well.
    COMMON-R049, SE-R-003, SE-R-004, SE-R-013.

    >>> is_organisation_number("2021002114"), is_organisation_number("202100-2114")
    (True, False)
    """
    return bool(_TEN_DIGITS.fullmatch(number)) and luhn.is_valid(number)


def validate_organisation_number(number: str) -> str:
    """The compact form of `number`, as written by a person with or without hyphen.

    Raises `InvalidIdentifier` if it has not ten digits or the check digit is wrong.
    Issuer: Bolagsverket and Skatteverket (scheme 0007 of ISO 6523).

    >>> validate_organisation_number("202100-2114")
    '2021002114'
    >>> validate_organisation_number("202100-2115")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
        ...
    peppol.identifiers.InvalidIdentifier: ”202100-2115” är inte ett svenskt organisationsnummer: ...
    """
    compact = compact_organisation_number(number)
    if not is_organisation_number(compact):
        raise InvalidIdentifier(
            number,
            swedish="är inte ett svenskt organisationsnummer: tio siffror, rätt kontrollsiffra.",
            english="is not a Swedish organisation number: ten digits, correct check digit.",
        )
    return compact


def is_gln(number: str) -> bool:
    """Whether `number` is a GS1 location number: thirteen ASCII digits, the last by GS1 mod 10.

    COMMON-R040 asks for the check digit only; the length is GS1's.

    >>> is_gln("7300010000001"), is_gln("7300010000002")
    (True, False)
    """
    return bool(_THIRTEEN_DIGITS.fullmatch(number)) and ean.is_valid(number)


# --- participants -----------------------------------------------------------------------------------------

SWEDISH_ORGANISATION: Final = "0007"
GLN: Final = "0088"

_SCHEME: Final = re.compile(r"[0-9]{4}")
# Peppol Policy for use of identifiers: letters, digits and the four marks that need no escape in an address.
_VALUE: Final = re.compile(r"[0-9A-Za-z\-._~]{1,135}")


@dataclass(frozen=True, slots=True)
class ParticipantId:
    """An address on the network: `value` within the numbering `scheme` (four digits of ISO 6523).

    Raises `InvalidIdentifier` when made with a form the network cannot carry, or
    when a number of scheme 0007 or 0088 fails its check digit.
    """

    scheme: str
    value: str

    def __post_init__(self) -> None:
        if not _SCHEME.fullmatch(self.scheme) or not _VALUE.fullmatch(self.value):
            raise InvalidIdentifier(
                str(self),
                swedish="är inte en Peppol-adress; väntat: fyra siffror, kolon, nummer (0007:2021002114).",
                english="is not a Peppol address; expected: four digits, colon, number (0007:2021002114).",
            )
        if self.scheme == SWEDISH_ORGANISATION and not is_organisation_number(self.value):
            raise InvalidIdentifier(
                str(self),
                swedish="är inte ett organisationsnummer: tio siffror utan bindestreck, rätt kontrollsiffra.",
                english="is not an organisation number: ten digits without hyphen, correct check digit.",
            )
        if self.scheme == GLN and not is_gln(self.value):
            raise InvalidIdentifier(
                str(self),
                swedish="är inte ett GLN: tretton siffror med rätt kontrollsiffra väntas.",
                english="is not a GLN: thirteen digits with a correct check digit are expected.",
            )

    def __str__(self) -> str:
        return f"{self.scheme}:{self.value}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """The participant written as `scheme:value`. Raises `InvalidIdentifier`.

        >>> ParticipantId.parse("0007:202100-2114")  # doctest: +ELLIPSIS
        Traceback (most recent call last):
            ...
        peppol.identifiers.InvalidIdentifier: ”0007:202100-2114” är inte ett organisationsnummer: ...
        """
        scheme, _, value = text.partition(":")
        return cls(scheme, value)

    @classmethod
    def of_organisation(cls, number: str) -> Self:
        """The address of a Swedish organisation, number with or without hyphen. Raises `InvalidIdentifier`.

        >>> str(ParticipantId.of_organisation("202100-2114"))
        '0007:2021002114'
        """
        return cls(SWEDISH_ORGANISATION, validate_organisation_number(number))
