"""Orders: the list with filter, search and sorting; one order as a page, on paper, and as the bytes sent.

Convention: what the document says is read from the message, what came of it from the books. A file is
named by the order number alone. The XML is the stored message byte for byte, with its sha256 beside it.
"""

import hashlib
from collections.abc import Mapping, Sequence

from fastapi import Request, Response

from accounts.identity import Permission, Person
from foundation.errors import NotThere
from foundation.money import Money, total
from foundation.text import Text
from orders.model import LineState
from orders.objections import store as objection_store
from orders.objections.model import ANSWER_WORDS, PRESSED, REASON_WORDS
from orders.placements import starts
from orders.purchase_orders.order_view import WrittenOrder, written_order
from orders.register.register import Register
from orders.register.service_names import article_names
from orders.terms import ArticleKind
from supplier_portal.pages import query_params
from supplier_portal.queries import orders as order_queries
from supplier_portal.queries.orders import LinesAre, LineView, OrderFilter, OrderView, Sort
from web import pdf
from web.access import signed_in
from web.costly import COSTLY
from web.csrf import form_of
from web.lists import addresses, chips, sorting
from web.lists.chips import Chip
from web.lists.sorting import Sorting
from web.pages import Page, database_of, language_of, pages_router, render, text_from

router = pages_router()

_SEES = (Permission.ASSIGN, Permission.REPORT, Permission.VIEW)
OBJECTS = (Permission.ASSIGN, Permission.REPORT)
"""Who may object to an order: whoever receives it, and whoever reports and invoices on it."""
_SIZE = 25
_FALLS = frozenset(Sort)
"""In this list the newest and the largest stand first, whatever the column."""
LINES_WORDS = {
    LinesAre.ORDERED: Text("inte inlevererade"),
    LinesAre.TO_INVOICE: Text("att fakturera"),
    LinesAre.INVOICED: Text("fakturerade"),
    LinesAre.PAID: Text("betalda"),
    LinesAre.CLOSED: Text("stängda"),
}


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
        lines_words=[(each.value, words) for each, words in LINES_WORDS.items()],
        sorting=_sorting(request),
        sorts=sorting.headings(request, _sorting(request), Sort, falls=_FALLS),
        chips=_chips(request, wanted, register, units),
        excel=addresses.file_address(request, "/exports/orders.xlsx"),
        csv=addresses.file_address(request, "/exports/orders.csv"),
        **query_params.shown(person.language, register),
    )


@router.get("/orders/{number}")
def order(request: Request, number: str, person: Person = signed_in(*_SEES)) -> Response:
    """One order, line by line."""
    return order_page(request, person, number)


def order_page(
    request: Request, person: Person, number: str, errors: Sequence[tuple[str, Text]] = ()
) -> Response:
    """The page of one order, with what was wrong about an objection to it."""
    view, written = _found(request, person, number)
    with database_of(request).reading() as session:
        remark = starts.remark_on(session, view.order)
        register = query_params.register_of(session)
        objections = objection_store.of_order(session, number)
    return render(
        request,
        person,
        "supplier/order.html",
        422 if errors else 200,
        errors=errors,
        given={key: str(value) for key, value in form_of(request).items()} if errors else {},
        view=view,
        remark=remark,
        objections=objections,
        reasons=REASON_WORDS,
        pressed=[(each.value, REASON_WORDS[each]) for each in PRESSED],
        answers=ANSWER_WORDS,
        may_object=person.may(*OBJECTS) and any(_is_left(line) for line in view.lines),
        may_withdraw=person.may(*OBJECTS),
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
        body = order_queries.body_of(session, message)
    return query_params.download(
        body,
        f"order-{number}.xml",
        "application/xml",
        **{"Content-Digest": query_params.digest_of(hashlib.sha256(body).digest())},
    )


@router.get("/orders/{number}/order.pdf", dependencies=COSTLY)
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
    """What the address limits the orders to, and by what it orders them."""
    ordered = _sorting(request)
    return OrderFilter(
        text=query_params.text_of(request, "text"),
        article=query_params.choice_of(request, "article", ArticleKind),
        service=query_params.text_of(request, "service"),
        lines=query_params.choice_of(request, "lines", LinesAre),
        month=query_params.month_of(request),
        unit=query_params.text_of(request, "unit"),
        sort=ordered.column,
        rising=not ordered.falling,
    )


def _sorting(request: Request) -> Sorting[Sort]:
    return sorting.read(request.query_params, Sort, default=Sort.NUMBER, falls=_FALLS)


def _chips(request: Request, wanted: OrderFilter, register: Register, units: Mapping[str, str]) -> list[Chip]:
    """The conditions in force."""
    services = {each.id: each.name.text for each in register.services}
    articles = article_names(register.services)
    return chips.chips(
        request,
        {
            "text": (Text("Nummer eller referens"), wanted.text),
            "article": (Text("Artikel"), articles[wanted.article] if wanted.article else ""),
            "service": (Text("Tjänst"), services.get(wanted.service, wanted.service)),
            "lines": (Text("Har rader som är"), LINES_WORDS[wanted.lines] if wanted.lines else ""),
            "month": (Text("Månad"), wanted.month),
            "unit": (Text("Enhet"), units.get(wanted.unit, wanted.unit)),
        },
    )


def _found(request: Request, person: Person, number: str) -> tuple[OrderView, WrittenOrder | None]:
    with database_of(request).reading() as session:
        view = order_queries.view(session, query_params.scope_of(person), number)
        if view is None:
            raise NotThere
        body = order_queries.body_of(session, view.message) if view.message is not None else None
    return view, written_order(body) if body is not None else None


def _is_left(line: LineView) -> bool:
    """Whether nobody has delivered, invoiced or closed the line."""
    return line.state is LineState.OPEN and line.quantity_received is None and line.invoice_id is None


def _sums(view: OrderView) -> dict[str, Money]:
    """The columns of the lines added up."""
    currency = view.order.amount.currency
    return {
        name: total((getattr(line, name) for line in view.lines), currency=currency)
        for name in ("received", "invoiced", "credited", "paid")
    }
