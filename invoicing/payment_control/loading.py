"""Taking in control data: from a file a person gives, or as a source sends it; the same bytes twice change nothing."""

from collections.abc import Sequence
from datetime import datetime

from foundation import journal
from foundation.sql import Session
from foundation.text import Text
from foundation.written import kept_words
from invoicing.journal_actions import InvoicingSubject, PaymentAction
from invoicing.payment_control import control_data, control_data_store
from invoicing.payment_control.control_data import ControlDataUnreadable, Told
from invoicing.payment_control.control_data_store import DataLoad
from orders.register.register import Register
from peppol.validation import apart

BYTES_MAX = 20_000_000
_SOURCE_MAX = 120


def take_in(
    session: Session, register: Register, body: bytes, *, source: str, by: str, now: datetime
) -> tuple[DataLoad, bool]:
    """Read control data in; the load, and whether these very bytes were read in before.

    Rows about others than the register's suppliers are kept with the file and counted, and lead to nothing. Raises
    ControlDataUnreadable where the file is none, or nobody says where it comes from, and what `apart.checked` raises.
    """
    asked = Text("Skriv varifrån kontrollunderlaget kommer.")
    source = kept_words.kept(source, ControlDataUnreadable, asked=asked, longest=_SOURCE_MAX)
    if len(body) > BYTES_MAX:
        raise ControlDataUnreadable(Text("Kontrollunderlaget är större än 20 MB. Dela filen."))
    before = control_data_store.load_of(session, body)
    if before is not None:
        return before, True
    rows = apart.checked(_read_or_refused, body, now)
    if isinstance(rows, Text):
        raise ControlDataUnreadable(rows)
    ours = {each.organisation_number for each in register.suppliers}
    told = [each for each in rows if each.supplier in ours]
    made = control_data_store.add(session, body, told, rows=len(rows), source=source, by=by, at=now)
    journal.record(
        session,
        by,
        PaymentAction.CONTROL_DATA_LOADED,
        InvoicingSubject.CONTROL_DATA.of(made.id),
        rows=str(made.rows),
        taken=str(made.taken),
    )
    return made, False


def _read_or_refused(body: bytes, now: datetime) -> Sequence[Told] | Text:
    """The rows, or the sentence they are refused with: no exception finds its way between processes."""
    try:
        return control_data.read(body, now=now)
    except ControlDataUnreadable as refused:
        return refused.text
