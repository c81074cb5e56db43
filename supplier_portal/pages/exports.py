"""Lists to take home: orders, lines ready to invoice and invoices, as CSV or XLSX, written as they are read.

Convention: a file's name says what it holds and its day, never whose. The answer begins before the last
row is read, with the database open until then.
"""

from collections.abc import Iterator

from fastapi import Request, Response
from fastapi.responses import StreamingResponse

from accounts.identity import Permission, Person
from foundation.errors import NotThere
from foundation.spreadsheets import Dialect, csv_of, xlsx_of
from supplier_portal.pages import query_params
from supplier_portal.pages.orders import order_filter
from supplier_portal.queries import exports as export_queries
from supplier_portal.queries.exports import What
from supplier_portal.queries.orders import OrderFilter
from web.access import signed_in
from web.pages import database_of, pages_router, render, today_of

router = pages_router()

_SEES = (Permission.ASSIGN, Permission.REPORT, Permission.VIEW)
_CSV = "text/csv; charset=utf-8"
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@router.get("/exports")
def exports(request: Request, person: Person = signed_in(*_SEES)) -> Response:
    """Which lists there are."""
    return render(request, person, "supplier/exports.html", lists=export_queries.TITLES)


@router.get("/exports/{file}")
def export(request: Request, file: str, person: Person = signed_in(*_SEES)) -> Response:
    """One list as a file: orders.csv, to-invoice.xlsx and so on; the filter of the list of orders holds here too."""
    name, _, ending = file.partition(".")
    if name not in tuple(What) or ending not in ("csv", "xlsx"):
        raise NotThere
    what, wanted = What(name), order_filter(request)
    dialect = query_params.choice_of(request, "form", Dialect) or Dialect.SWEDISH
    written = _written(request, person, what, wanted, dialect if ending == "csv" else None)
    return StreamingResponse(
        written,
        media_type=_CSV if ending == "csv" else _XLSX,
        headers={"Content-Disposition": f'attachment; filename="{what.value}-{today_of(request)}.{ending}"'},
    )


def _written(
    request: Request, person: Person, what: What, wanted: OrderFilter, dialect: Dialect | None
) -> Iterator[bytes]:
    with database_of(request).reading() as session:
        scope, say = query_params.scope_of(person), query_params.say_of(person.language)
        sheet = export_queries.sheet(
            session, query_params.register_of(session), scope, what, say, wanted=wanted
        )
        if dialect is None:
            yield from xlsx_of(sheet.title, sheet.columns, sheet.rows)
        else:
            yield from csv_of(sheet.columns, sheet.rows, dialect)
