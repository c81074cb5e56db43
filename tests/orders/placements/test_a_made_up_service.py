"""A service nobody has thought of: a file of its own, and the program carries it from decision to accepted invoice.

Three periods of two months, three stages of a result, one level, Norwegian holidays, half days and codes of its own.
"""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from foundation.money import Quantity
from foundation.periods import Period
from invoicing.model import InvoiceState
from invoicing.portal_invoicing.scope import Scope
from operations.event_loading import place_due_orders
from orders.model import PlannedState
from orders.placements import plan_store
from orders.register.files import RegisterRefused, read_register
from orders.register.register import Register
from orders.terms import ArticleKind
from supplier_portal.queries import placements as placement_queries
from supplier_portal.queries.placements import PlacementFilter, Stands
from tests.support.project import FIXTURES
from tests.support.stories.system import FYRBAKEN, System, a_system, decision, outcome

REFERENCE = "700000001"
DEMO = FIXTURES / "demo" / "register"

SERVICE = """
[[services]]
id = "frukost"
name = { sv = "Frukost på jobbet", en = "Breakfast at work" }
country = "NO"
day_conventions = ["WORKDAYS"]
change_reason = "FLYTT"
report_approval = "outside"
levels = [{ code = "ALLA", name = { sv = "Alla", en = "Everybody" } }]
stages = [
  { code = "FRO", name = { sv = "Frö", en = "Seed" } },
  { code = "SKOTT", name = { sv = "Skott", en = "Shoot" } },
  { code = "SKORD", name = { sv = "Skörd", en = "Harvest" } },
]
outcomes = [{ code = "JOBB", name = { sv = "Jobb", en = "Job" } }]
interruption_reasons = [
  { code = "JOBB", name = { sv = "Jobb", en = "Job" }, carries = ["JOBB"] },
  { code = "FLYTT", name = { sv = "Flytt", en = "Move" } },
]

[services.placement_rules]
periods = 3
period_months = 2
start_within_days = 30

[[services.articles]]
kind = "BASIC"
unit = "HUR"
per_day = "0.5"
name = { sv = "Frukost", en = "Breakfast" }

[[services.articles]]
kind = "RESULT"
unit = "LS"
name = { sv = "Lön", en = "Reward" }
"""
AGREED = """
[[contracts]]
id = "FR-1"
supplier = "559999-1014"
areas = ["LO-NORD"]
valid = { start = 2026-01-01, end = 2027-12-31 }

[[price_lists]]
id = "FR-2026"
contracts = ["FR-1"]
valid_from = 2026-01-01
vat = { category = "S", percent = "25.00" }

[price_lists.result_rules]
qualifying = ["JOBB"]
after_months = { FRO = 0, SKOTT = 1, SKORD = 2 }
speed_bonus_limit_days = 0
minimum_extent_percent = 0
interruption_required = true

[[price_lists.articles]]
article = "BASIC"
number = "1"
name = "Frukost"
amounts = { ALLA = "200.00" }

[[price_lists.articles]]
article = "RESULT"
stage = "FRO"
number = "2"
name = "Lön för frö"
amounts = { ALLA = "1000.00" }

[[price_lists.articles]]
article = "RESULT"
stage = "SKOTT"
number = "3"
name = "Lön för skott"
amounts = { ALLA = "2000.00" }

[[price_lists.articles]]
article = "RESULT"
stage = "SKORD"
number = "4"
name = "Lön för skörd"
amounts = { ALLA = "3000.00" }
"""


def made_up(folder: Path, *, service: str = SERVICE, agreed: str = AGREED) -> Register:
    """The register of the service alone, with the suppliers of the examples."""
    (folder / "frukost.toml").write_text(service, encoding="utf-8")
    (folder / "avtal.toml").write_text(agreed, encoding="utf-8")
    parties = (DEMO / name for name in ("buyer.toml", "suppliers.toml", "units.toml", "areas.toml"))
    return read_register([*parties, folder])


def placed(**changes: object) -> dict[str, object]:
    """What placement.decided says of the service."""
    said = {"contract": "FR-1", "level": "ALLA", "end": date(2026, 4, 30), "start": date(2026, 3, 1)}
    return decision(REFERENCE, **{**said, **changes})  # type: ignore[arg-type]


@pytest.fixture
def system(database_url: str, tmp_path: Path) -> Iterator[System]:
    with a_system(database_url, register=made_up(tmp_path)) as system:
        system.must("placement.decided", placed(), on=date(2026, 3, 1))
        yield system


