"""`billing invoices`, `explain` and `credit`: documents in our books, why they stand so, asking for credit."""

from typing import Annotated

import typer
from rich.text import Text as RichText

from billing.cli.command import AsJson, CommandContext, On, command, today_or
from billing.cli.printing import TableColumn, show, table, write_json
from billing.cli.verdict_tree import tree_of
from foundation.formatting import Json, kronor, plain
from foundation.text import Text
from invoicing.documents import expected_credit_store
from invoicing.documents import store as document_store
from invoicing.exceptions import report_queries
from invoicing.matching.deviation_texts import verdict_name
from invoicing.model import DocumentType, InvoiceState
from invoicing.responses.response_documents import REJECTED
from invoicing.verdicts import accepting_in_part, crediting, parking
from orders.purchase_orders import line_store
from orders.register import store as register_store
from web.verdict_words import document_json, tree_json, why_document

alone = typer.Typer()
invoices = typer.Typer()
credit = typer.Typer()

_COLUMNS = (
    TableColumn(Text("Nr"), right=True, spare=4),
    TableColumn(Text("Slag"), spare=1),
    TableColumn(Text("Nummer"), wrap=15),
    TableColumn(Text("Leverantör")),
    TableColumn(Text("Referens"), spare=2),
    TableColumn(Text("Datum"), spare=3),
    TableColumn(Text("Betalas"), spare=5),
    TableColumn(Text("Belopp"), right=True),
    TableColumn(Text("Läge")),
    TableColumn(Text("Avvikelser"), wrap=24),
)

Named = Annotated[str, typer.Argument(metavar="INVOICE", help="Nummer, eller #rad / number, or #row")]
OfSupplier = Annotated[str, typer.Option("--supplier", metavar="ORGNR")]
By = Annotated[str, typer.Option("--by", metavar="PERSON", help="Handläggaren, ett id / an id")]


@command(invoices, "list")
def list_invoices(
    context: CommandContext,
    state: Annotated[
        InvoiceState | None, typer.Option("--state", help="Bara i detta läge / only in this")
    ] = None,
    supplier: OfSupplier = "",
    reference: Annotated[str, typer.Option("--reference", help="Genomförandereferens")] = "",
    limit: Annotated[int, typer.Option("--limit", min=1, help="Högst så många / at most this many")] = 1000,
    as_json: AsJson = False,
) -> None:
    """Visa dokumenten som de kom / show the documents as they came."""
    with context.reading() as session:
        listed = list(
            document_store.listed(
                session, state=state, supplier=supplier, execution_reference=reference, limit=limit
            )
        )
    if as_json:
        write_json([document_json(each) for each in listed])
        return
    kinds = {
        DocumentType.INVOICE: context.say(Text("faktura")),
        DocumentType.CREDIT_NOTE: context.say(Text("kredit")),
    }
    rows = [
        (
            f"#{each.id}",
            kinds[each.document_type],
            each.number,
            each.supplier,
            each.execution_reference,
            each.issued_on.isoformat(),
            each.pays_on.isoformat(),
            kronor(each.amount_payable),
            each.state.value,
            " ".join(each.codes),
        )
        for each in listed
    ]
    show(table(_COLUMNS, rows, language=context.language))


@command(alone, "explain")
def explain(
    context: CommandContext, invoice: Named, supplier: OfSupplier = "", as_json: AsJson = False
) -> None:
    """Visa hur en faktura prövats / show how an invoice was judged."""
    with context.reading() as session:
        found = document_store.named(session, invoice, supplier=supplier)
        judged = document_store.matches(session, found.id)[::-1]
        reason = context.say(why_document(session, found))
    if as_json:
        judgements: list[Json] = [
            {
                "made_on": day.isoformat(),
                "verdict": match.verdict.value,
                "codes": list(match.codes),
                "tree": tree_json(match.tree, context.language),
            }
            for day, match in judged
        ]
        write_json({**document_json(found), "sentence": reason, "judgements": judgements})
        return
    kind = context.say(_KINDS[found.document_type])
    heading = f"{kind} {found.number}  {found.supplier}  {kronor(found.amount_payable)}  {found.state}"
    show(RichText(plain(heading)), RichText(plain(reason)))
    for position, (day, match) in enumerate(judged):
        when = context.say(Text("Prövad") if position == 0 else Text("Tidigare prövad"))
        verdict = context.say(verdict_name(match.verdict))
        show(RichText(), tree_of(match, f"{when} {day}: {verdict}", context.language))


@command(invoices, "stop-waiting")
def stop_waiting(context: CommandContext, on: On = None) -> None:
    """Avsluta för lång väntan, återta onödig begärd kredit / end too long waiting, withdraw needless requests."""
    today = today_or(on)
    with context.writing() as session:
        register = register_store.load(session)
        withdrawn = parking.withdraw_met_requests(session, register, today=today)
        ended = parking.stop_waiting(session, register, today=today)
    for invoice in (*withdrawn, *ended):
        typer.echo(plain(f"{invoice.number}: {invoice.state}"))
    if withdrawn:
        said = Text("%(requests)s begäranden om kredit är återtagna.", requests=len(withdrawn))
        typer.echo(context.say(said))
    typer.echo(context.say(Text("%(documents)s väntar inte längre.", documents=len(ended))))


