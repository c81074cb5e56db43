"""The work of verifying a long journal: every chain is walked, and what does not fit is named."""

from collections.abc import Mapping
from typing import Final

from audit import journal_queries
from foundation import journal
from foundation.text import Text
from operations.background.payment_runs import counted
from operations.background.running import Doing, Work
from operations.background.tasks import Outcome, TaskKind

ABOUT: Final = "the journal"
"""What the work is about: one walk at a time."""
PAGE: Final = "/finance/audit/verify"
"""Where the chains are looked at."""
AT_ONCE: Final = 50_000
"""A journal of so many rows or fewer is walked while the page waits: a second or two."""
TOLD_MOST: Final = 20
"""So many faults are named in the outcome. A chain made anew is at fault in each of its rows."""


def verify(doing: Doing) -> None:
    """Walk all chains and roots in one view of the books; the outcome names the first faults and counts all."""
    named, found = list[str](), 0
    with doing.reading() as session:
        total = journal_queries.count(session)
        for broken in journal.verify(session, lambda walked: doing.come(walked, total)):
            found += 1
            if len(named) < TOLD_MOST:
                named.append(broken.sentence)
    with doing.keeping() as kept:
        kept.advance(total, doing.content, rows_total=total)
        kept.end(outcome_of(named, found, total))


def outcome_of(named: list[str], found: int, rows: int) -> Outcome:
    """What the walk came to, in a sentence. Pure."""
    if not found:
        whole = Text("Kedjorna är hela: %(rows)s rader bär varandras kontrollsummor.", rows=counted(rows))
        return Outcome(whole, leads_to=PAGE)
    said = Text(
        "Kedjorna är brutna: %(found)s fel bland %(rows)s rader. Ändra inget i databasen, och be den som driver "
        "systemet jämföra med en säkerhetskopia. %(named)s",
        found=counted(found),
        rows=counted(rows),
        named="; ".join(named) + ("." if found == len(named) else " …"),
    )
    return Outcome(said, is_short=True, leads_to=PAGE)


KINDS: Final[Mapping[TaskKind, Work]] = {TaskKind.VERIFY_JOURNAL: verify}
"""What each kind of work does."""
