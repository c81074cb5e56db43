"""Whether the clock may be believed: what happens because a day has come, and cannot be undone, waits while it may not.

Convention: on PostgreSQL the books go by the server's clock, and this machine's is held against it. Whether time has
leapt is told by the books themselves: the job `alarms` leaves a run a minute. A clock that is behind delays only, so
only one that may be ahead is doubted: where nothing ran for longer than `GAP`, somebody was away or the clock has
leapt, and it is believed again when the work has gone on for `PROOF`, time for whoever is alarmed to look. Nobody needs
to lift it, and putting the clock right ends it at once.
"""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from foundation.database import Database
from foundation.errors import Refused
from foundation.sql import Session
from foundation.text import Text
from operations import job_run_store

BEAT: Final = "alarms"
"""The job that runs every minute."""

GAP: Final = timedelta(hours=2)
PROOF: Final = timedelta(hours=1)
DIFFERENCE: Final = timedelta(minutes=2)
"""So far may this machine's clock be from the database's."""


class Doubt(StrEnum):
    """Why the clock is not believed."""

    LEAPT = "CLOCK_LEAPT"
    DIFFERS = "CLOCKS_DIFFER"


WORDS: Final = {
    Doubt.LEAPT: Text(
        "Inget har gjorts på mer än två timmar, eller så har klockan hoppat fram. Kontrollera att klockan går rätt. "
        "Det som sker för att en dag har kommit och inte kan tas tillbaka väntar en timme; allt annat går."
    ),
    Doubt.DIFFERS: Text(
        "Klockan på den här maskinen och databasens går mer än två minuter olika. Ställ den som går fel (NTP). Till "
        "dess väntar det som sker för att en dag har kommit och inte kan tas tillbaka; allt annat går."
    ),
}

BOOKS_AHEAD: Final = "BOOKS_AHEAD"
AHEAD: Final = Text(
    "Jobb har körts vid tider som inte har kommit än: klockan har gått före, eller går efter nu. Kontrollera att den "
    "går rätt. Jobben går vidare av sig själva, men tider i journalen från då kan vara fel."
)


class ClockDoubted(Refused):
    """A person would do what cannot be undone, because a day has come that may not have."""

    def __init__(self, doubt: Doubt) -> None:
        super().__init__(Text("%(why)s Försök igen när klockan är kontrollerad.", why=WORDS[doubt]))


def judge(*, lived: bool, worked_before: bool, difference: timedelta | None) -> Doubt | None:
    """Why the clock is not believed, or None.

    `lived`: something ran between an hour and three ago; `worked_before`: something ran before that; `difference`:
    this machine's clock against the database's, None where there is one clock.
    """
    if difference is not None and abs(difference) > DIFFERENCE:
        return Doubt.DIFFERS
    return Doubt.LEAPT if worked_before and not lived else None


def doubt_about(database: Database) -> Doubt | None:
    """Why the clock of these books is not believed now; never where a story's clock stands in for the true one."""
    if not database.has_true_clock:
        return None
    with database.reading() as session:
        return _doubt(session, database)


def require_belief(database: Database) -> None:
    """Raises ClockDoubted where something cannot be undone and the clock is in doubt."""
    doubt = doubt_about(database)
    if doubt is not None:
        raise ClockDoubted(doubt)


def _doubt(session: Session, database: Database) -> Doubt | None:
    now: datetime = database.clock()
    early, late = now - PROOF - GAP, now - PROOF
    return judge(
        lived=job_run_store.ran_between(session, BEAT, early, late),
        worked_before=job_run_store.ran_between(session, BEAT, None, early),
        difference=database.clock_difference,
    )
