"""Month end and ledger: what is accrued, what suppliers have not billed, what was credited, and the SIE files."""

from typing import Any

from fastapi import Request, Response

from accounts.identity import Permission, Person
from bookkeeping import booking, closing_checklist, voucher_store
from bookkeeping.accrual import accrual_queries
from finance_desk.pages.paying_parts import (
    READERS,
    article_words,
    day_of,
    download,
    month_asked,
    parsed_day,
    parsed_month,
    people,
    supplier_names,
)
from foundation.spreadsheets import CSV_TYPE, csv_bytes
from foundation.text import CountedText, Text
from invoicing.payment import export_store
from invoicing.payment.export_store import FileKind
from invoicing.reconciliation import unbilled_queries
from operations.payment_settings import ledger_of
from orders.register import store as register_store
from web.access import instant_of, settings_of, signed_in
from web.guards.form_fields import text_of
from web.pages import Page, database_of, pages_router, render, see_other, today_of

router = pages_router()
_P = Permission


@router.get("/finance/reconciliation/month-end")
def month_end(request: Request, person: Person = signed_in(*READERS)) -> Response:
    """A month's accrual line by line before it is booked, what is not billed, and what was billed and credited."""
    today = today_of(request)
    month = month_asked(request)
    closing_text = request.query_params.get("closing", "")
    closing = parsed_day(closing_text) if closing_text else today
    with database_of(request).reading() as session:
        register = register_store.load(session)
        left = accrual_queries.left(session, month, closing=closing)
        count, not_billed_amount = unbilled_queries.not_billed_total(session, until=month)
        credited = unbilled_queries.billed_and_credited(session, month)
        page = Page.of(request, count)
        rows_page = Page.of(request, len(left), name="rows")
        credited_page = Page.of(request, len(credited), name="credited")
        context: dict[str, Any] = {
            "rows": accrual_queries.described(session, rows_page.rows(left)),
            "rows_page": rows_page,
            "total": accrual_queries.total(session, left),
            "not_billed": unbilled_queries.not_billed(
                session, until=month, limit=page.size, offset=page.offset
            ),
            "not_billed_amount": not_billed_amount,
            "credited": credited_page.rows(credited),
            "credited_page": credited_page,
            "is_booked": voucher_store.is_accrued(session, month),
            "is_closed": closing_checklist.is_closed(session, month),
            "files": export_store.newest(session, FileKind.SIE_ACCRUALS, FileKind.SIE, FileKind.LEDGER_CSV),
            "suppliers": supplier_names(register),
            "people": people(session, register),
            "wait": register.policy.days_to_wait_for_invoice,
        }
    return render(
        request,
        person,
        "pay/month_end.html",
        month_asked=month,
        closing=closing,
        today=today,
        page=page,
        articles=article_words(register),
        may=person.may(_P.FINANCE),
        may_accrue=booking.may_accrue(month, closing=closing, today=today),
        **context,
    )


@router.post("/finance/reconciliation/month-end")
def book_accrual(request: Request, person: Person = signed_in(_P.FINANCE)) -> Response:
    """The accrual and its taking back become vouchers in a SIE file, once."""
    month = parsed_month(text_of(request, "month"))
    with database_of(request).writing() as session:
        run = booking.book_accrual(
            session,
            register_store.load(session),
            ledger_of(settings_of(request)),
            month,
            closing=day_of(request, "closing", default=today_of(request)),
            today=today_of(request),
            by=person.id,
            now=instant_of(request),
            shown=text_of(request, "shown", longest=64),
        )
    said = Text(
        "Upplupet för %(month)s är bokfört med verifikation %(voucher_number)s och återförs "
        "med %(reversal_number)s. Ladda ner SIE-filen nedan.",
        month=month,
        voucher_number=run.vouchers[0].number,
        reversal_number=run.vouchers[1].number,
    )
    return see_other(f"/finance/reconciliation/month-end?month={month}", said)


@router.post("/finance/reconciliation/ledger")
def book(request: Request, person: Person = signed_in(_P.FINANCE)) -> Response:
    """What has happened since the last time becomes vouchers in a SIE file."""
    with database_of(request).writing() as session:
        run = booking.book(
            session,
            register_store.load(session),
            ledger_of(settings_of(request)),
            today=today_of(request),
            by=person.id,
            now=instant_of(request),
            shown=text_of(request, "shown", longest=64),
        )
    said = CountedText(
        "%(count)s verifikation är skriven. Ladda ner SIE-filen nedan.",
        "%(count)s verifikationer är skrivna. Ladda ner SIE-filen nedan.",
        count=len(run.vouchers),
    )
    return see_other("/finance/reconciliation/month-end", said)


@router.get("/finance/reconciliation/accrual.csv")
def accrual_csv(request: Request, person: Person = signed_in(*READERS)) -> Response:
    """Every line that would be accrued now, or on the closing day that is given."""
    month = month_asked(request)
    closing_text = request.query_params.get("closing", "")
    closing = parsed_day(closing_text) if closing_text else today_of(request)
    names = ("order_number", "line_id", "execution_reference", "supplier", "article", "service")
    more = ("unit_id", "delivery_area", "contract", "month", "why")
    with database_of(request).reading() as session:
        rows = [
            (
                *(getattr(each, name) for name in names),
                *(str(getattr(each, name)) for name in more),
                each.amount.amount,
                each.amount.currency,
            )
            for each in accrual_queries.lines(session, month, closing=closing)
        ]
    body = csv_bytes((*names, *more, "amount", "currency"), rows)
    return download(body, name=f"upplupet-{month}.csv", media_type=CSV_TYPE)


@router.get("/finance/reconciliation/not-billed.csv")
def not_billed_csv(request: Request, person: Person = signed_in(*READERS)) -> Response:
    """What suppliers have not billed yet, all of it."""
    month, today = month_asked(request), today_of(request)
    header = (
        "order",
        "line",
        "execution_reference",
        "supplier",
        "article",
        "month",
        "amount",
        "currency",
        "received_on",
        "days",
    )
    with database_of(request).reading() as session:
        rows = [
            (
                each.order_number,
                each.line_id,
                each.execution_reference,
                each.supplier,
                each.article,
                str(each.month),
                each.amount.amount,
                each.amount.currency,
                each.received_on,
                each.days_since(today),
            )
            for each in unbilled_queries.not_billed(session, until=month, limit=1_000_000)
        ]
    return download(csv_bytes(header, rows), name=f"ej-fakturerat-{month}.csv", media_type=CSV_TYPE)
