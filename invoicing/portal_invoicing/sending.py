"""Sending from the portal: one press makes the documents, ten minutes later they leave, until then they can be undone.

A press is one transaction and its key, which stood in the rendered form, is kept for ever: the same
form sent twice does nothing the second time. Each row of it stands for itself; one that is refused
does not stop the others. Transactions of one supplier take turns at its number series, which is
always the first thing taken, before the lines of any order: so nobody waits in a circle.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import partial

from sqlalchemy.exc import IntegrityError

from foundation import journal
from foundation.errors import NotThere, Refused
from foundation.periods import stockholm_date
from foundation.sql import Session
from foundation.text import NO_TEXT, Text
from invoicing.documents import store as document_store
from invoicing.journal_actions import SupplierAction
from invoicing.matching.order_slices import orders_named
from invoicing.model import DocumentType, InvoiceContent, SupplierInvoice
from invoicing.portal_invoicing import drafts, numbering, portal_document_store, scope_queries
from invoicing.portal_invoicing import queries as portal_queries
from invoicing.portal_invoicing.drafts import Draft
from invoicing.portal_invoicing.flipping import AS_RECEIVED, Numbered, Stated
from invoicing.portal_invoicing.numbering import OwnNumber
from invoicing.portal_invoicing.portal_document_store import DocumentOrigin, Made, NewMade, PressRow
from invoicing.portal_invoicing.scope import SupplierActor
from orders.purchase_orders import line_store
from orders.register.register import Register
from peppol.exchange import outbox

UNDO = timedelta(minutes=10)
ROWS_MAX = 200
_KEY_LENGTHS = range(16, 65)

LineToInvoice = tuple[str, str]


class PressRefused(Refused):
    """The form cannot be used: its key is none of ours, or it has too many rows."""


@dataclass(frozen=True, slots=True)
class Press:
    """Who pressed which form when."""

    actor: SupplierActor
    key: str
    now: datetime

    @property
    def today(self) -> date:
        """The day that stands on the documents."""
        return stockholm_date(self.now)


def check_count(lines: Sequence[LineToInvoice]) -> None:
    """Raise PressRefused where no line is chosen, or more than one press takes."""
    if not lines or len(lines) > ROWS_MAX:
        raise PressRefused(Text("Välj minst en och högst %(most)s orderrader.", most=ROWS_MAX))


def send_lines(
    session: Session, register: Register, press: Press, lines: Sequence[LineToInvoice]
) -> list[PressRow]:
    """Make the invoice of each line; what was done before under the same key is only told again."""
    wanted = sorted(set(lines))
    check_count(wanted)
    return _press(session, press, DocumentOrigin.FLIP, _of_lines(session, register, press, wanted))


def begin_many(session: Session, press: Press) -> bool:
    """Take the key of a form of more lines than one press does at once; False where it was sent before.

    The lines follow with `send_portion`. Raises PressRefused.
    """
    return _begin(session, press, DocumentOrigin.FLIP)


def send_portion(
    session: Session, register: Register, press: Press, lines: Sequence[LineToInvoice], *, after: int
) -> None:
    """Make the invoices of the next lines of a press that has begun; `after` of its lines are done."""
    _rows(session, press, _of_lines(session, register, press, lines), after=after)


def _of_lines(
    session: Session, register: Register, press: Press, lines: Sequence[LineToInvoice]
) -> list[tuple[LineToInvoice, Callable[[], int]]]:
    return [(line, partial(_line, session, register, press, line)) for line in lines]


def send_line(
    session: Session,
    register: Register,
    press: Press,
    line: LineToInvoice,
    *,
    stated: Stated = AS_RECEIVED,
    number: str = "",
) -> PressRow:
    """Make the invoice of one line for what is stated of it, under the supplier's own number where one is given."""

    def work() -> int:
        return _line(session, register, press, line, stated=stated, number=number)

    (row,) = _press(session, press, DocumentOrigin.FLIP, [(line, work)])
    return row


def send_credit(
    session: Session,
    register: Register,
    press: Press,
    invoice_id: int,
    *,
    new_invoice: bool = False,
    only_expected: bool = False,
    quantities: Mapping[str, Decimal] | None = None,
    number: str = "",
) -> list[PressRow]:
    """Credit all that is left of the invoice and, with `new_invoice`, invoice its line anew: both or neither.

    With `only_expected` what the buyer expects credit of, where it has accepted the rest; with `quantities` so much of
    these lines. `number` is the supplier's own for the credit note; without it the next of its series.
    """

    def work() -> int:
        invoice = portal_queries.find(session, press.actor, invoice_id)
        if invoice is None:
            raise NotThere
        return _credit(
            session,
            register,
            press,
            invoice,
            new_invoice=new_invoice,
            only_expected=only_expected,
            quantities=quantities,
            number=number,
        )

    return _press(session, press, DocumentOrigin.CREDIT, [(("", ""), work)])


