"""The page of the VAT that may be requisitioned of a month, the vouchers behind each sum, and the files of them."""

from urllib.parse import urlencode

from fastapi import Request, Response

from accounts.identity import Person
from bookkeeping.vat_compensation import drawing_up, vat_queries
from bookkeeping.vat_compensation.basis import CompensationRow, standing
from bookkeeping.voucher_making import Coders
from finance_desk import budget_words
from finance_desk.pages.paying_parts import READERS, download, month_asked
from finance_desk.vat_files import vat_sheet
from foundation.errors import NotThere
from foundation.money import Money
from foundation.periods import Month
from operations.payment_settings import ledger_of
from orders.register import store as register_store
from web.access import settings_of, signed_in
from web.pages import Page, database_of, pages_router, render

router = pages_router()
_PATH = "/finance/reconciliation/vat-compensation"


@router.get(_PATH)
def vat_compensation(request: Request, person: Person = signed_in(*READERS)) -> Response:
    """What may be requisitioned of a month, of which appropriation and counterparty, and what is left out and why."""
    month = month_asked(request)
    accounts = ledger_of(settings_of(request))
    with database_of(request).reading() as session:
        coders = Coders.of(session, accounts)
        basis = drawing_up.draw_up(session, accounts, month)
    names = coders.rules.names if coders.rules else {}
    return render(
        request,
        person,
        "pay/vat_compensation.html",
        month_asked=month,
        basis=basis,
        appropriation_words=lambda value: budget_words.object_words(names.get("appropriation", {}), value),
        counterparty_words=lambda value: budget_words.object_words(names.get("counterparty", {}), value),
        behind=lambda row: _behind(month, row),
    )


@router.get(f"{_PATH}/vouchers")
def vouchers(request: Request, person: Person = signed_in(*READERS)) -> Response:
    """The vouchers of a month that have VAT; of one appropriation and counterparty where the address names them."""
    month = month_asked(request)
    query = request.query_params
    appropriation, counterparty = query.get("appropriation"), query.get("counterparty")
    with database_of(request).reading() as session:
        coders = Coders.of(session, ledger_of(settings_of(request)))
        currency = register_store.currency(session)
        wanted = {"appropriation": appropriation, "counterparty": counterparty}
        count, summed = vat_queries.count(session, coders, month, **wanted)
        page = Page.of(request, count)
        found = list(
            vat_queries.documents(session, coders, month, **wanted, limit=page.size, offset=page.offset)
        )
    left_out = drawing_up.rules_of(coders).left_out
    names = coders.rules.names if coders.rules else {}
    return render(
        request,
        person,
        "pay/vat_vouchers.html",
        month_asked=month,
        page=page,
        summed=Money(summed, currency),
        documents=[
            (
                each,
                Money(each.amount, currency),
                standing(each.account, is_refused=each.is_refused, left_out=left_out),
            )
            for each in found
        ],
        appropriation=appropriation,
        counterparty=counterparty,
        appropriation_words=lambda value: budget_words.object_words(names.get("appropriation", {}), value),
        counterparty_words=lambda value: budget_words.object_words(names.get("counterparty", {}), value),
    )


@router.get(f"{_PATH}.{{form}}")
def vat_file(request: Request, form: str, person: Person = signed_in(*READERS)) -> Response:
    """Every voucher of the month that has VAT, with whether it is requisitioned, as CSV or XLSX."""
    month = month_asked(request)
    with database_of(request).reading() as session:
        coders = Coders.of(session, ledger_of(settings_of(request)))
        made = vat_sheet(
            vat_queries.documents(session, coders, month),
            left_out=drawing_up.rules_of(coders).left_out,
            currency=register_store.currency(session),
        ).file(form)
    if made is None:
        raise NotThere
    return download(made[0], name=f"moms-att-rekvirera-{month}.{form}", media_type=made[1])


def _behind(month: Month, row: CompensationRow) -> str:
    """The address of the vouchers behind a row."""
    wanted = {"month": str(month), "appropriation": row.appropriation, "counterparty": row.counterparty}
    return f"{_PATH}/vouchers?{urlencode(wanted)}"