def further(number: int, start: str, end: str) -> dict[str, object]:
    return {
        "decision_id": f"B-{number}",
        "execution_reference": REFERENCE,
        "period": {"start": start, "end": end},
        "decided_on": "2026-04-20",
    }


def test_from_decision_to_accepted_invoice_in_half_hours_of_norwegian_workdays(system: System) -> None:
    order = system.order(REFERENCE)
    # April has Maundy Thursday, which is a holiday in Norway and none in Sweden: 19 days and not 20.
    assert [line.quantity for line in order.lines] == [
        Quantity(Decimal(11), "HUR"),
        Quantity(Decimal("9.5"), "HUR"),
    ]
    assert (order.service, str(order.day_rule)) == ("frukost", "WORKDAYS/NO")
    system.report(REFERENCE, "2026-04", on=date(2026, 5, 4))
    assert system.line(order.number, "002").amount_received.amount == Decimal("1900.00")
    invoice = system.send_invoice(order.number, "002", number="F-1", on=date(2026, 5, 4))
    assert invoice.state is InvoiceState.ACCEPTED


def test_half_days_are_received_up_to_an_interruption(system: System) -> None:
    system.interrupt(REFERENCE, on=date(2026, 4, 1), last_day=date(2026, 4, 7), reason="JOBB")
    system.report(REFERENCE, "2026-04", on=date(2026, 5, 4))
    # 1 and 7 April: 2, 3 and 6 are holidays, 4 and 5 a weekend.
    assert system.days_received(REFERENCE) == ["-", "1"]


def test_three_periods_are_given_and_no_fourth(system: System) -> None:
    system.must("placement.period_two_decided", further(2, "2026-05-01", "2026-06-30"), on=date(2026, 4, 20))
    system.must("placement.period_two_decided", further(3, "2026-07-01", "2026-08-31"), on=date(2026, 4, 20))
    placement = system.placement(REFERENCE)
    assert [(each.ordinal, each.period) for each in placement.periods] == [
        (1, Period(date(2026, 3, 1), date(2026, 4, 30))),
        (2, Period(date(2026, 5, 1), date(2026, 6, 30))),
        (3, Period(date(2026, 7, 1), date(2026, 8, 31))),
    ]
    assert len(system.orders(REFERENCE, ArticleKind.BASIC)) == 3
    refusal = system.refuses(
        "placement.period_two_decided", further(4, "2026-09-01", "2026-10-31"), on=date(2026, 4, 20)
    )
    assert "already has 3 periods of at most 3" in refusal
    system.report(REFERENCE, "2026-08", on=date(2026, 9, 2))
    assert system.days_received(REFERENCE) == ["-", "-", "-", "-", "-", "10.5"]


def test_three_stages_are_earned_one_after_the_other(system: System) -> None:
    system.interrupt(REFERENCE, on=date(2026, 4, 14), reason="JOBB")
    started = date(2026, 4, 15)
    last = outcome(REFERENCE, "SKORD", started_on=started, kind="JOBB")
    assert "presupposes SKOTT. Load SKOTT first" in system.refuses(
        "outcome.approved", last, on=date(2026, 4, 15)
    )
    for stage in ("FRO", "SKOTT", "SKORD"):
        approved = outcome(REFERENCE, stage, started_on=started, kind="JOBB")
        system.must("outcome.approved", approved, on=date(2026, 4, 15))
    place_due_orders(system.database, today=date(2026, 6, 15))
    results = system.orders(REFERENCE, ArticleKind.RESULT)
    assert [(each.stage, each.amount.amount, each.lines[0].quantity.unit) for each in results] == [
        ("FRO", Decimal("1000.00"), "LS"),
        ("SKOTT", Decimal("2000.00"), "LS"),
        ("SKORD", Decimal("3000.00"), "LS"),
    ]
    invoice = system.send_invoice(results[-1].number, number="F-2", on=date(2026, 6, 16))
    assert invoice.state is InvoiceState.ACCEPTED


def test_with_a_stage_fall_those_after_it_and_not_those_before(system: System) -> None:
    system.interrupt(REFERENCE, on=date(2026, 4, 14), reason="JOBB")
    for stage in ("FRO", "SKOTT", "SKORD"):
        approved = outcome(REFERENCE, stage, started_on=date(2026, 4, 15), kind="JOBB")
        system.must("outcome.approved", approved, on=date(2026, 4, 15))
    revoked = {
        "execution_reference": REFERENCE,
        "stage": "SKOTT",
        "started_on": "2026-04-15",
        "revoked_on": "2026-04-20",
    }
    system.must("outcome.revoked", revoked, on=date(2026, 4, 20))
    with system.database.reading() as session:
        held = plan_store.of_placement(session, REFERENCE)
    assert {each.stage: each.state for each in held} == {
        "FRO": PlannedState.PLACED,
        "SKOTT": PlannedState.DROPPED,
        "SKORD": PlannedState.DROPPED,
    }