def send_file(
    session: Session, press: Press, content: InvoiceContent, body: bytes, *, digest: str
) -> list[PressRow]:
    """Send a document made elsewhere, its bytes as they came."""

    def work() -> int:
        kept = _keep(
            session,
            press,
            NewMade(
                supplier=press.actor.supplier,
                kind=DocumentOrigin.UPLOAD,
                press_key=press.key,
                document_type=content.document_type,
                number=content.number,
                own=None,
                issued_on=content.issued_on,
                amount_net=content.amount_net,
                amount_payable=content.amount_payable,
                body=body,
                sha256=digest,
                release_at=press.now + UNDO,
                order_number=content.order_number,
                other_orders=_other_orders(content),
                credits=content.credits[0].number if len(content.credits) == 1 else "",
            ),
        )
        return kept.bundle

    return _press(session, press, DocumentOrigin.UPLOAD, [((content.order_number, ""), work)])


def was_pressed(session: Session, press: Press) -> bool:
    """Whether this form was sent before by the same supplier."""
    return portal_document_store.press_is_of(session, press.key, press.actor.supplier)


# One press -------------------------------------------------------------------------------------------


def _press(
    session: Session,
    press: Press,
    kind: DocumentOrigin,
    works: Sequence[tuple[LineToInvoice, Callable[[], int]]],
) -> list[PressRow]:
    """Do each row's work once, and tell what came of it; a work gives the bundle it made."""
    if _begin(session, press, kind):
        _rows(session, press, works)
    return portal_document_store.press_rows(session, press.actor, press.key)


def _begin(session: Session, press: Press, kind: DocumentOrigin) -> bool:
    """Take the form's key; False where the supplier has sent that form before. Raises PressRefused."""
    key, actor = press.key, press.actor
    if len(key) not in _KEY_LENGTHS or not key.isalnum():
        raise _stale()
    if portal_document_store.begin_press(
        session, key, supplier=actor.supplier, kind=kind, by=actor.by, now=press.now
    ):
        return True
    if not portal_document_store.press_is_of(session, key, actor.supplier):
        raise _stale()
    return False


def _rows(
    session: Session,
    press: Press,
    works: Sequence[tuple[LineToInvoice, Callable[[], int]]],
    *,
    after: int = 0,
) -> None:
    """Do each row's work and note what came of it; `after` rows of the press are done."""
    numbering.take_turns_at(session, press.actor.supplier)
    portal_document_store.settle_read(session)
    for place, ((order_number, line_id), work) in enumerate(works, after + 1):
        bundle: int | None = None
        reason: Text = NO_TEXT
        try:
            with journal.attempt(session):
                bundle = work()
        except NotThere:
            # A line that is not theirs is not even named.
            order_number, line_id, reason = "", "", _NOT_THERE
        except Refused as refusal:
            reason = refusal.text
        except IntegrityError:
            reason = _OVERTAKEN
        portal_document_store.add_row(
            session,
            press.key,
            place,
            order_number=order_number,
            line_id=line_id,
            bundle=bundle,
            reason=reason,
        )


_NOT_THERE = Text("Raden finns inte.")
_OVERTAKEN = Text("Någon annan skickade samma sak i samma stund. Ladda om sidan och se vad som hände.")


def _stale() -> PressRefused:
    return PressRefused(Text("Formuläret är för gammalt. Ladda om sidan och försök igen."))


def _line(
    session: Session,
    register: Register,
    press: Press,
    line: LineToInvoice,
    *,
    stated: Stated = AS_RECEIVED,
    number: str = "",
) -> int:
    order_number, line_id = line
    # Nobody holds up the lines of an order that is not theirs to see.
    if not scope_queries.is_seen(session, order_number, press.actor.of_orders()):
        raise NotThere
    line_store.lock_lines(session, order_number)
    check_free(session, order_number, line_id)
    own, given = _numbered(session, press, DocumentType.INVOICE, number)
    proposal = drafts.invoice_of_line(
        session,
        register,
        press.actor,
        order_number,
        line_id,
        given=given,
        stated=stated,
        lock=True,
    )
    drafts.check_sendable(proposal)
    return _keep(session, press, _new(press, DocumentOrigin.FLIP, proposal, own)).bundle


