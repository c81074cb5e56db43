"""What a booking will write, shown before it is confirmed: how many vouchers of what, and their sums."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from fastapi import Request, Response

from accounts.identity import Permission, Person
from bookkeeping import booking
from bookkeeping.vouchers import Voucher, VoucherKind
from finance_desk.pages.paying_parts import at, month_asked, parsed_day
from foundation.money import Money
from foundation.text import Text
from operations.payment_settings import ledger_of
from orders.register import store as register_store
from web.access import settings_of, signed_in
from web.pages import Page, database_of, pages_router, render, today_of

router = pages_router()
_FINANCE: Final = Permission.FINANCE

KIND_WORDS: Final[Mapping[VoucherKind, Text]] = {
    VoucherKind.ARRIVAL: Text("Fakturor som kommit"),
    VoucherKind.INVOICE: Text("Godkända fakturor"),
    VoucherKind.CREDIT: Text("Krediter"),
    VoucherKind.PARTIAL_CREDIT: Text("Krediter av en del"),
    VoucherKind.PAYMENT: Text("Betalningar"),
    VoucherKind.PAYMENT_RETURNED: Text("Betalningar som kom tillbaka"),
    VoucherKind.GIVEN_BACK: Text("Återbetalt av leverantörer"),
    VoucherKind.CLAIM_REOPENED: Text("Fordringar som gäller igen"),
    VoucherKind.ACCRUAL: Text("Upplupna kostnader"),
    VoucherKind.ACCRUAL_BACK: Text("Återföring av upplupna kostnader"),
}
"""What the vouchers of a kind are about."""


@dataclass(frozen=True, slots=True)
class KindShown:
    """The vouchers of one kind: how many, what they come to in debit, and the days they are booked on."""

    words: Text
    count: int
    debit: Money
    first: date
    last: date


@router.get("/finance/reconciliation/ledger")
def ledger(request: Request, person: Person = signed_in(_FINANCE)) -> Response:
    """What the next file for the ledger would hold. Nothing is written."""
    with database_of(request).reading() as session:
        vouchers = booking.unbooked(session, ledger_of(settings_of(request)))
        currency = register_store.currency(session)
    return _shown(
        request,
        person,
        vouchers,
        currency,
        heading=Text("Skriv bokföringsfil"),
        action="/finance/reconciliation/ledger",
        fields={},
        back="/finance/reconciliation/month-end",
    )


@router.get("/finance/reconciliation/month-end/booking")
def accrual(request: Request, person: Person = signed_in(_FINANCE)) -> Response:
    """The accrual of a month and its taking back, as they would be booked. Nothing is written."""
    month, today = month_asked(request), today_of(request)
    written = request.query_params.get("closing", "")
    closing = at("closing", parsed_day, written) if written else today
    with database_of(request).reading() as session:
        vouchers = booking.unbooked_accrual(
            session, ledger_of(settings_of(request)), month, closing=closing, today=today
        )
        currency = register_store.currency(session)
    return _shown(
        request,
        person,
        vouchers,
        currency,
        heading=Text("Bokför upplupet"),
        action="/finance/reconciliation/month-end",
        fields={"month": str(month), "closing": closing.isoformat()},
        back=f"/finance/reconciliation/month-end?month={month}",
    )


def by_kind(vouchers: Sequence[Voucher], currency: str) -> list[KindShown]:
    """The vouchers counted and added up, each kind once, in the order of the kinds. Pure."""
    found = []
    for kind, words in KIND_WORDS.items():
        of_kind = [each for each in vouchers if each.kind is kind]
        if of_kind:
            days = [each.booked_on for each in of_kind]
            debit = Money(sum(map(debit_of, of_kind), Decimal("0.00")), currency)
            found.append(KindShown(words, len(of_kind), debit, min(days), max(days)))
    return found


def debit_of(voucher: Voucher) -> Decimal:
    """What a voucher comes to in debit, which is the same in credit. Pure."""
    return sum((row.amount for row in voucher.rows if row.amount > 0), Decimal("0.00"))


def _shown(
    request: Request,
    person: Person,
    vouchers: Sequence[Voucher],
    currency: str,
    *,
    heading: Text,
    action: str,
    fields: Mapping[str, str],
    back: str,
) -> Response:
    page = Page.of(request, len(vouchers))
    return render(
        request,
        person,
        "pay/booking_shown.html",
        heading=heading,
        action=action,
        fields=fields,
        back=back,
        kinds=by_kind(vouchers, currency),
        debit=Money(sum(map(debit_of, vouchers), Decimal("0.00")), currency),
        debit_of=lambda voucher: Money(debit_of(voucher), currency),
        vouchers=page.rows(vouchers),
        page=page,
        shown=booking.fingerprint(vouchers),
    )
