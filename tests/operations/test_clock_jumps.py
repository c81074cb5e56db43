"""A clock that jumps and is put right: nothing that waits for an instant waits longer than it would have anyway.

Convention: every stored instant of the product stands in one of two tables. `WAITED_FOR` has a story for each that
something waits for: how the wait begins, and whether it is over. `NOT_WAITED_FOR` says what the others are. Each
story is played with the clock ahead and behind by eight hours and by a year, on both engines.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import insert, select, update

from accounts import (
    mailed_link_store,
    mailed_links,
    second_step_store,
    session_store,
    sessions,
    tokens,
)
from accounts.guessing import rate_limit
from accounts.guessing.rate_limit import TooOften
from accounts.mailed_link_store import LinkPurpose
from accounts.mailed_links import LinkVoid
from accounts.mails import daily_mails
from accounts.tables import account
from accounts.two_factor import STEP_SECONDS
from billing.migrations.schema import METADATAS
from foundation.database import Database
from foundation.sql import Session, UtcDateTime
from foundation.text import Text
from invoicing.portal_invoicing import portal_document_store
from invoicing.portal_invoicing.sending import UNDO
from invoicing.portal_invoicing.tables import portal_document, portal_press
from operations import alarms, job_run_store, scheduler
from operations.alarms import Patience, Trouble
from operations.background import task_store
from operations.background.tasks import TaskKind
from operations.job_run_store import JobRunState
from operations.mail import choice_store
from operations.mail import store as mail_store
from operations.mail.choice_store import Gathered
from operations.mail.texts import MailKind
from operations.scheduler import InOne, InSteps, Job
from operations.schedules import Daily, Every
from operations.webhooks import endpoint_store, message_store
from operations.webhooks.model import REST_MOST
from operations.webhooks.sending import LEASE as WEBHOOK_LEASE
from operations.webhooks.tables import webhook_endpoint, webhook_message
from peppol.access_points.protocol import Arrival, ArrivalLeft
from peppol.exchange import (
    access_point_store,
    circuit_breaker,
    inbox,
    inbox_store,
    outbox_store,
    receiver_queues,
    unfetched_store,
)
from peppol.exchange.circuit_breaker import Admission, Miss
from peppol.exchange.sending import ASKING, LEASE
from peppol.exchange.tables import OutState, outbox, receiver_queue
from peppol.exchange.unfetched import RESTS, Collection, Step
from supplier_portal.queries import visits
from tests.support.servers.faulty_point import ALFA, Moment, lay_out
from tests.support.servers.system_databases import migrated

pytestmark = pytest.mark.both_engines

NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
Tell = Callable[[str, object], None]
JUMPS = {"+8 h": 8 * HOUR, "-8 h": -8 * HOUR, "+1 year": timedelta(days=365), "-1 year": timedelta(days=-365)}
SOMETHING = Trouble(1, "1", Text("Något"))


@dataclass(frozen=True)
class Wait:
    """A wait: how it begins at an instant, for how long at most, and whether it is over at another."""

    begins: Callable[[Session, datetime], object]
    lasts: timedelta
    is_over: Callable[[Session, datetime], bool]


# --- letters ------------------------------------------------------------------------------------------------------


def claim_queue(session: Session, now: datetime) -> receiver_queues.QueueLease:
    return receiver_queues.claim(session, now=now, lease=LEASE, queues_most=9, messages_most=9)


def queue_is_free(session: Session, now: datetime) -> bool:
    return bool(claim_queue(session, now).receivers)


def take_queue(session: Session, now: datetime) -> None:
    lay_out(session, [1])
    assert claim_queue(session, now).receivers == {ALFA}


def let_queue_rest(session: Session, now: datetime) -> None:
    lay_out(session, [1])
    claim_queue(session, now)
    rests = update(receiver_queue).values(claimed_until=None, token=None)
    session.execute(rests.values(due_at=now + 4 * HOUR, served_at=now))


def send_and_ask_later(session: Session, now: datetime) -> None:
    lay_out(session, [1])
    session.execute(update(outbox).values(state=OutState.SENT, sent_at=now, ask_at=now + ASKING.first))


def is_asked(session: Session, now: datetime) -> bool:
    asked = outbox_store.take_to_ask(session, now=now, until=now + LEASE, longest=ASKING.longest, at_most=9)
    return len(asked) == 1


def open_breaker(session: Session, now: datetime) -> None:
    access_point_store.add_if_new(session, "point")
    circuit_breaker.missed(session, "point", 3, Miss("UNREACHABLE"), now=now)


def may_probe(session: Session, now: datetime) -> bool:
    return circuit_breaker.admit(session, "point", now=now, lease=LEASE) is Admission.PROBE


def collect(session: Session, now: datetime, worker: str = "one") -> bool:
    access_point_store.add_if_new(session, "point")
    return access_point_store.begin_collecting(session, "point", worker, now=now, until=now + LEASE)


ARRIVAL = Arrival("a.xml", version="1")


def leave_arrival(session: Session, now: datetime) -> None:
    met = Collection()
    met.leave(ARRIVAL, ArrivalLeft(code="DISK"))
    met.save(session, "point", whole=True, now=now)


def is_fetched_again(session: Session, now: datetime) -> bool:
    return Collection(unfetched_store.open_at(session, "point")).step(ARRIVAL, now) is Step.FETCH


def take_arrived(session: Session, now: datetime) -> None:
    inbox.store(session, b"<M/>", transport_id="one", received_on=date(2026, 11, 2), received_at=now)
    assert can_be_read(session, now)


def can_be_read(session: Session, now: datetime) -> bool:
    return len(inbox_store.claim(session, limit=9, now=now, lease=timedelta(minutes=10))) == 1


def lay_out_mail(session: Session, now: datetime) -> None:
    mail_store.add(
        session, account_id=None, to_address="a@example.se", template="alarm", about="", subject="", body="",
        language="sv", at=now,
    )  # fmt: skip
    assert mail_leaves(session, now)


def mail_leaves(session: Session, now: datetime) -> bool:
    until = now + timedelta(minutes=10)
    return mail_store.claim_next(session, now=now, until=until, longest=timedelta(minutes=128)) is not None


def gather(session: Session, now: datetime) -> None:
    number = somebody(session, now)
    choice_store.gather(session, number, MailKind.ORDERS, Gathered("A", "B"), at=now)


def gather_after_daily(session: Session, now: datetime) -> None:
    gather(session, now - timedelta(days=1))
    assert daily_mail_leaves(session, now)
    number = session.scalars(select(account.c.id)).one()
    choice_store.gather(session, number, MailKind.ORDERS, Gathered("A", "B"), at=now - timedelta(days=1))


def daily_mail_leaves(session: Session, now: datetime) -> bool:
    return daily_mails.lay_due(session, now=now, hour=7) == 1


def listen(session: Session, now: datetime) -> None:
    number = endpoint_store.add(
        session, organisation="", name="A", url="https://a.example/", within=None, types=(), client_id=None,
        cursor=0, by="user-1", at=now,
    )  # fmt: skip
    row = {"endpoint_id": number, "event_id": "one", "type": "order.placed", "execution_reference": "1"}
    message_store.add_all(session, [{**row, "sequence": 1, "at": now, "body": "{}"}])


def endpoint_is_taken(session: Session, now: datetime) -> bool:
    return bool(endpoint_store.take(session, "a" * 36, now=now, lease=WEBHOOK_LEASE, at_most=9))


def take_endpoint(session: Session, now: datetime) -> None:
    listen(session, now)
    assert endpoint_is_taken(session, now)


def let_endpoint_rest(session: Session, now: datetime) -> None:
    listen(session, now)
    session.execute(update(webhook_endpoint).values(rests_until=now + REST_MOST))


def put_webhook_off(session: Session, now: datetime) -> None:
    listen(session, now)
    session.execute(update(webhook_message).values(due_at=now + REST_MOST, first_tried_at=now))


# --- jobs and alarms ----------------------------------------------------------------------------------------------


def claim_slot(session: Session, now: datetime) -> None:
    lease = timedelta(minutes=30)
    slot = min(now, NOW) - HOUR
    assert job_run_store.take(
        session, "job", slot, "a" * 36, now, until=now + lease, state=JobRunState.CLAIMED
    )


def slot_is_open(session: Session, now: datetime) -> bool:
    return "job" in job_run_store.open_slots(session, now)


def take_work(session: Session, now: datetime) -> None:
    task_store.add(session, TaskKind.PROPOSE, about="a proposal", content={}, by="user-1", at=now)
    assert task_store.claim(session, "a" * 36, now=now) is not None


def work_is_free(session: Session, now: datetime) -> bool:
    return task_store.any_free(session, now=now)


def raise_alarm(session: Session, now: datetime) -> bool:
    return alarms.raise_due(session, now=now, kinds={"KIND": lambda *_: SOMETHING}) == ["KIND"]


def tell_of_point(session: Session, now: datetime) -> None:
    open_breaker(session, min(now, NOW))
    assert point_is_told(session, now)


def point_is_told(session: Session, now: datetime) -> bool:
    return alarms.KINDS[alarms.ACCESS_POINT_DOWN](session, now, Patience()) is not None


# --- people -------------------------------------------------------------------------------------------------------


def somebody(session: Session, now: datetime) -> int:
    row = {
        "organisation": "5599991014", "sign_in_name": "a@example.se", "display_name": "A", "language": "sv",
        "state": "ACTIVE", "all_units": True, "made_at": now, "made_by": "x",
    }  # fmt: skip
    return int(session.execute(insert(account).returning(account.c.id), row).scalar_one())


def wrong_tries(session: Session, now: datetime) -> None:
    for _ in range(5):
        rate_limit.count(session, "key", rate_limit.Limit(free=5), now=now)


def may_try(session: Session, now: datetime) -> bool:
    with session.begin_nested():
        try:
            rate_limit.count(session, "key", rate_limit.Limit(free=5), now=now)
        except TooOften:
            return False
    return True


def use_code(session: Session, now: datetime) -> None:
    somebody(session, now)
    assert code_is_taken(session, now)


def code_is_taken(session: Session, now: datetime) -> bool:
    step = int(now.timestamp()) // STEP_SECONDS
    number = session.scalars(select(account.c.id)).one()
    return second_step_store.use_step(session, number, step, newest=step + 1)


def send_from_portal(session: Session, now: datetime) -> None:
    press = {"key": "k", "supplier": "1", "kind": "FLIP", "made_by": "x", "made_at": now}
    session.execute(insert(portal_press), press)
    session.execute(
        insert(portal_document),
        {
            "supplier": "1", "kind": "FLIP", "press_key": "k", "bundle": 1, "document_type": "INVOICE", "number": "1",
            "issued_on": date(2026, 11, 2), "currency": "SEK", "amount_net": Decimal(0),
            "amount_payable": Decimal(0), "sha256": "",
            "body": b"", "state": "WAITING", "release_at": now + UNDO,
        },
    )  # fmt: skip


def leaves_portal(session: Session, now: datetime) -> bool:
    return bool(portal_document_store.due_bundles(session, now=now, limit=9))


WAITED_FOR: Mapping[str, Wait] = {
    "lane.claimed_until": Wait(take_queue, LEASE, queue_is_free),
    "lane.due_at": Wait(let_queue_rest, 4 * HOUR, queue_is_free),
    "outbox.ask_at": Wait(send_and_ask_later, ASKING.first, is_asked),
    "access_point.probe_at": Wait(open_breaker, timedelta(minutes=15), may_probe),
    "access_point.collector_until": Wait(collect, LEASE, lambda session, now: collect(session, now, "two")),
    "unfetched_arrival.due_at": Wait(leave_arrival, RESTS.steps[0], is_fetched_again),
    "inbox.claimed_until": Wait(take_arrived, timedelta(minutes=10), can_be_read),
    "mail.next_at": Wait(lay_out_mail, timedelta(minutes=10), mail_leaves),
    "mail_gathered.made_at": Wait(gather, timedelta(hours=23), daily_mail_leaves),
    "mail_receiver.daily_at": Wait(gather_after_daily, timedelta(hours=23), daily_mail_leaves),
    "job_run.until": Wait(claim_slot, timedelta(minutes=30), slot_is_open),
    "webhook_endpoint.claimed_until": Wait(take_endpoint, WEBHOOK_LEASE, endpoint_is_taken),
    "webhook_endpoint.rests_until": Wait(let_endpoint_rest, REST_MOST, endpoint_is_taken),
    "webhook_message.due_at": Wait(put_webhook_off, REST_MOST, endpoint_is_taken),
    "background_task.until": Wait(take_work, timedelta(minutes=10), work_is_free),
    "alarm.raised_at": Wait(raise_alarm, HOUR, raise_alarm),
    "access_point.alarmed_at": Wait(tell_of_point, 4 * HOUR, point_is_told),
    "wrong_try.open_at": Wait(wrong_tries, timedelta(seconds=2), may_try),
    "account.totp_last_step": Wait(use_code, timedelta(minutes=1), code_is_taken),
}
"""What a worker or a person waits for, with the longest such a wait lasts."""

TOLD_OF_ANEW = "says when somebody was told; `leases.may_be_said_again` asks, as for access_point.alarmed_at"
HISTORY = "says when something was done; nothing waits for it"
ENDS = "lets something end: see the tests of sessions and links below"
HOLDS = "lets an answer leave after the time for second thoughts: see the test of holds below"
SLOTS = "names a run: see the tests of jobs below"

NOT_WAITED_FOR: Mapping[str, str] = {
    "directory_answer.asked_at": "when a receiver was last answered about; one ahead is of no hour that has been",
    "directory_doubt.believed_until": "until when a person's word holds; one too far ahead holds no more",
    **dict.fromkeys(
        [
            "directory_doubt.alarmed_at",
            "outbox.alarmed_at",
            "inbox.alarmed_at",
            "owed_answer.alarmed_at",
            "unfetched_arrival.alarmed_at",
            "job_run.alarmed_at",
            "background_task.alarmed_at",
            "periodic_report.alarmed_at",
            "planned_order.alarmed_at",
            "order_objection.alarmed_at",
            "guessed_account.alarmed_at",
            "guessed_account.told_at",
        ],
        TOLD_OF_ANEW,
    ),
    **dict.fromkeys(
        [
            "web_session.made_at",
            "web_session.seen_at",
            "web_session.ends_at",
            "mailed_link.made_at",
            "mailed_link.ends_at",
            "openid_journey.ends_at",
            "openid_logout.ends_at",
            "passkey_challenge.ends_at",
            "wrong_try.last_at",
            "portal_visit.seen_at",
        ],
        ENDS,
    ),
    "notification.told_at": "lets what was told in the pages be forgotten, later by as much",
    "notification.seen_at": HISTORY,
    "known_device.seen_at": "lets a browser that has signed in before be a stranger again, later by as much",
    **dict.fromkeys(("portal_document.release_at", "desk_action.answers_at"), HOLDS),
    **dict.fromkeys(("job_run.slot", "job_run.started_at"), SLOTS),
    **dict.fromkeys(
        [
            "body_object.stored_at",
            "body_object.disposed_at",
            "body_object.tried_at",
            "outbox.laid_at",
            "outbox.sent_at",
            "outbox.closed_at",
            "attempt.started_at",
            "attempt.ended_at",
            "attempt.next_at",
            "lane.served_at",
            "access_point.opened_at",
            "directory_doubt.doubted_at",
            "access_point.reached_at",
            "unfetched_arrival.first_at",
            "unfetched_arrival.last_at",
            "inbox.received_at",
            "letter_note.made_at",
            "owed_answer.made_at",
            "portal_visit.before_at",
            "register_version.loaded_at",
            "policy_version.made_at",
            "inbound_event.received_at",
            "test_flow.changed_at",
            "test_document.made_at",
            "change_request.asked_at",
            "change_request.first_at",
            "change_request.second_at",
            "portal_press.made_at",
            "portal_upload.made_at",
            "payment_proposal.prepared_at",
            "background_task.asked_at",
            "background_task.ended_at",
            "attest.at",
            "attest_dropped.at",
            "payment_stop.asked_at",
            "payment_stop.lift_asked_at",
            "reference_rate.asked_at",
            "accounting_rules_version.proposed_at",
            "accounting_rules_version.decided_at",
            "ledger_answer.noted_at",
            "month_closing.asked_at",
            "month_closing.closed_at",
            "month_closing.reopen_asked_at",
            "export_file.made_at",
            "control_data.told_at",
            "control_data_load.loaded_at",
            "control_release.released_at",
            "control_run.made_at",
            "control_run_row.moment",
            "bank_file.read_at",
            "desk_item.taken_at",
            "desk_comment.written_at",
            "desk_batch.made_at",
            "desk_action.made_at",
            "desk_action.undone_at",
            "mail.made_at",
            "mail.sent_at",
            "job_run.ended_at",
            "installation_buyer.added_at",
            "outbound_event.at",
            "outbound_waiting.at",
            "account.made_at",
            "recovery_code.used_at",
            "mailed_link.used_at",
            "identity.made_at",
            "bound_number.made_at",
            "passkey.made_at",
            "passkey.used_at",
            "api_client.made_at",
            "api_client.ended_at",
            "api_secret.made_at",
            "api_secret.ended_at",
            "api_token.made_at",
            "api_token.ends_at",
            "api_assertion.ends_at",
            "idempotent_reply.made_at",
            *(f"webhook_endpoint.{each}_at" for each in ("made", "delivered", "served", "disabled", "ended")),
            "webhook_endpoint.failing_since",
            "webhook_secret.made_at",
            "webhook_secret.ended_at",
            "webhook_message.at",
            "webhook_message.first_tried_at",
            "webhook_message.closed_at",
            "webhook_attempt.at",
            "account_confirmation.at",
            "guessed_account.seen_at",
            "guessed_account.since",
            "known_device.made_at",
            "staff_change.decided_at",
            "staff_change.proposed_at",
            "document_message.written_at",
            "document_message.read_at",
            "register_load.proposed_at",
            "register_load.decided_at",
            "supplier_export.asked_at",
            "supplier_export.made_at",
        ],
        HISTORY,
    ),
}


@pytest.fixture
def moment() -> Moment:
    return Moment(NOW)


@pytest.fixture
def database(database_url: str, moment: Moment) -> Iterator[Database]:
    database = migrated(database_url, clock=moment)
    yield database
    database.close()


def test_every_stored_instant_stands_in_the_tables() -> None:
    stored = {
        f"{table.name}.{column.name}"
        for metadata in METADATAS
        for table in metadata.sorted_tables
        for column in table.columns
        if isinstance(column.type, UtcDateTime)
    }
    told = {*WAITED_FOR, *NOT_WAITED_FOR} - {"account.totp_last_step"}
    assert (sorted(stored - told), sorted(told - stored)) == ([], [])


def test_a_wait_holds_while_the_clock_is_right(database: Database) -> None:
    for name, wait in WAITED_FOR.items():
        with database._writer.connect() as session:
            wait.begins(session, NOW)
            assert not wait.is_over(session, NOW + min(wait.lasts / 2, timedelta(seconds=20))), name
        with database._writer.connect() as session:
            wait.begins(session, NOW)
            assert wait.is_over(session, NOW + wait.lasts + timedelta(seconds=30)), name


@pytest.mark.parametrize("jump", JUMPS.values(), ids=JUMPS)
def test_no_wait_is_longer_for_a_clock_that_jumped_and_was_put_right(
    database: Database, jump: timedelta, record_property: Tell
) -> None:
    longer = []
    for name, wait in WAITED_FOR.items():
        with database._writer.connect() as session:
            wait.begins(session, NOW + jump)
            if not wait.is_over(session, NOW + wait.lasts + timedelta(seconds=30)):
                longer.append(name)
    assert longer == []
    record_property("waits_jumped", len(WAITED_FOR))


# --- what ends ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("jump", [8 * HOUR, timedelta(days=365)], ids=["+8 h", "+1 year"])
def test_nothing_that_ends_lasts_longer_for_having_begun_by_a_clock_that_was_ahead(
    database: Database, jump: timedelta, record_property: Tell
) -> None:
    with database._writer.connect() as session:
        number = somebody(session, NOW)
        secret = sessions.start(session, number, now=NOW + jump)
        key = tokens.fingerprint("link")
        ahead = NOW + jump
        mailed_link_store.add(session, key, number, LinkPurpose.RESET, made_at=ahead, ends_at=ahead + HOUR)
        assert sessions.find(session, secret, now=NOW) is None
        assert not mailed_link_store.use(session, key, now=NOW)
        with pytest.raises(LinkVoid):
            mailed_links.look(session, "link", now=NOW)
        sessions.sweep(session, now=NOW)
        assert session_store.by_key(session, tokens.fingerprint(secret)) is None
    record_property("waits_jumped", 2)


def test_a_session_used_while_the_clock_was_ahead_goes_on_and_ends_when_it_should(
    database: Database, moment: Moment
) -> None:
    with database.writing() as session:
        secret = sessions.start(session, somebody(session, NOW), now=NOW)
        session_store.note_seen(session, tokens.fingerprint(secret), at=NOW + 8 * HOUR)
    assert sessions.used(database, secret, now=NOW + timedelta(minutes=2)) is not None
    idle = NOW + timedelta(minutes=3) + sessions.IDLE
    assert sessions.used(database, secret, now=idle) is None


def test_a_visit_noted_later_than_now_is_over(database: Database) -> None:
    with database.writing() as session:
        visits.begin(session, "user-1", now=NOW + 8 * HOUR)
        assert visits.is_current(session, "user-1", now=NOW) is None


@pytest.mark.parametrize("jump", JUMPS.values(), ids=JUMPS)
def test_what_waits_for_second_thoughts_leaves_and_is_never_left_without_its_time(
    database: Database, jump: timedelta, record_property: Tell
) -> None:
    """Sent while the clock was ahead, the time begins when it is put right; an early leave would take it away."""
    with database._writer.connect() as session:
        send_from_portal(session, NOW + jump)
        portal_document_store.begin_holds_anew(session, now=NOW, hold=UNDO)
        early = portal_document_store.due_bundles(session, now=NOW + UNDO / 2, limit=9)
        assert bool(early) is (jump < timedelta())
        assert portal_document_store.due_bundles(session, now=NOW + UNDO, limit=9)
    record_property("waits_jumped", 1)


# --- jobs ---------------------------------------------------------------------------------------------------------


def counting(ran: list[str]) -> tuple[Job, ...]:
    def note(name: str) -> Callable[..., str]:
        def run(*_: object) -> str:
            ran.append(name)
            return "done"

        return run

    return (
        InOne("daily", Daily(time(12, 0)), note("daily")),
        InOne("newest day", Daily(time(12, 0), catch_up=False), note("newest day")),
        InOne("minutely", Every(timedelta(minutes=1)), note("minutely")),
        InSteps("in steps", Every(timedelta(seconds=30)), note("in steps")),
    )


@pytest.mark.parametrize("jump", JUMPS.values(), ids=JUMPS)
def test_jobs_run_on_through_a_jump_and_after_it(
    database: Database, moment: Moment, jump: timedelta, record_property: Tell
) -> None:
    """Every job of the minute runs in every minute, whatever the clock shows, and that of the day on its day."""
    ran: list[str] = []
    jobs = counting(ran)

    def minutes(count: int) -> dict[str, int]:
        before = len(ran)
        for _ in range(count):
            moment.pass_(seconds=60)
            scheduler.run_due(database, jobs)
        return {name: ran[before:].count(name) for name in ("minutely", "in steps", "daily", "newest day")}

    moment.now = NOW
    scheduler.run_due(database, jobs)
    assert minutes(3)["minutely"] == 3
    moment.now += jump
    through = minutes(3)
    assert (through["minutely"], through["in steps"]) == (3, 3)
    moment.now -= jump
    after = minutes(3)
    assert (after["minutely"], after["in steps"]) == (3, 3)
    assert after["daily"] == after["newest day"] == 0, "its day has not come again"
    moment.now = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)
    on_its_day = minutes(1)
    assert (on_its_day["daily"], on_its_day["newest day"]) == (1, 1)
    assert minutes(2)["daily"] == 0
    record_property("jobs_jumped", len(jobs))


@pytest.mark.parametrize("jump", JUMPS.values(), ids=JUMPS)
def test_a_job_that_failed_while_the_clock_was_wrong_is_tried_again_when_it_should_be(
    database: Database, moment: Moment, jump: timedelta, record_property: Tell
) -> None:
    tried: list[datetime] = []

    def fails(*_: object) -> str:
        tried.append(moment.now)
        raise ValueError

    jobs = (InOne("fails", Daily(time(8, 0)), fails),)
    moment.now = NOW + jump
    scheduler.run_due(database, jobs)
    moment.now = NOW
    before = len(tried)
    for _ in range(7):
        scheduler.run_due(database, jobs)
        moment.pass_(minutes=1)
    assert len(tried) > before
    record_property("jobs_jumped", len(jobs))
