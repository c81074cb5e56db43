"""`billing reports`: the filed months that wait for the buyer, and judging them."""

from typing import Annotated

import typer

from billing.cli.command import AsJson, CommandContext, On, command, today_or
from billing.cli.exit_codes import ExitCode, complain
from billing.cli.printing import TableColumn, show, table, write_json
from foundation.database import utc_now
from foundation.formatting import Json, number
from foundation.text import Text
from operations import report_judging
from operations.report_judging import Decided, Hand, ReportKey
from orders.model import ReportState
from orders.placements import filed_queries
from orders.placements.filed_queries import FiledFilter
from orders.placements.report_checks import ODDITY_WORDS, ReportFacts, oddities
from orders.placements.waiting import unreceived_queries
from orders.register import store as register_store
from orders.terms import RejectionReason

reports = typer.Typer()

_LIST = (
    TableColumn(Text("Nyckel")),
    TableColumn(Text("Leverantör"), spare=2),
    TableColumn(Text("Enhet"), spare=1),
    TableColumn(Text("Lämnad")),
    TableColumn(Text("Antal"), right=True),
    TableColumn(Text("Sista dag"), spare=3),
    TableColumn(Text("Att se på"), wrap=25),
)

_UNRECEIVED = (
    TableColumn(Text("Nyckel")),
    TableColumn(Text("Leverantör"), spare=1),
    TableColumn(Text("Orderrad")),
    TableColumn(Text("Har väntat sedan")),
)

By = Annotated[str, typer.Option("--by", help="Den som gör det, ett id / who does it, an id")]
Reports = Annotated[
    list[str],
    typer.Argument(metavar="REF|MONTH|VERSION", help="Till exempel / for example '100000101|2026-01|1'"),
]


@command(reports, "list")
def list_reports(
    context: CommandContext,
    state: Annotated[
        ReportState, typer.Option("--state", help="Redovisningarnas läge / their state")
    ] = ReportState.FILED,
    supplier: Annotated[str, typer.Option("--supplier", metavar="ORGNR")] = "",
    unit: Annotated[str, typer.Option("--unit", help="Enhetens id / the unit's id")] = "",
    limit: Annotated[int, typer.Option("--limit", min=1, help="Högst så många / at most this many")] = 500,
    on: On = None,
    as_json: AsJson = False,
) -> None:
    """Visa redovisningar med det som avviker / show reports with what is odd about them."""
    wanted = FiledFilter(state=state, supplier=supplier, unit=unit)
    with context.reading() as session:
        days = register_store.load(session).policy.days_until_report_reminder
        found = filed_queries.filed(session, wanted, days=days, limit=limit)
    odd = [oddities(each, today=today_or(on)) if state is ReportState.FILED else () for each in found]
    if as_json:
        rows: list[Json] = [
            _json(each, [code.value for code in codes]) for each, codes in zip(found, odd, strict=True)
        ]
        write_json(rows)
        return
    cells = [
        (
            str(ReportKey.of(each.report)),
            each.placement.supplier,
            each.placement.unit.id,
            each.report.filed_on.isoformat(),
            f"{number(each.days.value)}/{number(each.ordered.value)} {each.ordered.unit}",
            each.placement.last_day.isoformat() if each.placement.last_day else "",
            "; ".join(context.say(ODDITY_WORDS[code]) for code in codes),
        )
        for each, codes in zip(found, odd, strict=True)
    ]
    show(table(_LIST, cells, language=context.language))


@command(reports, "approve")
def approve(context: CommandContext, which: Reports, by: By, on: On = None) -> None:
    """Godkänn redovisningar: månaderna levereras in / approve reports: their months are received."""
    hand, keys = Hand(by, utc_now(), today_or(on)), [ReportKey.parse(each) for each in which]
    with context.writing() as session:
        decided = report_judging.approve(session, register_store.load(session), keys, hand)
    _tell(context, decided)


