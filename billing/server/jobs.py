"""Our timetable: what is done when, without anybody asking.

A new job is one line in `jobs_of`: its name, its schedule in UTC, what it does, and whether that cannot be undone and
happens because a day has come (`by_date`). How a slot is
run once by one worker is the matter of `operations.scheduler`. Sending, collecting and sorting are not
here: every worker does them all the time, each with its own messages (`worker`).
"""

from collections import defaultdict
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Final

from accounts import mailing
from accounts.applications import APPLICATION_KINDS
from accounts.guessing import guessed_accounts, known_devices, rate_limit
from accounts.guessing.guessed_accounts import GUESSING_KINDS
from accounts.identity import Permission
from accounts.mails import daily_mails
from accounts.notifications import store as notification_store
from accounts.staff import changes as staff_changes
from accounts.staff.waiting_queries import STAFF_KINDS
from audit import retention_periods
from billing.server import invoice_mails, mail_watch
from billing.server.api import housekeeping
from billing.server.background import webhook_work
from foundation import journal
from foundation.database import Database
from foundation.engines import month_partitions, partitions
from foundation.periods import Month
from foundation.sql import Session
from foundation.text import Text
from invoicing.exceptions import undo as exception_undo
from invoicing.model import InvoiceState
from invoicing.payment.bank_answers import bank_reports
from invoicing.payment.runs import due_queries
from invoicing.payment_control import fetching
from invoicing.portal_invoicing.release_due import release_due
from invoicing.reconciliation import sum_keeping
from invoicing.verdicts import parking
from operations import alarms, journal_heads, order_curing, report_judging, scheduler
from operations.alarms import NAMED_MOST, Trouble, first_named
from operations.event_feed import reading as feed_reading
from operations.machine import disk_watch
from operations.object_storage import moving, upkeep
from operations.object_storage import opening as object_storage
from operations.payment_settings import control_source_of
from operations.scheduler import InOne, InSteps, Job
from operations.schedules import Daily, Every
from operations.settings import Settings
from operations.waiting_alarms import WAITING_KINDS
from orders.placements import result_placing
from orders.register import policy_store
from orders.register import store as register_store
from orders.register.unit_scope import UnitPlace
from peppol.exchange.bodies.object_storage import ObjectStorage, storage_of
from supplier_portal.queries import reports as report_queries

# The object storage is given so long at a time: years of bytes take days, and the other jobs wait for no more.
_STORAGE_SECONDS = 60.0
# Reminders go out on these days of the week (Monday is 0): not every day.
_REMINDER_DAYS = (0, 3)


ALARM_KINDS: Final = {**alarms.KINDS, **WAITING_KINDS, **APPLICATION_KINDS, **STAFF_KINDS, **GUESSING_KINDS}
"""What the job `alarms` looks for."""


