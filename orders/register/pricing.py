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
_DAYS_MOST = 731
_MONTHS_MOST = 24
_CLAIM_DAYS_MOST = 3660
_OUTCOMES_MOST = 9


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
class BonusTier:
    """The speed bonus of an outcome that came at most `within_days` days after the first day; never a part of it."""

    within_days: int
    amounts: LevelAmounts


@dataclass(frozen=True, slots=True, init=False)
class StageMonths:
    """How many calendar months after the start each stage falls due; in files and JSON a table by the stage's code."""

    by_stage: tuple[tuple[ResultStage, int], ...]

    def __init__(self, **by_stage: int) -> None:
        if not all(0 <= months <= _MONTHS_MOST for months in by_stage.values()):
            raise RegisterValueRefused(
                Text("Månaderna till resultaten (after_months) ska vara 0 till %(most)s.", most=_MONTHS_MOST),
            )
        object.__setattr__(self, "by_stage", tuple(sorted(by_stage.items())))

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:  # noqa: ANN401 - pydantic's own
        """How the table is read."""
        return core_schema.no_info_after_validator_function(
            lambda table: cls(**table), handler(dict[str, int])
        )

    @property
    def table(self) -> Mapping[ResultStage, int]:
        """The months by stage, as files and JSON have them."""
        return dict(self.by_stage)

    def at(self, stage: ResultStage) -> int:
        """The months of `stage`; a register whose price list lacks one of its service is not made."""
        return self.table[stage]


@dataclass(frozen=True, slots=True)
class ResultRules:
    """When an outcome is paid for. Months are calendar months after the start of work or studies, days calendar days.

    `qualifying` kinds are paid for and `never_qualifying` ones may not be made to (REQ-61). `after_months` says for
    each stage of the service how long after the start it falls due. The speed bonus goes by `speed_bonus_tiers`, the
    sooner the higher, and where there are none to whoever came within `speed_bonus_limit_days`; both count from the
    participant's first day at the supplier. `interruption_required`: a result needs an interruption that carries it
    first (E-28), or a start at most `result_after_end_days` after a period that ran to its end (E-31).
    `result_claim_days` after a result fell due, and `supplement_claim_days` after the placement's last day, nothing new
    is approved; None: at any time. A stretch earns `outcomes_per_stretch` outcomes, each with every stage once.
    """

    qualifying: tuple[OutcomeKind, ...]
    after_months: StageMonths
    speed_bonus_limit_days: int
    minimum_extent_percent: int
    interruption_required: bool
    never_qualifying: tuple[OutcomeKind, ...] = ()
    speed_bonus_tiers: tuple[BonusTier, ...] = ()
    result_claim_days: int | None = None
    result_after_end_days: int = 0
    supplement_claim_days: int | None = None
    outcomes_per_stretch: int = 1

    def __post_init__(self) -> None:
        named = (*self.qualifying, *self.never_qualifying)
        if len(set(named)) != len(named):
            raise RegisterValueRefused(
                Text(
                    "Ett utfall står bara en gång, antingen bland dem som ger resultat (qualifying) eller "
                    "bland dem som aldrig gör det (never_qualifying)."
                ),
            )
        if not (0 <= self.minimum_extent_percent <= 100 and 0 <= self.speed_bonus_limit_days <= _DAYS_MOST):
            raise RegisterValueRefused(
                Text("Omfattningen ska vara 0 till 100 procent och gränsen för premie 0 till 731 dagar."),
            )
        self._check_tiers()
        self._check_claims()

    def _check_tiers(self) -> None:
        days = [tier.within_days for tier in self.speed_bonus_tiers]
        if days != sorted(set(days)) or not all(0 <= each <= _DAYS_MOST for each in days):
            raise RegisterValueRefused(
                Text("Stegen för premie (within_days) ska vara 0 till 731 dagar och stiga."),
            )
        if days and days[-1] != self.speed_bonus_limit_days:
            raise RegisterValueRefused(
                Text(
                    "Sista steget för premie är %(last)s dagar och gränsen (speed_bonus_limit_days) "
                    "%(limit)s. Skriv samma tal.",
                    last=days[-1],
                    limit=self.speed_bonus_limit_days,
                ),
            )

    def _check_claims(self) -> None:
        days = (self.result_claim_days, self.supplement_claim_days, self.result_after_end_days)
        if not all(each is None or 0 <= each <= _CLAIM_DAYS_MOST for each in days):
            raise RegisterValueRefused(
                Text(
                    "Dagarna för att begära resultat och tillägg (result_claim_days, supplement_claim_days) och "
                    "efter periodens slut (result_after_end_days) ska vara 0 till 3660."
                ),
            )
        if not 1 <= self.outcomes_per_stretch <= _OUTCOMES_MOST:
            raise RegisterValueRefused(
                Text("Antalet utfall för en deltagare (outcomes_per_stretch) ska vara 1 till 9."),
            )

    def qualifies(self, kind: OutcomeKind, *, extent_percent: int | None) -> bool:
        """Whether an outcome of this kind and extent (None: not stated, full time) is paid for."""
        extent = 100 if extent_percent is None else extent_percent
        return kind in self.qualifying and extent >= self.minimum_extent_percent

    def months_after_start(self, stage: ResultStage) -> int:
        """How many calendar months after the start of work or studies `stage` falls due."""
        return self.after_months.at(stage)

    def bonus_tier(self, days: int) -> BonusTier | None:
        """The tier of an outcome that came so many days after the first day; None where it came too late for any."""
        return next((tier for tier in self.speed_bonus_tiers if days <= tier.within_days), None)

    def is_quick(self, days: int) -> bool:
        """Whether an outcome so many days after the first day earns a speed bonus."""
        if self.speed_bonus_tiers:
            return self.bonus_tier(days) is not None
        return days <= self.speed_bonus_limit_days


NO_RESULTS = ResultRules(
    qualifying=(),
    after_months=StageMonths(),
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
        tiered = [
            article.amount_decided for article in self.articles if article.article is ArticleKind.SPEED_BONUS
        ]
        if self.result_rules.speed_bonus_tiers and not all(tiered):
            raise RegisterValueRefused(
                Text(
                    "Prislistan %(id)s har steg för premie (speed_bonus_tiers). Beloppen står där: skriv "
                    "amount_decided = true på artikeln SPEED_BONUS i stället för amounts.",
                    id=self.id,
                ),
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

    def vat_for(self, supplier: Supplier, on: date) -> Vat:
        """How this supplier's delivery that day is taxed: its own exemption first, otherwise as the list says."""
        own = supplier.on(on).vat
        return self.vat if own.category is VatCategory.STANDARD else own