@command(reports, "reject")
def reject(
    context: CommandContext,
    which: Reports,
    by: By,
    reason: Annotated[
        str,
        typer.Option(
            "--reason", help="Kod för skälet som leverantören läser / code of what the supplier reads"
        ),
    ],
    on: On = None,
) -> None:
    """Sänd tillbaka redovisningar / send reports back."""
    hand, keys = Hand(by, utc_now(), today_or(on)), [ReportKey.parse(each) for each in which]
    with context.writing() as session:
        decided = report_judging.reject(
            session, register_store.load(session), keys, hand, reason=RejectionReason(reason)
        )
    _tell(context, decided)


@command(reports, "undo")
def undo(context: CommandContext, which: Reports, by: By, on: On = None) -> None:
    """Ta tillbaka godkännanden som inget är fakturerat på / take back approvals that nothing is invoiced on."""
    hand, keys = Hand(by, utc_now(), today_or(on)), [ReportKey.parse(each) for each in which]
    with context.writing() as session:
        decided = report_judging.undo(session, register_store.load(session), keys, hand)
    _tell(context, decided)


@command(reports, "unreceived")
def unreceived(context: CommandContext, on: On = None, as_json: AsJson = False) -> None:
    """Visa godkända månader utan inleverans på en orderrad / show approved months that lack a receipt on a line."""
    with context.reading() as session:
        found = unreceived_queries.listed(session, today=today_or(on), limit=100_000)
    if as_json:
        rows: list[Json] = [
            {
                "execution_reference": each.execution_reference,
                "month": str(each.month),
                "version": each.version,
                "supplier": each.supplier,
                "order_number": each.order_number,
                "line_id": each.line_id,
                "since": each.since.isoformat(),
                "approved_up_to": each.counts_to.isoformat() if each.counts_to else None,
            }
            for each in found
        ]
        write_json(rows)
        return
    cells = [
        (
            str(ReportKey(each.execution_reference, each.month, each.version)),
            each.supplier,
            f"{each.order_number}/{each.line_id}",
            each.since.isoformat(),
        )
        for each in found
    ]
    show(table(_UNRECEIVED, cells, language=context.language))


@command(reports, "receive")
def receive(context: CommandContext, which: Reports, by: By, on: On = None) -> None:
    """Leverera in resten av godkända månader / receive the rest of approved months."""
    hand, keys = Hand(by, utc_now(), today_or(on)), [ReportKey.parse(each) for each in which]
    with context.writing() as session:
        decided = report_judging.receive_rest(session, register_store.load(session), keys, hand)
    _tell(context, decided)


@command(reports, "revoke")
def revoke(
    context: CommandContext,
    which: Reports,
    by: By,
    reason: Annotated[
        RejectionReason,
        typer.Option("--reason", help="Skäl som leverantören läser / what the supplier reads"),
    ],
    on: On = None,
) -> None:
    """Ta tillbaka godkännanden, också av det som är fakturerat / revoke approvals, of what is invoiced too."""
    hand, keys = Hand(by, utc_now(), today_or(on)), [ReportKey.parse(each) for each in which]
    with context.writing() as session:
        decided = report_judging.revoke(session, register_store.load(session), keys, hand, reason=reason)
    _tell(context, decided)


def _tell(context: CommandContext, decided: Decided) -> None:
    """What was decided; what was not is complained of, and the command has then failed."""
    for key in decided.done:
        typer.echo(str(key))
    for key, refusal in decided.refused:
        complain(f"{key}: {context.say(refusal.text)}")
    if decided.refused:
        raise typer.Exit(ExitCode.FAILED)


def _json(facts: ReportFacts, odd: list[str]) -> Json:
    report, placement = facts.report, facts.placement
    return {
        "execution_reference": report.execution_reference,
        "month": str(report.month),
        "version": report.version,
        "state": report.state.value,
        "supplier": placement.supplier,
        "unit": placement.unit.id,
        "filed_on": report.filed_on.isoformat(),
        "days": str(facts.days.value),
        "days_ordered": str(facts.ordered.value),
        "last_day": placement.last_day.isoformat() if placement.last_day else None,
        "odd": [*odd],
    }
