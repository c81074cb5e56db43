"""Where contracts and price lists say something their service does not have. Pure.

Convention: a finding is the table, the id and the key to change, with a sentence that lists what is allowed.
"""

from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise
from typing import Protocol

from foundation.text import Text, WrittenText
from orders.register.pricing import PricedArticle, PriceList
from orders.register.service_terms import CodeNotOfService, Service, check_code
from orders.terms import ArticleKind, ResultStage

Finding = tuple[str, str, str, Text]


class NamesService(Protocol):
    """A contract, as far as its service goes."""

    @property
    def id(self) -> str:
        """Its id."""

    @property
    def service(self) -> str:
        """The id of its service; empty where there is only one."""


def service_of(contract: NamesService, services: Mapping[str, Service]) -> Service | None:
    """The service a contract is for; None where it cannot be told."""
    if not contract.service and len(services) == 1:
        return next(iter(services.values()))
    return services.get(contract.service)


def disagreements(
    services: Iterable[Service], contracts: Iterable[NamesService], price_lists: Iterable[PriceList]
) -> Iterator[Finding]:
    """Every place where a contract names no service there is, or a price list what its service does not have."""
    known = {service.id: service for service in services}
    of_contract: dict[str, Service] = {}
    for contract in contracts:
        found = service_of(contract, known)
        if found is not None:
            of_contract[contract.id] = found
        elif known:
            yield "contracts", contract.id, "service", _which(contract, known)
    for price_list in price_lists:
        own = {
            of_contract[each].id: of_contract[each] for each in price_list.contracts if each in of_contract
        }
        if len(own) > 1:
            yield (
                "price_lists",
                price_list.id,
                "contracts",
                Text(
                    "Prislistan %(id)s hör till avtal om olika tjänster: %(services)s. Skriv en prislista "
                    "för var och en.",
                    id=price_list.id,
                    services=", ".join(sorted(own)),
                ),
            )
        for service in own.values():
            yield from _of_list(price_list, service)


def _which(contract: NamesService, known: Mapping[str, Service]) -> Text:
    if contract.service:
        return Text(
            "Tjänsten %(service)s finns inte i registret. Skriv en av %(known)s.",
            service=contract.service,
            known=", ".join(sorted(known)),
        )
    return Text(
        "Avtal %(contract_id)s säger inte vilken tjänst det gäller (service). Skriv en av %(known)s.",
        contract_id=contract.id,
        known=", ".join(sorted(known)),
    )


def _of_list(price_list: PriceList, service: Service) -> Iterator[Finding]:
    for key, sentence in (
        *_day_convention(price_list, service),
        *_articles(price_list, service),
        *_results(price_list, service),
        *_rules(price_list, service),
    ):
        named = Text("Prislistan %(id)s: %(sentence)s", id=price_list.id, sentence=sentence)
        yield "price_lists", price_list.id, key, named


def _day_convention(price_list: PriceList, service: Service) -> Iterator[tuple[str, Text]]:
    if price_list.day_convention is not None:
        yield from _unknown("day_convention", [price_list.day_convention], service.day_conventions, service)


def _articles(price_list: PriceList, service: Service) -> Iterator[tuple[str, Text]]:
    kinds = tuple(each.kind for each in service.articles)
    yield from _unknown("articles", (each.article for each in price_list.articles), kinds, service)
    for priced in price_list.articles:
        yield from _unknown("articles", priced.amounts.table, service.level_codes, service)
        if priced.stage is not None:
            yield from _unknown("articles", [priced.stage], service.stage_codes, service)
    missing = [
        level
        for level in service.level_codes
        if not any(_has_basic(each, level) for each in price_list.articles)
    ]
    if missing:
        yield (
            "articles",
            Text(
                "%(article)s (BASIC) saknar belopp för %(levels)s. Skriv ett för varje nivå: %(known)s.",
                article=service.name_of(ArticleKind.BASIC),
                levels=", ".join(missing),
                known=", ".join(service.level_codes),
            ),
        )


def _has_basic(priced: PricedArticle, level: str) -> bool:
    return priced.article is ArticleKind.BASIC and not priced.amount_decided and level in priced.amounts.table


def _results(price_list: PriceList, service: Service) -> Iterator[tuple[str, Text]]:
    rules = price_list.result_rules
    if not rules.qualifying:
        if service.stages:
            yield (
                "result_rules",
                Text(
                    "Inget utfall ger resultat (result_rules, qualifying), och tjänsten har resultat. Skriv dem."
                ),
            )
        return
    if not service.stages:
        yield "result_rules", Text("Tjänsten har inga resultat. Ta bort reglerna (result_rules).")
        return
    yield from _unknown("result_rules", rules.qualifying, service.outcome_codes, service)
    yield from _unknown("result_rules", rules.never_qualifying, service.outcome_codes, service)
    yield from _months(rules.after_months.table, service)
    never = {each.code: each.name.text for each in service.outcomes if not each.may_qualify}
    for kind in rules.qualifying:
        if kind in never:
            yield (
                "result_rules",
                Text(
                    "%(kind)s (%(name)s) ger aldrig ersättning för resultat i tjänsten. Ta bort den ur qualifying.",
                    kind=kind,
                    name=never[kind],
                ),
            )


def _months(months: Mapping[ResultStage, int], service: Service) -> Iterator[tuple[str, Text]]:
    yield from _unknown("result_rules", months, service.stage_codes, service)
    missing = [stage for stage in service.stage_codes if stage not in months]
    if missing:
        yield (
            "result_rules",
            Text("Månaderna (after_months) saknas för %(stages)s. Skriv dem.", stages=", ".join(missing)),
        )
    held = [stage for stage in service.stage_codes if stage in months]
    for before, stage in pairwise(held):
        if months[stage] < months[before]:
            yield (
                "result_rules",
                Text(
                    "%(stage)s får inte komma före %(before)s (after_months).",
                    stage=service.stage_name(stage),
                    before=service.stage_name(before),
                ),
            )


def _rules(price_list: PriceList, service: Service) -> Iterator[tuple[str, Text]]:
    try:
        price_list.placement_rules.over(service.placement_rules)
    except ValueError as refusal:
        yield "placement_rules", getattr(refusal, "text", WrittenText(str(refusal)))


def _unknown(
    key: str, codes: Iterable[str], known: Iterable[str], service: Service
) -> Iterator[tuple[str, Text]]:
    allowed = tuple(known)
    for code in dict.fromkeys(codes):
        try:
            check_code(code, allowed, service=service)
        except CodeNotOfService as refusal:
            yield key, refusal.text
