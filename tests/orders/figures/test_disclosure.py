"""No small count is told, and none can be reckoned from what is: laws against whoever adds and subtracts."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from fractions import Fraction
from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from foundation.periods import Month
from orders.figures.counts import (
    BONUSES,
    ENDED,
    FLOWS,
    INTERRUPTED,
    ONGOING,
    RAN_OUT,
    STARTED,
    WHOLE,
    Counted,
    Dimension,
    Group,
    Place,
    ResultCount,
    Turn,
    TurnCount,
    approved,
    counted,
    invoiced,
)
from orders.figures.disclosure import Hidden, hidden
from orders.figures.told_figures import told
from orders.terms import ArticleKind

LEAST = 5
MONTHS = (Month(2026, 1), Month(2026, 2))
STAGES = ("R1",)

# Who delivers where: one part of three suppliers, another of two, and a supplier that has an area of its own.
PAIRS = (("S1", "A1"), ("S1", "A2"), ("S2", "A1"), ("S3", "A2"), ("S4", "A3"), ("S5", "A3"), ("S6", "A4"))
CAUSES = ("WORK", "STUDIES", "ILLNESS")

many = st.one_of(st.just(0), st.integers(0, 3), st.integers(0, 40))


@st.composite
def worlds(draw: st.DrawFn) -> Counted:
    """Counts of two months at some of the places, few and many."""
    pairs = draw(st.lists(st.sampled_from(PAIRS), min_size=1, max_size=5, unique=True))
    places = [Place(supplier, area, level) for supplier, area in pairs for level in "AB"]
    turns: list[TurnCount] = []
    due: list[ResultCount] = []
    for place in places:
        turns.append(TurnCount(Turn.START, None, place, "", ongoing := draw(many)))
        for month in MONTHS:
            begun = draw(many)
            turns.append(TurnCount(Turn.START, month, place, "", begun))
            left = ongoing + begun
            for cause in ("", draw(st.sampled_from(CAUSES))):
                ended = draw(st.integers(0, min(left, 12)))
                turns.append(TurnCount(Turn.END, month, place, cause, ended))
                left -= ended
            ongoing = left
            results = draw(many)
            claimed = draw(st.integers(0, results))
            due.append(ResultCount(ArticleKind.RESULT, "R1", month, place, results, claimed))
            due.append(ResultCount(ArticleKind.SPEED_BONUS, "", month, place, draw(many), 0))
    return counted(turns, due, months=MONTHS, stages=STAGES)


def groups_of(found: Counted, month: Month, name: str) -> Mapping[Group, int]:
    """Every group of a figure that is not zero."""
    return {group: count for group, count in found.on_groups(month, name).items() if count}


def told_groups(found: Counted, kept: Hidden) -> Iterator[tuple[Month, str, Group, int]]:
    """What is not zero and told."""
    for month, name in product(found.months, found.names):
        for group, count in groups_of(found, month, name).items():
            if not kept.hides(month, name, group):
                yield month, name, group, count


@given(found=worlds())
def test_nothing_between_zero_and_the_least_is_told(found: Counted) -> None:
    kept = hidden(found, stages=STAGES, least=LEAST)
    assert [each for each in told_groups(found, kept) if each[-1] < LEAST] == []


@given(found=worlds())
def test_where_the_least_is_one_everything_is_told(found: Counted) -> None:
    kept = hidden(found, stages=STAGES, least=1)
    assert all(not groups for groups in kept.groups.values())


Term = tuple[object, ...]
"""Something that is not known by itself: a part of a count at one place."""
Row = dict[Term, Fraction]


class Reckoner:
    """Whoever knows all that is told, who delivers where, and how the figures hang together, and reckons with it.

    Every figure is a sum of unknown parts: those ongoing before, and by month and place the started, the interrupted
    by cause, those that ran out, and the results. A sum that is a combination of told ones is reckoned.
    """

    def __init__(self, found: Counted) -> None:
        places = {place for counts in found.by_place.values() for place in counts}
        pairs = {(each.supplier, each.area) for each in places}
        self.places = [Place(*pair, level) for pair in pairs for level in sorted({p.level for p in places})]
        self.causes = sorted({cause for causes in found.by_cause.values() for cause in causes})
        self.known: list[tuple[Term, Row]] = []

    def parts(self, month: Month, name: str, group: Group) -> Row:
        kind, key = group
        row: Row = defaultdict(Fraction)
        for place in self.places:
            at = {
                Dimension.SUPPLIER: place.supplier,
                Dimension.AREA: place.area,
                Dimension.LEVEL: place.level,
            }
            if at.get(kind, key) != key:
                continue
            for term, sign in self._terms(month, name, place, cause=key if kind is Dimension.CAUSE else ""):
                row[term] += sign
        return dict(row)

    def _terms(self, month: Month, name: str, place: Place, *, cause: str) -> Iterator[tuple[Term, int]]:
        interrupted = [(month, place, "by", each) for each in self.causes if cause in ("", each)]
        match name:
            case _ if name == STARTED:
                yield (month, place, STARTED), 1
            case _ if name == RAN_OUT:
                yield (month, place, RAN_OUT), 1
            case _ if name == INTERRUPTED:
                yield from ((term, 1) for term in interrupted)
            case _ if name == ENDED:
                yield from ((term, 1) for term in interrupted)
                yield (month, place, RAN_OUT), 1
            case _ if name == ONGOING:
                yield ("before", place), 1
                for each in MONTHS[: MONTHS.index(month) + 1]:
                    yield (each, place, STARTED), 1
                    yield from ((term, -sign) for term, sign in self._terms(each, ENDED, place, cause=""))
            case _ if name == invoiced("R1"):
                yield (month, place, "invoiced"), 1
            case _ if name == approved("R1"):
                yield (month, place, "invoiced"), 1
                yield (month, place, "not invoiced"), 1
            case _:
                assert name == BONUSES
                yield (month, place, BONUSES), 1

    def learn(self, row: Row) -> None:
        left = self._without_known(row)
        if left:
            self.known.append((next(iter(left)), left))

    def reckons(self, row: Row) -> bool:
        return not self._without_known(row)

    def _without_known(self, row: Row) -> Row:
        left = dict(row)
        for pivot, each in self.known:
            if pivot not in left:
                continue
            factor = left[pivot] / each[pivot]
            for term, value in each.items():
                rest = left.get(term, Fraction(0)) - factor * value
                if rest:
                    left[term] = rest
                else:
                    left.pop(term, None)
        return left


@given(found=worlds())
def test_no_hidden_count_can_be_reckoned_from_all_that_is_told(found: Counted) -> None:
    kept = hidden(found, stages=STAGES, least=LEAST)
    reckoner = Reckoner(found)
    for month, name, group, _ in told_groups(found, kept):
        reckoner.learn(reckoner.parts(month, name, group))
    reckoned = [
        (str(month), name, group, count)
        for month, name in product(found.months, found.names)
        for group, count in groups_of(found, month, name).items()
        if kept.hides(month, name, group) and reckoner.reckons(reckoner.parts(month, name, group))
    ]
    assert reckoned == []


@given(found=worlds())
def test_what_is_left_of_results_by_subtracting_is_not_small_either(found: Counted) -> None:
    kept = hidden(found, stages=STAGES, least=LEAST)
    for month in found.months:
        every, claimed = (groups_of(found, month, name) for name in (approved("R1"), invoiced("R1")))
        for group, count in every.items():
            if not kept.hides(month, approved("R1"), group):
                assert not 0 < count - claimed.get(group, 0) < LEAST


@given(found=worlds())
def test_the_hidden_of_a_kind_are_never_known_to_be_one_each(found: Counted) -> None:
    kept = hidden(found, stages=STAGES, least=LEAST)
    for month, name in product(found.months, found.names):
        held = groups_of(found, month, name)
        if kept.hides(month, name, WHOLE):
            continue  # nor is it known what they are together
        for kind in (Dimension.LEVEL, *([Dimension.CAUSE] if name == INTERRUPTED else [])):
            # Zero is told where nothing hides the group; those hidden have as many as are left.
            values = [held.get(group, 0) for group in kept.groups[month, name] if group[0] is kind]
            assert not values or set(values) != {1}


def test_a_month_by_hand() -> None:
    """S1 has 3, S2 7 and S3 20 who started, in one area and at one level: 30 in all.

    The 3 are hidden; 30 less 27 would give them, so that the next smallest, 7, are hidden too.
    """
    begun = {"S1": 3, "S2": 7, "S3": 20}
    turns = [
        TurnCount(Turn.START, MONTHS[0], Place(key, "A1", "A"), "", count) for key, count in begun.items()
    ]
    found = counted(turns, [], months=MONTHS[:1], stages=STAGES)
    kept = hidden(found, stages=STAGES, least=LEAST)
    rows = {
        dimension: [
            (row.key, row.counts[ONGOING], row.counts[STARTED], row.counts[ENDED])
            for row in told(
                found,
                kept,
                service="rusta-och-matcha",
                counted_to=MONTHS[0].period.end,
                least=LEAST,
                dimension=dimension,
            ).rows
        ]
        for dimension in (Dimension.SUPPLIER, Dimension.AREA, Dimension.LEVEL)
    }
    assert rows == {
        # Who ended in the month is hidden beside: 3 are ongoing who were none before.
        Dimension.SUPPLIER: [("S1", None, None, None), ("S2", None, None, None), ("S3", 20, 20, 0)],
        Dimension.AREA: [("A1", 30, 30, 0)],
        Dimension.LEVEL: [("A", 30, 30, 0)],
    }


def test_what_is_small_at_one_level_is_covered_there_and_by_nothing_else() -> None:
    begun = {"A": 2, "B": 9, "C": 30}
    turns = [
        TurnCount(Turn.START, MONTHS[0], Place("S1", "A1", key), "", many) for key, many in begun.items()
    ]
    found = counted(turns, [], months=MONTHS[:1], stages=STAGES)
    kept = hidden(found, stages=STAGES, least=LEAST)
    hidden_ones = {(Dimension.LEVEL, "A"), (Dimension.LEVEL, "B")}
    assert {name: kept.groups[MONTHS[0], name] for name in (ONGOING, *FLOWS)} == dict.fromkeys(
        (ONGOING, *FLOWS), hidden_ones
    )


def test_two_that_are_together_two_are_not_told_as_one_each() -> None:
    # A and B are hidden, and 40 less 38 are two: whoever knows that neither is zero would know both.
    begun = {"A": 1, "B": 1, "C": 8, "D": 30}
    turns = [
        TurnCount(Turn.START, MONTHS[0], Place("S1", "A1", key), "", many) for key, many in begun.items()
    ]
    found = counted(turns, [], months=MONTHS[:1], stages=STAGES)
    kept = hidden(found, stages=STAGES, least=LEAST)
    assert sorted(key for _, key in kept.groups[MONTHS[0], ONGOING]) == ["A", "B", "C"]


def test_a_zero_that_is_told_says_who_delivers_where() -> None:
    """Nobody starts in A1, so that S1's 3 are all in A2 with S2's 7: 10 less 7 would give them."""
    begun = {Place("S1", "A2", "A"): 3, Place("S2", "A2", "A"): 7, Place("S3", "A3", "A"): 2}
    begun |= {Place("S4", "A3", "A"): 20, Place("S4", "A1", "A"): 0, Place("S1", "A1", "A"): 0}
    turns = [TurnCount(Turn.START, MONTHS[0], place, "", many) for place, many in begun.items()]
    found = counted(turns, [], months=MONTHS[:1], stages=STAGES)
    kept = hidden(found, stages=STAGES, least=LEAST)
    assert sorted(key for _, key in kept.groups[MONTHS[0], ONGOING]) == ["S1", "S2", "S3", "S4"]


def test_what_is_chosen_is_told_as_it_is_among_the_others() -> None:
    begun = {"S1": 3, "S2": 7, "S3": 20}
    turns = [TurnCount(Turn.START, MONTHS[0], Place(key, "A1", "A"), "", many) for key, many in begun.items()]
    found = counted(turns, [], months=MONTHS[:1], stages=STAGES)
    kept = hidden(found, stages=STAGES, least=LEAST)

    def rows(key: str) -> dict[str, int | None]:
        end = MONTHS[0].period.end
        chosen = told(
            found,
            kept,
            service="s",
            counted_to=end,
            least=LEAST,
            dimension=Dimension.SUPPLIER,
            key=key,
        )
        return {row.key: row.counts[ONGOING] for row in chosen.rows}

    # S2 alone is not small, and is hidden still: otherwise S1 would be what is left.
    assert rows("") == {"S1": None, "S2": None, "S3": 20}
    assert rows("S2") == {"S2": None}
