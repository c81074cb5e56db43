"""Price lists and articles of the supplier's own contracts, as an ERP system loads them."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, Field
from sqlalchemy.exc import OperationalError

from accounts.api_clients.model import SUPPLIER_SCOPES
from billing.server.api.base import BEARER, REFUSALS, later, signed_in
from billing.server.api.documents.told_documents import Sentence, sentences
from billing.server.api.paging import WRONG
from orders.terms import ArticleKind, CompensationLevel
from supplier_portal import price_lists
from supplier_portal.pages import query_params
from supplier_portal.price_lists import AgreedPrices, ArticleRow
from web.pages import database_of, today_of

router = APIRouter(prefix="/api/v1", tags=["prices"], dependencies=BEARER)


class ToldVat(BaseModel):
    """How what is delivered is taxed."""

    category: str = Field(description="UNCL5305: S, E or O.")
    percent: str = Field(description="The rate in per cent.")


class ToldPriceList(BaseModel):
    """A price list as it holds for one contract, for decisions between two days."""

    id: str
    contract: str = Field(description="The id of the contract.")
    price_list: str = Field(
        description="The id of the list in the register, which several contracts may share."
    )
    service: str
    areas: list[str] = Field(description="The delivery areas of the contract.")
    decided_from: date = Field(description="The first day of decisions it holds for.")
    decided_to: date = Field(description="The last day of decisions it holds for.")
    holds_now: bool = Field(description="Whether it holds for decisions of today.")
    currency: str
    vat: ToldVat = Field(description="How it is taxed.")
    rules: list[Sentence] = Field(description="When results are ordered, and how long placements are.")
    articles: str = Field(description="Where its articles are read.")


class LevelPrice(BaseModel):
    """The price of one unit at a level, without VAT."""

    level: str = Field(description="The level, as the service has it.")
    price: str = Field(description="The price of one unit, without VAT.")


class ToldArticle(BaseModel):
    """One article of a list."""

    price_list: str = Field(description="The `id` of the list.")
    number: str = Field(description="The article number, BT-155 of an invoice.")
    name: str = Field(description="What it is called, BT-153 of an invoice.")
    kind: ArticleKind = Field(description="The kind of article.")
    stage: str | None = Field(description="The stage of a result, as `R1`; null where there is none.")
    code: str | None = Field(
        description="The code that a supplementary compensation is told apart by; null where there is none."
    )
    unit: str = Field(description="UNECE Recommendation 20.")
    currency: str
    prices: list[LevelPrice] = Field(description="The price at each level.")
    is_decided: bool = Field(
        description="Whether the amount comes with each decision, so that none stands here."
    )
    within_days: int | None = Field(description="Of a speed bonus in tiers, within how many days.")
    ordered: Sentence = Field(description="When it is ordered.")


class PriceListPage(BaseModel):
    """Every list, what holds now first."""

    price_lists: list[ToldPriceList] = Field(description="Every list, what holds now first.")


class ArticlePage(BaseModel):
    """Every article, list by list."""

    articles: list[ToldArticle] = Field(description="Every article, list by list.")


@router.get(
    "/price-lists",
    summary="List price lists",
    response_model=PriceListPage,
    responses={**REFUSALS, 200: {"description": "Every list of the supplier's contracts."}},
)
def list_price_lists(request: Request) -> Response:
    """The lists of the supplier's contracts; there are few, and they come on one page."""
    lists = [_told(each) for each in _agreed(request)]
    return JSONResponse(PriceListPage(price_lists=lists).model_dump(mode="json"))


@router.get(
    "/articles",
    summary="List articles with their prices",
    response_model=ArticlePage,
    responses={**REFUSALS, 200: {"description": "The articles of the lists."}, 422: WRONG},
)
def list_articles(
    request: Request,
    price_list: Annotated[
        str, Query(max_length=120, description="The `id` of one list; all without it.")
    ] = "",
) -> Response:
    """The articles of one list, or of all."""
    agreed = [each for each in _agreed(request) if price_list in ("", each.id)]
    rows = [_article(row) for each in agreed for row in price_lists.articles(each)]
    return JSONResponse(ArticlePage(articles=rows).model_dump(mode="json"))


def _agreed(request: Request) -> list[AgreedPrices]:
    signed_in(request, *SUPPLIER_SCOPES)
    try:
        with database_of(request).reading() as session:
            register = query_params.register_of(session)
    except OperationalError:
        raise later() from None
    return price_lists.agreed_with(register, request.state.person.organisation, today=today_of(request))


def _told(agreed: AgreedPrices) -> ToldPriceList:
    return ToldPriceList(
        id=agreed.id,
        contract=agreed.contract.id,
        price_list=agreed.prices.id,
        service=agreed.prices.service.id,
        areas=list(agreed.areas),
        decided_from=agreed.first,
        decided_to=agreed.last,
        holds_now=agreed.now,
        currency=agreed.prices.currency,
        vat=ToldVat(category=agreed.vat.category.value, percent=f"{agreed.vat.percent:f}"),
        rules=sentences(agreed.rules),
        articles=f"/api/v1/articles?price_list={agreed.id}",
    )


def _article(row: ArticleRow) -> ToldArticle:
    article, prices = row.article, row.agreed.prices
    levels = ((level, row.amount(CompensationLevel(level))) for level in prices.service.level_codes)
    return ToldArticle(
        price_list=row.agreed.id,
        number=article.number,
        name=article.name,
        kind=article.article,
        stage=article.stage or None,
        code=article.code or None,
        unit=row.unit,
        currency=prices.currency,
        prices=[LevelPrice(level=level, price=f"{price:f}") for level, price in levels if price is not None],
        is_decided=row.is_decided,
        within_days=row.tier.within_days if row.tier else None,
        ordered=Sentence(sv=row.when.sv, en=row.when.en),
    )
