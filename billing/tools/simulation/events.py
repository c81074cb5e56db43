"""A deterministic world of decisions, reports, interruptions and outcomes, as events.

Everything follows from one seed: the same seed gives the same events, byte for byte. No
person stands behind any of them. What the events say is an example, not statistics.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from random import Random

from foundation.periods import Month, Period, months_from
from orders.register.agreements import Contract, DeliveryUnit
from orders.register.register import Register
from orders.register.service_terms import Service

_SOURCE = "urn:simulated:decisions"
_FIRST_DAY = date(2026, 1, 5)
_OPAQUE = "simulated"


@dataclass(frozen=True, slots=True)
class ToldEvent:
    """One event and the day it happens."""

    day: date
    line: str


@dataclass(frozen=True, slots=True)
class Fates:
    """How participants fare, as shares of a hundred; the rest stay the whole period."""

    to_work: int = 22
    interrupted: int = 10
    cancelled: int = 3
    period_two: int = 40
    report_rejected: int = 3


def events(
    register: Register, *, participants: int, months: int, rng: Random, fates: Fates = Fates()
) -> list[ToldEvent]:
    """All events of the world in the order of their days; placements begin over the first `months` months."""
    teller = _Teller(register, rng, fates)
    for number in range(participants):
        teller.tell_participant(number, months)
    return sorted(teller.told, key=lambda each: each.day)


def ordered_choices(register: Register) -> list[tuple[Contract, str, DeliveryUnit]]:
    """Every contract with an area and a unit of its supplier where a placement leads to orders: outside ESF areas."""
    return [
        (contract, area, unit)
        for contract in register.contracts
        for area in contract.areas
        if not register.area(area).esf
        for unit in register.units
        if unit.supplier == contract.supplier
    ]


class _Teller:
    """Tells one participant's story after the other; every choice is the generator's."""

    def __init__(self, register: Register, rng: Random, fates: Fates) -> None:
        self.rng = rng
        self.fates = fates
        self.told: list[ToldEvent] = []
        self.choices = ordered_choices(register)
        self.register = register

    def tell_participant(self, number: int, months: int) -> None:
        """Decision, reports and the end of one placement."""
        rng = self.rng
        contract, area, unit = rng.choice(self.choices)
        reference = str(300_000_000 + number)
        decided_on = _FIRST_DAY + timedelta(days=rng.randrange(max(1, 30 * months)))
        if not contract.valid.contains(decided_on):
            decided_on = contract.valid.start
        service = self.register.service_of(contract.id)
        months_each = service.placement_rules.period_months
        period = months_from(decided_on + timedelta(days=rng.randint(3, 10)), months_each)
        decision = self._decision(f"B{number:06}", reference, contract, area, unit, period, decided_on)
        self._tell(decided_on, "placement.decided", decision)
        fate = rng.randrange(100)
        if fate < self.fates.cancelled:
            self._tell(
                decided_on + timedelta(days=1),
                "placement.cancelled",
                {"execution_reference": reference, "reason": "NEVER_STARTED"},
            )
            return
        last_day = self._end(service, reference, period, fate)
        self._reports(reference, period, last_day)
        goes_on = service.placement_rules.periods > 1 and last_day is None
        if goes_on and rng.randrange(100) < self.fates.period_two:
            self._period_two(number, reference, period, months=months_each)

    def _decision(
        self,
        decision_id: str,
        reference: str,
        contract: Contract,
        area: str,
        unit: DeliveryUnit,
        period: Period,
        decided_on: date,
    ) -> dict[str, object]:
        address = {
            "street": unit.address.street,
            "city": unit.address.city,
            "postal_code": unit.address.postal_code,
        }
        return {
            "decision_id": decision_id,
            "execution_reference": reference,
            "supplier": contract.supplier,
            "contract": contract.id,
            "unit": {"id": unit.id, "name": unit.name, "address": address},
            "delivery_area": area,
            "level": self.rng.choice(self.register.service_of(contract.id).level_codes),
            "period": _written(period),
            "decided_on": str(decided_on),
        }

    def _end(self, service: Service, reference: str, period: Period, fate: int) -> date | None:
        """Perhaps an interruption, and what comes of it; the last billable day, if it ends early."""
        rng, fates = self.rng, self.fates
        to_work = fate < fates.cancelled + fates.to_work
        if not to_work and fate >= fates.cancelled + fates.to_work + fates.interrupted:
            return None
        last_day = period.start + timedelta(days=rng.randrange(10, period.days - 5))
        own = [each for each in service.interruption_reasons if each.code != service.change_reason]
        carrying = [each for each in own if each.carries]
        reason = (carrying or own)[0] if to_work else rng.choice([each for each in own if not each.carries])
        registered_on = last_day - timedelta(days=rng.randrange(0, 5))
        self._tell(
            registered_on,
            "interruption.registered",
            {
                "execution_reference": reference,
                "registered_on": str(registered_on),
                "effective_on": str(last_day),
                "reason": reason.code,
            },
        )
        if reason.carries:
            self._results(service, reference, reason.carries[0], last_day + timedelta(days=1))
        return last_day

    def _results(self, service: Service, reference: str, kind: str, started_on: date) -> None:
        for place, stage in enumerate(service.stage_codes):
            if place and self.rng.randrange(3) == 0:
                return
            approved_on = started_on + timedelta(days=20 + 110 * place + self.rng.randrange(10))
            self._tell(
                approved_on,
                "outcome.approved",
                {
                    "execution_reference": reference,
                    "kind": kind,
                    "started_on": str(started_on),
                    "stage": stage,
                    "approved_on": str(approved_on),
                    "extent_percent": 100,
                },
            )

    def _reports(self, reference: str, period: Period, last_day: date | None) -> None:
        for part in period.months():
            if last_day is not None and part.start > last_day:
                return
            month = Month.of(part.start)
            filed_on = month.period.end + timedelta(days=self.rng.randint(1, 8))
            version = 1
            if self.rng.randrange(100) < self.fates.report_rejected:
                self._report(filed_on, "report.filed", reference, month, version)
                self._report(filed_on + timedelta(days=1), "report.rejected", reference, month, version)
                filed_on, version = filed_on + timedelta(days=3), 2
            self._report(filed_on, "report.filed", reference, month, version)
            approved_on = filed_on + timedelta(days=self.rng.randint(0, 3))
            self._report(approved_on, "report.approved", reference, month, version)

    def _report(self, day: date, kind: str, reference: str, month: Month, version: int) -> None:
        data = {
            "execution_reference": reference,
            "month": str(month),
            "version": version,
            "at": _instant(day),
            "by": _OPAQUE,
        }
        self._tell(day, kind, data)

    def _period_two(self, number: int, reference: str, first: Period, *, months: int) -> None:
        decided_on = first.end - timedelta(days=self.rng.randint(1, 15))
        period = months_from(first.end + timedelta(days=1), months)
        self._tell(
            decided_on,
            "placement.period_two_decided",
            {
                "decision_id": f"B{number:06}-2",
                "execution_reference": reference,
                "period": _written(period),
                "decided_on": str(decided_on),
            },
        )
        self._reports_of_second(reference, first, period)

    def _reports_of_second(self, reference: str, first: Period, second: Period) -> None:
        """A month both periods share is reported once, with the first one."""
        for part in second.months():
            month = Month.of(part.start)
            if month != Month.of(first.end):
                filed_on = month.period.end + timedelta(days=self.rng.randint(1, 8))
                self._report(filed_on, "report.filed", reference, month, 1)
                self._report(filed_on + timedelta(days=1), "report.approved", reference, month, 1)

    def _tell(self, day: date, kind: str, data: Mapping[str, object]) -> None:
        event = {
            "specversion": "1.0",
            "id": f"E{len(self.told) + 1:07}",
            "source": _SOURCE,
            "type": kind,
            "time": _instant(day),
            "data": data,
        }
        self.told.append(ToldEvent(day, json.dumps(event, ensure_ascii=False, separators=(",", ":"))))


def days_of(told: Sequence[ToldEvent]) -> Iterator[date]:
    """Every calendar day from the first event to sixty days after the last."""
    day, last = told[0].day, told[-1].day + timedelta(days=60)
    while day <= last:
        yield day
        day += timedelta(days=1)


def _written(period: Period) -> dict[str, str]:
    return {"start": str(period.start), "end": str(period.end)}


def _instant(day: date) -> str:
    return datetime.combine(day, time(9, 0), UTC).isoformat().replace("+00:00", "Z")
