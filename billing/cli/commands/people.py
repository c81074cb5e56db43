"""`billing people`: the buyer's staff from the host: the first administrators, and changes that two people make.

Whoever stands here says who they are with `--by`: an account, or a name of their own. The rule is the pages': what one
proposes another confirms, here or on a page. What a shell on the host can do besides stands in docs/operating.md.
"""

from collections.abc import Iterable
from typing import Annotated

import typer

from accounts import accounts, mailed_links
from accounts import store as account_store
from accounts.identity import BUYER_SIDE, Permission
from accounts.mailed_link_store import LinkPurpose
from accounts.pages.staff_changes import KINDS, rows_of
from accounts.rules import AccountRefused, granted_staff, mail_address, name_of_person
from accounts.staff import change_store, changes, role_changes, staff_forms
from accounts.staff.change_store import StaffChange, StaffChangeKind
from accounts.store import Account, AccountState
from billing.cli.command import AsJson, CommandContext, command, today_or
from billing.cli.printing import TableColumn, show, table, write_json
from foundation.database import utc_now
from foundation.errors import NotFound
from foundation.sql import Session
from foundation.text import Text
from orders.register import store as register_store

people = typer.Typer()

By = Annotated[
    str, typer.Option("--by", help="Vem du är, ett id eller ditt namn / who you are, an id or your name")
]
PersonArgument = Annotated[
    str, typer.Argument(help="user-7, som registret nämner det / as the register names it")
]
Change = Annotated[int, typer.Argument(help="Förslagets nummer / the proposal's number")]

_COLUMNS = (
    TableColumn(Text("Nr"), right=True),
    TableColumn(Text("Vad")),
    TableColumn(Text("Vem")),
    TableColumn(Text("Föreslagen av")),
    TableColumn(Text("Läge")),
    TableColumn(Text("Innehåll"), wrap=40),
)


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
    by: By,
) -> None:
    """De två första administratörerna genast, alla andra föreslås / the first two at once, others are proposed."""
    now = utc_now()
    roles = granted_staff(_roles_named(permission))
    reached = mail_address(address, utf8=context.settings.smtp_utf8)
    with context.writing() as session:
        if roles == {Permission.BUYER_ADMIN} and not changes.has_two_administrators(session):
            made = changes.first_administrator(
                session, name=name, address=reached, language=context.language, by=by, at=now
            )
            said = _invited(session, made.person.id)
        else:
            content = staff_forms.invitation(
                name=name_of_person(name),
                address=reached,
                roles=roles,
                language=context.language,
            )
            number = changes.propose(session, StaffChangeKind.INVITE, content=content, by=by, at=now)
            said = Text("Förslag %(number)s väntar på en annan administratör.", number=number)
    show(context.say(said))


@command(people, "proposals")
def proposals(context: CommandContext, as_json: AsJson = False) -> None:
    """Visa ändringar av personer som väntar / show the changes of people that wait."""
    with context.reading() as session:
        found = change_store.listed(session, only_open=True)
    if as_json:
        write_json(
            [
                {
                    "number": each.id,
                    "kind": each.kind.value,
                    "person": each.person,
                    "proposed_by": each.proposed_by,
                    "state": each.state.value,
                }
                for each in found
            ]
        )
        return
    rows = [
        (
            str(each.id),
            context.say(KINDS[each.kind]),
            each.person or "–",
            each.proposed_by,
            each.state.value,
            _content(context, each),
        )
        for each in found
    ]
    show(table(_COLUMNS, rows, language=context.language))


@command(people, "confirm")
def confirm(context: CommandContext, change: Change, by: By) -> None:
    """Bekräfta det en annan har föreslagit / confirm what somebody else has proposed."""
    with context.writing() as session:
        confirmed = changes.confirm(session, change, by=by, at=utc_now())
        said = Text("Förslag %(number)s gäller nu.", number=change)
        if confirmed.kind is StaffChangeKind.INVITE:
            made = account_store.by_name(session, confirmed.content["address"])
            assert made is not None  # noqa: S101 - it was written in this transaction
            said = _invited(session, made.person.id)
    show(context.say(said))


@command(people, "refuse")
def refuse(
    context: CommandContext,
    change: Change,
    reason: Annotated[str, typer.Option("--reason", help="Varför / why")],
    by: By,
) -> None:
    """Säg nej till det en annan har föreslagit / say no to what somebody else has proposed."""
    with context.writing() as session:
        changes.refuse(session, change, by=by, reason=reason, at=utc_now())
    show(context.say(Text("Förslag %(number)s är avslaget.", number=change)))


@command(people, "withdraw")
def withdraw(context: CommandContext, change: Change, by: By) -> None:
    """Ta tillbaka det du själv har föreslagit / take back what you have proposed yourself."""
    with context.writing() as session:
        changes.withdraw(session, change, by=by, at=utc_now())
    show(context.say(Text("Förslag %(number)s är återtaget.", number=change)))


