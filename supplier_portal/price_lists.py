"""A supplier's price lists: which holds for which contract and decision days, and its articles as rows. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from foundation.text import JoinedText, Text
from orders.register.agreements import Contract
from orders.register.parties import Supplier, Vat
from orders.register.pricing import BonusTier, PricedArticle, PriceList, ResultRules
from orders.register.register import Register
from orders.register.service_terms import Service
from orders.terms import ArticleKind, CompensationLevel, OutcomeKind
from orders.workdays import DayConvention

DAY_CONVENTIONS = {
    DayConvention.WORKDAYS: Text("måndag till fredag, utom helgdagar"),
    DayConvention.WEEKDAYS: Text("måndag till fredag, även helgdagar"),
    DayConvention.CALENDAR: Text("alla dagar i veckan"),
}
_AFTER = Text("%(months)s månader efter start")
_WITH_FIRST = Text("med %(stage)s, om starten kom inom %(days)s dagar")


@dataclass(frozen=True, slots=True)
class AgreedPrices:
    """A price list as it holds for one contract: for decisions from `first` to `last`, or on and on."""

    contract: Contract
    areas: tuple[str, ...]
    prices: PriceList
    vat: Vat
    first: date
    last: date
    now: bool

    @property
    def id(self) -> str:
        """What it is known by on the page."""
        return f"{self.contract.id}-{self.prices.id}"

    @property
    def rules(self) -> tuple[Text, ...]:
        """When results are ordered and paid, and how long placements are, in sentences."""
        return (*_result_rules(self.prices), *_placement_rules(self.prices))


@dataclass(frozen=True, slots=True)
class ArticleRow:
    """One article of a list, as an ERP system loads it: the price of one unit at each level, None where decided.

    A speed bonus in tiers has a row for each of them.
    """

    agreed: AgreedPrices
    article: PricedArticle
    tier: BonusTier | None = None

    @property
    def unit(self) -> str:
        """The unit of measure as orders have it, a code of UNECE Recommendation 20."""
        ordered = self.agreed.prices.service.article_of(self.article.article)
        return ordered.unit if ordered else ""

    def amount(self, level: CompensationLevel) -> Decimal | None:
        """The price at the level."""
        amounts = self.article.amounts if self.tier is None else self.tier.amounts
        return amounts.at(level)

    @property
    def is_decided(self) -> bool:
        """Whether the amount comes with each decision, so that none stands in the list."""
        return self.article.amount_decided and self.tier is None

    @property
    def when(self) -> Text:
        """When the article is ordered."""
        prices, rules = self.agreed.prices, self.agreed.prices.result_rules
        match self.article.article:
            case ArticleKind.BASIC:
                return Text("vid beslutet, en rad för varje månad")
            case ArticleKind.RESULT:
                months = rules.months_after_start(self.article.stage or prices.service.stage_codes[0])
                return Text("på startdagen") if months == 0 else _AFTER.with_values(months=months)
            case ArticleKind.SPEED_BONUS if self.tier is not None:
                return _WITH_FIRST.with_values(stage=_first_stage(prices), days=self.tier.within_days)
            case ArticleKind.SPEED_BONUS:
                return _WITH_FIRST.with_values(stage=_first_stage(prices), days=rules.speed_bonus_limit_days)
            case _:
                return Text("när tillägget är godkänt")


def agreed_with(register: Register, supplier: str, *, today: date) -> list[AgreedPrices]:
    """Every list of the supplier's contracts, the one that holds now first, then the newest."""
    party = next((each for each in register.suppliers if each.organisation_number == supplier), None)
    if party is None:
        return []
    found = [
        each
        for contract in register.contracts
        if contract.supplier == supplier
        for each in _of_contract(register, contract, party, today=today)
    ]
    return sorted(found, key=lambda each: (not each.now, -each.first.toordinal(), each.contract.id))


