"""`billing post status`, `show`, `resend`, `replay` and more: how the post stands, and what a person may do."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Annotated

import typer

from billing.cli.command import AsJson, CommandContext, On, command, today_or
from billing.cli.commands.inbox import post_office
from billing.cli.commands.receiving import all_taken, end, tell
from billing.cli.exit_codes import ExitCode
from billing.cli.printing import TableColumn, show, table, write_json
from foundation.formatting import Json
from foundation.text import Text
from invoicing.intake import owed
from invoicing.intake.queue import read_arrived
from operations import exchange_actions, exchange_queries, message_queries
from operations.directory.words import DOUBT_WORDS
from operations.exchange_actions import no_message, read_again, send_again
from operations.exchange_queries import AccessPointStanding, AttemptRow, ExchangeStanding, ReceiverStanding
from operations.network_reports import service_levels
from peppol.exchange import owed_answer_store
from peppol.exchange.laid_aside import LaidAsideReason
from peppol.exchange.owed_answer_store import OwedAnswer
from peppol.exchange.tables import InState, OutState, OwedState
from peppol.lookup.doubts import DirectoryDoubt

_RECEIVERS = (
    TableColumn(Text("Mottagare")),
    TableColumn(Text("Organisation")),
    TableColumn(Text("Väntar"), right=True),
    TableColumn(Text("Fastnat"), right=True),
    TableColumn(Text("Avvisat", context="message"), right=True),
    TableColumn(Text("Äldst")),
    TableColumn(Text("Nästa försök")),
)
_ATTEMPTS = (
    TableColumn(Text("Nr"), right=True),
    TableColumn(Text("Började")),
    TableColumn(Text("Sekunder"), right=True),
    TableColumn(Text("Utfall")),
    TableColumn(Text("Svar"), wrap=40),
    TableColumn(Text("Nästa försök")),
)

_OWED = (
    TableColumn(Text("Nr"), right=True),
    TableColumn(Text("Om")),
    TableColumn(Text("Sedan")),
    TableColumn(Text("Fel"), wrap=40),
)

Reason = Annotated[LaidAsideReason, typer.Option("--reason", help="Varför / why")]
By = Annotated[str, typer.Option("--by", help="Vem som gör det, t.ex. user-17 / who does it")]


@command(post_office, "status")
def status(context: CommandContext, as_json: AsJson = False) -> None:
    """Visa hur posten står: väntar, fastnat, äldst / show how the post stands."""
    with context.opened() as database, database.reading() as session:
        stands = exchange_queries.standing(session)
        out, came = exchange_queries.totals(session)
        now = database.clock()
    levels = service_levels.asked(context.settings)
    if as_json:
        write_json(
            {
                "out": {state.value: count for state, count in sorted(out.items())},
                "in": {state.value: count for state, count in sorted(came.items())},
                "oldest_waiting_seconds": _age(stands.oldest_out, now),
                "oldest_arrived_seconds": _age(stands.oldest_in, now),
                "receivers": [_receiver_json(each, now) for each in stands.receivers],
                "access_points": _access_points_json(stands),
                "directory": _directory_json(stands),
                "service_levels": levels.to_json() if levels is not None else None,
                "unfetched": stands.unfetched,
            }
        )
        return
    say = context.say
    typer.echo(say(Text("Från oss: %(counts)s", counts=_counted(out) or Text("inga"))))
    typer.echo(say(Text("Till oss: %(counts)s", counts=_counted(came) or Text("inga"))))
    for point in stands.access_points:
        typer.echo(say(_how(point)))
    if stands.unfetched:
        typer.echo(
            say(Text("%(count)s kan inte hämtas. Se dem med: billing post unfetched", count=stands.unfetched))
        )
    for line in _directory_lines(stands):
        typer.echo(say(line))
    for line in service_levels.told(levels) if levels is not None else ():
        typer.echo(say(line))
    rows = [
        (
            each.receiver,
            each.recipient,
            str(each.waiting),
            str(each.stuck),
            str(each.rejected),
            _moment(each.oldest_at),
            _moment(each.next_at),
        )
        for each in stands.receivers
    ]
    if rows:
        show(table(_RECEIVERS, rows, language=context.language))


@command(post_office, "show")
def show_message(
    context: CommandContext, number: Annotated[int, typer.Argument(metavar="NR")], as_json: AsJson = False
) -> None:
    """Visa ett meddelande från oss och varje försök / show a message of ours and every attempt."""
    with context.reading() as session:
        message = message_queries.message_out(session, number)
        if message is None:
            raise no_message(number)
        attempts = exchange_queries.attempts_of(session, number)
    if as_json:
        write_json(
            {
                "sequence": message.sequence,
                "instance_id": message.instance_id,
                "kind": message.kind,
                "document_id": message.document_id,
                "about": message.about,
                "receiver": message.receiver,
                "recipient": message.recipient,
                "state": message.state.value,
                "sha256": message.sha256,
                "attempts": [_attempt_json(each) for each in attempts],
            }
        )
        return
    say = context.say
    facts = (
        (say(Text("Meddelande")), f"{message.sequence}  {message.instance_id}"),
        (say(Text("Dokument")), f"{message.kind} {message.document_id}"),
        (say(Text("Till")), message.receiver or f"portal {message.recipient}"),
        (say(Text("Läge")), message.state.value),
    )
    show(table((TableColumn(), TableColumn(wrap=40)), facts, language=context.language))
    rows = [
        (
            str(each.number),
            _moment(each.started_at),
            f"{(each.ended_at - each.started_at).total_seconds():.1f}",
            each.outcome,
            each.answer,
            _moment(each.next_at),
        )
        for each in attempts
    ]
    if rows:
        show(table(_ATTEMPTS, rows, language=context.language))


@command(post_office, "resend")
def resend(context: CommandContext, number: Annotated[int, typer.Argument(metavar="NR")], by: By) -> None:
    """Skicka ett meddelande som fastnat eller avvisats igen / send a stuck or refused message again."""
    with context.opened() as database:
        instance_id = send_again(database, number, by=by)
    typer.echo(
        context.say(
            Text(
                "Meddelande %(number)s skickas igen, med id %(instance_id)s.",
                number=number,
                instance_id=instance_id,
            )
        )
    )


@command(post_office, "replay")
def replay(
    context: CommandContext,
    letter_id: Annotated[int, typer.Argument(metavar="ID")],
    by: By = "operator",
    on: On = None,
    as_json: AsJson = False,
) -> None:
    """Läs ett meddelande till oss igen / read a message to us again."""
    with context.opened() as database:
        read_again(database, letter_id, by=by)
        for _ in read_arrived(database, today=today_or(on)):
            pass
        taken = all_taken(context, database, [("", letter_id)])
    tell(taken, as_json=as_json)
    end(taken)


@command(post_office, "lay-aside")
def lay_aside(
    context: CommandContext,
    letter_id: Annotated[int, typer.Argument(metavar="ID")],
    reason: Reason,
    by: By,
) -> None:
    """Lägg ett meddelande till oss till handlingarna / note that a message to us is dealt with."""
    with context.opened() as database:
        exchange_actions.lay_aside(database, letter_id, reason, by=by)
    typer.echo(context.say(Text("Meddelande %(letter_id)s är lagt till handlingarna.", letter_id=letter_id)))


@command(post_office, "owed")
def show_owed(context: CommandContext, as_json: AsJson = False) -> None:
    """Visa svar till leverantörer som inte kunde skrivas / show answers that could not be written."""
    with context.reading() as session:
        stuck = owed_answer_store.in_state(session, OwedState.STUCK)
    if as_json:
        write_json([_owed_json(each) for each in stuck])
        return
    rows = [(str(each.id), each.about, _moment(each.made_at), each.error) for each in stuck]
    show(table(_OWED, rows, language=context.language))


@command(post_office, "answer")
def answer(
    context: CommandContext, number: Annotated[int, typer.Argument(metavar="NR")], by: By, on: On = None
) -> None:
    """Skriv ett svar igen som inte kunde skrivas / write an answer again that could not be written."""
    with context.opened() as database, database.writing() as session:
        left = owed.write_again(session, number, today=today_or(on), by=by)
    if left is not None:
        typer.echo(context.say(Text("Svaret kunde fortfarande inte skrivas: %(error)s", error=left.error)))
        raise typer.Exit(ExitCode.FAILED)
    typer.echo(context.say(Text("Avsändaren är besvarad.")))


@command(post_office, "no-answer")
def no_answer(
    context: CommandContext,
    number: Annotated[int, typer.Argument(metavar="NR")],
    reason: Reason,
    by: By,
) -> None:
    """Avgör att ett svar inte behövs / decide that an answer is not needed."""
    with context.opened() as database, database.writing() as session:
        owed.lay_aside(session, number, reason, by=by)
    typer.echo(context.say(Text("Svaret är lagt till handlingarna.")))


def _how(point: AccessPointStanding) -> Text:
    """How one way of an access point does, in a line."""
    if point.opened_at is not None:
        return _LOST[point.is_way_in].with_values(
            access_point=point.point,
            since=_moment(point.opened_at),
            probe=_moment(point.probe_at),
            why=point.sentence,
        )
    if point.failures:
        return _FAILING[point.is_way_in].with_values(
            access_point=point.point, failures=point.failures, why=point.sentence
        )
    if point.is_way_in:
        at = _moment(point.reached_at) or "-"
        return Text("%(access_point)s: hämtade senast %(at)s", access_point=point.point, at=at)
    return Text("%(access_point)s: svarar", access_point=point.point)


# Of the way out, and of the way in.
_LOST = {
    False: Text("%(access_point)s: går inte att nå sedan %(since)s, prövas %(probe)s. %(why)s"),
    True: Text("%(access_point)s: går inte att hämta från sedan %(since)s, prövas %(probe)s. %(why)s"),
}
_FAILING = {
    False: Text("%(access_point)s: %(failures)s misslyckade försök i rad. %(why)s"),
    True: Text("%(access_point)s: %(failures)s misslyckade hämtningar i rad. %(why)s"),
}


def _owed_json(each: OwedAnswer) -> Json:
    return {
        "number": each.id,
        "about": each.about,
        "error": each.error,
        "since": each.made_at.isoformat() if each.made_at else None,
    }


def _counted(counts: Mapping[OutState, int] | Mapping[InState, int]) -> str:
    return ", ".join(f"{count} {state.value}" for state, count in sorted(counts.items()))


def _moment(moment: datetime | None) -> str:
    return moment.strftime("%Y-%m-%d %H:%M:%SZ") if moment is not None else ""


def _age(moment: datetime | None, now: datetime) -> int:
    return max(0, int((now - moment).total_seconds())) if moment is not None else 0


def _receiver_json(each: ReceiverStanding, now: datetime) -> Json:
    return {
        "receiver": each.receiver,
        "recipient": each.recipient,
        "waiting": each.waiting,
        "stuck": each.stuck,
        "rejected": each.rejected,
        "oldest_seconds": _age(each.oldest_at, now),
        "next_attempt": each.next_at.isoformat() if each.next_at else None,
    }


def _directory_lines(stands: ExchangeStanding) -> Iterator[Text]:
    doubt = stands.doubt
    if doubt.doubted_at is not None:
        yield Text(
            "Katalogen: nej är inte att lita på sedan %(since)s, %(count)s meddelanden väntar. %(why)s",
            since=_moment(doubt.doubted_at),
            count=stands.in_doubt,
            why=DOUBT_WORDS[DirectoryDoubt(doubt.reason)],
        )


def _directory_json(stands: ExchangeStanding) -> Json:
    doubt = stands.doubt
    return {
        "believed": doubt.doubted_at is None,
        "doubted_since": doubt.doubted_at.isoformat() if doubt.doubted_at else None,
        "reason": doubt.reason,
        "words": doubt.words,
        "waiting": stands.in_doubt,
        "believed_until": doubt.believed_until.isoformat() if doubt.believed_until else None,
    }


def _access_points_json(stands: ExchangeStanding) -> Json:
    return [
        {
            "name": each.point,
            "way": "in" if each.is_way_in else "out",
            "answers": each.opened_at is None and not each.failures,
            "out_of_reach_since": each.opened_at.isoformat() if each.opened_at else None,
            "probed_at": each.probe_at.isoformat() if each.probe_at else None,
            "failures": each.failures,
            "code": each.code,
            "host": each.host,
            "verb": each.verb,
            "answer": each.answer,
            "reached_at": each.reached_at.isoformat() if each.reached_at else None,
        }
        for each in stands.access_points
    ]


def _attempt_json(each: AttemptRow) -> Json:
    return {
        "number": each.number,
        "started_at": each.started_at.isoformat(),
        "ended_at": each.ended_at.isoformat(),
        "access_point": each.access_point,
        "outcome": each.outcome,
        "answer": each.answer,
        "next_at": each.next_at.isoformat() if each.next_at else None,
    }
