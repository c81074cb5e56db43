"""Every öre lies in exactly one voucher: random histories, booked at random times, against sums in whole öre.

What is expected is calculated here from the events alone, in integers and by none of the product's functions.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Final

import pytest

from bookkeeping import vouchers as ledger
from bookkeeping.booked_queries import BookedInvoice
from bookkeeping.coding import Coder, CodingBasis
from bookkeeping.ledger_accounts import LedgerAccounts
from bookkeeping.unbooked_queries import UnbookedCredit, UnbookedPartialCredit, UnbookedPayment
from bookkeeping.voucher_making import Coders, Unbooked, vouchers_of
from bookkeeping.vouchers import Purchase, Voucher, VoucherKind
from invoicing.claims.claim_states import PartWay

_K = VoucherKind
FIRST: Final = date(2025, 11, 3)
ARTICLES: Final = ("BASIC", "RESULT", "")
# Two versions of the rules, with no account in common.
VERSIONS: Final[Mapping[int | None, LedgerAccounts]] = {
    None: LedgerAccounts(),
    1: LedgerAccounts("6711", "6712", "6713", "6714", "6719", "1646", "6799", "2699", "2681", "1922", "2891"),
}


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happens to an invoice, in whole öre: what of each article, VAT, and what is owed."""

    kind: VoucherKind
    invoice: int
    on: date
    about: str
    net: tuple[int, ...] = ()
    vat: int = 0
    payable: int = 0


@dataclass(slots=True)
class Story:
    """A history of some invoices: what happened when, and when it was booked, by which rules, and what was closed."""

    events: list[Event]
    runs: list[tuple[date, int | None]]
    arrivals: bool
    closings: dict[int, date] = field(default_factory=dict)


def a_story(chance: Random) -> Story:
    """Invoices that come, are approved or not, credited in part or whole, paid and given back."""
    events: list[Event] = []
    for invoice in range(1, chance.randint(1, 4) + 1):
        events += _invoice(chance, invoice)
    events.sort(key=lambda each: each.on)
    days = sorted(chance.sample(range(1, 200), chance.randint(1, 5)))
    changed = chance.randint(0, len(days))
    runs = [(FIRST + timedelta(day), None if place < changed else 1) for place, day in enumerate(days)]
    runs.append((FIRST + timedelta(400), runs[-1][1]))
    closings = {}
    for place, (day, _) in enumerate(runs[:-1]):
        if chance.random() < 0.4:
            # The last day of the month before the run.
            closings[place] = day.replace(day=1) - timedelta(1)
    return Story(events, runs, chance.random() < 0.5, closings)


