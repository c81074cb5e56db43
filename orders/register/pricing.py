"""Price lists: what each article costs, how days are counted and when a result is paid.

Convention: a price list is chosen by contract and decision date and stays with the placement. Every
number in it is data of the contract; none stands in the code. A missing price is a refusal, never zero.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from foundation.errors import Refused
from foundation.text import JoinedText, Text, WrittenText
from orders.register.parties import RegisterValueRefused, Supplier, Vat, VatCategory
from orders.register.placement_rules import USUAL_RULES, PlacementRules
from orders.terms import Article, CompensationLevel, OutcomeKind, ResultStage
from orders.workdays import DayConvention

# A price may be finer than an amount (BT-146); what it makes is rounded on the line.
_PRICE_DECIMALS = 4
_DAYS_MOST = 731
_CLAIM_DAYS_MOST = 3660
_OUTCOMES_MOST = 9


class NoPriceAgreed(Refused):
    """The price list has no such article, or no amount for it at this level."""


class PriceNotAgreed(Refused):
    """An amount was decided for an article whose amount the price list fixes, and they differ."""


@dataclass(frozen=True, slots=True)
class Price:
    """What one unit of an article costs, without VAT, in the price list's currency."""

    amount: Decimal
    article_number: str
    article_name: str
    unit: str


@dataclass(frozen=True, slots=True)
class LevelAmounts:
    """The amount per unit for each compensation level; None where nothing is agreed."""

    A: Decimal | None = None
    B: Decimal | None = None
    C: Decimal | None = None

    def __post_init__(self) -> None:
        for amount in (self.A, self.B, self.C):
            if amount is not None:
                check_price(amount)

    def at(self, level: CompensationLevel) -> Decimal | None:
        """What is agreed for `level`."""
        match level:
            case CompensationLevel.A:
                return self.A
            case CompensationLevel.B:
                return self.B
            case CompensationLevel.C:
                return self.C


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

    article: Article
    number: str
    name: str
    amounts: LevelAmounts = LevelAmounts()
    stage: ResultStage | None = None
    code: str = ""
    amount_decided: bool = False

    def __post_init__(self) -> None:
        if not (self.number.strip() and self.name.strip()):
            raise RegisterValueRefused(Text("Artikeln saknar nummer eller namn."))
        if (self.stage is not None) != (self.article is Article.RESULT):
            raise RegisterValueRefused(
                Text("Resultatersättning ska ha stage R1 eller R2, och ingen annan artikel."),
            )
        if bool(self.code) != (self.article is Article.SUPPLEMENTARY):
            raise RegisterValueRefused(
                Text("Tilläggsersättning ska ha en kod (code), och ingen annan artikel."),
            )
        if self.amount_decided == (self.amounts != LevelAmounts()):
            raise RegisterValueRefused(
                Text(
                    "Ange antingen belopp (amounts) eller att beloppet beslutas i varje fall (amount_decided)."
                ),
            )

    @property
    def key(self) -> tuple[Article, ResultStage | None, str]:
        """What tells it from the other articles of the list."""
        return self.article, self.stage, self.code


@dataclass(frozen=True, slots=True)
class BonusTier:
    """The speed bonus of an outcome that came at most `within_days` days after the first day; never a part of it."""

    within_days: int
    amounts: LevelAmounts


