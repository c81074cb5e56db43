"""From a supplier's Peppol document to what finance judges.

`read` takes the bytes as they came: gate, schema and rules first, then the typed document,
then the `Invoice` of `model.py`. What cannot be read is a `Reading` with its findings, never
an exception. Everything about the document's shape stays in this folder.
"""

import pickle
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Final

from foundation.apart.confined import NoneFree, WorkEnded, WorkFailed
from foundation.errors import Refused, place_of
from foundation.money import Money, Quantity
from foundation.text import NO_TEXT, CountedText, JoinedText, Language, Text
from invoicing import type_codes
from invoicing.documents.mentions import mentions_in
from invoicing.model import (
    AccountGiven,
    CreditedReference,
    DocumentType,
    InvoiceContent,
    InvoicedLine,
    PayeeGiven,
    PeriodGiven,
    VatSubtotal,
)
from invoicing.responses.model import PeerAnswer
from invoicing.responses.reading import ANSWERS, read_answer
from orders.register.register import Register
from peppol.documents import billing, shapes
from peppol.envelope import checks, opening, sender
from peppol.envelope.sender import Sender
from peppol.exchange.identify import sender_of
from peppol.explanations.explain import explain, explained
from peppol.explanations.text_files import FindingActor
from peppol.findings import Finding, RuleCount, count_fatal, counted
from peppol.identifiers import DocumentKind, ParticipantId
from peppol.validation import apart, personal_data, quick_search, validation
from peppol.validation.personal_data import NONE_FOUND, FoundNumbers
from peppol.xml import codec, literals

_ORGANISATION = "0007"
_GIRO = {"SE:BANKGIRO": "BANKGIRO", "SE:PLUSGIRO": "PLUSGIRO"}
# Means of payment that name the kind of account (UNCL4461).
_GIRO_CODES = {"50": "PLUSGIRO", "56": "BANKGIRO"}
_INVOICED_OBJECT = "130"
# What people write between the digits of an organisation number, and the century before those of a company.
_SIGNS: Final = re.compile(r"[\s-]")
_NUMBER: Final = re.compile(r"(?:16)?([0-9]{10})", re.ASCII)
_ONE = Decimal(1)
NOWHERE = Sender()
UNREADABLE: Final = "UNREADABLE"
"""The reason of a document that obeys every rule and that our reading failed on: the fault is ours."""
#: So many characters a document's number and its sender's address may have; the rules set no limit.
IDENTIFIER_MAX: Final = 120


@dataclass(frozen=True, slots=True)
class Reading:
    """What came of reading a message: an invoice, or the reason why there is none.

    `findings` are the warnings of a document that was read, and everything found where it was not;
    `reason` and its text are empty for an invoice, unless its envelope was not quite right.
    `origin` says whom an answer about the message itself would go to. `answer` is what a peer answers
    about a document of ours; there is no invoice then. `counts` has every rule broken, also where not all is told,
    and `personal_numbers` what looks like such in the message. `traceparent` ties what becomes of it to its reading.
    """

    kind: DocumentKind | None
    invoice: InvoiceContent | None
    findings: tuple[Finding, ...]
    reason: str = ""
    reason_text: Text = NO_TEXT
    origin: Sender = NOWHERE
    answer: PeerAnswer | None = None
    counts: tuple[RuleCount, ...] = ()
    personal_numbers: FoundNumbers = NONE_FOUND
    traceparent: str = ""


@dataclass(frozen=True, slots=True)
class KnownAddresses:
    """What reading a message asks of the register: our own address, and which senders may stand for each other.

    `organisations` are the numbers of ten digits that are no person's, though they may look like one.
    """

    ours: ParticipantId
    pairs: frozenset[tuple[str, str]]
    organisations: frozenset[str] = frozenset()


def addresses_of(register: Register) -> KnownAddresses:
    """The addresses that are known to the register: those of one supplier stand for each other."""
    return KnownAddresses(
        ParticipantId.parse(register.buyer.participant_id),
        frozenset(
            (one, other) for each in register.suppliers for one in each.endpoints for other in each.endpoints
        ),
        register.organisation_numbers,
    )