def jobs_of(settings: Settings) -> tuple[Job, ...]:
    """Every job of an installation."""
    to = settings.alarm_mail
    jobs: tuple[Job, ...] = (
        InOne("due-result-orders", Daily(time(2, 5)), place_due_orders, by_date=True),
        InOne("report-reminders", Daily(time(5, 30), catch_up=False), remind_of_reports),
        InOne(
            "parked-too-long", Daily(time(5, 40), catch_up=False), _mailing(parked_too_long, to), by_date=True
        ),
        InOne("payments-due", Daily(time(5, 45), catch_up=False), _mailing(payments_due, to)),
        InOne("bank-bookings-come", Daily(time(0, 20)), bookings_come, by_date=True),
        InOne("policy-in-force", Daily(time(0, 5)), new_policy, by_date=True),
        DESK_RELEASE,
        InSteps("journal-head", Daily(time(21, 30)), journal_heads.writer(settings.journal_head_folder, to)),
        InOne("alarms", Every(timedelta(minutes=1)), _alarms(settings)),
        InSteps("mail-deliver", Every(timedelta(seconds=30)), _mail(settings)),
        InOne("daily-mails", Every(timedelta(minutes=1)), _daily_mails(settings), by_date=True),
        PORTAL_RELEASE,
        InSteps("reports-received", Every(timedelta(minutes=1)), receive_filed),
        InSteps("orders-come", Every(timedelta(minutes=1)), judge_what_has_come),
        InOne("feed-disposal", Daily(time(2, 20), catch_up=False), _feed_disposal(settings), by_date=True),
        InSteps("statement-sums", Every(timedelta(minutes=1)), keep_sums),
        InOne("partitions", Daily(time(1, 30), catch_up=False), make_partitions),
        InSteps("object-storage", Every(timedelta(minutes=10)), _object_storage(settings)),
        InSteps("object-storage-holds", Every(timedelta(minutes=10)), _object_storage_holds(settings)),
        InSteps(
            "webhook-disposal",
            Daily(time(2, 30), catch_up=False),
            webhook_work.disposal(settings),
            by_date=True,
        ),
        InOne("unfinished-files", Daily(time(2, 40), catch_up=False), _sweep(settings)),
        InOne(
            "clients-past", Daily(time(0, 10), catch_up=False), housekeeping.end_past_clients, by_date=True
        ),
        InOne("api-sweep", Every(timedelta(minutes=15)), housekeeping.sweep),
        InOne("guessing-watch", Every(timedelta(minutes=1)), watch_guessing),
        InOne("old-notifications", Daily(time(2, 10), catch_up=False), forget_notifications, by_date=True),
        InOne("staff-changes-lapse", Daily(time(0, 15), catch_up=False), lapse_staff_changes, by_date=True),
        InSteps("control-data", Daily(time(4, 30)), _control_data(settings)),
        InOne("invoice-mails", Every(timedelta(minutes=1)), invoice_mails.tell),
    )
    forget = InOne(
        "forget-old-runs",
        Daily(time(2, 0), catch_up=False),
        lambda session, today, now: str(scheduler.forget_old(session, jobs, now=now)),
        by_date=True,
    )
    return (*jobs, forget)


def _control_data(settings: Settings) -> Callable[[Database, date, datetime], str]:
    def fetch(database: Database, today: date, now: datetime) -> str:
        source = control_source_of(settings)
        if not source.url:
            return "no source"
        made, _ = fetching.fetch_in(database, source, by=journal.SYSTEM, now=now)
        return f"{made.taken} of {made.rows} rows"

    return fetch


def _object_storage(settings: Settings) -> Callable[[Database, date, datetime], str]:
    """Move old bytes to the object storage, and remove there what is disposed of."""

    def work(database: Database, today: date, now: datetime) -> str:
        storage, terms = _storage(database), object_storage.terms_of(settings)
        if storage is None:
            return "no storage"
        removed = upkeep.remove_disposed(
            database, storage, now=now, rest=timedelta(days=1), seconds=_STORAGE_SECONDS
        )
        moved = moving.move_due(database, storage, terms, today=today, now=now, seconds=_STORAGE_SECONDS)
        dropped = moving.drop_empty_months(database, before=terms.before(today)) if terms.after_days else []
        return (
            f"{moved.bodies} moved, {moved.passed_over} passed over, {removed.removed} removed,"
            f" {removed.refused} not, {len(dropped)} months dropped"
        )

    return work


def _object_storage_holds(settings: Settings) -> Callable[[Database, date, datetime], str]:
    """Let objects bear the legal holds that stand in the books."""

    def work(database: Database, today: date, now: datetime) -> str:
        storage = _storage(database)
        if storage is None:
            return "no storage"
        kept = upkeep.follow_holds(database, storage, object_storage.terms_of(settings), now=now)
        return f"{kept.held} held, {kept.released} released, {kept.refused} not"

    return work


def _storage(database: Database) -> ObjectStorage | None:
    with database.reading() as session:
        return storage_of(session)


def bookings_come(session: Session, today: date, now: datetime) -> str:
    """Let what the bank announced for today be paid today."""
    return f"{bank_reports.come_to_their_day(session, register_store.load(session), today=today)} payments"


