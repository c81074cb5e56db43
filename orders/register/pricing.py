"""Price lists: what each article costs, how days are counted and when a result is paid.

Convention: a price list is chosen by contract and decision date and stays with the placement. Every
number in it is data of the contract; none stands in the code. A missing price is a refusal, never zero.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

from foundation.errors import Refused
from foundation.text import JoinedText, Text, WrittenText
from orders.register.parties import RegisterValueRefused, Supplier, Vat, VatCategory
from orders.register.placement_rules import RulesAgreed
from orders.register.service_terms import Service
from orders.terms import ArticleKind, CompensationLevel, OutcomeKind, ResultStage
from orders.workdays import DayConvention, DayRule

# A price may be finer than an amount (BT-146); what it makes is rounded on the line.
_PRICE_DECIMALS = 4


class NoPriceAgreed(Refused):
    """The price list has no such article, or no amount for it at this level."""


class PriceNotAgreed(Refused):
    """An amount was decided for an article whose amount the price list fixes, and they differ."""


@dataclass(frozen=True, slots=True)
class Price:
    """What one unit of an article costs, without VAT, in the price list's currency.

    `per_day` is how many units a billable day has, for the article that is paid by the day.
    """

    amount: Decimal
    article_number: str
    article_name: str
    unit: str
    per_day: Decimal = Decimal(1)


@dataclass(frozen=True, slots=True, init=False)
class LevelAmounts:
    """The amount per unit for each level of the service that has one; in files and JSON a table by the level's code.

    >>> LevelAmounts(A=Decimal("60.00")).at(CompensationLevel("A"))
    Decimal('60.00')
    """

    by_level: tuple[tuple[CompensationLevel, Decimal], ...]

    def __init__(self, **by_level: Decimal | None) -> None:
        agreed = {level: amount for level, amount in by_level.items() if amount is not None}
        for amount in agreed.values():
            check_price(amount)
        object.__setattr__(self, "by_level", tuple(sorted(agreed.items())))

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:  # noqa: ANN401 - pydantic's own
        """How the table is read."""
        return core_schema.no_info_after_validator_function(
            lambda table: cls(**table), handler(dict[str, Decimal | None])
        )

    @property
    def table(self) -> Mapping[CompensationLevel, Decimal]:
        """The amounts by level, as files and JSON have them."""
        return dict(self.by_level)

    def at(self, level: CompensationLevel) -> Decimal | None:
        """What is agreed for `level`; None where nothing is."""
        return self.table.get(level)


def check_price(amount: Decimal) -> None:
    """Raise RegisterValueRefused for an amount that is not above zero or finer than four decimals."""
    decimals = amount.as_tuple().exponent
    if not isinstance(decimals, int) or not 0 < amount < 10**9 or decimals < -_PRICE_DECIMALS:
        raise RegisterValueRefused(
            Text("Priset %(amount)s måste vara större än noll och ha högst fyra decimaler.", amount=amount),
        )


@dataclass(frozen=True, slots=True)
class PricedArticle:
    """One article of a price list as it stands on orders: number, name and amounts.

    RESULT has a stage, SUPPLEMENTARY a code, and no other has either. `amount_decided` says that the amount
    is decided case by case and comes with the approval; then no amounts are listed.
    """

    article: ArticleKind
    number: str
    name: str
    amounts: LevelAmounts = LevelAmounts()
    stage: ResultStage | None = None
    code: str = ""
    amount_decided: bool = False

    def __post_init__(self) -> None:
        if not (self.number.strip() and self.name.strip()):
            raise RegisterValueRefused(Text("Artikeln saknar nummer eller namn."))
        if (self.stage is not None) != (self.article is ArticleKind.RESULT):
            raise RegisterValueRefused(
                Text("En artikel för resultat (RESULT) ska ha ett steg (stage), och ingen annan artikel."),
            )
        if bool(self.code) != (self.article is ArticleKind.SUPPLEMENTARY):
            raise RegisterValueRefused(
                Text("Ett tillägg (SUPPLEMENTARY) ska ha en kod (code), och ingen annan artikel."),
            )
        if self.amount_decided == (self.amounts != LevelAmounts()):
            raise RegisterValueRefused(
                Text(
                    "Ange antingen belopp (amounts) eller att beloppet beslutas i varje fall (amount_decided)."
                ),
            )

    @property
    def key(self) -> tuple[ArticleKind, ResultStage | None, str]:
        """What tells it from the other articles of the list."""
        return self.article, self.stage, self.code


@dataclass(frozen=True, slots=True)
class ResultRules:
    """When an outcome is paid for. Months are calendar months after the start of work or studies.

    `speed_bonus_limit_days` counts from the first day of the
    placement. `interruption_required`: a result needs an interruption for work or studies first (E-28).
    """

    qualifying: tuple[OutcomeKind, ...]
    r1_after_months: int
    r2_after_months: int
    speed_bonus_limit_days: int
    minimum_extent_percent: int
    interruption_required: bool

    def __post_init__(self) -> None:
        if len(set(self.qualifying)) != len(self.qualifying):
            raise RegisterValueRefused(
                Text("Ett utfall får bara nämnas en gång (qualifying)."),
            )
        if not 0 <= self.r1_after_months <= self.r2_after_months <= 24:
            raise RegisterValueRefused(
                Text("Månaderna ska vara 0 till 24, och R2 får inte komma före R1."),
            )
        if not (0 <= self.minimum_extent_percent <= 100 and 0 <= self.speed_bonus_limit_days <= 731):
            raise RegisterValueRefused(
                Text(
                    "Omfattningen ska vara 0 till 100 procent och gränsen för snabbhetspremie 0 till 731 dagar."
                ),
            )

    def qualifies(self, kind: OutcomeKind, *, extent_percent: int | None) -> bool:
        """Whether an outcome of this kind and extent (None: not stated, full time) is paid for."""
        extent = 100 if extent_percent is None else extent_percent
        return kind in self.qualifying and extent >= self.minimum_extent_percent

    def months_after_start(self, stage: ResultStage) -> int:
        """How many calendar months after the start of work or studies `stage` falls due."""
        return self.r1_after_months if stage == "R1" else self.r2_after_months


NO_RESULTS = ResultRules(
    qualifying=(),
    r1_after_months=0,
    r2_after_months=0,
    speed_bonus_limit_days=0,
    minimum_extent_percent=0,
    interruption_required=False,
)
"""What holds where nothing is paid for results: no outcome qualifies."""
RULES_OF_SERVICE = RulesAgreed()
"""What a price list says that says nothing of placements."""


@dataclass(frozen=True, slots=True)
class PriceList:
    """What is agreed for some contracts for decisions made from `valid_from` on, until a later list.

    `vat` is how the service is taxed when a VAT-registered supplier delivers it; see `vat_for`.
    """

    id: str
    contracts: tuple[str, ...]
    valid_from: date
    articles: tuple[PricedArticle, ...]
    vat: Vat
    result_rules: ResultRules = NO_RESULTS
    day_convention: DayConvention | None = None
    currency: str = "SEK"
    placement_rules: RulesAgreed = RULES_OF_SERVICE
    _service: Service | None = field(init=False, default=None, repr=False, compare=False)

    def __post_init__(self) -> None:
        keys = [article.key for article in self.articles]
        if len(set(keys)) != len(keys):
            raise RegisterValueRefused(
                Text("Prislistan %(id)s har samma artikel två gånger.", id=self.id),
            )

    def under(self, service: Service) -> "PriceList":
        """The same price list with the service of its contracts, as a register holds it."""
        bound = replace(self)
        object.__setattr__(bound, "_service", service)
        return bound

    @property
    def service(self) -> Service:
        """The service whose prices these are; a price list by itself has none."""
        if self._service is None:
            raise LookupError(f"price list {self.id} is not in a register")
        return self._service

    @property
    def day_rule(self) -> DayRule:
        """Which days are billable, and by which country's holidays."""
        return DayRule(self.day_convention or self.service.day_conventions[0], self.service.country)

    def article(
        self, article: ArticleKind, *, stage: ResultStage | None = None, code: str = ""
    ) -> PricedArticle:
        """The article's number, name and amounts; raises NoPriceAgreed where the list does not have it."""
        for priced in self.articles:
            if priced.key == (article, stage, code):
                return priced
        which = WrittenText(" ".join(filter(None, (stage, code))))
        raise NoPriceAgreed(
            Text(
                "Prislistan %(id)s har ingen artikel %(wanted)s. Lägg till den i prislistan.",
                id=self.id,
                wanted=JoinedText(" ", (self.service.name_of(article), which)),
            )
        )

    def price_of(
        self,
        article: ArticleKind,
        level: CompensationLevel,
        *,
        stage: ResultStage | None = None,
        code: str = "",
        amount_decided: Decimal | None = None,
    ) -> Price:
        """The price of one unit at `level`; raises NoPriceAgreed, or PriceNotAgreed for another amount.

        `amount_decided` is what an approval says (supplement.approved): the price where the list leaves the
        amount to the decision, otherwise only a repetition of the agreed one.
        """
        priced = self.article(article, stage=stage, code=code)
        agreed = amount_decided if priced.amount_decided else priced.amounts.at(level)
        if agreed is None:
            raise NoPriceAgreed(
                Text(
                    "Prislistan %(id)s har inget pris för %(priced_name)s på nivå %(level)s. Lägg till det.",
                    id=self.id,
                    priced_name=priced.name,
                    level=self.service.level_name(level),
                ),
            )
        if amount_decided is not None and amount_decided != agreed:
            raise PriceNotAgreed(
                Text(
                    "Beslutat belopp %(amount_decided)s för %(priced_name)s är inte prislistans %(agreed)s.",
                    amount_decided=amount_decided,
                    priced_name=priced.name,
                    agreed=agreed,
                ),
            )
        check_price(agreed)
        ordered = self.service.article_of(article)
        if ordered is None:
            raise NoPriceAgreed(
                Text(
                    "Tjänsten %(service)s har ingen artikel %(article)s.",
                    service=self.service.name.text,
                    article=article,
                )
            )
        return Price(agreed, priced.number, priced.name, ordered.unit, ordered.per_day)

    def vat_for(self, supplier: Supplier) -> Vat:
        """How this supplier's delivery is taxed: its own exemption first, otherwise as the list says."""
        return self.vat if supplier.vat.category is VatCategory.STANDARD else supplier.vat
