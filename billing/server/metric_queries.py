"""What is counted for those who watch: whether the database answers, jobs, mails, alarms, and what is open."""

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import ColumnElement, func, select, text

from foundation import tables as foundation_tables
from foundation.journal_chains import chain_store
from foundation.sql import Session
from invoicing.documents.tables import invoice
from invoicing.payment.tables import payment_proposal
from operations.background.tables import background_task
from operations.job_run_store import JobRunState
from operations.mail.store import MailState
from operations.mail.tables import mail
from operations.tables import alarm, job_run
from orders.events.store import EventState
from orders.tables import inbound_event
from peppol.exchange.bodies.tables import inbox_body, outbox_body

# A session that reads is told to, so what holds of the others is asked for.
_READ_ONLY = text("SELECT pg_is_in_recovery() OR current_setting('default_transaction_read_only')::boolean")
_BODIES_HERE = text(
    "SELECT coalesce(sum(greatest(c.reltuples, 0)), 0)::bigint FROM pg_inherits i"
    " JOIN pg_class c ON c.oid = i.inhrelid JOIN pg_class p ON p.oid = i.inhparent"
    " JOIN pg_namespace n ON n.oid = p.relnamespace"
    " WHERE n.nspname = current_schema() AND p.relname IN ('inbox_body', 'outbox_body')"
)


def check_answers(session: Session) -> None:
    """Ask for what is always there. Raises SQLAlchemyError where the database or a table is not."""
    session.execute(select(foundation_tables.books_mark.c.generation)).one()
    session.execute(select(job_run.c.job).limit(1)).all()


def is_read_only(session: Session) -> bool:
    """Whether nobody can write there: a standby, or a server or a role that was told so."""
    return session.dialect.name == "postgresql" and bool(session.execute(_READ_ONLY).scalar_one())


def bodies_here(session: Session) -> int:
    """How many messages' bytes lie in the database; on PostgreSQL as many as its statistics say."""
    if session.dialect.name == "postgresql":
        return int(session.execute(_BODIES_HERE).scalar_one())
    counts = (select(func.count()).select_from(table) for table in (inbox_body, outbox_body))
    return sum(session.execute(count).scalar_one() for count in counts)


def last_slots(session: Session) -> Mapping[str, datetime]:
    """The newest slot of each job that went well."""
    slots = select(job_run.c.job, func.max(job_run.c.slot)).where(job_run.c.state == JobRunState.DONE)
    return {job: slot for job, slot in session.execute(slots.group_by(job_run.c.job))}


def slots_not_done(session: Session) -> Mapping[str, int]:
    """How many slots have failed or were given up, by state."""
    not_done = [JobRunState.FAILED, JobRunState.GIVEN_UP]
    failed = select(job_run.c.state, func.count()).where(job_run.c.state.in_(not_done))
    return {state: count for state, count in session.execute(failed.group_by(job_run.c.state))}


def mails_open(session: Session) -> Mapping[str, int]:
    """How many mails wait or are stuck, by state."""
    not_sent = [MailState.WAITING, MailState.STUCK]
    mails = select(mail.c.state, func.count()).where(mail.c.state.in_(not_sent))
    return {state: count for state, count in session.execute(mails.group_by(mail.c.state))}


def alarms(session: Session) -> Mapping[str, int]:
    """How many alarms were ever raised, by kind."""
    question = select(alarm.c.kind, func.count()).group_by(alarm.c.kind)
    return {kind: count for kind, count in session.execute(question)}


def journal_rows(session: Session) -> int:
    """The number of the journal's newest row: as many rows as it has, but for numbers that were never used."""
    return chain_store.last_sequence(session)


def invoices_open(session: Session, states: Collection[str]) -> Mapping[str, int]:
    """How many documents stand in each of these states."""
    return _counted(session, invoice.c.state, states)


def proposals_open(session: Session, states: Collection[str]) -> Mapping[str, int]:
    """How many payment proposals stand in each of these states."""
    return _counted(session, payment_proposal.c.state, states)


def tasks_open(session: Session, states: Collection[str]) -> Mapping[str, int]:
    """How many pieces of background work stand in each of these states."""
    return _counted(session, background_task.c.state, states)


def events_unappliable(session: Session) -> int:
    """How many events could not be applied and nobody has dealt with."""
    counted = select(func.count()).where(inbound_event.c.state == EventState.UNAPPLIABLE)
    return session.scalar(counted) or 0


def database_bytes(session: Session) -> int:
    """How large the books are on their disk."""
    if session.dialect.name == "postgresql":
        return session.scalar(select(func.pg_database_size(func.current_database()))) or 0
    pages, size = (
        session.exec_driver_sql(f"PRAGMA {each}").scalar_one() for each in ("page_count", "page_size")
    )
    return int(pages * size)


def _counted(session: Session, state: ColumnElement[str], states: Collection[str]) -> Mapping[str, int]:
    """How many rows have each of the states; each asked by itself, which its index answers without the others."""
    return {each: session.scalar(select(func.count()).where(state == each)) or 0 for each in states}
