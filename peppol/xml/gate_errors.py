"""Why the gate stays shut: the rule ids, the limits and the refusal itself.

A refusal is one exception, `GateRefused`, with one `Finding` in it, so that a
document turned away at the gate and a document that broke a rule are told to
people in the same way. The sentences stand in `peppol.explanations.explain`.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final, NoReturn

from peppol.findings import Finding, Severity

#: So many characters a text may have that is no attached file. libxml2's own protection ends there too.
TEXT_MAX: Final = 10_000_000
#: So many bytes an envelope may add to the largest document.
ENVELOPE_MAX: Final = 100_000


class GateRule(StrEnum):
    """Every reason for which the gate stays shut; the values are the rule ids of the findings."""

    EMPTY = "GATE-EMPTY"
    SIZE = "GATE-SIZE"
    NOT_XML = "GATE-NOT-XML"
    ENCODING = "GATE-ENCODING"
    VERSION = "GATE-VERSION"
    DOCTYPE = "GATE-DOCTYPE"
    ENTITY = "GATE-ENTITY"
    MALFORMED = "GATE-XML"
    TRUNCATED = "GATE-TRUNCATED"
    CHARACTER = "GATE-CHARACTER"
    TEXT = "GATE-TEXT"
    DEPTH = "GATE-DEPTH"
    ELEMENTS = "GATE-ELEMENTS"
    ATTRIBUTES = "GATE-ATTRIBUTES"
    DECLARATIONS = "GATE-DECLARATIONS"
    NAME = "GATE-NAME"
    PREFIX = "GATE-PREFIX"
    NAMESPACE = "GATE-NAMESPACE"
    KIND = "GATE-KIND"
    IDENTIFIER = "GATE-IDENTIFIER"
    NUMBER = "GATE-NUMBER"
    DATE = "GATE-DATE"
    ATTACHMENT_TYPE = "GATE-ATTACHMENT-TYPE"
    ATTACHMENT_BASE64 = "GATE-ATTACHMENT-BASE64"
    ATTACHMENT_CONTENT = "GATE-ATTACHMENT-CONTENT"
    ATTACHMENT_NAME = "GATE-ATTACHMENT-NAME"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much one document may hold; a larger one is refused before it costs memory.

    `bytes_max` in bytes, `name_max` in characters, the rest in pieces. The defaults let through an
    invoice of 10,000 lines with attachments and keep the memory of one document below
    about 200 MB. `bytes_max` is the one limit of size: a document may be one file and little else.
    """

    bytes_max: int = 20_000_000
    depth_max: int = 100
    elements_max: int = 500_000
    attributes_max: int = 500_000
    attributes_per_element_max: int = 50
    declarations_per_element_max: int = 50
    name_max: int = 200


LIMITS: Final = Limits()
MESSAGE_LIMITS: Final = Limits(bytes_max=LIMITS.bytes_max + ENVELOPE_MAX)
"""What a message may hold: the largest document and its envelope."""
KEPT_MAX: Final = 100_000_000
"""So many bytes of a message are fetched and kept whole, so that what the gate refuses for its size can be answered."""


class GateRefused(Exception):
    """The bytes, or a value in them, may not come in; `finding` says why, and `explain` tells it to people."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding)
        self.finding = finding

    def __str__(self) -> str:
        at = self.finding.location or (f"line {self.finding.line}" if self.finding.line else "")
        return f"{self.finding.rule} at {at}" if at else self.finding.rule


def refuse(
    rule: GateRule,
    *,
    location: str = "",
    line: int = 0,
    found: str = "",
    expected: str = "",
    detail: str = "",
) -> NoReturn:
    """Raise `GateRefused` with a fatal finding made of these parts; `found` is cut to 80 characters."""
    shown = found if len(found) <= 80 else found[:77] + "..."
    raise GateRefused(Finding(rule.value, Severity.FATAL, location, line, shown, expected, detail))
