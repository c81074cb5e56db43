"""`billing mail`: sending the mails that wait, and seeing how many do."""

from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from accounts import mailed_links
from billing.cli.command import CommandContext, command
from billing.cli.exit_codes import ExitCode
from billing.cli.printing import show
from billing.tools.demo.folder import DATABASE_FILE
from foundation.database import utc_now
from foundation.text import Text
from operations.mail import delivery as mail_delivery
from operations.mail import mail_queries
from operations.settings import Settings

mail = typer.Typer()


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
        now = utc_now()
        links = partial(mailed_links.of_leaving_mail, now=now)
        done = mail_delivery.deliver(database, settings, now=now, links=links)
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
    if done.stuck:
        raise typer.Exit(ExitCode.FAILED)


@command(mail, "list")
def list_mails(context: CommandContext) -> None:
    """Hur många mejl som väntar, har gått och har fastnat / how many mails wait, have left and are stuck."""
    with context.reading() as session:
        counts = mail_queries.counts(session)
    for each in counts:
        show(f"{each.state:<8} {each.template:<24} {each.count}")