@dataclass(frozen=True, slots=True)
class ResultRules:
    """When an outcome is paid for. Months are calendar months after the start of work or studies, days calendar days.

    `qualifying` kinds are paid for and `never_qualifying` ones (REQ-61: labour market training, AUB) may not be made
    to. The speed bonus goes by `speed_bonus_tiers`, the sooner the higher, and where there are none to whoever came
    within `speed_bonus_limit_days`; both count from the participant's first day at the supplier.
    `interruption_required`: a result needs an interruption for work or studies first (E-28), or a start at most
    `result_after_end_days` after a period that ran to its end (E-31). `result_claim_days` after a result fell due,
    and `supplement_claim_days` after the placement's last day, nothing new is approved; None: at any time.
    A stretch earns `outcomes_per_stretch` outcomes, each with one R1 and one R2.
    """

    qualifying: tuple[OutcomeKind, ...]
    r1_after_months: int
    r2_after_months: int
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
                    "Ett skäl står bara en gång, antingen bland dem som ger resultatersättning (qualifying) eller "
                    "bland dem som aldrig gör det (never_qualifying)."
                ),
            )
        if not 0 <= self.r1_after_months <= self.r2_after_months <= 24:
            raise RegisterValueRefused(
                Text("Månaderna ska vara 0 till 24, och R2 får inte komma före R1."),
            )
        if not (0 <= self.minimum_extent_percent <= 100 and 0 <= self.speed_bonus_limit_days <= _DAYS_MOST):
            raise RegisterValueRefused(
                Text(
                    "Omfattningen ska vara 0 till 100 procent och gränsen för snabbhetspremie 0 till 731 dagar."
                ),
            )
        self._check_tiers()
        self._check_claims()

    def _check_tiers(self) -> None:
        days = [tier.within_days for tier in self.speed_bonus_tiers]
        if days != sorted(set(days)) or not all(0 <= each <= _DAYS_MOST for each in days):
            raise RegisterValueRefused(
                Text("Stegen för snabbhetspremie (within_days) ska vara 0 till 731 dagar och stiga."),
            )
        if days and days[-1] != self.speed_bonus_limit_days:
            raise RegisterValueRefused(
                Text(
                    "Sista steget för snabbhetspremie är %(last)s dagar och gränsen (speed_bonus_limit_days) "
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
        return self.r1_after_months if stage is ResultStage.R1 else self.r2_after_months

    def bonus_tier(self, days: int) -> BonusTier | None:
        """The tier of an outcome that came so many days after the first day; None where it came too late for any."""
        return next((tier for tier in self.speed_bonus_tiers if days <= tier.within_days), None)

    def is_quick(self, days: int) -> bool:
        """Whether an outcome so many days after the first day earns a speed bonus."""
        if self.speed_bonus_tiers:
            return self.bonus_tier(days) is not None
        return days <= self.speed_bonus_limit_days


@dataclass(frozen=True, slots=True)
class PriceList:
    """What is agreed for some contracts for decisions made from `valid_from` on, until a later list.

    `vat` is how the service is taxed when a VAT-registered supplier delivers it; see `vat_for`.
    """

    id: str
    contracts: tuple[str, ...]
    valid_from: date
    articles: tuple[PricedArticle, ...]
    result_rules: ResultRules
    vat: Vat
    day_convention: DayConvention = DayConvention.WORKDAYS
    currency: str = "SEK"
    placement_rules: PlacementRules = USUAL_RULES

    def __post_init__(self) -> None:
        keys = [article.key for article in self.articles]
        if len(set(keys)) != len(keys):
            raise RegisterValueRefused(
                Text("Prislistan %(id)s har samma artikel två gånger.", id=self.id),
            )
        basic = [article for article in self.articles if article.article is Article.BASIC]
        if (
            not basic
            or basic[0].amount_decided
            or None in (basic[0].amounts.at(level) for level in CompensationLevel)
        ):
            raise RegisterValueRefused(
                Text(
                    "Prislistan %(id)s saknar grundersättning (BASIC) för någon av nivåerna A, B och C.",
                    id=self.id,
                ),
            )
        tiered = [
            article.amount_decided for article in self.articles if article.article is Article.SPEED_BONUS
        ]
        if self.result_rules.speed_bonus_tiers and not all(tiered):
            raise RegisterValueRefused(
                Text(
                    "Prislistan %(id)s har steg för snabbhetspremie (speed_bonus_tiers). Beloppen står där: skriv "
                    "amount_decided = true på artikeln SPEED_BONUS i stället för amounts.",
                    id=self.id,
                ),
            )

    def article(self, article: Article, *, stage: ResultStage | None = None, code: str = "") -> PricedArticle:
        """The article's number, name and amounts; raises NoPriceAgreed where the list does not have it."""
        for priced in self.articles:
            if priced.key == (article, stage, code):
                return priced
        which = WrittenText(" ".join(filter(None, (stage, code))))
        raise NoPriceAgreed(
            Text(
                "Prislistan %(id)s har ingen artikel %(wanted)s. Lägg till den i prislistan.",
                id=self.id,
                wanted=JoinedText(" ", (article.label, which)),
            )
        )

    def price_of(
        self,
        article: Article,
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
                    level=level,
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
        return Price(agreed, priced.number, priced.name, article.unit)

    def vat_for(self, supplier: Supplier, on: date) -> Vat:
        """How this supplier's delivery that day is taxed: its own exemption first, otherwise as the list says."""
        own = supplier.on(on).vat
        return self.vat if own.category is VatCategory.STANDARD else own
