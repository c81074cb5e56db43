"""`billing receivables`: what suppliers owe us, and every step of a claim: raised, demanded, repaid, written off."""

from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Annotated

import typer

from billing.cli.command import (
    AsJson,
    CommandContext,
    On,
    command,
    day,
    number_written,
    today_or,
)
from billing.cli.printing import TableColumn, show, table, write_json
from foundation.formatting import Json, kronor
from foundation.money import Money
from foundation.text import Text
from invoicing.claims import claim_store, raising, steps
from invoicing.claims.claim_states import OPEN, ClaimCause, ClaimState
from invoicing.claims.claim_store import SupplierClaim
from invoicing.documents import store as document_store
from invoicing.payment import repayment_store, repayments
from invoicing.payment.repayment_store import REPAYMENT_WORDS, RepaymentState
from invoicing.verdicts import writing_off
from operations.payment_settings import debtor_of
from orders.register import store as register_store

receivables = typer.Typer()

By = Annotated[str, typer.Option("--by", help="Den som gör det, ett id / who does it, an id")]
Number = Annotated[str, typer.Argument(help="Fordrans nummer / the claim's number")]
Reason = Annotated[str, typer.Option("--reason", help="Skälet / the reason")]

_LIST = (
    TableColumn(Text("Fordran")),
    TableColumn(Text("Faktura"), wrap=15),
    TableColumn(Text("Leverantör")),
    TableColumn(Text("Läge")),
    TableColumn(Text("Senast")),
    TableColumn(Text("Kvar"), right=True),
)


_DEPOSITS = (
    TableColumn(Text("Nr"), right=True),
    TableColumn(Text("Dag")),
    TableColumn(Text("Referens")),
    TableColumn(Text("Läge")),
    TableColumn(Text("Belopp"), right=True),
)


class Answer(StrEnum):
    """What a second person, or whoever asked, may say."""

    CONFIRM = "confirm"
    DECLINE = "decline"
    WRITE_OFF = "write-off"
    KEEP = "keep"


class RepaymentStep(StrEnum):
    """What is done with a repayment that is noted."""

    CONFIRM = "confirm"
    TAKE_BACK = "take-back"


class UndoStep(StrEnum):
    """What is done where the bank has taken a confirmed deposit back."""

    ASK = "ask"
    CONFIRM = "confirm"
    STANDS = "stands"


@command(receivables, "list")
def list_claims(context: CommandContext, everything: bool = False, as_json: AsJson = False) -> None:
    """Visa fordringarna, med --everything också de avslutade / show the claims, with --everything those ended."""
    states = tuple(ClaimState) if everything else (ClaimState.ASKED, *OPEN)
    with context.reading() as session:
        found = claim_store.listed(session, states=states)
    if as_json:
        write_json([_written(each) for each in found])
        return
    rows = [
        (
            each.number,
            each.invoice_number,
            each.supplier,
            context.say(each.state_word),
            each.due_on.isoformat() if each.due_on else "",
            kronor(each.left),
        )
        for each in found
    ]
    show(table(_LIST, rows, language=context.language))


@command(receivables, "ask")
def ask(
    context: CommandContext,
    invoice: Annotated[
        str, typer.Argument(help="Fakturans nummer, eller #id / the invoice's number, or #id")
    ],
    cause: Annotated[ClaimCause, typer.Option("--cause", help="Varför / why")],
    reason: Reason,
    by: By,
    on: On = None,
) -> None:
    """Begär att en betald faktura krävs tillbaka / ask for a paid invoice to be claimed back."""
    with context.writing() as session:
        found = document_store.named(session, invoice)
        made = raising.ask(session, found.id, cause=cause, reason=reason, by=by, today=today_or(on))
    typer.echo(made.number)


@command(receivables, "answer")
def answer(
    context: CommandContext,
    number: Number,
    what: Annotated[Answer, typer.Argument(help="Vad som avgörs / what is decided")],
    by: By,
    on: On = None,
) -> None:
    """Bekräfta eller avslå det en annan begärt / confirm or decline what another has asked for."""
    today = today_or(on)
    with context.writing() as session:
        match what:
            case Answer.CONFIRM:
                raising.confirm(session, number, by=by, today=today)
            case Answer.DECLINE:
                raising.decline(session, number, by=by, today=today)
            case Answer.WRITE_OFF:
                register = register_store.load(session)
                writing_off.write_off(session, register, number, by=by, today=today)
            case Answer.KEEP:
                steps.keep(session, number, by=by)
        state = claim_store.get(session, number).state_word
    typer.echo(context.say(state))


@command(receivables, "demand")
def demand(
    context: CommandContext,
    number: Number,
    by: By,
    due_on: Annotated[
        date | None,
        typer.Option("--due-on", parser=day, metavar="DATE", help="Betalas senast / to be paid by"),
    ] = None,
    on: On = None,
) -> None:
    """Skicka ett krav, eller en påminnelse / send a demand, or a reminder."""
    with context.writing() as session:
        pay_to = debtor_of(context.settings).iban
        sent = steps.demand(session, number, by=by, today=today_or(on), pay_to=pay_to, due_on=due_on)
    typer.echo(f"{context.say(sent.kind.words)} {sent.due_on} {kronor(sent.to_pay)}")