def read_message(body: bytes, *, on: date, known: KnownAddresses) -> Reading:
    """Read the document of a message to us, in its envelope or bare, that came on the day `on`.

    A message for somebody else, or in an envelope that cannot be read, is refused. What the envelope
    merely says otherwise than the document is told in the reason of a document that is read all the
    same, unless the two senders are registered addresses of one supplier. Whatever it is, it is searched for personal
    identity numbers.
    """
    reading = _read_opened(body, on=on, known=known)
    if (reading.invoice is not None or reading.answer is not None) and quick_search.is_clear(body):
        return reading
    return replace(reading, personal_numbers=_personal_numbers(body, on, known.organisations))


def _read_opened(body: bytes, *, on: date, known: KnownAddresses) -> Reading:
    opened = opening.unwrap(body)
    objections = opened.findings
    if opened.envelope is not None:
        objections += checks.check(opened, ours=known.ours, on=on, pairs=known.pairs)
    if any(each.fatal for each in objections):
        kind = validation.kind_of(opened.root) if opened.root is not None else None
        report = validation.refused(kind, objections, opened.root)
        reading = replace(_refused(report), counts=report.counts)
    else:
        reading = read(opened.payload, on=on)
        reading = _remarked(reading, objections) if objections else reading
    if opened.envelope is not None:
        reading = replace(reading, origin=reading.origin.enveloped(opened.envelope))
    if reading.invoice is None and not (reading.origin.sender or reading.origin.author):
        # Only what was refused by its schema or rules says already whom it is from.
        reading = replace(reading, origin=sender_of(body)[1])
    return reading


UNSEARCHED: Final = FoundNumbers(written=frozenset({""}))
"""What stands for the personal numbers of a message that costs more to search than it may: taken as if it had one."""


def personal_numbers_of(body: bytes, register: Register, *, on: date) -> FoundNumbers:
    """What looks like personal identity numbers in a message, but for those the register has for an organisation."""
    try:
        return apart.checked(_personal_numbers, body, on, register.organisation_numbers)
    except (WorkEnded, WorkFailed, NoneFree):
        return UNSEARCHED


def _personal_numbers(body: bytes, on: date, organisations: frozenset[str]) -> FoundNumbers:
    return personal_data.find(body, on=on).without(organisations)


class Apart:
    """Reading what others sent, each document in a process apart and within its allowance (decision 66).

    Raises WorkEnded where a document takes more, WorkFailed where our reading fails, NoneFree.
    """

    def __init__(self, register: Register) -> None:
        # Packed once: the other side keeps what it unpacked for as long as it is sent the same.
        self._known = pickle.dumps(addresses_of(register))

    def read_message(self, body: bytes, *, on: date) -> Reading:
        """As `read_message` above."""
        return apart.checked(_read_message, body, on, self._known)

    def read_together(self, bodies: Sequence[bytes], days: Sequence[date]) -> list["Reading | str"]:
        """As `read_message`, of some that came on these days, by one piece of work: quicker than asking for each.

        In place of a reading stands where our reading of that one failed. What ends the work ends it for all of them.
        """
        return apart.checked_together(_read_each, bodies, days, self._known)


def read_apart(body: bytes, *, on: date) -> Reading:
    """As `read`, in a process apart. Raises WorkEnded, WorkFailed, NoneFree."""
    return apart.checked(_read_on, body, on)


def _read_message(body: bytes, on: date, known: bytes) -> Reading:
    return read_message(body, on=on, known=_unpacked(known))


def _read_each(bodies: Sequence[bytes], days: Sequence[date], known: bytes) -> list[Reading | str]:
    read: list[Reading | str] = []
    for body, on in zip(bodies, days, strict=True):
        try:
            read.append(_read_message(body, on, known))
        except MemoryError:
            raise
        except Exception as error:
            read.append(f"{type(error).__name__} {place_of(error)}")
    return read


def _read_on(body: bytes, on: date) -> Reading:
    return read(body, on=on)


@lru_cache(maxsize=4)
def _unpacked(known: bytes) -> KnownAddresses:
    unpacked: KnownAddresses = pickle.loads(known)  # noqa: S301 - packed by ourselves
    return unpacked


