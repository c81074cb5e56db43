"""What is written on an envelope that came: the header read into an `Envelope`, with what is wrong.

Strict about what decides who wrote to whom about what; what merely should be otherwise is a
warning. The answer is a value and findings, never an exception; a header with a fatal finding
gives no `Envelope`. Scopes we do not know are others' business and pass in silence.

Peppol Business Message Envelope 2.0.2.
"""

import re
from datetime import UTC, datetime
from typing import Final

from lxml import etree

from peppol.codelists import ISO3166
from peppol.envelope.findings import EnvelopeRule, finding_at
from peppol.envelope.header import HEADER_VERSION, Envelope, sbdh
from peppol.findings import Finding
from peppol.identifiers import (
    DOCUMENT_SCHEME,
    PARTICIPANT_SCHEME,
    PROCESS_SCHEME,
    InvalidIdentifier,
    ParticipantId,
)
from peppol.xml.gate_tree import SBDH
from peppol.xml.literals import SPACE

#: When a receiver's access point tells how the message fared: on failure only (as without it), or always.
MLS_TYPES: Final = frozenset({"FAILURE_ONLY", "ALWAYS_SEND"})
#: The numbering scheme of service providers, who get that word.
SERVICE_PROVIDER: Final = "0242"

_UUID: Final = re.compile(r"[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")
_MOMENT: Final = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2})(?:\.([0-9]{1,12}))?(Z|[+-][0-9]{2}:[0-9]{2})?"
)
_KNOWN: Final = ("HeaderVersion", "Sender", "Receiver", "DocumentIdentification", "BusinessScope")


def text_of(element: etree._Element | None) -> str:
    """What stands in the element, without the white space around it; empty where there is none.

    A value that other elements split is none: two readers might see two values.
    """
    return "" if element is None or len(element) else (element.text or "").strip(SPACE)


def is_uuid(text: str) -> bool:
    """Whether the text is a UUID as people write it, of any version.

    >>> is_uuid("6f1d5c0e-4a52-5c8e-9f0b-3c6a4f1e2d77"), is_uuid("6f1d5c0e4a525c8e9f0b3c6a4f1e2d77")
    (True, False)
    """
    return _UUID.fullmatch(text) is not None


def instance_of(header: etree._Element) -> str:
    """The instance identifier where it is there once and a UUID, in small letters; else empty."""
    found = header.findall(f"{sbdh('DocumentIdentification')}/{sbdh('InstanceIdentifier')}")
    text = text_of(found[0]) if len(found) == 1 else ""
    return text.lower() if is_uuid(text) else ""


def read_header(header: etree._Element) -> tuple[Envelope | None, tuple[Finding, ...]]:
    """What the header says, and what is wrong with it; no envelope where that is fatal."""
    reader = _Reader(header)
    envelope = reader.read()
    return envelope, tuple(reader.findings)


