"""What our answers to a document are called (UNCL4343): the same words on every page, in exports and for commands.

Convention: what breaks a rule is refused (avvisad) and may come again under its number; what was read and judged is
rejected (underkänd, RE) and is credited. Decision 64 tells why the two have a word each.
"""

from collections.abc import Mapping
from typing import Final

from foundation.text import Text, WrittenText
from invoicing.responses.response_documents import (
    APPROVED,
    CONDITIONALLY,
    IN_PROCESS,
    PAID,
    RECEIVED,
    REJECTED,
    UNDER_QUERY,
)

ANSWER_WORDS: Final[Mapping[str, Text]] = {
    RECEIVED: Text("Mottagen", context="answer"),
    IN_PROCESS: Text("Under behandling", context="answer"),
    UNDER_QUERY: Text("Under utredning", context="answer"),
    CONDITIONALLY: Text("Godkänd med anmärkning", context="answer"),
    REJECTED: Text("Underkänd", context="answer"),
    APPROVED: Text("Godkänd", context="answer"),
    PAID: Text("Betald", context="answer"),
}


def answer_name(code: str) -> Text:
    """What an answer is called; the code itself where it is none of ours, and nothing where there is none."""
    return ANSWER_WORDS.get(code, WrittenText(code))