def _remarked(reading: Reading, remarks: tuple[Finding, ...]) -> Reading:
    """The reading with what is odd about its envelope, that for the buyer to look at first."""
    findings, counts = (*remarks, *reading.findings), (*counted(remarks), *reading.counts)
    if reading.reason:
        return replace(reading, findings=findings, counts=counts)
    ordered = sorted(remarks, key=lambda each: explain(each).actor is not FindingActor.BUYER)
    told = JoinedText(" ", (explained(each) for each in ordered))
    return replace(reading, findings=findings, counts=counts, reason=ordered[0].rule, reason_text=told)


def read(body: bytes, *, on: date) -> Reading:
    """Read an invoice or credit note by the rules in force on the day of its receipt."""
    report = validation.validate(body, on=on)
    return replace(_read(report), counts=report.counts)


def _read(report: validation.ValidationResult) -> Reading:
    if not report.valid:
        return _refused(report)
    if report.kind in ANSWERS:
        return _read_answer(report)
    document_class = _CLASSES.get(report.kind) if report.kind else None
    if document_class is None or report.root is None:
        return Reading(
            report.kind,
            None,
            report.findings,
            "NOT_FOR_US",
            Text("Dokument av slaget %(kind)s tas inte emot här. Det är inte mottaget.", kind=report.kind),
        )
    try:
        document = codec.parse(document_class, report.root)
        invoice = read_invoice(document)
        _check_lengths(invoice.number, invoice.endpoint)
        return Reading(report.kind, invoice, report.findings)
    except literals.UnreadableDocument as unreadable:
        return Reading(report.kind, None, report.findings, UNREADABLE, unreadable.text)
    except Refused as refusal:
        return Reading(report.kind, None, report.findings, UNREADABLE, refusal.text)


def _read_answer(report: validation.ValidationResult) -> Reading:
    assert report.kind is not None and report.root is not None  # noqa: S101, PT018 - it is valid
    try:
        answer = read_answer(codec.parse(ANSWERS[report.kind], report.root))
        _check_lengths(answer.number, answer.sender)
    except literals.UnreadableDocument as unreadable:
        return Reading(report.kind, None, report.findings, UNREADABLE, unreadable.text)
    except Refused as refusal:
        return Reading(report.kind, None, report.findings, UNREADABLE, refusal.text)
    return Reading(report.kind, None, report.findings, answer=answer)


def _check_lengths(number: str, sender: str) -> None:
    """Refuse what is known by more than the books can tell apart: a longer one cut would be another's."""
    for what, given in ((Text("Numret"), number), (Text("Avsändarens adress"), sender)):
        if len(given) > IDENTIFIER_MAX:
            raise Refused(
                Text(
                    "%(what)s är längre än %(most)s tecken, mer än våra böcker kan hålla. Gör det kortare och skicka "
                    "dokumentet igen.",
                    what=what,
                    most=IDENTIFIER_MAX,
                )
            )


def read_invoice(document: billing.Invoice | billing.CreditNote) -> InvoiceContent:
    """What the document says. A negative invoice becomes a credit note with its signs turned."""
    currency = document.document_currency_code
    totals = document.legal_monetary_total
    supplier = document.accounting_supplier_party.party
    customer = document.accounting_customer_party.party
    invoice = InvoiceContent(
        document_type=DocumentType.INVOICE
        if document.kind is DocumentKind.INVOICE
        else DocumentType.CREDIT_NOTE,
        type_code=document.type_code,
        number=document.id,
        issued_on=document.issue_date,
        due_on=document.due_date,
        currency=currency,
        supplier=_organisation_number(supplier),
        supplier_name=supplier.party_legal_entity.registration_name,
        endpoint=_endpoint(supplier),
        buyer=_organisation_number(customer),
        order_number=document.order_reference.id if document.order_reference else "",
        contract=document.contract_document_reference.id if document.contract_document_reference else "",
        references=_references(document),
        period=_period(document.invoice_period),
        credits=tuple(
            CreditedReference(
                reference.invoice_document_reference.id, reference.invoice_document_reference.issue_date
            )
            for reference in document.billing_references
        ),
        lines=tuple(_line(line, currency) for line in document.lines),
        adjustments=_adjustments(document.allowance_charges, currency),
        vat=_vat(document.tax_totals, currency),
        amount_net=money_of(totals.tax_exclusive_amount, currency),
        amount_vat=_vat_total(document.tax_totals, currency),
        amount_gross=money_of(totals.tax_inclusive_amount, currency),
        amount_prepaid=money_of(totals.prepaid_amount, currency),
        amount_rounding=money_of(totals.payable_rounding_amount, currency),
        amount_payable=money_of(totals.payable_amount, currency),
        accounts=_accounts(document.payment_means),
        payment_reference=next((each.payment_id for each in document.payment_means if each.payment_id), ""),
        payment_means=tuple(dict.fromkeys(each.payment_means_code.value for each in document.payment_means)),
        payee=_payee(document.payee_party),
        note=document.note or "",
        mentions=mentions_in(document),
    )
    if invoice.document_type is DocumentType.INVOICE and invoice.amount_net.amount < 0:
        return turned(invoice)
    return invoice


