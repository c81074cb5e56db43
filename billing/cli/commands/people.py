"""`billing people`: letting the first of the buyer's people in; everybody else is invited in the portal."""

from typing import Annotated

import typer

from accounts import accounts, mailed_links
from accounts import store as account_store
from accounts.identity import Permission
from accounts.mailed_link_store import LinkPurpose
from accounts.rules import granted_staff
from billing.cli.command import CommandContext, command, today_or
from billing.cli.printing import show
from foundation.database import utc_now
from foundation.errors import NotFound
from foundation.keys import key_in
from foundation.text import Text
from orders.register import store as register_store

people = typer.Typer()


@command(people, "invite")
def invite(
    context: CommandContext,
    address: Annotated[str, typer.Argument(help="E-postadress / mail address")],
    name: Annotated[str, typer.Option(help="Personens namn / the person's name")],
    permission: Annotated[
        list[str],
        typer.Option(
            help="OFFICER, FINANCE, ATTEST, BUYER_ADMIN, AUDIT, PROTECTED; flera går bra / several will do"
        ),
    ],
) -> None:
    """Bjud in någon hos köparen / invite somebody at the buyer."""
    now = utc_now()
    with context.writing() as session:
        made = accounts.invite(
            session,
            organisation=register_store.load(session).buyer.organisation_number,
            name=name,
            address=address,
            permissions=granted_staff(permission),
            within=None,
            language=context.language,
            by="operator",
            at=now,
        )
        # Mail may not be set up yet, so the one who stands here gets the link as well.
        path = mailed_links.send(session, made, LinkPurpose.INVITE, at=now)
    show(
        context.say(
            Text(
                "%(person_id)s är inbjuden. Länken gäller en gång, i sju dagar: %(path)s",
                person_id=made.person.id,
                path=path,
            )
        )
    )


@command(people, "end")
def end(
    context: CommandContext,
    person: Annotated[
        str, typer.Argument(help="user-7, som registret nämner det / as the register names it")
    ],
    by: Annotated[
        str, typer.Option("--by", help="Vem som avslutar, ett id / who ends it, an id")
    ] = "operator",
) -> None:
    """Avsluta en leverantörs konto, även det sista / end a supplier's account, the last one too."""
    number = key_in(person.removeprefix("user-"))
    with context.writing() as session:
        account = account_store.by_id(session, number) if number is not None else None
        if account is None:
            raise NotFound(Text("Det finns inget konto %(person)s.", person=person))
        buyer = register_store.load(session).buyer.organisation_number
        ours = account.organisation == buyer
        accounts.end(
            session,
            account.organisation,
            account.id,
            by=by,
            today=today_or(None),
            administers=Permission.BUYER_ADMIN if ours else Permission.ADMINISTER,
            last_too=not ours,
        )
    show(context.say(Text("%(person)s är avslutat.", person=person)))