def release(database: Database, today: date, now: datetime) -> str:
    """Let what suppliers sent from the portal leave, once it can no longer be undone."""
    return f"{release_due(database, now)} documents"


PORTAL_RELEASE: Final = InSteps("portal-release", Every(timedelta(seconds=30)), release)


def receive_filed(database: Database, today: date, now: datetime) -> str:
    """Look at the reports whose filing was followed by nothing: each in a transaction of its own."""
    with database.reading() as session:
        keys = report_judging.awaiting_check(session)
    received, failed = 0, list[Exception]()
    for key in keys:
        try:
            with database.writing() as session:
                register = register_store.load(session)
                received += len(
                    report_judging.receive_what_is_filed(session, register, [key], at=now, today=today)
                )
        except Exception as error:
            failed.append(error)
    if failed:
        raise failed[0]
    return f"{received} of {len(keys)} reports"


def judge_what_has_come(database: Database, today: date, now: datetime) -> str:
    """Judge the invoices again that were read before their orders were placed, whichever way these came."""
    return f"{order_curing.judge_what_has_come(database, today=today)} invoices"


def place_due_orders(session: Session, today: date, now: datetime) -> str:
    """Place the result orders whose day has come."""
    placed = result_placing.place_due(session, register_store.load(session), today=today)
    return f"{len(placed)} orders"


def new_policy(session: Session, today: date, now: datetime) -> str:
    """Let the policy hold whose day has come."""
    version = policy_store.come_into_force(session, today=today)
    return f"version {version}" if version is not None else "none"


def release_answers(session: Session, today: date, now: datetime) -> str:
    """Let the answers of the finance desk leave whose time for second thoughts has ended."""
    register = register_store.load(session)
    return f"{exception_undo.release_answers(session, register, now=now, today=today)} answers"


DESK_RELEASE: Final = InOne("desk-answers", Every(timedelta(minutes=1)), release_answers)


def keep_sums(database: Database, today: date, now: datetime) -> str:
    """Add up anew what the statement has changed in."""
    return f"{sum_keeping.add_up_changed(database.writing)} months"


def make_partitions(session: Session, today: date, now: datetime) -> str:
    """Let partitions stand ready for the rows to come, and make one of what came without."""
    made = [*partitions.make_ahead(session), *month_partitions.make_all_ahead(session, today=today)]
    return ", ".join(made) or "none"


def watch_guessing(session: Session, today: date, now: datetime) -> str:
    """Notice whose passwords strangers guess at, tell the owners, and forget tries and browsers of long ago."""
    rate_limit.sweep(session, now=now)
    known_devices.sweep(session, now=now)
    return f"{guessed_accounts.look(session, now=now)} accounts guessed at"


def lapse_staff_changes(session: Session, today: date, now: datetime) -> str:
    """Let what an administrator proposed lapse where no other has decided it in time."""
    return f"{staff_changes.lapse_old(session, at=now)} changes"


def _feed_disposal(settings: Settings) -> Callable[[Session, date, datetime], str]:
    def dispose(session: Session, today: date, now: datetime) -> str:
        kept = retention_periods.first_kept(today, settings.keep_feed_months)
        return f"{feed_reading.dispose(session, first_kept=kept)} events"

    return dispose


def _sweep(settings: Settings) -> Callable[[Session, date, datetime], str]:
    return lambda session, today, now: f"{disk_watch.sweep(settings)} files"


def forget_notifications(session: Session, today: date, now: datetime) -> str:
    """Forget what people were told of in the pages long ago, seen or not."""
    return f"{notification_store.remove_before(session, now - notification_store.KEPT)} notifications"