def _of_contract(
    register: Register, contract: Contract, party: Supplier, *, today: date
) -> Iterator[AgreedPrices]:
    lists = sorted(
        (each for each in register.price_lists if contract.id in each.contracts),
        key=lambda each: each.valid_from,
    )
    names = tuple(register.area(each).name for each in contract.areas)
    for place, prices in enumerate(lists):
        first = max(prices.valid_from, contract.valid.start)
        last = contract.valid.end
        if place + 1 < len(lists):
            last = min(last, lists[place + 1].valid_from - timedelta(days=1))
        if first > last:
            # Another list came before the contract began: no decision was made under this one.
            continue
        # What is delivered today, or at the list's own end where it has passed.
        vat = prices.vat_for(party, min(max(today, first), last))
        yield AgreedPrices(contract, names, prices, vat, first, last, first <= today <= last)


def articles(agreed: AgreedPrices) -> list[ArticleRow]:
    """The list's articles, in its order."""
    tiers = agreed.prices.result_rules.speed_bonus_tiers
    return [
        ArticleRow(agreed, each, tier)
        for each in agreed.prices.articles
        for tier in (tiers if each.article is ArticleKind.SPEED_BONUS and tiers else (None,))
    ]


def _result_rules(prices: PriceList) -> Iterator[Text]:
    rules, service = prices.result_rules, prices.service
    if not service.stages:
        yield from _last_days(rules)
        return
    for stage in service.stage_codes:
        if any(each.stage == stage for each in prices.articles):
            months, name = rules.months_after_start(stage), service.stage_name(stage)
            if months == 0:
                yield Text("%(stage)s beställs den dag utfallet började.", stage=name)
            else:
                yield Text(
                    "%(stage)s beställs %(months)s månader efter den dag utfallet började.",
                    stage=name,
                    months=months,
                )
    bonus = service.name_of(ArticleKind.SPEED_BONUS)
    if (
        any(each.article is ArticleKind.SPEED_BONUS for each in prices.articles)
        and not rules.speed_bonus_tiers
    ):
        yield Text(
            "%(bonus)s beställs med %(stage)s när starten kom inom %(days)s dagar från placeringens första dag.",
            bonus=bonus,
            stage=_first_stage(prices),
            days=rules.speed_bonus_limit_days,
        )
    for tier in rules.speed_bonus_tiers:
        yield Text(
            "%(bonus)s beställs med %(stage)s när starten kom inom %(days)s dagar från placeringens första dag.",
            bonus=bonus,
            stage=_first_stage(prices),
            days=tier.within_days,
        )
    yield Text(
        "Resultat ges för %(kinds)s i minst %(percent)s procents omfattning.",
        kinds=_named(service, rules.qualifying),
        percent=rules.minimum_extent_percent,
    )
    if rules.never_qualifying:
        yield Text("Resultat ges aldrig för %(kinds)s.", kinds=_named(service, rules.never_qualifying))
    if rules.interruption_required:
        yield Text(
            "Placeringen ska först vara avbruten för %(kinds)s.", kinds=_named(service, rules.qualifying)
        )
        if rules.result_after_end_days:
            yield Text(
                "Den som börjar inom %(days)s dagar efter att perioden tagit slut räknas också.",
                days=rules.result_after_end_days,
            )
    if rules.outcomes_per_stretch > 1:
        yield Text("En deltagare kan ge högst %(count)s resultat.", count=rules.outcomes_per_stretch)
    yield from _last_days(rules)


def _last_days(rules: ResultRules) -> Iterator[Text]:
    """Until when a result and a supplement can be approved."""
    if rules.result_claim_days is not None:
        yield Text(
            "Ett resultat kan godkännas till och med %(days)s dagar efter den dag det skulle ha beställts.",
            days=rules.result_claim_days,
        )
    if rules.supplement_claim_days is not None:
        yield Text(
            "Ett tillägg kan godkännas till och med %(days)s dagar efter placeringens sista dag.",
            days=rules.supplement_claim_days,
        )


def _named(service: Service, kinds: Sequence[OutcomeKind]) -> Text:
    return JoinedText(", ", [service.outcome_within(each) for each in kinds])


def _first_stage(prices: PriceList) -> Text:
    return prices.service.stage_name(prices.service.stage_codes[0])


def _placement_rules(prices: PriceList) -> Iterator[Text]:
    rules = prices.placement_rules.over(prices.service.placement_rules)
    yield Text(
        "En placering har högst %(periods)s perioder på %(months)s månader.",
        periods=rules.periods,
        months=rules.period_months,
    )
    yield Text("Den ska börja inom %(days)s dagar från beslutet.", days=rules.start_within_days)
