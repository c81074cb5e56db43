"""The books and the oracle agree after any thirty steps: the same steps taken, the same days and results paid."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foundation.database import Database
from orders.register import store as register_store
from orders.register.agreements import EarlyApproval
from orders.register.pricing import StageMonths
from orders.register.register import Register
from tests.entitlement.moves import Step, take
from tests.entitlement.world import World
from tests.support.stories.system import a_system, example_register

NUMBER = st.integers(0, 63)
STEPS = st.integers(1, 30).flatmap(
    lambda count: st.lists(st.tuples(NUMBER, NUMBER, NUMBER, NUMBER), min_size=count, max_size=count)
)


@pytest.fixture(scope="module")
def books(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """Books without anything but a register, which counts no day that has not been."""
    url = f"sqlite:///{tmp_path_factory.mktemp('entitlement') / 'books.sqlite'}"
    with a_system(url, register=register()) as system:
        yield system.database


def register() -> Register:
    """The example's, with a price list of its own for one supplier, who gets R1 with the start of work."""
    example = example_register(early_approval=EarlyApproval.UP_TO_APPROVAL)
    (newest,) = (each for each in example.price_lists if each.id == "EXEMPEL-2026")
    ours = ("AVT-1001",)
    at_once = replace(
        newest,
        id="GENAST-2026",
        contracts=ours,
        result_rules=replace(newest.result_rules, after_months=StageMonths(R1=0, R2=6)),
    )
    others = replace(newest, contracts=tuple(each for each in newest.contracts if each not in ours))
    rest = (each for each in example.price_lists if each is not newest)
    return replace(example, price_lists=(*rest, others, at_once))


@given(steps=STEPS)
@settings(max_examples=100)
def test_what_is_received_and_stands_is_what_may_be_paid(books: Database, steps: list[Step]) -> None:
    agree(books, steps)


@pytest.mark.slow
@pytest.mark.parametrize("thousand", range(20))
def test_so_it_is_in_twenty_thousand_stories(books: Database, thousand: int) -> None:
    @given(steps=STEPS)
    @settings(max_examples=1_000, derandomize=False, database=None)
    def agreed(steps: list[Step]) -> None:
        agree(books, steps)

    agreed()


def agree(books: Database, steps: list[Step]) -> None:
    """Take the steps in books that are thrown away afterwards, and compare."""
    with books.reading() as session:
        world = World(session, register_store.load(session))
        for step in steps:
            take(world, step)
        world.compare()