def _invoice(chance: Random, invoice: int) -> list[Event]:
    day = FIRST + timedelta(chance.randint(0, 60))
    net = tuple(chance.choice((0, chance.randint(1, 10**8))) for _ in ARTICLES)
    vat, rounding = chance.choice((0, sum(net) // 4)), chance.randint(-50, 50)
    owed = sum(net) + vat + rounding
    number = str(invoice)
    events = [Event(_K.ARRIVAL, invoice, day, number, net, vat, owed)]

    def later(kind: VoucherKind, about: str, *amounts: object) -> None:
        nonlocal day
        day += timedelta(chance.randint(0, 40))
        events.append(Event(kind, invoice, day, about, *amounts))  # type: ignore[arg-type]

    if chance.random() < 0.8:
        later(_K.INVOICE, number, net, vat, owed)
        if chance.random() < 0.3:
            part = tuple(each // 3 for each in net)
            of_vat = vat // 3
            later(_K.PARTIAL_CREDIT, f"9{invoice}", part, of_vat, sum(part) + of_vat)
            owed -= sum(part) + of_vat
        if chance.random() < 0.6:
            later(_K.PAYMENT, f"P{invoice}", (), 0, owed)
    if chance.random() < 0.4:
        later(_K.CREDIT, number, (), 0, owed)
        if any(each.kind is _K.PAYMENT for each in events) and chance.random() < 0.5:
            later(_K.GIVEN_BACK, number, (), 0, owed)
    return events


def book(story: Story) -> list[tuple[Voucher, int]]:
    """Every run of the story with the product's own functions; each voucher with the place of its run."""
    books: dict[int, BookedInvoice] = {}
    done: set[tuple[VoucherKind, str]] = set()
    booked: list[tuple[Voucher, int]] = []
    closed_to: date | None = None
    coders_known: dict[int | None, Coder] = dict(VERSIONS)
    for place, (day, version) in enumerate(story.runs):
        if place in story.closings:
            closed_to = max(closed_to or date.min, story.closings[place])
        waiting = [each for each in story.events if each.on <= day and (each.kind, each.about) not in done]
        coders = Coders(VERSIONS[None], version, None, coders_known, lambda number: VERSIONS[number])
        for voucher in vouchers_of(_unbooked(story, waiting), books, coders):
            done.add((voucher.kind, voucher.about))
            booked.append((ledger.dated(voucher, closed_to), place))
    return booked


def _unbooked(story: Story, waiting: Sequence[Event]) -> Unbooked:
    def of(*kinds: VoucherKind) -> list[Event]:
        return [each for each in waiting if each.kind in kinds]

    ever = {each.invoice for each in story.events if each.kind is _K.INVOICE}
    return Unbooked(
        [(_purchase(each), each.on) for each in of(_K.ARRIVAL)] if story.arrivals else [],
        [(_purchase(each), each.on) for each in of(_K.INVOICE)],
        [UnbookedPartialCredit(each.invoice, _purchase(each), each.on) for each in of(_K.PARTIAL_CREDIT)],
        [
            UnbookedCredit(each.invoice, "F", "5599991014", each.on)
            for each in of(_K.CREDIT)
            if story.arrivals or each.invoice in ever
        ],
        [_paid(each, each.about) for each in of(_K.PAYMENT)],
        [_paid(each, each.about) for each in of(_K.GIVEN_BACK)],
    )


def _purchase(event: Event) -> Purchase:
    net = {
        CodingBasis(article): Decimal(amount).scaleb(-2)
        for article, amount in zip(ARTICLES, event.net, strict=True)
        if amount
    }
    about = int(event.about)
    return Purchase(
        about, "F", "5599991014", net, Decimal(event.vat).scaleb(-2), Decimal(event.payable).scaleb(-2)
    )


def _paid(event: Event, number: str) -> UnbookedPayment:
    how = PartWay.REPAID if event.kind is _K.GIVEN_BACK else None
    return UnbookedPayment(
        number, event.invoice, "F", "5599991014", Decimal(event.payable).scaleb(-2), event.on, how
    )


def expected(story: Story) -> dict[str, int]:
    """What each role comes to when all is booked, in öre: debit above zero. By the events alone."""
    sums = dict.fromkeys(("cost", "vat", "rounding", "arrived", "payable", "bank"), 0)
    for invoice in {each.invoice for each in story.events}:
        mine = {each.kind: each for each in story.events if each.invoice == invoice}
        came, part = mine[_K.ARRIVAL], mine.get(_K.PARTIAL_CREDIT)
        approved, credited = _K.INVOICE in mine, _K.CREDIT in mine
        if not credited:
            net, vat, owed = sum(came.net), came.vat, came.payable
            if part:
                net, vat, owed = net - sum(part.net), vat - part.vat, owed - part.payable
            if approved:
                sums["cost"] += net
                sums["vat"] += vat
                sums["rounding"] += owed - net - vat
                sums["payable"] -= owed
            elif story.arrivals:
                sums["arrived"] += owed
                sums["payable"] -= owed
        for kind, sign in ((_K.PAYMENT, 1), (_K.GIVEN_BACK, -1)):
            if kind in mine:
                sums["payable"] += sign * mine[kind].payable
                sums["bank"] -= sign * mine[kind].payable
    return sums


def _roles(vouchers: Sequence[Voucher]) -> dict[str, int]:
    role_of: dict[str, str] = {}
    for accounts in VERSIONS.values():
        role_of |= {accounts.cost_of(article): "cost" for article in ARTICLES}
        role_of |= {
            getattr(accounts, role): role for role in ("vat", "rounding", "arrived", "payable", "bank")
        }
    sums = dict.fromkeys(("cost", "vat", "rounding", "arrived", "payable", "bank"), 0)
    for voucher in vouchers:
        for row in voucher.rows:
            sums[role_of[row.account]] += int(row.amount.scaleb(2))
    return sums


def holds(story: Story) -> None:
    booked = book(story)
    vouchers = [each for each, _ in booked]
    # Each event has one voucher, and no voucher is of anything else.
    ever = {each.invoice for each in story.events if each.kind is _K.INVOICE}
    of_events = sorted(
        (each.kind, each.about)
        for each in story.events
        if story.arrivals or (each.kind is not _K.ARRIVAL and each.invoice in ever)
    )
    assert sorted((each.kind, each.about) for each in vouchers) == of_events
    assert _roles(vouchers) == expected(story)
    assert sum(_roles(vouchers).values()) == 0
    # Where an invoice is settled its debt is gone on each account it lay on, by whatever rules it was paid.
    for invoice in ever:
        mine = [each for each in story.events if each.invoice == invoice]
        kinds = {each.kind for each in mine}
        if _K.PAYMENT in kinds and (_K.CREDIT not in kinds or _K.GIVEN_BACK in kinds):
            abouts = {(each.kind, each.about) for each in mine}
            of_it = [each for each in vouchers if (each.kind, each.about) in abouts]
            for accounts in VERSIONS.values():
                for account in (accounts.payable, accounts.arrived):
                    assert sum(r.amount for each in of_it for r in each.rows if r.account == account) == 0
    # Nothing lies in what was closed when it was booked, and what was moved keeps the day of its event.
    on = {(each.kind, each.about): each.on for each in story.events}
    for voucher, place in booked:
        closed = [day for run, day in story.closings.items() if run <= place]
        event = on[voucher.kind, voucher.about]
        moved = bool(closed) and event <= max(closed)
        assert voucher.booked_on == (max(closed) + timedelta(1) if moved else event)
        assert voucher.event_on == (event if moved else None)


# Some hundred now, and a hundred thousand in `make test-slow`, so many at a time that each part is done in its time.
SHORT: Final = range(300)
LONG: Final = [range(first, first + 4_000) for first in range(0, 100_000, 4_000)]


@pytest.mark.parametrize("seeds", [SHORT, *(pytest.param(part, marks=pytest.mark.slow) for part in LONG)])
def test_every_ore_of_a_random_history_is_in_exactly_one_voucher(seeds: range) -> None:
    for seed in seeds:
        try:
            holds(a_story(Random(seed)))  # noqa: S311 - a history to try, and no secret
        except AssertionError as broken:
            raise AssertionError(f"history {seed}") from broken


@pytest.mark.parametrize("many", [100, pytest.param(4_000, marks=pytest.mark.slow)])
def test_the_vouchers_are_the_same_however_often_somebody_books(many: int) -> None:
    for seed in range(many):
        story = a_story(Random(seed))  # noqa: S311 - a history to try, and no secret
        story.closings, last = {}, story.runs[-1][0]
        at_once = Story(story.events, [(last, None)], story.arrivals)
        often = Story(story.events, [(day, None) for day, _ in story.runs], story.arrivals)
        key = {(each.kind, each.about): (each.booked_on, each.rows) for each, _ in book(at_once)}
        assert {(each.kind, each.about): (each.booked_on, each.rows) for each, _ in book(often)} == key, seed