def turned(invoice: InvoiceContent) -> InvoiceContent:
    """A negative invoice as the credit note it is: every amount and quantity with its sign turned."""
    return replace(
        invoice,
        document_type=DocumentType.CREDIT_NOTE,
        lines=tuple(
            replace(
                line,
                quantity=Quantity(-line.quantity.value, line.quantity.unit),
                amount=-line.amount,
                adjustments=-line.adjustments,
            )
            for line in invoice.lines
        ),
        adjustments=-invoice.adjustments,
        vat=tuple(
            replace(subtotal, taxable=-subtotal.taxable, tax=-subtotal.tax) for subtotal in invoice.vat
        ),
        amount_net=-invoice.amount_net,
        amount_vat=-invoice.amount_vat,
        amount_gross=-invoice.amount_gross,
        amount_prepaid=-invoice.amount_prepaid,
        amount_rounding=-invoice.amount_rounding,
        amount_payable=-invoice.amount_payable,
    )


_CLASSES: dict[DocumentKind, type[billing.Invoice] | type[billing.CreditNote]] = {
    DocumentKind.INVOICE: billing.Invoice,
    DocumentKind.CREDIT_NOTE: billing.CreditNote,
}


@dataclass(frozen=True, slots=True, init=False)
class _LocatedFinding(Text):
    """A finding in words, with its place written as a path too."""

    finding: Finding

    def __init__(self, finding: Finding, /) -> None:
        Text.__init__(self, finding.rule)
        object.__setattr__(self, "finding", finding)

    def in_language(self, language: Language) -> str:
        """What is wrong, where, and what to do, as whoever reads this language reads it."""
        told = explain(self.finding, language)
        where = f" ({self.finding.location})" if self.finding.location else ""
        return f"{told.message}{where} {told.remedy}".strip()


def _refused(report: validation.ValidationResult) -> Reading:
    """The reading of an invalid document: the first fatal finding in words, and how many more there are."""
    first, more = report.fatal[0], count_fatal(report.counts) - 1
    others = CountedText("Ytterligare %(count)s fel.", "Ytterligare %(count)s fel.", count=more)
    origin = sender.of_document(report.root, report.kind)
    # The rule says only which codes there are; who bills for us by agreement elsewhere is told why not here.
    unwanted = type_codes.refusal_of(origin.type_code)
    told = JoinedText(" ", (_LocatedFinding(first), others if more else NO_TEXT, unwanted))
    return Reading(report.kind, None, report.findings, first.rule, told, origin)


def _organisation_number(party: billing.BillingParty) -> str:
    """The legal entity's organisation number: from its registration, VAT number, identification or endpoint."""
    entity = party.party_legal_entity.company_id
    if entity is not None and (number := _plain_number(entity.value)):
        return number
    for scheme in party.party_tax_schemes:
        given = _SIGNS.sub("", scheme.company_id or "")
        if given.startswith("SE") and given.endswith("01") and (number := _plain_number(given[2:-2])):
            return number
    for identification in party.party_identifications:
        if identification.id.scheme_id == _ORGANISATION:
            return identification.id.value
    return party.endpoint_id.value if party.endpoint_id.scheme_id == _ORGANISATION else ""