class _Reader:
    """Reads one header, gathering what is wrong with it."""

    def __init__(self, header: etree._Element) -> None:
        self.header = header
        self.findings: list[Finding] = []

    def read(self) -> Envelope | None:
        self._look_for_the_unused()
        version = self._one(self.header, "HeaderVersion")
        if version and version != HEADER_VERSION:
            self._object(EnvelopeRule.VERSION, self.header, found=version, expected=HEADER_VERSION)
        sender = self._party("Sender", EnvelopeRule.SENDER_COUNT)
        receiver = self._party("Receiver", EnvelopeRule.RECEIVER_COUNT)
        scopes = self._scopes()
        document_type_id = self._needed(scopes, "DOCUMENTID", DOCUMENT_SCHEME, EnvelopeRule.DOCUMENT_ID)
        process_id = self._needed(scopes, "PROCESSID", PROCESS_SCHEME, EnvelopeRule.PROCESS_ID)
        country = self._country(scopes)
        mls_to, mls_type = self._mls_to(scopes), self._mls_type(scopes)
        identifications = self.header.findall(sbdh("DocumentIdentification"))
        if len(identifications) != 1:
            self._object(EnvelopeRule.IDENTIFICATION, self.header, found=str(len(identifications)))
            return None
        identification = identifications[0]
        standard = self._one(identification, "Standard")
        type_version = self._one(identification, "TypeVersion")
        instance_id = self._instance(identification)
        type_ = self._one(identification, "Type")
        created_at = self._created(identification)
        if sender is None or receiver is None or not document_type_id or not process_id:
            return None
        if created_at is None:
            return None
        return Envelope(
            sender=sender,
            receiver=receiver,
            document_type_id=document_type_id,
            process_id=process_id,
            instance_id=instance_id,
            standard=standard,
            type_version=type_version,
            type=type_,
            created_at=created_at,
            country_c1=country,
            mls_to=mls_to,
            mls_type=mls_type,
        )

    def _object(self, rule: EnvelopeRule, at: etree._Element, *, found: str = "", expected: str = "") -> None:
        self.findings.append(finding_at(rule, at, found=found, expected=expected))

    def _look_for_the_unused(self) -> None:
        known = {sbdh(name) for name in _KNOWN}
        for element in self.header.iterdescendants():
            name = etree.QName(element)
            if name.namespace != SBDH or (element.getparent() is self.header and element.tag not in known):
                # The first is enough: strangers decide how many there are.
                self._object(EnvelopeRule.UNUSED, element, found=name.localname)
                return

    def _one(self, parent: etree._Element, name: str) -> str:
        """The text of an element that must be there once; empty where it is not."""
        found = parent.findall(sbdh(name))
        text = text_of(found[0]) if len(found) == 1 else ""
        if not text:
            count = sum(1 for each in found if text_of(each))
            self._object(EnvelopeRule.FIELD, parent, found=str(count), expected=name)
        return text

    def _party(self, name: str, rule: EnvelopeRule) -> ParticipantId | None:
        parties = self.header.findall(sbdh(name))
        identifiers = self.header.findall(f"{sbdh(name)}/{sbdh('Identifier')}")
        if len(parties) != 1 or len(identifiers) != 1:
            self._object(
                rule, self.header, found=str(len(identifiers) if len(parties) == 1 else len(parties))
            )
            return None
        identifier = identifiers[0]
        self._check_scheme(identifier, identifier.get("Authority", "").strip(SPACE), PARTICIPANT_SCHEME)
        return self._address(identifier, EnvelopeRule.ADDRESS)

    def _address(self, element: etree._Element, rule: EnvelopeRule) -> ParticipantId | None:
        text = text_of(element)
        try:
            return ParticipantId.parse(text)
        except InvalidIdentifier:
            self._object(rule, element, found=text)
            return None

    def _check_scheme(self, element: etree._Element, given: str, expected: str) -> None:
        if given != expected:
            self._object(EnvelopeRule.SCHEME, element, found=given, expected=expected)

    def _scopes(self) -> dict[str, list[etree._Element]]:
        """The scopes by their Type; those we do not know are others' business."""
        scopes: dict[str, list[etree._Element]] = {}
        for scope in self.header.findall(f"{sbdh('BusinessScope')}/{sbdh('Scope')}"):
            scopes.setdefault(text_of(scope.find(sbdh("Type"))), []).append(scope)
        return scopes

    def _value(
        self, scopes: dict[str, list[etree._Element]], name: str, rule: EnvelopeRule
    ) -> etree._Element | None:
        """The value of a scope that is there once with one value; what is given otherwise is objected to."""
        given = scopes.get(name, [])
        values = [value for scope in given for value in scope.findall(sbdh("InstanceIdentifier"))]
        if len(given) == 1 and len(values) == 1 and text_of(values[0]):
            return values[0]
        if given:
            found = " | ".join(filter(None, map(text_of, values)))
            self._object(rule, given[-1], found=found)
        return None

    def _needed(
        self, scopes: dict[str, list[etree._Element]], name: str, scheme: str, rule: EnvelopeRule
    ) -> str:
        value = self._value(scopes, name, rule)
        if name not in scopes:
            self._object(rule, self.header)
        if value is None:
            return ""
        # The scheme came later than the scope: older senders leave it out.
        given = text_of(scopes[name][0].find(sbdh("Identifier")))
        if given:
            self._check_scheme(scopes[name][0], given, scheme)
        return text_of(value)

    def _country(self, scopes: dict[str, list[etree._Element]]) -> str:
        value = self._value(scopes, "COUNTRY_C1", EnvelopeRule.COUNTRY)
        if "COUNTRY_C1" not in scopes:
            self._object(EnvelopeRule.COUNTRY, self.header)
        code = text_of(value)
        if value is not None and code not in ISO3166:
            self._object(EnvelopeRule.COUNTRY, value, found=code)
            return ""
        return code

    def _mls_to(self, scopes: dict[str, list[etree._Element]]) -> ParticipantId | None:
        value = self._value(scopes, "MLS_TO", EnvelopeRule.MLS_TO)
        if value is None:
            return None
        provider = self._address(value, EnvelopeRule.MLS_TO)
        if provider is not None and provider.scheme != SERVICE_PROVIDER:
            self._object(EnvelopeRule.MLS_TO, value, found=str(provider))
            return None
        return provider

    def _mls_type(self, scopes: dict[str, list[etree._Element]]) -> str:
        value = self._value(scopes, "MLS_TYPE", EnvelopeRule.MLS_TYPE)
        text = text_of(value)
        if value is not None and text not in MLS_TYPES:
            self._object(EnvelopeRule.MLS_TYPE, value, found=text)
            return ""
        return text

    def _instance(self, identification: etree._Element) -> str:
        found = identification.findall(sbdh("InstanceIdentifier"))
        text = text_of(found[0]) if len(found) == 1 else ""
        if not is_uuid(text):
            self._object(
                EnvelopeRule.INSTANCE, identification, found=" | ".join(filter(None, map(text_of, found)))
            )
        return text

    def _created(self, identification: etree._Element) -> datetime | None:
        found = identification.findall(sbdh("CreationDateAndTime"))
        text = text_of(found[0]) if len(found) == 1 else ""
        moment = _moment(text)
        if moment is None:
            at = found[0] if len(found) == 1 else identification
            self._object(EnvelopeRule.CREATED, at, found=" | ".join(filter(None, map(text_of, found))))
            return None
        if moment.tzinfo is None:
            self._object(EnvelopeRule.ZONE, found[0], found=text)
            return moment.replace(tzinfo=UTC)
        return moment


def _moment(text: str) -> datetime | None:
    """The moment written as in xs:dateTime, finer than a microsecond cut off; None where it is none."""
    form = _MOMENT.fullmatch(text)
    if form is None:
        return None
    seconds, fraction, zone = form.groups()
    try:
        moment = datetime.fromisoformat(f"{seconds}.{(fraction or '0')[:6]:0<6}{zone or ''}")
        # A moment at the edge of the calendar may have no name in UTC.
        return moment.astimezone(UTC) if zone else moment
    except (ValueError, OverflowError):
        return None
