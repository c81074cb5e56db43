"""The page where months are closed and opened: the checklist of one month, and the step left for a second person."""

from typing import Any

from fastapi import Request, Response

from accounts.identity import Permission, Person
from bookkeeping import closing_checklist, month_closing, month_closing_store
from bookkeeping.month_closing import ClosingStep
from bookkeeping.month_closing_store import NoClosing
from finance_desk.pages.paying_parts import READERS, month_asked, parsed_month, people
from foundation.errors import NotThere
from foundation.text import Text
from operations.background import asking
from operations.payment_settings import ledger_of
from orders.register import store as register_store
from web.access import instant_of, settings_of, signed_in
from web.guards.form_fields import text_of
from web.pages import database_of, pages_router, render, see_other, today_of

_P = Permission
router = pages_router()

_SAID = {
    ClosingStep.CLOSE: Text("Månaden är stängd. Inget mer bokförs i den."),
    ClosingStep.REFUSE: Text("Förslaget är borttaget. Månaden är öppen som förut."),
    ClosingStep.ASK_REOPEN: Text("Begärt. En annan person öppnar månaden; till dess är den stängd."),
    ClosingStep.REOPEN: Text("Månaden är öppen igen."),
    ClosingStep.KEEP: Text("Månaden är kvar som stängd."),
}


@router.get("/finance/reconciliation/months")
def months(request: Request, person: Person = signed_in(*READERS)) -> Response:
    """A month's checklist, how it stands, and every closing there has been."""
    today = today_of(request)
    month = month_asked(request)
    with database_of(request).reading() as session:
        register = register_store.load(session)
        standing = month_closing_store.standing(session, month)
        rows = closing_checklist.checklist(session, ledger_of(settings_of(request)), month, today=today)
        context: dict[str, Any] = {
            "standing": standing,
            "is_closed": closing_checklist.is_closed(session, month),
            "rows": rows,
            "closings": month_closing_store.listed(session),
            "people": people(session, register),
        }
    return render(
        request,
        person,
        "pay/months.html",
        month_asked=month,
        may_close=not any(row.stops for row in rows),
        all_done=not any(row.is_open for row in rows),
        may_ask=person.may(_P.FINANCE),
        may_step=person.may(_P.FINANCE, _P.ATTEST),
        me=person.id,
        **context,
    )


@router.post("/finance/reconciliation/months")
def ask(request: Request, person: Person = signed_in(_P.FINANCE)) -> Response:
    """A month is proposed closed; a second person closes it."""
    month = parsed_month(text_of(request, "month"))
    with database_of(request).writing() as session:
        month_closing.ask(
            session,
            ledger_of(settings_of(request)),
            month,
            reason=text_of(request, "reason"),
            by=person.id,
            today=today_of(request),
            now=instant_of(request),
        )
    said = Text("Månaden %(month)s är föreslagen. En annan person stänger den.", month=month)
    return see_other(f"/finance/reconciliation/months?month={month}", said)


@router.post("/finance/reconciliation/months/{month}/{what}")
def step(
    request: Request, month: str, what: ClosingStep, person: Person = signed_in(_P.FINANCE, _P.ATTEST)
) -> Response:
    """The next step of a month, by whoever may take it."""
    wanted = parsed_month(month)
    with database_of(request).writing() as session:
        try:
            if what is ClosingStep.CLOSE and asking.is_large_month(session, wanted):
                task = asking.to_close(
                    session,
                    wanted,
                    day=today_of(request),
                    by=person.id,
                    at=instant_of(request),
                    permission=_P.FINANCE if person.may(_P.FINANCE) else _P.ATTEST,
                )
                return see_other(f"/finance/payments/tasks/{task}")
            month_closing.step(
                session,
                ledger_of(settings_of(request)),
                wanted,
                what,
                reason=text_of(request, "reason"),
                by=person.id,
                today=today_of(request),
                now=instant_of(request),
            )
        except NoClosing:
            raise NotThere from None
    return see_other(f"/finance/reconciliation/months?month={wanted}", _SAID[what])
