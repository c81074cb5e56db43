"""Going through a restore: the books learn what came after the backup, step by step, each of which may be repeated.

What came is taken in again once, with the time its file was written. What lies with the access point byte for byte was
sent and is noted so; what may have been sent is nobody's to send but a person's (STUCK: `billing post resend`). Series
go on beyond everything the mark outside knew. Suppliers who may have been paid are stopped until two people lift it.
"""

from collections.abc import Callable

from foundation import books_mark, journal
from foundation.books_mark import Hold
from foundation.database import Database
from foundation.errors import Refused
from foundation.text import Text
from operations.journal_actions import OperationsAction, OperationsSubject
from operations.restore import looking, messages_again, numbers_passed, payments_stopped
from operations.restore.found import GoneThrough, Places


def go_through(database: Database, places: Places, *, by: str) -> GoneThrough:
    """Take in, note as sent, pass over numbers and stop payments. Raises Refused where the books are not held."""
    with database.reading() as session:
        if not books_mark.is_held(session):
            raise _not_held()
    found = looking.look(database, places)
    held = database.for_recovery()
    done = GoneThrough()
    with held.writing() as session:
        numbers_passed.pass_over(session, found, done, by=by, at=database.clock())
        payments_stopped.take_up(session, found, done, by=by, at=database.clock())
        # What was taken up is in the books now, and stops nobody.
        left = found.without_payments(done.taken_up)
        payments_stopped.stop(session, left, done, by=by, at=database.clock())
    messages_again.note_orders(held, found.left, done)
    messages_again.note_answers(held, found.left, done)
    messages_again.take_in(held, found.came, done)
    messages_again.ask_before_sending(held, places, done)
    with held.writing() as session:
        books_mark.note_gone_through(session, by)
        journal.record(
            session,
            by,
            OperationsAction.BOOKS_GONE_THROUGH,
            OperationsSubject.BOOKS.of(found.books.generation),
            rows_lost="?" if found.rows_lost is None else str(found.rows_lost),
            taken_in=str(done.taken_in),
            orders_noted=str(done.orders_noted),
            answers_noted=str(done.answers_noted),
            noted_sent=str(done.noted_sent),
            maybe_sent=str(len(done.to_ask)),
            messages_lost=str(len(found.left)),
            taken_up=str(len(done.taken_up)),
            stopped=str(len(done.stopped)),
        )
    return done


def is_same_name(one: str, other: str) -> bool:
    """Whether two names are one; whoever knows the accounts knows better."""
    return one == other


def may_open(hold: Hold, by: str, is_same: Callable[[str, str], bool] = is_same_name) -> bool:
    """Whether the books may be opened at that word: only of another than who went through the restore last. Pure.

    Whoever goes through it does anew what nobody else has seen yet, also where another went through it before. Where it
    is not known who of several was the last, none of them opens.

    >>> hold = Hold(7, ("a", "b"), "b")
    >>> [each for each in ("a", "b", "c") if may_open(hold, each)], may_open(Hold(7), "a")
    (['a', 'c'], False)
    >>> [each for each in ("a", "b", "c") if may_open(Hold(7, ("a", "b")), each)]
    ['c']
    """
    last = (hold.gone_through_last_by,) if hold.gone_through_last_by else hold.gone_through_by
    return bool(last) and not any(is_same(by, each) for each in last)


def end(
    database: Database, places: Places, *, by: str, is_same: Callable[[str, str], bool] = is_same_name
) -> None:
    """Let the books be open again, in a new generation, at the word of another than who went through it last.

    `is_same` says whether two names are one person's. Raises Refused while something that came is not taken in.
    """
    with database.reading() as session:
        _refuse_who_may_not(books_mark.holding(session), by, is_same)
    found = looking.look(database, places)
    if found.came:
        raise Refused(
            Text(
                "%(count)s dokument som har kommit finns inte i böckerna. Kör först: billing restore go",
                count=len(found.came),
            )
        )
    with database.for_recovery().writing() as session:
        # Somebody may have gone through it while all that lies outside was looked at.
        _refuse_who_may_not(books_mark.holding(session, for_update=True), by, is_same)
        mark = books_mark.seen_outside(session)
        if mark is None:
            raise _not_held()
        books_mark.release(session, mark)
        subject = OperationsSubject.BOOKS.of(found.books.generation)
        journal.record(session, by, OperationsAction.BOOKS_RELEASED, subject)


def _refuse_who_may_not(hold: Hold | None, by: str, is_same: Callable[[str, str], bool]) -> None:
    if hold is None:
        raise _not_held()
    if not hold.gone_through_by:
        raise Refused(Text("Ingen har gått igenom återställningen än. Kör först: billing restore go"))
    if not may_open(hold, by, is_same):
        raise Refused(
            Text(
                "Du har själv gått igenom återställningen senast. Böckerna öppnas av någon annan, som har sett vad som "
                "gjordes."
            )
        )


def _not_held() -> Refused:
    return Refused(Text("Böckerna är inte återställda: de känner till allt som märket utanför dem säger."))