@command(invoices, "waiting-reports")
def waiting_reports(
    context: CommandContext,
    days: Annotated[
        int, typer.Option("--days", min=0, help="Minst så många dagar / at least so many days")
    ] = 0,
    on: On = None,
    as_json: AsJson = False,
) -> None:
    """Visa redovisningar som väntar på köparen / show the reports that wait for the buyer."""
    today = today_or(on)
    with context.reading() as session:
        reports = report_queries.waiting(session, today=today, days=days, limit=100_000)
    if as_json:
        told: list[Json] = [
            {
                "execution_reference": each.execution_reference,
                "month": str(each.month),
                "version": each.version,
                "supplier": each.supplier,
                "filed_on": each.filed_on.isoformat(),
                "days": each.age(today),
                "alarmed": each.alarmed,
                "invoices": [*each.invoices],
                "amount": str(each.amount.amount) if each.amount is not None else None,
            }
            for each in reports
        ]
        write_json(told)
        return
    rows = [
        (
            each.execution_reference,
            str(each.month),
            str(each.version),
            each.supplier,
            each.filed_on.isoformat(),
            str(each.age(today)),
            str(len(each.invoices)),
            kronor(each.amount) if each.amount is not None else "",
        )
        for each in reports
    ]
    show(table(_REPORT_COLUMNS, rows, language=context.language))


_REPORT_COLUMNS = (
    TableColumn(Text("Referens")),
    TableColumn(Text("Månad")),
    TableColumn(Text("Version"), right=True, spare=2),
    TableColumn(Text("Leverantör")),
    TableColumn(Text("Lämnad"), spare=1),
    TableColumn(Text("Dagar"), right=True),
    TableColumn(Text("Fakturor"), right=True),
    TableColumn(Text("Belopp"), right=True),
)

_KINDS = {
    DocumentType.INVOICE: Text("Faktura"),
    DocumentType.CREDIT_NOTE: Text("Kreditfaktura"),
}


@command(credit, "request")
def request(
    context: CommandContext,
    invoice: Named,
    supplier: OfSupplier = "",
    by: By = "officer",
    on: On = None,
) -> None:
    """Begär kredit och en ny faktura / ask for credit and a new invoice."""
    with context.writing() as session:
        register = register_store.load(session)
        found = document_store.named(session, invoice, supplier=supplier)
        asked = crediting.ask_for_credit(session, register, found, by=by, today=today_or(on))
    if asked.answered == REJECTED:
        told = Text("Leverantören får svaret RE.")
    else:
        told = Text(
            "Svaret %(answered)s kan inte tas tillbaka: meddela leverantören själv.",
            answered=asked.answered or "-",
        )
    typer.echo(plain(f"{asked.number}: {asked.state}. {context.say(told)}"))


@command(credit, "accept-in-part")
def accept_in_part(
    context: CommandContext,
    invoice: Named,
    supplier: OfSupplier = "",
    by: By = "officer",
    on: On = None,
) -> None:
    """Godkänn raderna som stämmer, begär kredit av de andra / accept the lines that agree, credit the others."""
    with context.writing() as session:
        register = register_store.load(session)
        found = document_store.named(session, invoice, supplier=supplier)
        line_store.lock_orders(session, document_store.orders_of(session, found))
        accepted = accepting_in_part.accept_in_part(
            session, register, found, by=by, today=today_or(on), before_receipt=True
        )
        expected = expected_credit_store.open_for(session, accepted.id)
    assert expected is not None  # noqa: S101 - it was just asked for
    told = Text(
        "Kredit på %(amount)s väntas senast %(due_on)s.",
        amount=kronor(expected.amount_payable),
        due_on=expected.due_on,
    )
    typer.echo(plain(f"{accepted.number}: {accepted.state}. {context.say(told)}"))


@command(credit, "withdraw-part")
def withdraw_part(
    context: CommandContext,
    invoice: Named,
    supplier: OfSupplier = "",
    by: By = "officer",
    on: On = None,
) -> None:
    """Ta tillbaka ett godkännande i delar: hela fakturan i fråga / withdraw an acceptance in part."""
    with context.writing() as session:
        found = document_store.named(session, invoice, supplier=supplier)
        line_store.lock_orders(session, document_store.orders_of(session, found))
        withdrawn = accepting_in_part.withdraw(session, found, by=by, today=today_or(on))
    typer.echo(plain(f"{withdrawn.number}: {withdrawn.state}"))


@command(credit, "expected")
def expected_credits(context: CommandContext, as_json: AsJson = False) -> None:
    """Visa kreditfakturor som väntas för delar av fakturor / show the credit notes expected for parts of invoices."""
    with context.reading() as session:
        waited = expected_credit_store.waited_for(session)
    if as_json:
        write_json(
            [
                {
                    "invoice": each.invoice_number,
                    "supplier": each.supplier,
                    "asked_on": each.asked_on.isoformat(),
                    "due_on": each.due_on.isoformat(),
                    "amount_payable": str(each.amount_payable.amount),
                    "lines": [line.invoice_line for line in each.lines],
                }
                for each in waited
            ]
        )
        return
    rows = [
        (
            each.invoice_number,
            each.supplier,
            ", ".join(line.invoice_line for line in each.lines),
            kronor(each.amount_payable),
            each.due_on.isoformat(),
        )
        for each in waited
    ]
    columns = (
        TableColumn(Text("Faktura")),
        TableColumn(Text("Leverantör")),
        TableColumn(Text("Rader")),
        TableColumn(Text("Belopp"), right=True),
        TableColumn(Text("Senast")),
    )
    show(table(columns, rows, language=context.language))
