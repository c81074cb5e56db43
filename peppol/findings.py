"""What a check has to say about a document.

A finding is a value: the official rule id, how grave it is, where it stands and
which value was found. Words for people are made from it by `texts`, so that the
same finding reads in Swedish and in English.
"""

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How grave a finding is, as published: a fatal one makes the document invalid."""

    FATAL = "fatal"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Finding:
    """One broken rule at one place.

    `rule` is the official id (BR-CO-15, PEPPOL-T01-R008), "XSD" for the schema
    or GATE-... for the gate. `location` is an XPath with the usual prefixes and
    positions, such as /Invoice/cac:InvoiceLine[2]/cbc:ID; `line` counts from 1
    in the bytes as received and is 0 where it is not known.
    """

    rule: str
    severity: Severity
    location: str
    line: int = 0
    found: str = ""
    expected: str = ""
    detail: str = ""

    @property
    def fatal(self) -> bool:
        """Whether the document is invalid because of this finding."""
        return self.severity is Severity.FATAL
