"""What can be wrong with an envelope: the rule ids, how grave each is, and the finding itself.

Fatal is what leaves us without a sender, a receiver, a kind or a document, and a message
that is addressed to somebody else: it is kept aside with its reason. Everything else is
a warning. That a message's sender is not the seller is legal (service providers,
factoring), so it stops nothing, but it is never silent: a person looks.

Values: Peppol Business Message Envelope (SBDH) 2.0.2. The sentences for people stand in
`peppol.explanations.explain` under the same ids.
"""

from enum import StrEnum
from typing import Final

from lxml import etree

from peppol.findings import Finding, Severity
from peppol.xml.gate_tree import location_of, visible


class EnvelopeRule(StrEnum):
    """Every reason to object to an envelope; the values are the rule ids of the findings."""

    # What lies in the envelope.
    HEADER = "ENV-HEADER"
    NO_PAYLOAD = "ENV-NO-PAYLOAD"
    PAYLOADS = "ENV-PAYLOADS"
    NESTED = "ENV-NESTED"
    STRAY = "ENV-STRAY"
    # What is written on it.
    VERSION = "ENV-VERSION"
    SENDER_COUNT = "ENV-SENDER-COUNT"
    RECEIVER_COUNT = "ENV-RECEIVER-COUNT"
    ADDRESS = "ENV-ADDRESS"
    SCHEME = "ENV-SCHEME"
    IDENTIFICATION = "ENV-IDENTIFICATION"
    FIELD = "ENV-FIELD"
    INSTANCE = "ENV-INSTANCE"
    CREATED = "ENV-CREATED"
    ZONE = "ENV-ZONE"
    DOCUMENT_ID = "ENV-DOCUMENTID"
    PROCESS_ID = "ENV-PROCESSID"
    COUNTRY = "ENV-COUNTRY"
    MLS_TO = "ENV-MLS-TO"
    MLS_TYPE = "ENV-MLS-TYPE"
    UNUSED = "ENV-UNUSED"
    # What is written on it against what lies in it, and against us and today.
    NOT_OURS = "ENV-NOT-OURS"
    SENDER = "ENV-SENDER"
    RECEIVER = "ENV-RECEIVER"
    DOCUMENT_TYPE = "ENV-DOCUMENT-TYPE"
    CUSTOMIZATION = "ENV-CUSTOMIZATION"
    STANDARD = "ENV-STANDARD"
    TYPE = "ENV-TYPE"
    TYPE_VERSION = "ENV-TYPE-VERSION"
    PROCESS = "ENV-PROCESS"
    FUTURE = "ENV-FUTURE"
    PAST = "ENV-PAST"

    @property
    def severity(self) -> Severity:
        """Fatal where the message cannot be taken in; it lies in quarantine then, never lost."""
        return Severity.FATAL if self in _FATAL else Severity.WARNING


_FATAL: Final = frozenset(
    {
        EnvelopeRule.HEADER,
        EnvelopeRule.NO_PAYLOAD,
        EnvelopeRule.PAYLOADS,
        EnvelopeRule.NESTED,
        EnvelopeRule.STRAY,
        EnvelopeRule.SENDER_COUNT,
        EnvelopeRule.RECEIVER_COUNT,
        EnvelopeRule.ADDRESS,
        EnvelopeRule.IDENTIFICATION,
        EnvelopeRule.CREATED,
        EnvelopeRule.DOCUMENT_ID,
        EnvelopeRule.PROCESS_ID,
        EnvelopeRule.NOT_OURS,
        EnvelopeRule.DOCUMENT_TYPE,
    }
)


def finding(
    rule: EnvelopeRule, *, location: str, line: int = 0, found: str = "", expected: str = ""
) -> Finding:
    """The finding of a rule; values from outside are cut to 120 characters and written visibly."""
    shown = visible(found if len(found) <= 120 else found[:117] + "...")
    return Finding(rule.value, rule.severity, location, line, shown, expected)


def finding_at(
    rule: EnvelopeRule, element: etree._Element, *, found: str = "", expected: str = ""
) -> Finding:
    """The same, at an element of the envelope."""
    return finding(
        rule, location=location_of(element), line=element.sourceline or 0, found=found, expected=expected
    )
