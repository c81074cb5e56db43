"""Orders: the list with filter, search and sorting; one order as a page, on paper, and as the bytes sent.

Convention: what the document says is read from the message, what came of it from the books. A file is
named by the order number alone. The XML is the stored message byte for byte, with its sha256 beside it.
"""

import hashlib

from fastapi import Request, Response

from accounts.identity import Permission, Person
from foundation.errors import NotThere
from foundation.money import Money, total
from orders.placements import starts
from orders.purchase_orders.order_view import WrittenOrder, written_order
from orders.terms import ArticleKind
from supplier_portal.pages import query_params
from supplier_portal.queries import orders as order_queries
from supplier_portal.queries.orders import LinesAre, OrderFilter, OrderView, Sort
from web import pdf
from web.access import signed_in
from web.pages import Page, database_of, language_of, pages_router, render, text_from

router = pages_router()

_SEES = (Permission.ASSIGN, Permission.REPORT)
_SIZE = 25


@router.get("/orders")
def orders(request: Request, person: Person = signed_in(*_SEES)) -> Response:
    """The list."""
    scope, wanted = query_params.scope_of(person), order_filter(request)
    with database_of(request).reading() as session:
        page = Page.of(request, order_queries.count(session, scope, wanted), size=_SIZE)
        rows = order_queries.listed(session, scope, wanted, limit=page.size, offset=page.offset)
        register = query_params.register_of(session)
        units = query_params.units_of(register, person)
    return render(
        request,
        person,
        "supplier/orders.html",
        rows=rows,
        page=page,
        wanted=wanted,
        units=units,
        query=query_params.query_without(request, "page", "sort", "rising"),
        **query_params.shown(person.language, register),
    )


@router.get("/orders/{number}")
def order(request: Request, number: str, person: Person = signed_in(*_SEES)) -> Response:
    """One order, line by line."""
    view, written = _found(request, person, number)
    with database_of(request).reading() as session:
        remark = starts.remark_on(session, view.order)
        register = query_params.register_of(session)
    return render(
        request,
        person,
        "supplier/order.html",
        view=view,
        remark=remark,
        order=view.order,
        written=written,
        sums=_sums(view),
        may_report=person.may(Permission.REPORT),
        **query_params.shown(person.language, register),
    )


@router.get("/orders/{number}/order.xml")
def order_xml(request: Request, number: str, person: Person = signed_in(*_SEES)) -> Response:
    """The message that was sent, byte for byte."""
    with database_of(request).reading() as session:
        message = order_queries.message_of(session, query_params.scope_of(person), number)
    if message is None:
        raise NotThere
    digest = hashlib.sha256(message.body).digest()
    return query_params.download(
        message.body,
        f"order-{number}.xml",
        "application/xml",
        **{"Content-Digest": query_params.digest_of(digest)},
    )


@router.get("/orders/{number}/order.pdf")
def order_pdf(request: Request, number: str, person: Person = signed_in(*_SEES)) -> Response:
    """The order on paper."""
    view, written = _found(request, person, number)
    if written is None:
        raise NotThere
    language = language_of(request, person)
    with database_of(request).reading() as session:
        register = query_params.register_of(session)
    html = text_from(
        "supplier/order_paper.html",
        language,
        view=view,
        order=view.order,
        written=written,
        terms=register.policy.payment_terms_days,
        **query_params.shown(language, register),
    )
    made = pdf.pdf_of(html, sheet="order_paper.css")
    return query_params.download(made, f"order-{number}.pdf", "application/pdf")


def order_filter(request: Request) -> OrderFilter:
    """What the address limits the orders to."""
    return OrderFilter(
        text=query_params.text_of(request, "text"),
        article=query_params.choice_of(request, "article", ArticleKind),
        service=query_params.text_of(request, "service"),
        lines=query_params.choice_of(request, "lines", LinesAre),
        month=query_params.month_of(request),
        unit=query_params.text_of(request, "unit"),
        sort=query_params.choice_of(request, "sort", Sort) or Sort.NUMBER,
        rising=query_params.text_of(request, "rising") == "1",
    )


def _found(request: Request, person: Person, number: str) -> tuple[OrderView, WrittenOrder | None]:
    with database_of(request).reading() as session:
        view = order_queries.view(session, query_params.scope_of(person), number)
    if view is None:
        raise NotThere
    return view, written_order(view.message.body) if view.message is not None else None


def _sums(view: OrderView) -> dict[str, Money]:
    """The columns of the lines added up."""
    currency = view.order.amount.currency
    return {
        name: total((getattr(line, name) for line in view.lines), currency=currency)
        for name in ("received", "invoiced", "credited", "paid")
    }
