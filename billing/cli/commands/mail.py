"""`billing mail`: sending the mails that wait, seeing how they stand, trying again, and asking the mail server."""

from pathlib import Path
from typing import Annotated

import typer

from accounts.mails import leaving_mails, sending_again
from billing.cli.command import CommandContext, command
from billing.cli.exit_codes import ExitCode, complain
from billing.cli.printing import show
from billing.tools.demo.folder import DATABASE_FILE
from foundation.database import utc_now
from foundation.errors import NotFound, Refused
from foundation.text import Text
from operations.mail import asking, mail_queries
from operations.settings import Settings

mail = typer.Typer()

By = Annotated[str, typer.Option("--by", help="Vem som gör det, t.ex. user-17 / who does it")]


@command(mail, "deliver")
def deliver(
    context: CommandContext,
    folder: Annotated[
        Path | None,
        typer.Option("--dir", help="En mapp som demon har fyllt / a folder filled by the demo"),
    ] = None,
) -> None:
    """Skicka väntande mejl / send the mails that wait."""
    if folder is None:
        settings = context.settings
    else:
        settings = Settings().model_copy(update={"mail_folder": folder / "mail", "smtp_host": ""})
        context = CommandContext(f"sqlite:///{folder / DATABASE_FILE}", context.language)
    with context.opened() as database:
        done = leaving_mails.deliver(database, settings, now=utc_now())
    where = "" if settings.smtp_host else f" ({settings.mail_folder})"
    show(
        context.say(
            Text(
                "Skickade: %(sent)s%(where)s. Väntar: %(waiting)s. Fastnade: %(stuck)s.",
                sent=done.sent,
                where=where,
                waiting=done.waiting,
                stuck=done.stuck,
            )
        )
    )
    if done.fault is not None:
        complain(context.say(done.fault.told))
    if done.stuck or done.fault is not None:
        raise typer.Exit(ExitCode.FAILED)


@command(mail, "list")
def list_mails(context: CommandContext) -> None:
    """Hur många mejl som väntar, har gått och har fastnat / how many mails wait, have left and are stuck."""
    with context.reading() as session:
        counts = mail_queries.counts(session)
        stuck = mail_queries.stuck(session)
    for each in counts:
        show(f"{each.state:<8} {each.template:<24} {each.count}")
    for one in stuck:
        show(f"{one.id:<8} {one.template:<24} {one.about:<20} {one.fault}")


@command(mail, "again")
def again(
    context: CommandContext,
    number: Annotated[
        int | None, typer.Argument(help="Mejlets nummer; utan det alla / the mail's; all without it")
    ] = None,
    by: By = "operator",
) -> None:
    """Försök igen med mejl som fastnat / try mails again that are stuck."""
    with context.opened() as database:
        came = sending_again.send_again(database, None if number is None else [number], by=by)
    if came.left:
        raise Refused(came.told)
    if not came.again:
        raise NotFound(Text("Inget sådant mejl har fastnat. Se vilka som har det med billing mail list."))
    show(context.say(came.told))


@command(mail, "check")
def check(context: CommandContext) -> None:
    """Pröva mejlservern utan att skicka något / try the mail server without sending anything."""
    settings = context.settings
    if not settings.smtp_host:
        show(context.say(asking.no_server(settings)))
        return
    offers = asking.offers(settings)
    show(
        context.say(
            Text(
                "%(host)s svarar. Kryptering: %(tls)s. Inloggad: %(user)s.",
                host=settings.smtp_host,
                tls=offers.tls or Text("ingen"),
                user=settings.smtp_user or Text("nej"),
            )
        )
    )
    if offers.utf8 and not settings.smtp_utf8:
        told = Text(
            "Servern tar adresser med å, ä och ö före @ (SMTPUTF8). Sätt BILLING_SMTP_UTF8=true, så får de skrivas."
        )
        show(context.say(told))
    if settings.smtp_utf8 and not offers.utf8:
        complain(context.say(asking.NO_ADDRESSES_OF_ALL_LETTERS))
        raise typer.Exit(ExitCode.FAILED)