def _numbered(
    session: Session, press: Press, document_type: DocumentType, number: str
) -> tuple[OwnNumber | None, Numbered]:
    """The number of a document: the supplier's own where it gives one, or else the next of its series here.

    Raises NumberTaken.
    """
    supplier = press.actor.supplier
    if number:
        drafts.check_number(session, supplier, document_type, number)
        return None, Numbered(number, press.today)
    own = numbering.take(session, supplier, press.today)
    return own, Numbered(str(own), press.today)


def check_free(session: Session, order_number: str, line_id: str) -> None:
    """Raise CannotBeSent where an invoice of the line is on its way already."""
    pending = portal_document_store.pending_on(session, order_number, line_id)
    if pending is not None:
        raise drafts.CannotBeSent(
            Text(
                "Orderrad %(order_number)s/%(line_id)s har redan faktura %(invoice_number)s på väg. "
                "Vill ni ändra den: ångra den innan den går.",
                order_number=order_number,
                line_id=line_id,
                invoice_number=pending.number,
            ),
        )


def credit_on_its_way(number: str) -> Text:
    """Why an invoice is not credited twice."""
    return Text("En kreditfaktura på %(invoice_number)s är redan på väg.", invoice_number=number)


def check_whole(*, new_invoice: bool, is_part: bool) -> None:
    """Raise CannotBeSent where a line would be invoiced anew of which only a part is credited: it is not free then."""
    if new_invoice and is_part:
        raise drafts.CannotBeSent(
            Text(
                "En ny faktura görs bara när allt som är kvar av den gamla krediteras. Skicka bara kreditfakturan."
            )
        )


def line_anew(session: Session, register: Register, actor: SupplierActor, invoice: SupplierInvoice) -> str:
    """The order line that is invoiced anew when the invoice is credited. Raises CannotBeSent where there is none."""
    line_id = drafts.line_to_correct(session, register, actor, invoice)
    if not line_id:
        raise drafts.CannotBeSent(
            Text("Orderraden kan inte faktureras på nytt. Skicka bara kreditfakturan."),
        )
    return line_id


def _credit(
    session: Session,
    register: Register,
    press: Press,
    invoice: SupplierInvoice,
    *,
    new_invoice: bool,
    only_expected: bool,
    quantities: Mapping[str, Decimal] | None,
    number: str,
) -> int:
    actor = press.actor
    check_whole(new_invoice=new_invoice, is_part=only_expected or quantities is not None)
    line_store.lock_orders(session, document_store.orders_of(session, invoice))
    invoice = document_store.lock(session, invoice.id)
    if portal_document_store.pending_credit(session, actor.supplier, invoice.number) is not None:
        raise drafts.CannotBeSent(credit_on_its_way(invoice.number))
    own, given = _numbered(session, press, DocumentType.CREDIT_NOTE, number)
    proposal = drafts.credit_of(
        session,
        register,
        actor,
        invoice,
        given=given,
        only_expected=only_expected,
        quantities=quantities,
        lock=True,
    )
    drafts.check_sendable(proposal)
    first = _keep(session, press, _new(press, DocumentOrigin.CREDIT, proposal, own))
    if new_invoice:
        line_id = line_anew(session, register, actor, invoice)
        check_free(session, invoice.order_number, line_id)
        own, given = _numbered(session, press, DocumentType.INVOICE, "")
        proposal = drafts.invoice_of_line(
            session,
            register,
            actor,
            invoice.order_number,
            line_id,
            given=given,
            credited_first=True,
            lock=True,
        )
        drafts.check_sendable(proposal)
        _keep(session, press, _new(press, DocumentOrigin.CORRECTION, proposal, own, bundle=first.bundle))
    return first.bundle


def _new(
    press: Press, kind: DocumentOrigin, proposal: Draft, own: OwnNumber | None, *, bundle: int | None = None
) -> NewMade:
    content = proposal.content
    return NewMade(
        supplier=press.actor.supplier,
        kind=kind,
        press_key=press.key,
        document_type=content.document_type,
        number=content.number,
        own=own,
        issued_on=content.issued_on,
        amount_net=content.amount_net,
        amount_payable=content.amount_payable,
        body=proposal.body,
        sha256=outbox.sha256_of(proposal.body),
        release_at=press.now + UNDO,
        order_number=content.order_number,
        other_orders=_other_orders(content),
        line_id=proposal.line_id,
        credits=proposal.credits,
        bundle=bundle,
    )


def _other_orders(content: InvoiceContent) -> tuple[str, ...]:
    """The orders its lines name besides its own: whoever may not see them may not see it."""
    return tuple(each for each in orders_named(content) if each != content.order_number)


def _keep(session: Session, press: Press, new: NewMade) -> Made:
    made = portal_document_store.add(session, new)
    portal_document_store.record(session, made, SupplierAction.PORTAL_MADE, by=press.actor.by, kind=made.kind)
    return made
