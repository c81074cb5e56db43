"""A buyer has one currency: price lists follow it, and what was ordered holds it."""

import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from foundation.money import Money
from foundation.text import Language
from invoicing.exceptions import trend_queries, trends
from invoicing.reconciliation import entry_queries, unbilled_queries
from invoicing.reconciliation.entry_source_queries import EntryFilter
from operations import register_loading
from orders.register.files import RegisterRefused, read_register
from orders.register.register import Register
from tests.support.stories.system import REGISTER, a_system, example_register

TODAY = date(2026, 3, 10)


def files(folder: Path, *, buyer: str = "", price_list: str = "") -> Path:
    """The example's files, with a currency in the buyer's table and in the first price list."""
    shutil.copytree(REGISTER, folder)
    if buyer:
        _written(folder / "buyer.toml", "[buyer]\n", f'[buyer]\ncurrency = "{buyer}"\n')
    if price_list:
        for file in folder.glob("prices-*.toml"):
            _written(file, 'currency = "SEK"', f'currency = "{price_list}"')
    return folder


def _written(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")


@pytest.mark.parametrize(("buyer", "price_list"), [("", "EUR"), ("EUR", "")])
def test_a_price_list_in_another_currency_than_the_buyers_is_refused_with_its_line(
    tmp_path: Path, buyer: str, price_list: str
) -> None:
    with pytest.raises(RegisterRefused) as refused:
        read_register([files(tmp_path / "register", buyer=buyer, price_list=price_list)])
    problem = refused.value.problems[0]
    assert problem.file.startswith("prices-")
    assert problem.line > 0
    other, own = ("EUR", "SEK") if price_list else ("SEK", "EUR")
    assert f"is in {other}, but the buyer's currency is {own}" in problem.sentence.in_language(Language("en"))


def test_a_buyer_may_have_another_currency_than_the_usual(tmp_path: Path) -> None:
    register = read_register([files(tmp_path / "register", buyer="EUR", price_list="EUR")])
    assert register.buyer.currency == "EUR"
    assert Register.from_json(register.to_json()) == register


def test_a_register_stored_before_buyers_had_a_currency_is_as_it_was() -> None:
    text = example_register().to_json()
    assert '"currency":"SEK"' not in text.split('"contracts"')[0]
    assert Register.from_json(text) == example_register()


def test_a_buyer_that_has_ordered_keeps_its_currency(database_url: str) -> None:
    with a_system(database_url) as system:
        other = replace(example_register().buyer, currency="EUR")
        in_euro = replace(
            example_register(),
            buyer=other,
            price_lists=tuple(replace(each, currency="EUR") for each in example_register().price_lists),
        )
        with system.database.reading() as session:
            assert register_loading.check(session, in_euro, today=TODAY).refused == ()
        system.decide()
        with system.database.reading() as session:
            (named,) = register_loading.check(session, in_euro, today=TODAY).refused
        assert "currency is SEK, and there are orders in it" in named.in_language(Language("en"))


def test_every_sum_of_a_buyer_in_euro_is_in_euro(database_url: str) -> None:
    example = example_register()
    in_euro = replace(
        example,
        buyer=replace(example.buyer, currency="EUR"),
        price_lists=tuple(replace(each, currency="EUR") for each in example.price_lists),
    )
    with a_system(database_url, register=in_euro) as system:
        system.decide()
        for month in ("2026-01", "2026-02"):
            system.report("100000101", month, on=date(2026, 3, 2))
        system.send_invoice(system.order("100000101").number, number="F-1", on=date(2026, 3, 3))
        with system.database.reading() as session:
            whole = entry_queries.statement(session, EntryFilter()).total
            assert (str(whole.invoiced), str(whole.received)) == ("1900.00 EUR", "3800.00 EUR")
            assert unbilled_queries.not_billed_total(session) == (1, Money.of("1900.00", "EUR"))
            (aged,) = trends.by_age(trend_queries.open_days(session), today=TODAY)
            assert aged.amount == Money.of("2375.00", "EUR")
        (paid,) = system.pay(on=date(2026, 4, 10))
        assert paid.amount == Money.of("2375.00", "EUR")