def _plain_number(text: str) -> str:
    """An organisation number as ten digits, however it is written (202100-2114, 16202100-2114); empty where none is."""
    written = _NUMBER.fullmatch(_SIGNS.sub("", text))
    return written[1] if written is not None else ""


def _endpoint(party: billing.BillingParty) -> str:
    return f"{party.endpoint_id.scheme_id}:{party.endpoint_id.value}"


def _references(document: billing.Invoice | billing.CreditNote) -> tuple[str, ...]:
    """Where suppliers repeat an execution reference, the likeliest place first."""
    project = document.project_reference if isinstance(document, billing.Invoice) else None
    given = (
        document.buyer_reference,
        document.accounting_cost,
        *(
            reference.id.value
            for reference in document.additional_document_references
            if reference.document_type_code == _INVOICED_OBJECT
        ),
        project.id if project else None,
    )
    return tuple(text for text in given if text)


def _line(line: billing.InvoiceLine | billing.CreditNoteLine, currency: str) -> InvoicedLine:
    base = line.price.base_quantity
    category = line.item.classified_tax_category
    return InvoicedLine(
        id=line.id,
        order_line=line.order_line_reference.line_id if line.order_line_reference else "",
        quantity=Quantity(line.quantity.value, line.quantity.unit_code),
        price=line.price.price_amount.value,
        base_quantity=base.value if base is not None else _ONE,
        amount=money_of(line.line_extension_amount, currency),
        adjustments=_adjustments(line.allowance_charges, currency),
        period=_period(line.invoice_period),
        vat_category=category.id,
        vat_percent=category.percent,
        name=line.item.name,
        order_number=_order_of_line(line),
        note=line.note or "",
    )


def _order_of_line(line: billing.InvoiceLine | billing.CreditNoteLine) -> str:
    """The order a line names for itself (BT-188), where it does."""
    reference = line.order_line_reference
    return reference.order_reference.id if reference and reference.order_reference else ""


def _adjustments(given: tuple[shapes.AllowanceCharge, ...], currency: str) -> Money:
    """Charges less allowances."""
    signed = (each.amount.value if each.charge_indicator else -each.amount.value for each in given)
    return Money(sum(signed, Decimal("0.00")), currency)


def _vat(totals: tuple[shapes.TaxTotal, ...], currency: str) -> tuple[VatSubtotal, ...]:
    return tuple(
        VatSubtotal(
            subtotal.tax_category.id,
            subtotal.tax_category.percent,
            money_of(subtotal.taxable_amount, currency),
            money_of(subtotal.tax_amount, currency),
        )
        for total in totals
        for subtotal in total.tax_subtotals
    )


def _vat_total(totals: tuple[shapes.TaxTotal, ...], currency: str) -> Money:
    """BT-110: the total in the document's currency; the other, if any, is only for the tax authority."""
    own = [total.tax_amount for total in totals if total.tax_amount.currency_id == currency]
    return money_of(own[0] if own else None, currency)


def _accounts(means: tuple[billing.PaymentMeans, ...]) -> tuple[AccountGiven, ...]:
    accounts = []
    for each in means:
        account = each.payee_financial_account
        if account is not None:
            branch = account.financial_institution_branch
            named = _GIRO.get(branch.id.strip().upper(), "") if branch else ""
            scheme = named or _GIRO_CODES.get(each.payment_means_code.value, "")
            looks_like_iban = account.id[:2].isalpha() and account.id[2:4].isdigit()
            accounts.append(AccountGiven(scheme or ("IBAN" if looks_like_iban else ""), account.id))
    return tuple(accounts)


def _payee(party: billing.PayeeParty | None) -> PayeeGiven | None:
    if party is None:
        return None
    entity = party.party_legal_entity
    return PayeeGiven(
        name=party.party_name.name,
        identifiers=tuple(each.id.value for each in party.party_identifications),
        company=entity.company_id.value if entity is not None else "",
    )


def _period(period: shapes.Period | None) -> PeriodGiven | None:
    return None if period is None else PeriodGiven(period.start_date, period.end_date)


def money_of(amount: shapes.Amount | None, currency: str) -> Money:
    """What a document says of an amount; nothing said is nothing."""
    return Money(amount.value if amount is not None else Decimal("0.00"), currency)
