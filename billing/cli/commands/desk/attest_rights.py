"""`billing rights end|confirm|substitute|substitutes|end-substitute`: who may attest, beside `billing payments right`.

The same steps as *Attesträtter*: what gives is proposed by one and confirmed by another (`billing people confirm`), to
take away takes one. What somebody gave alone before it took two waits until another confirms it here or there.
"""

from datetime import date
from typing import Annotated

import typer

from accounts.staff import changes, staff_forms
from accounts.staff.change_store import StaffChangeKind
from billing.cli.command import AsJson, CommandContext, On, command, day, today_or
from billing.cli.printing import TableColumn, show, table, write_json
from foundation.database import utc_now
from foundation.text import Text
from invoicing.payment import attest_right_store
from invoicing.payment.attest_right_store import Given

rights = typer.Typer()

By = Annotated[
    str, typer.Option("--by", help="Vem du är, ett id eller ditt namn / who you are, an id or your name")
]
Key = Annotated[int, typer.Argument(help="Numret i listan / the number in the list")]

_SUBSTITUTES = (
    TableColumn(Text("Nr"), right=True),
    TableColumn(Text("Ersätter")),
    TableColumn(Text("Ersättare")),
    TableColumn(Text("Från")),
    TableColumn(Text("Till")),
    TableColumn(Text("Läge")),
)


@command(rights, "end")
def end(context: CommandContext, right: Key, by: By, on: On = None) -> None:
    """Låt en attesträtt upphöra, i dag eller den dag som ges / let a right to attest end, today or on the day given."""
    last_day = today_or(on)
    with context.writing() as session:
        attest_right_store.end(session, right, last_day=last_day, by=by)
    show(context.say(Text("Attesträtten gäller till och med %(day)s.", day=last_day)))


@command(rights, "confirm")
def confirm(
    context: CommandContext,
    key: Key,
    by: By,
    is_substitute: Annotated[
        bool, typer.Option("--substitute", help="Numret är en ersättares / the number is a substitute's")
    ] = False,
) -> None:
    """Bekräfta det en person gav ensam, innan det krävdes två / confirm what one person gave before it took two."""
    kind = Given.SUBSTITUTE if is_substitute else Given.RIGHT
    with context.writing() as session:
        changes.confirm_given(session, kind, key, by=by, at=utc_now())
    show(context.say(Text("Bekräftat: det gäller nu.")))


@command(rights, "substitute")
def substitute(
    context: CommandContext,
    person: Annotated[str, typer.Option("--person", help="Den som är borta / who is away")],
    stand_in: Annotated[str, typer.Option("--substitute", help="Den som ersätter / who stands in")],
    until: Annotated[date, typer.Option("--until", parser=day, metavar="DATE")],
    by: By,
    on: On = None,
) -> None:
    """Föreslå att någon attesterar i en annans ställe / propose that somebody attests in another's place."""
    content = staff_forms.substitute(stand_in=stand_in, valid_from=today_or(on), valid_to=until)
    with context.writing() as session:
        number = changes.propose(
            session, StaffChangeKind.SUBSTITUTE, person=person, content=content, by=by, at=utc_now()
        )
    show(context.say(Text("Förslag %(number)s väntar på en annan administratör.", number=number)))


@command(rights, "end-substitute")
def end_substitute(context: CommandContext, key: Key, by: By, on: On = None) -> None:
    """Låt ingen ersätta längre än i dag, eller den dag som ges / let nobody stand in after today, or the day given."""
    last_day = today_or(on)
    with context.writing() as session:
        attest_right_store.end_substitute(session, key, last_day=last_day, by=by)
    show(context.say(Text("Ersättaren gäller till och med %(day)s.", day=last_day)))


@command(rights, "substitutes")
def substitutes(context: CommandContext, as_json: AsJson = False) -> None:
    """Visa vilka som ersätter, och om det är bekräftat / show who stands in, and whether it is confirmed."""
    with context.reading() as session:
        found = attest_right_store.substitutions(session)
    if as_json:
        write_json(
            [
                {
                    "id": each.id,
                    "person": each.person,
                    "substitute": each.substitute,
                    "valid_from": each.valid_from.isoformat(),
                    "valid_to": each.valid_to.isoformat(),
                    "confirmed": each.is_confirmed,
                }
                for each in found
            ]
        )
        return
    rows = [
        (
            str(each.id),
            each.person,
            each.substitute,
            each.valid_from.isoformat(),
            each.valid_to.isoformat(),
            context.say(state_of(is_confirmed=each.is_confirmed)),
        )
        for each in found
    ]
    show(table(_SUBSTITUTES, rows, language=context.language))


def state_of(*, is_confirmed: bool) -> Text:
    """How a right or a substitute stands, in words."""
    return Text("bekräftad") if is_confirmed else Text("väntar på en andra administratör")
