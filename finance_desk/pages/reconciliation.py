"""Reconciliation: the statement by any key, as of any day, down to the documents and their XML; rates and ages."""

import json
from collections.abc import Sequence
from datetime import date
from typing import Any
from urllib.parse import urlencode

from fastapi import Request, Response

from accounts.identity import Person
from finance_desk import reconciliation_queries
from finance_desk.charts import money_charts
from finance_desk.pages.paying_parts import (
    READERS,
    article_choices,
    article_words,
    at,
    download,
    parsed_day,
    parsed_month,
    supplier_names,
)
from finance_desk.statement_files import AMOUNTS, amounts_of, statement_csv, statement_json, statement_xlsx
from finance_desk.words import cause_name
from foundation.errors import NotThere
from foundation.periods import Month
from foundation.text import Text
from invoicing.decisions import protected_store
from invoicing.exceptions import trend_queries
from invoicing.exceptions import trends as money_trends
from invoicing.payment import payment_stop_store
from invoicing.reconciliation import entry_queries
from invoicing.reconciliation.entry_source_queries import EntryFilter
from invoicing.reconciliation.open_items import open_items
from invoicing.reconciliation.statement import Statement, StatementEntry, StatementKey, reconcile
from orders.register import store as register_store
from peppol.exchange import inbox_store, outbox_store
from peppol.identifiers import DocumentKind
from web import i18n
from web.access import signed_in
from web.pages import Page, database_of, language_of, pages_router, render, today_of

router = pages_router()
_BY = {
    StatementKey.SUPPLIER: Text("Leverantör"),
    StatementKey.EXECUTION_REFERENCE: Text("Genomförandereferens"),
    StatementKey.MONTH: Text("Månad"),
    StatementKey.ARTICLE: Text("Artikel"),
    StatementKey.DELIVERY_AREA: Text("Leveransområde"),
    StatementKey.SERVICE: Text("Tjänst"),
}
# More order lines than this in what is asked for, and what is open is shown per supplier only: each line has some
# four entries, and a page answers within a second.
_LINES_MAX = 2_000
_MONTHS_BACK = 12
_SIZE = 25
# What in an address says which page of a list is shown.
_PLACES = ("page", "open")


@router.get("/finance/reconciliation")
def statement(request: Request, person: Person = signed_in(*READERS)) -> Response:
    """Ordered, received, invoiced, credited, approved, paid and open, with the documents that are open."""
    wanted, by = _asked(request)
    with database_of(request).reading() as session:
        register = register_store.load(session)
        few = wanted.execution_reference != "" or reconciliation_queries.has_few_lines(
            session, wanted, most=_LINES_MAX
        )
        # The same sums either way: of few entries, which are shown as well, or added up by the database.
        entries = list(entry_queries.entries(session, wanted=wanted)) if few else []
        drawn = (
            reconcile(entries, by=(by,), currency=register.buyer.currency)
            if few
            else entry_queries.statement(session, wanted, by=(by,))
        )
        items = open_items(entries)
        stops = payment_stop_store.holding(session)
        months = _months(reconciliation_queries.first_and_last_start(session))
    page = Page.of(request, len(drawn.rows), size=_SIZE)
    items_page = Page.of(request, len(items), name="open")
    return render(
        request,
        person,
        "pay/statement.html",
        wanted=wanted,
        by=by,
        by_words=_BY,
        statement=drawn,
        rows=page.rows(drawn.rows),
        page=page,
        amounts=AMOUNTS,
        amounts_of=amounts_of,
        plain=lambda amount: i18n.plain_amount(amount, language_of(request, person)),
        flow=money_charts.flow(drawn.total, language_of(request, person)),
        items=items_page.rows(items),
        items_page=items_page,
        stops=stops,
        few=few,
        months=months,
        suppliers=supplier_names(register),
        areas={each.id: each.name for each in register.areas},
        services={each.id: each.name.text for each in register.services},
        articles=article_words(register),
        choices=article_choices(register),
        query=urlencode(
            [(key, value) for key, value in request.query_params.multi_items() if key not in _PLACES]
        ),
        narrowed=_narrowed(request),
    )


@router.get("/finance/reconciliation/statement.{form}")
def statement_file(request: Request, form: str, person: Person = signed_in(*READERS)) -> Response:
    """The same statement as CSV, XLSX or JSON."""
    wanted, by = _asked(request)
    with database_of(request).reading() as session:
        drawn = entry_queries.statement(session, wanted, by=(by,))
    name = f"avstamning-{wanted.month or 'alla'}-{by}"
    match form:
        case "csv":
            body, media_type = statement_csv(drawn).encode("utf-8-sig"), "text/csv; charset=utf-8"
        case "xlsx":
            body = statement_xlsx(drawn)
            media_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
        case "json":
            body = json.dumps(statement_json(drawn), ensure_ascii=False, indent=2).encode()
            media_type = "application/json"
        case _:
            raise NotThere
    return download(body, name=f"{name}.{form}", media_type=media_type)


@router.get("/finance/reconciliation/case/{reference}")
def case(request: Request, reference: str, person: Person = signed_in(*READERS)) -> Response:
    """One execution reference: line by line, document by document, each a press away from its XML."""
    as_of = _day(request)
    with database_of(request).reading() as session:
        register = register_store.load(session)
        wanted = EntryFilter(execution_reference=reference, as_of=as_of)
        entries = list(entry_queries.entries(session, wanted=wanted))
        if not entries:
            raise NotThere
        drawn: Statement = reconcile(
            entries, by=(StatementKey.MONTH, StatementKey.ARTICLE), currency=register.buyer.currency
        )
        stops = payment_stop_store.holding(session)
    return render(
        request,
        person,
        "pay/case.html",
        reference=reference,
        as_of=as_of,
        statement=drawn,
        amounts=AMOUNTS,
        amounts_of=amounts_of,
        flow=money_charts.flow(drawn.total, language_of(request, person)),
        items=open_items(entries),
        stops=stops,
        documents=_documents(entries),
        articles=article_words(register),
        suppliers=supplier_names(register),
    )


