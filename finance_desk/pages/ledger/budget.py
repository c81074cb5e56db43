"""The pages of commitments and of the forecast, and their files."""

from collections.abc import Callable, Mapping
from datetime import date
from urllib.parse import urlencode

from fastapi import Request, Response

from accounts.identity import Person
from bookkeeping.budget import drawing_up
from bookkeeping.budget.budget_keys import FINEST, BudgetKey
from bookkeeping.budget.forecast_rules import NAMES, ForecastRules
from bookkeeping.voucher_making import Coders
from finance_desk import budget_words
from finance_desk.budget_files import COMMITTED, FORESEEN, commitment_sheet, forecast_sheet
from finance_desk.charts import forecast_chart
from finance_desk.pages.paying_parts import READERS, FormRefused, download, parsed_day
from foundation.errors import NotThere
from foundation.text import Text
from operations.payment_settings import ledger_of
from orders.register import store as register_store
from web import i18n
from web.access import settings_of, signed_in
from web.pages import Page, database_of, language_of, pages_router, render, today_of

router = pages_router()
_SIZE = 50
_AHEADS = (6, 12, 24)
_ASSUMED: Mapping[str, Text] = {
    "delivered": Text("Andel av beställda dagar, procent"),
    "planned": Text("Andel av planerade resultat, procent"),
    "next_stage": Text("Andel som följs av nästa resultat, procent"),
}


@router.get("/finance/reconciliation/commitments")
def commitments(request: Request, person: Person = signed_in(*READERS)) -> Response:
    """What orders had come to by a day: what will not come, is invoiced, is received, and is outstanding."""
    by, as_of, today = _by(request), _day(request), today_of(request)
    with database_of(request).reading() as session:
        register = register_store.load(session)
        coders = Coders.of(session, ledger_of(settings_of(request)))
        drawn = drawing_up.commitments(
            session, coders, register.buyer.currency, by=(by,), as_of=as_of, today=today
        )
    page = Page.of(request, len(drawn.rows), size=_SIZE)
    return render(
        request,
        person,
        "pay/commitments.html",
        by=by,
        keys=list(BudgetKey),
        as_of=as_of,
        drawn=drawn,
        rows=page.rows(drawn.rows),
        page=page,
        amounts=COMMITTED,
        plain=lambda amount: i18n.plain_amount(amount, language_of(request, person)),
        value_words=_words(budget_words.names(register, coders), by),
        query=_query(request),
    )


@router.get("/finance/reconciliation/commitments.{form}")
def commitments_file(request: Request, form: str, person: Person = signed_in(*READERS)) -> Response:
    """The same by appropriation, delivery area and unit, as CSV or XLSX."""
    as_of = _day(request)
    with database_of(request).reading() as session:
        drawn = drawing_up.commitments(
            session,
            Coders.of(session, ledger_of(settings_of(request))),
            register_store.currency(session),
            by=FINEST,
            as_of=as_of,
            today=today_of(request),
        )
    made = commitment_sheet(drawn).file(form)
    if made is None:
        raise NotThere
    return download(made[0], name=f"ataganden-{as_of}.{form}", media_type=made[1])


@router.get("/finance/reconciliation/forecast")
def forecast(request: Request, person: Person = signed_in(*READERS)) -> Response:
    """What the last months came to, and what the next ones will if what is ordered and planned comes true."""
    by, today = _by(request), today_of(request)
    with database_of(request).reading() as session:
        register = register_store.load(session)
        coders = Coders.of(session, ledger_of(settings_of(request)))
        rules = _rules(request, drawing_up.rules_of(coders))
        drawn = drawing_up.forecast(
            session, coders, register, by=(by,), rules=rules, today=today, ahead=_ahead(request)
        )
    language = language_of(request, person)
    page = Page.of(request, len(drawn.rows), size=_SIZE)
    return render(
        request,
        person,
        "pay/forecast.html",
        by=by,
        keys=list(BudgetKey),
        drawn=drawn,
        rows=page.rows(drawn.rows),
        page=page,
        amounts=FORESEEN,
        ahead=_ahead(request),
        aheads=_AHEADS,
        assumed=[(name, words, getattr(rules, name)) for name, words in _ASSUMED.items()],
        picture=forecast_chart.months_picture(drawn.months, language),
        plain=lambda amount: i18n.plain_amount(amount, language),
        value_words=_words(budget_words.names(register, coders), by),
        today=today,
        query=_query(request),
    )


@router.get("/finance/reconciliation/forecast.{form}")
def forecast_file(request: Request, form: str, person: Person = signed_in(*READERS)) -> Response:
    """The same month by month by appropriation, delivery area and unit, as CSV or XLSX."""
    today = today_of(request)
    with database_of(request).reading() as session:
        coders = Coders.of(session, ledger_of(settings_of(request)))
        drawn = drawing_up.forecast(
            session,
            coders,
            register_store.load(session),
            by=FINEST,
            rules=_rules(request, drawing_up.rules_of(coders)),
            today=today,
            ahead=_ahead(request),
        )
    made = forecast_sheet(drawn).file(form)
    if made is None:
        raise NotThere
    return download(made[0], name=f"prognos-{today}.{form}", media_type=made[1])


def _by(request: Request) -> BudgetKey:
    asked = request.query_params.get("by", "")
    return BudgetKey(asked) if asked in set(BudgetKey) else BudgetKey.APPROPRIATION


def _day(request: Request) -> date:
    """The day asked for, and no later than today: nothing is known of tomorrow. Raises FormRefused."""
    asked, today = request.query_params.get("as_of", "").strip(), today_of(request)
    return min(parsed_day(asked), today) if asked else today


def _ahead(request: Request) -> int:
    asked = request.query_params.get("ahead", "")
    return next((each for each in _AHEADS if str(each) == asked), drawing_up.MONTHS_AHEAD)


def _rules(request: Request, rules: ForecastRules) -> ForecastRules:
    """What is assumed, with what the address says instead. Raises FormRefused."""
    given = {name: asked for name in NAMES if (asked := request.query_params.get(name, "").strip())}
    if not all(asked.isascii() and asked.isdecimal() and int(asked) <= 100 for asked in given.values()):
        raise FormRefused(Text("Skriv andelarna som hela procent, från 0 till 100."))
    return rules.with_values({name: int(asked) for name, asked in given.items()})


def _words(named: budget_words.Named, by: BudgetKey) -> Callable[[str], Text]:
    return lambda value: budget_words.value_words(named, by, value)


def _query(request: Request) -> str:
    """What the address asks for, to ask the same of the files."""
    kept = [(name, value) for name, value in request.query_params.multi_items() if name != "page" and value]
    return urlencode(kept)
