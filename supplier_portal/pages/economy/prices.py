"""Prices and articles of the supplier's own contracts, as a page and as a list that an ERP system can load."""

from collections.abc import Iterator, Sequence

from fastapi import Request, Response
from fastapi.responses import StreamingResponse

from accounts.identity import SUPPLIER_SIDE, Person
from foundation.errors import NotThere
from foundation.spreadsheets import (
    CSV_TYPE,
    XLSX_TYPE,
    CellKind,
    CellValue,
    Dialect,
    SheetColumn,
    csv_of,
    xlsx_of,
)
from foundation.text import Text
from orders.terms import CompensationLevel
from supplier_portal import price_lists
from supplier_portal.pages import query_params
from supplier_portal.pages.economy.start import tabs_of
from supplier_portal.price_lists import AgreedPrices, ArticleRow
from web import i18n
from web.access import signed_in
from web.pages import database_of, pages_router, render, today_of

router = pages_router()


@router.get("/economy/prices")
def prices(request: Request, person: Person = signed_in(*SUPPLIER_SIDE)) -> Response:
    """Every price list of the supplier's contracts, with its articles and rules."""
    return render(
        request,
        person,
        "economy/prices.html",
        tabs=tabs_of(person),
        agreed=_agreed(request, person),
        articles=price_lists.articles,
        conventions=price_lists.DAY_CONVENTIONS,
        price=lambda value, currency: i18n.price(value, currency, person.language),
    )


@router.get("/economy/prices/articles.{ending}")
def article_file(request: Request, ending: str, person: Person = signed_in(*SUPPLIER_SIDE)) -> Response:
    """All articles as csv or xlsx, a row for each level; ?form=plain for programs."""
    if ending not in ("csv", "xlsx"):
        raise NotThere
    say = query_params.say_of(person.language)
    columns, rows = _columns(say), _rows(_agreed(request, person), say)
    if ending == "xlsx":
        written = xlsx_of(say(Text("Artiklar")), columns, rows)
    else:
        dialect = query_params.choice_of(request, "form", Dialect) or Dialect.SWEDISH
        written = csv_of(columns, rows, dialect)
    return StreamingResponse(
        written,
        media_type=XLSX_TYPE if ending == "xlsx" else CSV_TYPE,
        headers={"Content-Disposition": f'attachment; filename="articles-{today_of(request)}.{ending}"'},
    )


def _agreed(request: Request, person: Person) -> list[AgreedPrices]:
    with database_of(request).reading() as session:
        register = query_params.register_of(session)
    return price_lists.agreed_with(register, person.organisation, today=today_of(request))


def _columns(say: query_params.Say) -> list[SheetColumn]:
    return [
        SheetColumn(say(Text("Avtal")), width=14),
        SheetColumn(say(Text("Prislista")), width=18),
        SheetColumn(say(Text("Beslut från och med")), CellKind.DAY, 12),
        SheetColumn(say(Text("Beslut till och med")), CellKind.DAY, 12),
        SheetColumn(say(Text("Artikelnummer")), width=14),
        SheetColumn(say(Text("Benämning")), width=34),
        SheetColumn(say(Text("Slag")), width=22),
        SheetColumn(say(Text("Steg")), width=8),
        SheetColumn(say(Text("Kod")), width=12),
        SheetColumn(say(Text("Nivå")), width=8),
        SheetColumn(say(Text("Mått")), width=8),
        SheetColumn(say(Text("Pris utan moms")), CellKind.QUANTITY, 14),
        SheetColumn(say(Text("Valuta")), width=8),
        SheetColumn(say(Text("Momskategori")), width=12),
        SheetColumn(say(Text("Momssats procent")), CellKind.QUANTITY, 12),
        SheetColumn(say(Text("När den beställs")), width=44),
    ]


def _rows(agreed: Sequence[AgreedPrices], say: query_params.Say) -> Iterator[Sequence[CellValue]]:
    """One row for each price; an article whose amount is decided each time has one, without a level."""
    for each in agreed:
        for row in price_lists.articles(each):
            if row.is_decided:
                yield _row(row, "", say)
            for level in each.prices.service.level_codes:
                if row.amount(level) is not None:
                    yield _row(row, level, say)


def _row(row: ArticleRow, level: str, say: query_params.Say) -> Sequence[CellValue]:
    agreed, article = row.agreed, row.article
    return (
        agreed.contract.id,
        agreed.prices.id,
        agreed.first,
        agreed.last,
        article.number,
        article.name,
        say(agreed.prices.service.name_of(article.article)),
        article.stage or "",
        article.code,
        level,
        row.unit,
        row.amount(CompensationLevel(level)) if level else None,
        agreed.prices.currency,
        agreed.vat.category.value,
        agreed.vat.percent,
        say(row.when),
    )