def remind_of_reports(session: Session, today: date, now: datetime) -> str:
    """Mail each supplier's people, twice a week, how many reports of theirs are late for which month."""
    if today.weekday() not in _REMINDER_DAYS:
        return "not today"
    register = register_store.load(session)
    days = register.policy.days_until_report_reminder
    # Of a supplier that was taken over, the successor is reminded of what it is to report.
    missing = report_queries.missing(session, today=today, days=days)
    late: dict[tuple[str, Month], list[UnitPlace]] = defaultdict(list)
    for each in missing:
        supplier = register.holder(each.supplier, each.month.period.end)
        late[supplier, each.month].append(UnitPlace(each.unit_id, each.address_id))
    mails = 0
    for (supplier, month), places in sorted(late.items()):
        mails += mailing.put_to_supplier_counted(
            session,
            supplier,
            "report-due",
            places,
            about=f"reports {month}",
            at=now,
            permissions=(Permission.REPORT,),
            month=month,
        )
    return f"{len(missing)} reports late, {mails} mails"


def parked_too_long(session: Session, today: date, now: datetime, mail_to: str) -> str:
    """End the waiting of documents parked longer than the policy allows, and tell the buyer's staff.

    An invoice whose month the supplier has not reported is asked back, a credit note without an invoice is put in
    question. A request for credit whose receipt has come since is withdrawn.
    """
    register = register_store.load(session)
    withdrawn = parking.withdraw_met_requests(session, register, today=today)
    ended = parking.stop_waiting(session, register, today=today)
    if ended:
        trouble = Trouble(
            len(ended),
            first_named([invoice.number for invoice in ended]),
            Text(
                "%(documents)s dokument hade väntat längre än reglerna säger. Fakturor har begärts "
                "krediterade, kreditfakturor ligger i kön.",
                documents=len(ended),
            ),
        )
        alarms.put(session, "INVOICES_PARKED", trouble, now=now, mail_to=mail_to)
    return f"{len(ended)} documents, {len(withdrawn)} requests withdrawn"


def payments_due(session: Session, today: date, now: datetime, mail_to: str) -> str:
    """Tell the buyer's staff of invoices whose day of payment has come: what is accepted, and what we hold up."""
    due, named = due_queries.to_be_paid(session, [InvoiceState.ACCEPTED], on=today, named=NAMED_MOST)
    if due:
        trouble = Trouble(
            due,
            first_named(named, count=due),
            Text(
                "%(invoices)s godkända fakturor ska betalas i dag eller tidigare. Gör ett betalningsförslag.",
                invoices=due,
            ),
        )
        alarms.put(session, "PAYMENTS_DUE", trouble, now=now, mail_to=mail_to)
    waiting = [InvoiceState.PARKED, InvoiceState.ON_HOLD]
    held_up, named = due_queries.to_be_paid(session, waiting, on=today, named=NAMED_MOST)
    if held_up:
        trouble = Trouble(
            held_up,
            first_named(named, count=held_up),
            Text(
                "%(invoices)s fakturor skulle ha betalats i dag eller tidigare men väntar på redovisning eller "
                "kontroll. Se dem under Ekonomi, Väntar och Hålls för kontroll, och få det de väntar på avgjort.",
                invoices=held_up,
            ),
        )
        alarms.put(session, "PAYMENTS_HELD_UP", trouble, now=now, mail_to=mail_to)
    return f"{due} invoices, {held_up} held up"


def _alarms(settings: Settings) -> Callable[[Session, date, datetime], str]:
    patience = alarms.Patience(
        report_days=settings.report_alarm_days,
        waiting_days=settings.waiting_alarm_days,
        objection_days=settings.objection_alarm_days,
    )
    to = settings.alarm_mail

    def alarm(session: Session, today: date, now: datetime) -> str:
        return " ".join(alarms.raise_due(session, now=now, mail_to=to, patience=patience, kinds=ALARM_KINDS))

    return alarm


def _mailing(
    work: Callable[[Session, date, datetime, str], str], mail_to: str
) -> Callable[[Session, date, datetime], str]:
    return lambda session, today, now: work(session, today, now, mail_to)


def _mail(settings: Settings) -> Callable[[Database, date, datetime], str]:
    return lambda database, today, now: mail_watch.deliver(database, settings, now=now)


def _daily_mails(settings: Settings) -> Callable[[Session, date, datetime], str]:
    hour = settings.daily_mail_hour
    return lambda session, today, now: f"{daily_mails.lay_due(session, now=now, hour=hour)} mails"
