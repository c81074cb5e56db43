"""Which kind of file the bank has sent, and what it tells: camt.053, camt.054, pain.002 or a table in CSV."""

import re
from typing import Final

from foundation.errors import Refused
from foundation.text import NO_TEXT, Text, WrittenText
from foundation.written.fitted import quoted
from invoicing.payment.bank_files import camt, csv_table, pain002
from invoicing.payment.bank_files.told import BankReport
from peppol.explanations.explain import explained
from peppol.validation import apart
from peppol.xml import iso20022
from peppol.xml.gate_bytes import kind_of_file
from peppol.xml.gate_errors import GateRefused, GateRule
from peppol.xml.literals import UnreadableDocument

CSV_MESSAGE = "csv"
_KNOWN: Final = re.compile(r"(camt\.053|camt\.054|pain\.002)\.001\.\d{2}")
_OTHERS: Final = {
    "camt.052": Text(
        "Filen är en rapport under dagen (camt.052): i den kan allt ännu ändras. Be banken om camt.053 eller camt.054."
    ),
    "pain.001": Text(
        "Filen är ett betalningsuppdrag (pain.001), det som ni skickar till banken. Välj bankens svar."
    ),
    "camt.029": Text(
        "Filen är bankens svar på en återkallelse (camt.029). Notera svaret på betalningen för hand."
    ),
}


_WORKBOOK: Final = Text("Excel eller ZIP")


class BankFileUnreadable(Refused):
    """The file is no answer of the bank's that we read; nothing was changed."""


def read_file(body: bytes) -> BankReport:
    """What the bytes tell; read in a process apart.

    Raises BankFileUnreadable, which says what to ask the bank for, WorkEnded, WorkFailed, NoneFree.
    """
    told = apart.checked(_read_or_refused, body)
    if isinstance(told, Text):
        raise BankFileUnreadable(told)
    return told


def _read_or_refused(body: bytes) -> BankReport | Text:
    """What the file tells, or the sentence it is refused with: no exception finds its way between processes."""
    try:
        return _read(body)
    except BankFileUnreadable as refused:
        return refused.text


def _read(body: bytes) -> BankReport:
    if not body.strip():
        raise BankFileUnreadable(Text("Bankfilen är tom. Be banken om den på nytt."))
    if (kind := kind_of_file(body)) is not None:
        raise BankFileUnreadable(
            Text(
                "Filen är i formatet %(kind)s och inget svar från banken. Be banken om kontoutdraget som camt.053, "
                "aviseringen som camt.054 eller statusrapporten som pain.002.",
                kind=_WORKBOOK if kind == "ZIP" else WrittenText(kind),
            )
        )
    if not body.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        try:
            return BankReport(CSV_MESSAGE, csv_table.entries(body))
        except csv_table.TableUnreadable as refused:
            raise BankFileUnreadable(refused.text) from None
    try:
        return _from_xml(body)
    except GateRefused as refused:
        raise BankFileUnreadable(_refusal(refused)) from None
    except UnreadableDocument as refused:
        raise BankFileUnreadable(
            Text(
                "Bankfilens rad %(line)s går inte att läsa. %(why)s Ingenting är ändrat. Be banken om filen på nytt.",
                line=refused.line,
                why=refused.text,
            )
        ) from None


def _from_xml(body: bytes) -> BankReport:
    message, document = iso20022.opened(body.lstrip(b" \t\r\n"))
    if not _KNOWN.fullmatch(message):
        raise BankFileUnreadable(_OTHERS.get(message[:8], NO_TEXT) or _not_read(message))
    if message.startswith("pain"):
        original, statuses = pain002.statuses(document)
        return BankReport(message, statuses=statuses, original=original)
    return BankReport(message, camt.entries(document, message))


def _not_read(found: str) -> Text:
    return Text(
        "Filen är inget svar från banken som läses här (%(found)s). Be banken om kontoutdraget som camt.053, "
        "aviseringen som camt.054 eller statusrapporten som pain.002.",
        found=quoted(found, 60),
    )


def _refusal(refused: GateRefused) -> Text:
    if refused.finding.rule == GateRule.KIND:
        return _not_read(refused.finding.found)
    return Text(
        "Bankfilen går inte att läsa. %(why)s Ingenting är ändrat. Be banken om filen på nytt.",
        why=explained(refused.finding),
    )