@pytest.mark.parametrize(
    ("kind", "data", "sentence"),
    [
        (
            "placement.decided",
            placed(level="C", decision_id="B-9"),
            "C does not exist in the service Breakfast",
        ),
        (
            "interruption.registered",
            {
                "execution_reference": REFERENCE,
                "registered_on": "2026-03-10",
                "effective_on": "2026-03-10",
                "reason": "WORK",
            },
            "Write one of JOBB, FLYTT",
        ),
        (
            "outcome.approved",
            outcome(REFERENCE, "R1", started_on=date(2026, 3, 9), kind="JOBB"),
            "R1 does not exist in the service Breakfast at work. Write one of FRO, SKOTT, SKORD",
        ),
        (
            "report.filed",
            {
                "execution_reference": REFERENCE,
                "month": "2026-03",
                "version": 1,
                "at": "2026-03-10T08:00:00+01:00",
                "by": "user-17",
                "activities": ["MEETING"],
            },
            "MEETING does not exist in the service Breakfast at work. Write no code.",
        ),
    ],
)
def test_a_code_of_another_service_is_refused_with_those_there_are(
    system: System, kind: str, data: dict[str, object], sentence: str
) -> None:
    assert sentence in system.refuses(kind, data, on=date(2026, 3, 10))


@pytest.mark.parametrize(
    ("was", "becomes", "sentence"),
    [
        ('unit = "HUR"', 'unit = "TIMME"', "is not in UNECE Recommendation 20"),
        ('country = "NO"', 'country = "XX"', "public holidays of the country XX are not known"),
        ('change_reason = "FLYTT"', 'change_reason = "BYTE"', "BYTE does not exist in the service"),
        ('carries = ["JOBB"]', 'carries = ["STUDIER"]', "STUDIER does not exist in the service"),
        ('code = "SKOTT"', 'code = "FRO"', "The same code stands twice in stages"),
        ('code = "ALLA"', 'code = "alla"', "must be capitals, digits and underscores"),
        ('day_conventions = ["WORKDAYS"]', "day_conventions = []", "at least one way to count days"),
        ('kind = "RESULT"', 'kind = "SUPPLEMENTARY"', "must have both an article for results"),
    ],
)
def test_a_service_that_contradicts_itself_is_refused_in_a_sentence(
    was: str, becomes: str, sentence: str, tmp_path: Path
) -> None:
    with pytest.raises(RegisterRefused, match=sentence):
        made_up(tmp_path, service=SERVICE.replace(was, becomes, 1))


@pytest.mark.parametrize(
    ("was", "becomes", "sentence"),
    [
        ('id = "FR-1"', 'id = "FR-1"\nservice = "lunch"', "The service lunch is not in the register"),
        ('{ ALLA = "200.00" }', '{ NAGRA = "200.00" }', "NAGRA does not exist in the service"),
        ('{ ALLA = "200.00" }', "{}", "either"),
        ("SKORD = 2 }", "SKORD = 0 }", "Harvest may not come before Shoot"),
        ('qualifying = ["JOBB"]', 'qualifying = ["WORK"]', "Write one of JOBB"),
        ('stage = "SKORD"', 'stage = "R3"', "Write one of FRO, SKOTT, SKORD"),
        ('article = "BASIC"', 'article = "SPEED_BONUS"', "SPEED_BONUS does not exist in the service"),
    ],
)
def test_a_price_list_that_its_service_does_not_know_is_refused_in_a_sentence(
    was: str, becomes: str, sentence: str, tmp_path: Path
) -> None:
    with pytest.raises(RegisterRefused, match=sentence):
        made_up(tmp_path, agreed=AGREED.replace(was, becomes, 1))


def test_the_suppliers_list_shows_the_whole_of_three_periods(system: System) -> None:
    for number, start, end in ((2, "2026-05-01", "2026-06-30"), (3, "2026-07-01", "2026-08-31")):
        system.must("placement.period_two_decided", further(number, start, end), on=date(2026, 4, 20))
    with system.database.reading() as session:
        (row,) = placement_queries.listed(
            session, Scope(FYRBAKEN), PlacementFilter(), today=date(2026, 8, 1), limit=10
        )
    assert (row.periods, row.period) == (3, Period(date(2026, 3, 1), date(2026, 8, 31)))
    assert row.stands is Stands.ONGOING