@command(people, "roles")
def roles(
    context: CommandContext,
    person: PersonArgument,
    by: By,
    add: Annotated[list[str] | None, typer.Option("--add", help="Föreslås / proposed")] = None,
    remove: Annotated[list[str] | None, typer.Option("--remove", help="Genast / at once")] = None,
) -> None:
    """Ta ifrån någon roller genast, och föreslå nya / take roles away at once, and propose others."""
    if not (add or remove):
        raise AccountRefused(
            Text(
                "Ange vad som ska ändras: --add ROLL föreslår en roll, och --remove ROLL tar bort den genast."
            )
        )
    added, removed = _roles_named(add or ()), _roles_named(remove or ())
    with context.writing() as session:
        buyer = register_store.load(session).buyer.organisation_number
        account = _account(session, person)
        if account.organisation != buyer:
            raise NotFound(Text("%(person)s är inte köparens: roller ger leverantören själv.", person=person))
        number = role_changes.change_roles(
            session, account, added=added, removed=removed, by=by, at=utc_now()
        )
        is_gone = bool(removed & account.permissions)
    if number is None:
        said = Text("Behörigheterna är ändrade.")
    elif is_gone:
        said = Text(
            "Det som togs bort gäller inte längre. Förslag %(number)s om det nya väntar på en annan administratör.",
            number=number,
        )
    else:
        said = Text("Förslag %(number)s väntar på en annan administratör.", number=number)
    show(context.say(said))


def _roles_named(names: Iterable[str]) -> frozenset[Permission]:
    """Roles at the buyer as they are written at the command line. Raises AccountRefused for what is none."""
    unknown = sorted(set(names) - BUYER_SIDE)
    if unknown:
        raise AccountRefused(
            Text(
                "%(unknown)s är ingen roll hos köparen. Rollerna är %(roles)s.",
                unknown=", ".join(unknown),
                roles=", ".join(sorted(BUYER_SIDE)),
            )
        )
    return frozenset(Permission(each) for each in names)


@command(people, "address")
def address(
    context: CommandContext,
    person: PersonArgument,
    to: Annotated[str, typer.Argument(help="E-postadress / mail address")],
    by: By,
) -> None:
    """Föreslå en annan e-postadress för någon / propose another mail address for somebody."""
    with context.writing() as session:
        number = changes.propose(
            session,
            StaffChangeKind.ADDRESS,
            person=person,
            content={"address": mail_address(to, utf8=context.settings.smtp_utf8)},
            by=by,
            at=utc_now(),
        )
    show(context.say(Text("Förslag %(number)s väntar på en annan administratör.", number=number)))


@command(people, "forget-codes")
def forget_codes(
    context: CommandContext,
    person: Annotated[str, typer.Argument(help="user-7, som journalen nämner det / as the journal names it")],
    by: By,
) -> None:
    """Föreslå att någon ställer in det andra steget på nytt / propose that somebody sets up the second step anew."""
    with context.writing() as session:
        number = changes.propose(
            session, StaffChangeKind.CODES, person=person, content={}, by=by, at=utc_now()
        )
    show(context.say(Text("Förslag %(number)s väntar på en annan administratör.", number=number)))


@command(people, "link")
def link(
    context: CommandContext,
    person: PersonArgument,
    by: By,
    identity: Annotated[
        bool, typer.Option("--identity", help="För att koppla en e-legitimation / to tie an e-ID")
    ] = False,
) -> None:
    """Ge en länk att välja lösenord med, där mejl inte går / a link to choose a password, without mail."""
    with context.writing() as session:
        account = _account(session, person)
        path = accounts.give_link(session, account, by=by, at=utc_now(), to_tie=identity)
    show(context.say(Text("Länken gäller en gång, och de äldre gäller inte längre: %(path)s", path=path)))


@command(people, "end")
def end(
    context: CommandContext,
    person: PersonArgument,
    by: Annotated[
        str, typer.Option("--by", help="Vem som avslutar, ett id / who ends it, an id")
    ] = "operator",
) -> None:
    """Avsluta ett konto genast, en leverantörs sista också / end an account at once, a supplier's last one too."""
    with context.writing() as session:
        account = _account(session, person)
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


def _account(session: Session, person: str) -> Account:
    """The account of this opaque id. Raises NotFound."""
    number = person.removeprefix("user-")
    account = account_store.by_id(session, int(number)) if number.isdigit() and len(number) < 10 else None
    if account is None:
        raise NotFound(Text("Det finns inget konto %(person)s.", person=person))
    return account


def _invited(session: Session, person: str) -> Text:
    """Mail may not be set up yet, so the one who stands here gets the link as well."""
    account = account_store.by_id(session, int(person.removeprefix("user-")))
    assert account is not None  # noqa: S101 - it was written in this transaction
    assert account.state == AccountState.INVITED  # noqa: S101 - nobody has had the link before
    path = mailed_links.give(session, account, LinkPurpose.INVITE, at=utc_now())
    return Text(
        "%(person_id)s är inbjuden. Länken gäller en gång, i sju dagar: %(path)s", person_id=person, path=path
    )


def _content(context: CommandContext, change: StaffChange) -> str:
    return "; ".join(f"{context.say(name)}: {context.say(value)}" for name, value in rows_of(change, {}))