@router.get("/finance/reconciliation/invoices/{invoice_id}/xml")
def invoice_xml(request: Request, invoice_id: int, person: Person = signed_in(*READERS)) -> Response:
    """The invoice exactly as it came; one that is handled apart is opened from its own page."""
    with database_of(request).reading() as session:
        letter_id = reconciliation_queries.message_of(session, invoice_id)
        apart = protected_store.is_protected(session, invoice_id)
        body = inbox_store.body_of(session, letter_id) if letter_id is not None and not apart else None
    if body is None:
        raise NotThere
    return download(body, name=f"faktura-{invoice_id}.xml", media_type="application/xml")


@router.get("/finance/reconciliation/orders/{number}/xml")
def order_xml(request: Request, number: str, person: Person = signed_in(*READERS)) -> Response:
    """The order exactly as it was sent."""
    with database_of(request).reading() as session:
        messages = list(outbox_store.messages_out(session, kind=DocumentKind.ORDER, document_id=number))
    if not messages:
        raise NotThere
    return download(
        messages[0].body, name=f"order-{messages[0].document_id}.xml", media_type="application/xml"
    )


@router.get("/finance/reconciliation/trends")
def trends(request: Request, person: Person = signed_in(*READERS)) -> Response:
    """How many invoices match at once month by month, why the others do not, and how old what is open is."""
    today, language = today_of(request), language_of(request, person)
    this_month = Month.of(today)
    since = Month(this_month.year - 1, this_month.month).period.start
    with database_of(request).reading() as session:
        months = trend_queries.match_rates(session, since=since)
        why = trend_queries.causes(session, since=since)
        aged = money_trends.by_age(trend_queries.open_days(session), today=today)
    shown = months[-_MONTHS_BACK:]
    rows = money_trends.by_cause(why, [each.month for each in shown])
    return render(
        request,
        person,
        "pay/trends.html",
        rates_picture=money_charts.rates(shown, language),
        spark=money_charts.spark,
        month_short=lambda month: money_charts.month_short(month, language),
        causes=rows,
        most=max((count for row in rows for count in row.counts), default=1),
        cause_name=cause_name,
        shown=shown,
        age_words=money_charts.age_words,
        aged=aged,
        ages_picture=money_charts.ages(aged, language),
    )


def _asked(request: Request) -> tuple[EntryFilter, StatementKey]:
    """What the address asks for. Raises FormRefused for a month or day that is none."""
    query = request.query_params
    month = query.get("month", "")
    by = query.get("by", StatementKey.SUPPLIER)
    wanted = EntryFilter(
        execution_reference=query.get("reference", "").strip()[:60],
        supplier=query.get("supplier", "").strip()[:20],
        month=at("month", parsed_month, month) if month else None,
        article=query.get("article", "")[:20],
        delivery_area=query.get("area", "")[:60],
        as_of=_day(request),
        service=query.get("service", "")[:40],
    )
    return wanted, StatementKey(by) if by in set(StatementKey) else StatementKey.SUPPLIER


def _day(request: Request) -> date | None:
    text = request.query_params.get("as_of", "").strip()
    return at("as_of", parsed_day, text) if text else None


def _narrowed(request: Request) -> Any:  # noqa: ANN401 - a function for the template
    """The same question, narrowed to one value of a key; where a reference is the key, its case."""

    def address(key: StatementKey, value: str) -> str:
        if key is StatementKey.EXECUTION_REFERENCE:
            as_of = request.query_params.get("as_of", "")
            return f"/finance/reconciliation/case/{value}" + (f"?as_of={as_of}" if as_of else "")
        names = {
            StatementKey.SUPPLIER: "supplier",
            StatementKey.MONTH: "month",
            StatementKey.ARTICLE: "article",
            StatementKey.DELIVERY_AREA: "area",
            StatementKey.SERVICE: "service",
        }
        kept = {name: given for name, given in request.query_params.items() if given and name not in _PLACES}
        kept |= {names[key]: value, "by": StatementKey.EXECUTION_REFERENCE.value}
        return f"/finance/reconciliation?{urlencode(kept)}"

    return address


def _months(days: tuple[date, date] | None) -> list[Month]:
    """Every month from the first day to the last, the newest first."""
    found: list[Month] = []
    if days is not None:
        first, last = days
        each, end = Month.of(first), Month.of(last)
        while str(each) <= str(end) and len(found) < 240:
            found.append(each)
            each = Month(each.year + each.month // 12, each.month % 12 + 1)
    return found[::-1]


def _documents(entries: Sequence[StatementEntry]) -> list[dict[str, Any]]:
    """Line by line, every document with its amount: orders and receipts, then invoices with what became of them."""
    found: dict[tuple[str, str, str], dict[str, Any]] = {}
    for entry in entries:
        kind, _, key = entry.about.partition(" ")
        place = (entry.month, entry.line, entry.about)
        row = found.setdefault(
            place,
            {
                "month": entry.month,
                "line": entry.line,
                "kind": kind,
                "key": key,
                "document": entry.document,
                "article": entry.article,
                "amounts": {},
            },
        )
        amounts = row["amounts"]
        amounts[entry.column.value] = (
            amounts[entry.column.value] + entry.amount if entry.column.value in amounts else entry.amount
        )
    order = {"order": 0, "receipt": 1, "invoice": 2}
    return sorted(
        found.values(), key=lambda row: (row["month"], row["line"], order[row["kind"]], int(row["key"]))
    )
