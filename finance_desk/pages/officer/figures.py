"""The service's own figures: how many are in it, begin, end and reach results, as tables and as files.

Nobody is in them: counts that are too small are not told (`orders.figures.disclosure`). What is asked for that cannot
be told is answered with why, and with the twelve months of the whole service.
"""

from urllib.parse import urlencode

from fastapi import Request, Response

from accounts.identity import Person
from finance_desk import figure_files
from finance_desk.pages.officer import tabs
from finance_desk.pages.paying_parts import download
from foundation.errors import NotThere, Refused
from foundation.periods import Month, PeriodRefused
from foundation.spreadsheets import CSV_TYPE, XLSX_TYPE
from foundation.text import Text
from orders.figures import service_figures
from orders.figures.counts import FLOWS, ONGOING, Dimension
from orders.figures.service_figures import Asked, FiguresRefused
from orders.register import store as register_store
from orders.register.register import Register
from web.access import settings_of, signed_in
from web.pages import Page, database_of, language_of, pages_router, render, today_of

router = pages_router()
_SIZE = 36
_BY = {dimension.value: dimension for dimension in Dimension}


@router.get(tabs.FIGURES)
def figures(request: Request, person: Person = signed_in(*tabs.READERS)) -> Response:
    """Two tables, of placements and of results, and the suppliers that are approved."""
    today = today_of(request)
    with database_of(request).reading() as session:
        register = register_store.load(session)
        refused: Text | None = None
        try:
            wanted = _asked(request, register)
        except Refused as refusal:
            refused, wanted = refusal.text, service_figures.asked(register, today=today)
        found = service_figures.service_figures(session, register, wanted, today=today, least=_least(request))
        shown_tabs = tabs.tabs_of(session, tabs.FIGURES, today=today)
    told = found.told
    rows = told.rows or (() if told.dimension is not Dimension.WHOLE else told.whole)
    page = Page.of(request, len(rows), size=_SIZE)
    service = register.service(wanted.service)
    placements = [name for name in told.names if name in (ONGOING, *FLOWS)]
    return render(
        request,
        person,
        "desk/figures.html",
        refused=refused,
        wanted=wanted,
        told=told,
        rows=page.rows(rows),
        page=page,
        # A sum of several groups' months would be of no group.
        total=told.sums[0] if len(told.sums) == 1 and len(rows) <= _SIZE else None,
        tables=[
            (Text("Placeringar"), placements),
            (Text("Resultat"), [name for name in told.names if name not in placements]),
        ],
        words=figure_files.figure_words(register, wanted.service),
        by_words=figure_files.DIMENSIONS,
        name_of=lambda group: figure_files.group_name(register, wanted.service, group),
        cell=figure_files.cell,
        suppliers=found.suppliers,
        chosen={wanted.dimension: wanted.key},
        choices=_choices(register, wanted),
        several_services=[(each.id, each.name.text) for each in register.services],
        service=service,
        query=urlencode(_query(wanted)),
        tabs=shown_tabs,
    )


@router.get(f"{tabs.FIGURES}.{{form}}")
def figures_file(request: Request, form: str, person: Person = signed_in(*tabs.READERS)) -> Response:
    """The same as a file, whole."""
    language = language_of(request, person)
    with database_of(request).reading() as session:
        register = register_store.load(session)
        wanted = _asked(request, register)
        found = service_figures.service_figures(
            session, register, wanted, today=today_of(request), least=_least(request)
        )
    name = f"{wanted.service}-{wanted.first}-{wanted.last}"
    match form:
        case "csv":
            # The mark tells a spreadsheet that it is UTF-8.
            body = b"\xef\xbb\xbf" + figure_files.figures_csv(found, register, language)
            return download(body, name=f"{name}.csv", media_type=CSV_TYPE)
        case "xlsx":
            body = figure_files.figures_xlsx(found, register, language)
            return download(body, name=f"{name}.xlsx", media_type=XLSX_TYPE)
        case _:
            raise NotThere


def _asked(request: Request, register: Register) -> Asked:
    """What the address asks for. Raises FiguresRefused, PeriodRefused or NotInRegister."""
    given = request.query_params
    by = given.get("by", "")
    if by and by not in _BY:
        raise FiguresRefused(Text("Siffrorna delas inte upp så. Välj i listan."))
    return service_figures.asked(
        register,
        today=today_of(request),
        service=given.get("service", ""),
        first=_month(given.get("from", "")),
        last=_month(given.get("to", "")),
        by=_BY.get(by),
        supplier=given.get("supplier", ""),
        area=given.get("area", ""),
        level=given.get("level", ""),
    )


def _month(text: str) -> Month | None:
    if not text:
        return None
    try:
        return Month.parse(text)
    except PeriodRefused:
        raise FiguresRefused(Text("Skriv månaden som ÅÅÅÅ-MM.")) from None


def _least(request: Request) -> int:
    return settings_of(request).figures_least


def _query(wanted: Asked) -> dict[str, str]:
    of = {"service": wanted.service, "from": str(wanted.first), "to": str(wanted.last)}
    return {**of, wanted.dimension.value: wanted.key} if wanted.key else {**of, "by": wanted.dimension.value}


def _choices(register: Register, wanted: Asked) -> list[tuple[Dimension, list[tuple[str, Text | str]]]]:
    """What each dimension is narrowed by: those of the service alone."""
    contracts = [each for each in register.contracts if register.service_of(each.id).id == wanted.service]
    suppliers = {each.supplier for each in contracts}
    areas = {area for each in contracts for area in each.areas if not register.area(area).esf}
    service = register.service(wanted.service)
    return [
        (
            Dimension.SUPPLIER,
            [
                (each.organisation_number, each.name)
                for each in sorted(register.suppliers, key=lambda each: each.name)
                if each.organisation_number in suppliers
            ],
        ),
        (Dimension.AREA, [(each.id, each.name) for each in register.areas if each.id in areas]),
        (Dimension.LEVEL, [(each, service.level_name(each)) for each in service.level_codes]),
    ]
