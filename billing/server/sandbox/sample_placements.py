"""A placement as a decision system would tell of it, invented for a sandbox: decided, its first months received. Pure.

Convention: what is told is the supplier's own: its contract, its unit, its prices. The participant is a number that
names nobody, as everywhere.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final

from foundation.errors import Refused
from foundation.periods import STOCKHOLM, Month, Period, months_from
from foundation.text import Text
from invoicing.flow_test import sample_orders
from invoicing.flow_test.sample_orders import NoSamples
from operations.event_loading import EventLine
from orders.register.agreements import Contract, DeliveryUnit, UnitAddress
from orders.register.register import ContractNotValid, NoPriceListValid, Register
from orders.register.unit_scope import UnitScope

SOURCE: Final = "/sandbox"
MONTHS_MOST: Final = 6
_BY: Final = "sandbox"


class TooFewMonths(Refused):
    """So many months have not passed since the supplier's contract began."""

    def __init__(self, begun: date) -> None:
        super().__init__(
            Text(
                "Så många månader har inte gått i sandlådan sedan avtalet började %(begun)s. Be om färre, eller för "
                "tiden framåt först.",
                begun=begun,
            )
        )


@dataclass(frozen=True, slots=True)
class ToldDay:
    """What is told on one day."""

    day: date
    lines: Sequence[EventLine]

    @property
    def moment(self) -> datetime:
        """Eight in the morning."""
        return datetime.combine(self.day, time(8), STOCKHOLM)


def told(
    register: Register,
    supplier: str,
    reference: str,
    *,
    months_received: int,
    today: date,
    within: UnitScope | None = None,
) -> list[ToldDay]:
    """The events of a placement that began so many whole months ago, by the days they are told on.

    It is at a unit within these, so that whoever asks for it sees it.

    Raises NoSamples where nothing is agreed that holds, and TooFewMonths.
    """
    first = Month.of(today)
    for _ in range(months_received):
        first = Month.of(first.period.start - timedelta(days=1))
    start = first.period.start
    contract = _contract(register, supplier, start, today)
    prices = register.price_list(contract.id, start)
    rules = prices.placement_rules.over(prices.service.placement_rules)
    unit, at = _unit(register, supplier, within)
    decided = {
        "decision_id": f"B-{reference}",
        "execution_reference": reference,
        "supplier": supplier,
        "contract": contract.id,
        "unit": {
            "id": unit.id,
            "name": unit.name,
            "address": {
                "street": at.address.street,
                "postal_code": at.address.postal_code,
                "city": at.address.city,
            },
            "address_id": at.id,
        },
        "delivery_area": contract.areas[0],
        "level": str(sample_orders.level_of(prices)),
        "period": _written(months_from(start, rules.period_months)),
        "decided_on": str(start),
    }
    days = [_day(start, reference, 0, ("placement.decided", decided))]
    month = first
    for place in range(months_received):
        on = month.period.end + timedelta(days=1)
        step = {"execution_reference": reference, "month": str(month), "version": 1, "by": _BY}
        moment = datetime.combine(on, time(8), STOCKHOLM).isoformat()
        filed = ("report.filed", {**step, "at": moment})
        approved = ("report.approved", {**step, "at": moment})
        days.append(_day(on, reference, place + 1, filed, approved))
        month = Month.of(on)
    return days


def _contract(register: Register, supplier: str, start: date, today: date) -> Contract:
    """The supplier's contract with prices on the first day. Raises NoSamples, TooFewMonths."""
    own = [each for each in register.contracts if each.supplier == supplier]
    for contract in own:
        try:
            register.price_list(contract.id, start)
        except (ContractNotValid, NoPriceListValid):
            continue
        return contract
    later = [each.valid.start for each in own if start < each.valid.start <= today]
    if later:
        raise TooFewMonths(min(later))
    raise NoSamples


def _unit(register: Register, supplier: str, within: UnitScope | None) -> tuple[DeliveryUnit, UnitAddress]:
    """The first of the supplier's units, or of its addresses, that is within these. Raises NoSamples."""
    for unit in register.units:
        for each in unit.every_address if unit.supplier == supplier else ():
            if within is None or within.holds(unit.id, each.id):
                return unit, each
    raise NoSamples


def _written(period: Period) -> Mapping[str, str]:
    return {"start": str(period.start), "end": str(period.end)}


def _day(on: date, reference: str, place: int, *events: tuple[str, Mapping[str, object]]) -> ToldDay:
    moment = datetime.combine(on, time(8), STOCKHOLM).isoformat()
    lines = [
        EventLine(
            f"sandbox {reference} {kind}",
            json.dumps(
                {
                    "specversion": "1.0",
                    "id": f"{reference}-{place}-{number}",
                    "source": SOURCE,
                    "type": kind,
                    "time": moment,
                    "data": data,
                }
            ),
        )
        for number, (kind, data) in enumerate(events)
    ]
    return ToldDay(on, lines)
