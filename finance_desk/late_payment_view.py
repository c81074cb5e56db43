"""Our reckoning beside a supplier's claim for late payment, for the page where a person accepts or disputes it."""

from dataclasses import dataclass
from datetime import date

from foundation.sql import Session
from foundation.text import Text
from invoicing.claims import late_payment_queries, rate_store
from invoicing.claims.interest import RateUnknown
from invoicing.claims.late_payment_check import LatePaymentCheck, check
from invoicing.model import InvoiceContent, SupplierInvoice


@dataclass(frozen=True, slots=True)
class LatePaymentView:
    """What we come to, or the sentence that says why nothing could be reckoned."""

    result: LatePaymentCheck | None
    sentence: Text


def reckoned(
    session: Session, invoice: SupplierInvoice, content: InvoiceContent, *, today: date
) -> LatePaymentView:
    """The claim beside what the books say of the invoices it names."""
    named = late_payment_queries.named_in(session, invoice.supplier, content)
    if not named:
        return LatePaymentView(
            None,
            Text(
                "Kravet nämner ingen faktura som vi känner igen, så vi kan inte räkna. Fråga leverantören vilken "
                "faktura det gäller."
            ),
        )
    try:
        result = check(invoice.amount_payable, named, rates=rate_store.in_force(session), today=today)
    except RateUnknown as unknown:
        return LatePaymentView(None, unknown.text)
    return LatePaymentView(result, result.words)
