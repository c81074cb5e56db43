"""`billing lookup`: whether somebody on the network can receive a kind of message from us."""

from typing import Annotated

import typer

from billing.cli.command import AsJson, CommandContext, command
from billing.cli.exit_codes import ExitCode
from billing.cli.printing import TableColumn, show, table, write_json
from foundation.errors import Refused
from foundation.text import Text
from operations.directory.opening import opened_directory
from operations.directory.words import DOUBT_WORDS
from operations.settings import Settings
from peppol.access_points.protocol import Capability, PeerVerdict
from peppol.identifiers import DocumentKind, InvalidIdentifier, ParticipantId
from peppol.lookup.doubts import NOT_TAKEN, DirectoryDoubt

alone = typer.Typer()

_VERDICTS = {
    PeerVerdict.TAKES: Text("Ja: tar emot det."),
    PeerVerdict.OTHER_KINDS_ONLY: Text(
        "Nej: finns på nätet men tar inte emot detta. Ordern läggs i portalen."
    ),
    PeerVerdict.NOT_REGISTERED: Text(
        "Nej: adressen finns inte på nätet. Kontrollera den, annars läggs ordern i portalen."
    ),
    PeerVerdict.NO_IN_DOUBT: Text(
        "Katalogen säger nej, men svaret är inte att lita på: meddelanden väntar. Kontrollera BILLING_LOOKUP_SML och "
        "att vi själva är anmälda, med: billing access-point check"
    ),
    PeerVerdict.CANNOT_TELL: Text(
        "Det går inte att säga nu. Kontrollera BILLING_LOOKUP_SMP, BILLING_LOOKUP_SML och "
        "BILLING_LOOKUP_TRUST_FILE, eller försök igen."
    ),
}


@command(alone, "lookup")
def lookup(
    context: CommandContext,
    participant: Annotated[str, typer.Argument(metavar="ADDRESS", help="0007:5599991014")],
    kind: Annotated[
        DocumentKind, typer.Option(help="Slag av dokument / kind of document")
    ] = DocumentKind.ORDER,
    process: Annotated[
        str, typer.Option(metavar="URN", help="Process; annars slagets första / else the kind's first")
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Fråga nätet om någon kan ta emot / ask the network whether somebody can receive."""
    try:
        address = str(ParticipantId.parse(participant))
    except InvalidIdentifier as wrong:
        raise Refused(
            Text(
                "%(address)s är inte en Peppol-adress. Skriv till exempel 0007:5599991014.",
                address=participant,
            )
        ) from wrong
    with opened_directory(Settings()) as directory:
        found = directory.lookup(address, kind.document_type_id, process or kind.profile_ids[0])
    if as_json:
        write_json(
            {
                "participant": found.participant,
                "document_type": found.document_type,
                "process": found.process,
                "verdict": found.verdict.value,
                "takes": found.takes,
                "processes": list(found.processes),
                "address": found.address,
                "words": found.words,
                "doubt": found.doubt,
            }
        )
    else:
        _show(context, found, kind)
    if not found.takes:
        raise typer.Exit(ExitCode.NOT_FOUND if found.verdict in NOT_TAKEN else ExitCode.FAILED)


def _show(context: CommandContext, found: Capability, kind: DocumentKind) -> None:
    say = context.say
    facts = (
        (say(Text("Mottagare")), found.participant),
        (say(Text("Dokument")), kind.value),
        (say(Text("Process")), found.process),
        (say(Text("Svar")), say(_VERDICTS[found.verdict])),
        (say(Text("Tar emot i")), "\n".join(found.processes)),
        (say(Text("Accesspunkt")), found.address),
        (say(Text("Varför")), _why(context, found)),
    )
    rows = [fact for fact in facts if fact[1]]
    show(table((TableColumn(), TableColumn(wrap=40)), rows, language=context.language))


def _why(context: CommandContext, found: Capability) -> str:
    doubted = context.say(DOUBT_WORDS[DirectoryDoubt(found.doubt)]) if found.doubt else ""
    return f"{doubted} {found.words}".strip()
