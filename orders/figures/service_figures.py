"""The service's figures for a range of months, as they are asked for on a page, by a program and at the command line.

One way to them all: counted by the database, put together, and only then told, without the small counts.
"""

from dataclasses import dataclass
from datetime import date

from foundation.errors import Refused
from foundation.periods import Month, Period
from foundation.sql import Session
from foundation.text import Text
from orders.figures import counting_queries
from orders.figures.approved_suppliers import ApprovedSuppliers, approved_suppliers
from orders.figures.counts import ONGOING, Dimension, counted
from orders.figures.disclosure import hidden
from orders.figures.told_figures import Told, told
from orders.register.register import Register

MONTHS_MOST = 60
USUAL_MONTHS = 12


class FiguresRefused(Refused):
    """What was asked for cannot be told: its months run backwards, lie ahead, are too many, or cross dimensions."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked for: a service, the first and last month, the dimension, and one group of it; empty for all."""

    service: str
    first: Month
    last: Month
    dimension: Dimension = Dimension.WHOLE
    key: str = ""


@dataclass(frozen=True, slots=True)
class ServiceFigures:
    """What is told: the figures, and the suppliers approved on the last day that is counted."""

    told: Told
    suppliers: ApprovedSuppliers


def asked(
    register: Register,
    *,
    today: date,
    service: str = "",
    first: Month | None = None,
    last: Month | None = None,
    by: Dimension | None = None,
    supplier: str = "",
    area: str = "",
    level: str = "",
) -> Asked:
    """What is asked for, where left out the first service and the twelve months up to today's.

    Raises FiguresRefused, or NotInRegister for a service there is none of.
    """
    of_service = register.service(service) if service else register.services[0]
    chosen = {Dimension.SUPPLIER: supplier, Dimension.AREA: area, Dimension.LEVEL: level}
    given = {dimension: key for dimension, key in chosen.items() if key}
    if len(given) > 1 or (given and by not in (None, Dimension.WHOLE, *given)):
        raise FiguresRefused(
            Text(
                "Siffrorna lämnas efter en sak i taget: leverantör, område, nivå eller orsak. Korsade blir de så "
                "små att de rör enskilda. Välj en."
            )
        )
    this_month = Month.of(today)
    last = last or this_month
    first = first or _months_before(last, USUAL_MONTHS - 1)
    if last > this_month:
        raise FiguresRefused(Text("Månaden %(last)s har inte börjat. Välj en som har det.", last=last))
    if first > last:
        raise FiguresRefused(
            Text(
                "Den första månaden, %(first)s, kommer efter den sista, %(last)s. Byt plats på dem.",
                first=first,
                last=last,
            )
        )
    if len(_months(first, last)) > MONTHS_MOST:
        raise FiguresRefused(Text("Högst %(most)s månader visas åt gången. Välj färre.", most=MONTHS_MOST))
    dimension, key = next(iter(given.items()), (by or Dimension.WHOLE, ""))
    return Asked(of_service.id, first, last, dimension, key)


def service_figures(
    session: Session, register: Register, wanted: Asked, *, today: date, least: int
) -> ServiceFigures:
    """The figures that are asked for; counts below `least` are not told. The last month is counted up to today."""
    service = register.service(wanted.service)
    months = _months(wanted.first, wanted.last)
    counted_to = min(wanted.last.period.end, today)
    days = Period(wanted.first.period.start, counted_to)
    stages = [str(each) for each in service.stage_codes]
    found = counted(
        counting_queries.turns(session, service.id, days),
        counting_queries.results(session, service.id, Period(days.start, wanted.last.period.end)),
        months=months,
        stages=stages,
    )
    kept_back = hidden(found, stages=stages, least=least)
    ongoing = found.on_groups(wanted.last, ONGOING)
    with_ongoing = [key for kind, key in ongoing if kind is Dimension.SUPPLIER]
    return ServiceFigures(
        told(
            found,
            kept_back,
            service=service.id,
            counted_to=counted_to,
            least=least,
            dimension=wanted.dimension,
            key=wanted.key,
        ),
        approved_suppliers(register, service.id, on=counted_to, with_ongoing=with_ongoing),
    )


def _months(first: Month, last: Month) -> tuple[Month, ...]:
    found = [first]
    while found[-1] < last:
        found.append(found[-1].next)
    return tuple(found)


def _months_before(month: Month, count: int) -> Month:
    index = month.year * 12 + month.month - 1 - count
    return Month(index // 12, index % 12 + 1)
