"""Lists to take home, as CSV or XLSX, and all that the books hold of the supplier as one ZIP, written as they are read.

Convention: a file's name says what it holds and its day, never whose. The answer begins before the last
row is read, with the database open until then.
"""

from collections.abc import Iterator, Mapping
from typing import Final

from fastapi import Request, Response
from fastapi.responses import StreamingResponse

from accounts.identity import Permission, Person
from foundation.database import Database
from foundation.errors import NotThere
from foundation.spreadsheets import Dialect, csv_of, xlsx_of
from foundation.text import Text
from operations.supplier_exports import export_store, exporting
from operations.supplier_exports.export_store import ExportState, SupplierExport
from operations.supplier_exports.exporting import ExportOfAllOnly, ExportOnItsWay
from supplier_portal.pages import query_params
from supplier_portal.pages.invoices import invoice_filter
from supplier_portal.pages.orders import order_filter
from supplier_portal.pages.to_invoice import ready_filter
from supplier_portal.queries import exports as export_queries
from supplier_portal.queries.exports import What
from web.access import instant_of, signed_in
from web.pages import database_of, pages_router, render, see_other, today_of, whole_database_of

router = pages_router()

_SEES = (Permission.ASSIGN, Permission.REPORT, Permission.VIEW)
_SEES_ALL = (Permission.REPORT, Permission.VIEW)
ZIP: Final = "application/zip"
_CSV = "text/csv; charset=utf-8"
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@router.get("/exports")
def exports(request: Request, person: Person = signed_in(*_SEES)) -> Response:
    """Which lists there are, and the exports of everything that were asked for."""
    may_have_all = person.within is None and person.may(*_SEES_ALL)
    with database_of(request).reading() as session:
        everything = export_store.newest_first(session, person.organisation, limit=5) if may_have_all else ()
    return render(
        request,
        person,
        "supplier/exports.html",
        lists=export_queries.TITLES,
        everything=everything,
        may_have_all=may_have_all,
        is_waiting=any(each.state is ExportState.WAITING for each in everything),
    )


@router.post("/exports/everything")
def ask_for_everything(request: Request, person: Person = signed_in(*_SEES_ALL)) -> Response:
    """Lets everything that the books hold of the supplier become a file, behind the page."""
    if person.within is not None:
        raise ExportOfAllOnly
    try:
        # The work behind the page is the system's own; what is read by it is the supplier's alone.
        with whole_database_of(request).writing() as session:
            exporting.ask(
                session,
                person.organisation,
                by=person.id,
                at=instant_of(request),
                today=today_of(request),
            )
    except ExportOnItsWay as waits:
        return see_other("/exports#everything", said=waits.text)
    return see_other("/exports#everything", said=Text("Exporten görs. Ladda om sidan om en stund."))


@router.get("/exports/everything")
def asked_for_everything(person: Person = signed_in(*_SEES_ALL)) -> Response:
    """Where the form that asks for everything is sent to there is nothing to read but the page it stands on."""
    return see_other("/exports#everything")


@router.get("/exports/everything/{number:int}")
def everything(request: Request, number: int, person: Person = signed_in(*_SEES_ALL)) -> Response:
    """The file with everything."""
    if person.within is not None:
        raise NotThere
    with database_of(request).reading() as session:
        export = export_store.of_supplier(session, person.organisation, number)
    if export.state is not ExportState.READY:
        raise NotThere
    return sent(database_of(request), export, {})


def sent(database: Database, export: SupplierExport, headers: Mapping[str, str]) -> Response:
    """The file of an export, read as it is sent. Its name says which export it is, and not whose."""
    return StreamingResponse(
        _pieces(database, export.id),
        media_type=ZIP,
        headers={
            **headers,
            "Content-Digest": query_params.digest_of(bytes.fromhex(export.sha256)),
            "Content-Length": str(export.size),
            "Content-Disposition": f'attachment; filename="export-{export.id}.zip"',
        },
    )


@router.get("/exports/{file}")
def export(request: Request, file: str, person: Person = signed_in(*_SEES)) -> Response:
    """One list as a file, orders.csv, to-invoice.xlsx and so on: what the list shows at the same question."""
    name, _, ending = file.partition(".")
    if name not in tuple(What) or ending not in ("csv", "xlsx"):
        raise NotThere
    what = What(name)
    dialect = query_params.choice_of(request, "form", Dialect) or Dialect.SWEDISH
    written = _written(request, person, what, dialect if ending == "csv" else None)
    return StreamingResponse(
        written,
        media_type=_CSV if ending == "csv" else _XLSX,
        headers={"Content-Disposition": f'attachment; filename="{what.value}-{today_of(request)}.{ending}"'},
    )


def _pieces(database: Database, number: int) -> Iterator[bytes]:
    with database.reading() as session:
        yield from export_store.pieces(session, number)


def _written(request: Request, person: Person, what: What, dialect: Dialect | None) -> Iterator[bytes]:
    with database_of(request).reading() as session:
        scope, say = query_params.scope_of(person), query_params.say_of(person.language)
        sheet = export_queries.sheet(
            session,
            query_params.register_of(session),
            scope,
            what,
            say,
            wanted=order_filter(request),
            ready=ready_filter(request),
            invoices=invoice_filter(request),
        )
        if dialect is None:
            yield from xlsx_of(sheet.title, sheet.columns, sheet.rows)
        else:
            yield from csv_of(sheet.columns, sheet.rows, dialect)
