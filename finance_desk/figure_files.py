"""The service's figures for those who take them along: CSV and XLSX, JSON for programs, and what each is called.

What is not told is `..` in a table, as official statistics have it, and null in JSON.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from finance_desk.words import supplier_name
from foundation import personal_numbers
from foundation.formatting import Json
from foundation.spreadsheets import CellKind, CellValue, Dialect, SheetColumn, csv_of, xlsx_of
from foundation.text import Language, Text, WrittenText
from orders.figures.counts import (
    BONUSES,
    ENDED,
    INTERRUPTED,
    ONGOING,
    RAN_OUT,
    STARTED,
    Dimension,
    Group,
    approved,
    invoiced,
)
from orders.figures.service_figures import ServiceFigures
from orders.figures.told_figures import FigureRow, Told
from orders.register.register import Register
from orders.terms import ArticleKind

NOT_TOLD: Final = ".."
"""What stands where a count is not told."""

DIMENSIONS: Final[Mapping[Dimension, Text]] = {
    Dimension.WHOLE: Text("Hela tjänsten"),
    Dimension.SUPPLIER: Text("Leverantör"),
    Dimension.AREA: Text("Leveransområde"),
    Dimension.LEVEL: Text("Nivå"),
    Dimension.CAUSE: Text("Avbrottsorsak"),
}
"""What figures are told by."""


def figure_words(register: Register, service: str) -> Mapping[str, Text]:
    """What each figure of a service is called."""
    of_service = register.service(service)
    words = {
        ONGOING: Text("Pågående"),
        STARTED: Text("Påbörjade"),
        ENDED: Text("Avslutade"),
        INTERRUPTED: Text("därav avbrutna"),
        RAN_OUT: Text("därav till periodens slut"),
    }
    for stage in of_service.stage_codes:
        words[approved(stage)] = Text("%(stage)s godkända", stage=of_service.stage_name(stage))
        words[invoiced(stage)] = Text("%(stage)s fakturerade", stage=of_service.stage_name(stage))
    words[BONUSES] = of_service.name_of(ArticleKind.SPEED_BONUS)
    return words


def group_name(register: Register, service: str, group: Group) -> Text:
    """What a group is called: a supplier by its name, all else as the service and the register have it."""
    kind, key = group
    of_service = register.service(service)
    match kind:
        case Dimension.WHOLE:
            return of_service.name.text
        case Dimension.SUPPLIER:
            return WrittenText(supplier_name(register, key) or key)
        case Dimension.AREA:
            return WrittenText(next((area.name for area in register.areas if area.id == key), key))
        case Dimension.LEVEL:
            return of_service.level_name(key)
        case Dimension.CAUSE:
            return of_service.reason_name(key)


def public_key(group: Group) -> str:
    """A group's key as anybody may read it: a sole trader's number is a person's, and is left out."""
    kind, key = group
    return "" if kind is Dimension.SUPPLIER and personal_numbers.found_in(key) else key


def cell(count: int | None) -> int | str:
    """A count as it stands in a table."""
    return NOT_TOLD if count is None else count


def figures_csv(figures: ServiceFigures, register: Register, language: Language) -> bytes:
    """The rows by group and month as CSV."""
    rows = _rows(figures.told, register, language)
    return b"".join(csv_of(_columns(figures.told), rows, Dialect.PLAIN))


def figures_xlsx(figures: ServiceFigures, register: Register, language: Language) -> bytes:
    """The same as a workbook, with headings in words."""
    told = figures.told
    words = {
        **figure_words(register, told.service),
        "month": Text("Månad"),
        "key": Text("Nummer"),
        "name": Text("Namn"),
    }
    columns = [
        SheetColumn(words[each.heading].in_language(language), each.kind, each.width)
        for each in _columns(told)
    ]
    title = Text("Tjänstens siffror").in_language(language)
    return b"".join(xlsx_of(title, columns, _rows(told, register, language)))


def figures_json(figures: ServiceFigures, register: Register, language: Language) -> Json:
    """The same as JSON, with the whole, the sums and the approved suppliers; null is a count that is not told."""
    told, suppliers = figures.told, figures.suppliers

    def named(row: FigureRow) -> dict[str, Json]:
        name = group_name(register, told.service, row.group).in_language(language)
        month = {} if row.month is None else {"month": str(row.month)}
        counts: dict[str, Json] = dict(row.counts)
        return {**month, "key": public_key(row.group), "name": name, "figures": counts}

    return {
        "service": told.service,
        "by": told.dimension.value,
        "from": str(told.months[0]),
        "to": str(told.months[-1]),
        "counted_to": told.counted_to.isoformat(),
        "least_told": told.least,
        "rows": [named(row) for row in told.rows],
        "whole": [named(row) for row in told.whole],
        "sums": [named(row) for row in told.sums],
        "suppliers": {
            "day": suppliers.day.isoformat(),
            "approved": suppliers.approved,
            "active": suppliers.active,
            "unique_addresses": suppliers.addresses,
            "approved_by_area": [
                {
                    "area": area,
                    "name": group_name(register, told.service, (Dimension.AREA, area)).in_language(language),
                    "approved": count,
                }
                for area, count in suppliers.approved_by_area.items()
            ],
        },
    }


def _columns(told: Told) -> list[SheetColumn]:
    keys = [SheetColumn("month", width=10), SheetColumn("key", width=14), SheetColumn("name", width=34)]
    return [*keys, *(SheetColumn(name, CellKind.WHOLE, width=14) for name in told.names)]


def _rows(told: Told, register: Register, language: Language) -> Iterator[Sequence[CellValue]]:
    for row in told.rows or told.whole:
        name = group_name(register, told.service, row.group).in_language(language)
        yield [str(row.month), public_key(row.group), name, *map(cell, row.counts.values())]