@command(receivables, "repaid")
def repaid(
    context: CommandContext,
    number: Number,
    came_on: Annotated[
        date,
        typer.Option("--came-on", parser=day, metavar="DATE", help="Dagen pengarna kom / the day it came"),
    ],
    reference: Annotated[str, typer.Option("--reference", help="Bankens referens / the bank's reference")],
    by: By,
    amount: Annotated[
        Decimal | None,
        typer.Option(
            "--amount", parser=number_written, metavar="AMOUNT", help="Om inte allt / where not all"
        ),
    ] = None,
    on: On = None,
) -> None:
    """Notera att leverantören betalat tillbaka; en annan bekräftar / note a repayment; another person confirms."""
    with context.writing() as session:
        found = claim_store.get(session, number)
        repayments.note(
            session,
            found.invoice_id,
            by=by,
            came_on=came_on,
            reference=reference,
            today=today_or(on),
            amount=None if amount is None else Money(amount, found.amount.currency),
        )
    typer.echo(context.say(Text("Noterat. Nu bekräftar någon annan det.")))


@command(receivables, "repaid-step")
def repaid_step(
    context: CommandContext,
    number: Number,
    what: Annotated[RepaymentStep, typer.Argument(help="Vad som görs / what is done")],
    by: By,
    reason: Annotated[
        str, typer.Option("--reason", help="Skälet att ta tillbaka / why it is taken back")
    ] = "",
) -> None:
    """Bekräfta en noterad återbetalning, eller ta tillbaka den / confirm a noted repayment, or take it back."""
    with context.writing() as session:
        invoice_id = claim_store.get(session, number).invoice_id
        if what is RepaymentStep.CONFIRM:
            repayments.confirm(session, invoice_id, by=by)
        else:
            repayments.take_back(session, invoice_id, by=by, reason=reason)
        now = claim_store.get(session, number)
    said = Text("%(state)s, kvar %(left)s.", state=now.state_word, left=now.left)
    typer.echo(context.say(said))


@command(receivables, "deposits")
def deposits(context: CommandContext, number: Number, as_json: AsJson = False) -> None:
    """Visa fordrans bekräftade insättningar / show the confirmed deposits of a claim."""
    with context.reading() as session:
        invoice_id = claim_store.get(session, number).invoice_id
        found = [
            (RepaymentState.CONFIRMED, each) for each in repayment_store.confirmed(session, invoice_id)
        ] + [(RepaymentState.UNDO_ASKED, each) for each in repayment_store.undo_asked(session, invoice_id)]
    if as_json:
        write_json(
            [
                {
                    "id": each.id,
                    "state": state.value,
                    "came_on": each.came_on.isoformat(),
                    "reference": each.reference,
                    "amount": None if each.amount is None else str(each.amount),
                }
                for state, each in found
            ]
        )
        return
    rows = [
        (
            str(each.id),
            each.came_on.isoformat(),
            each.reference,
            context.say(REPAYMENT_WORDS[state]),
            "" if each.amount is None else f"{each.amount:.2f}",
        )
        for state, each in found
    ]
    show(table(_DEPOSITS, rows, language=context.language))


@command(receivables, "deposit-undo")
def deposit_undo(
    context: CommandContext,
    number: Number,
    deposit: Annotated[int, typer.Argument(help="Insättningens nummer, ur deposits / of deposits")],
    what: Annotated[UndoStep, typer.Argument(help="Vad som görs / what is done")],
    by: By,
    reason: Annotated[str, typer.Option("--reason", help="Hur det är känt / how it is known")] = "",
    undone_on: Annotated[
        date | None, typer.Option("--day", parser=day, metavar="DATE", help="Dagen den togs / the day")
    ] = None,
    on: On = None,
) -> None:
    """Säg att banken tog tillbaka en insättning, eller svara / say that the bank took a deposit back, or answer."""
    today = today_or(on)
    with context.writing() as session:
        invoice_id = claim_store.get(session, number).invoice_id
        match what:
            case UndoStep.ASK:
                repayments.ask_undo(
                    session,
                    invoice_id,
                    deposit,
                    by=by,
                    undone_on=undone_on or today,
                    reason=reason,
                    today=today,
                )
            case UndoStep.CONFIRM:
                repayments.confirm_undo(session, invoice_id, deposit, by=by)
            case UndoStep.STANDS:
                repayments.refuse_undo(session, invoice_id, deposit, by=by)
        now = claim_store.get(session, number)
    typer.echo(context.say(Text("%(state)s, kvar %(left)s.", state=now.state_word, left=now.left)))


@command(receivables, "uphold")
def uphold(context: CommandContext, number: Number, reason: Reason, by: By, on: On = None) -> None:
    """Svara leverantören att fordran står kvar / answer the supplier that the claim stands."""
    with context.writing() as session:
        steps.uphold(session, number, by=by, words=reason, today=today_or(on))
        state = claim_store.get(session, number).state_word
    typer.echo(context.say(state))


@command(receivables, "ask-write-off")
def ask_write_off(context: CommandContext, number: Number, reason: Reason, by: By, on: On = None) -> None:
    """Begär att resten skrivs av; en annan avgör / ask for the rest to be written off; another decides."""
    with context.writing() as session:
        steps.ask_write_off(session, number, by=by, reason=reason, today=today_or(on))
        state = claim_store.get(session, number).state_word
    typer.echo(context.say(state))


def _written(each: SupplierClaim) -> Json:
    return {
        "number": each.number,
        "ocr": each.ocr,
        "invoice": each.invoice_number,
        "payment": each.payment_number,
        "supplier": each.supplier,
        "cause": each.cause.value,
        "state": each.state.value,
        "due_on": each.due_on.isoformat() if each.due_on else None,
        "amount": str(each.amount.amount),
        "left": str(each.left.amount),
        "currency": each.amount.currency,
    }
