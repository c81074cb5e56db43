"""What a worker does around webhooks: mails who can mend, disposes of the old, and says what was missed."""

import json
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select
from typer.testing import CliRunner

from accounts.identity import Permission
from accounts.sealed_secret_store import WEBHOOK
from accounts.webhook_labels import TOPICS
from billing.cli import cli
from billing.server.background import webhook_work
from foundation import journal
from operations.event_feed import reading as feed_reading
from operations.event_feed.contract import OUTBOUND_DATA
from operations.mail.tables import mail
from operations.settings import Settings
from operations.webhooks import endpoint_store, endpoints, message_store, signing_secret_store
from operations.webhooks.model import DISABLED_WORDS, DisabledFor
from operations.webhooks.payloads import topic_of
from operations.webhooks.tables import webhook_attempt, webhook_message
from tests.accounts.api_clients.test_clients import a_person
from tests.operations.webhooks.conftest import ADMINISTRATOR, Listening
from tests.support.stories.system import FYRBAKEN


def test_whoever_administers_is_mailed_that_a_webhook_is_disabled(listening: Listening) -> None:
    database = listening.system.database
    buyer = listening.system.register.buyer.organisation_number
    own, buyers = listening.listen(), listening.listen("")
    with database.writing() as session:
        a_person(session, "Alva", Permission.ADMINISTER)
        a_person(session, "Rut", Permission.REPORT)
        a_person(session, "Berit", Permission.BUYER_ADMIN, organisation=buyer)
        tell = webhook_work.teller(database.clock)
        for made in (own, buyers):
            endpoint = endpoint_store.by_id(session, made.endpoint)
            assert endpoint is not None
            tell(session, endpoint, DisabledFor.FAILING)
    with database.reading() as session:
        told = session.execute(
            select(mail).where(mail.c.template == "webhook-disabled").order_by(mail.c.id)
        ).all()
    assert [each.to_address for each in told] == ["alva@exempel.example", "berit@exempel.example"]
    assert f"/clients/webhooks/{own.endpoint}" in told[0].body
    assert f"/admin/webhooks/{buyers.endpoint}" in told[1].body
    assert DISABLED_WORDS[DisabledFor.FAILING].sv in told[0].body


@pytest.mark.both_engines
def test_what_came_to_its_end_is_disposed_of_and_what_waits_stays(listening: Listening) -> None:
    made, other = listening.listen(types=("order.placed",)), listening.listen(types=("order.placed",))
    listening.system.decide("100000101")
    listening.work()
    listening.receiver.answer(500)
    listening.system.decide("100000102")
    listening.work()
    database, settings = listening.system.database, Settings(keep_webhook_days=30)
    with database.writing() as session:
        endpoints.end(
            session,
            endpoints.of_organisation(session, FYRBAKEN, other.endpoint),
            by=ADMINISTRATOR,
            at=listening.moment(),
        )
    listening.moment.pass_(days=29)
    dispose = webhook_work.disposal(settings)
    # What waited for the one that is gone goes at once.
    assert dispose(database, date(2026, 1, 1), listening.moment()) == "1 messages"
    listening.moment.pass_(days=2)
    assert dispose(database, date(2026, 1, 1), listening.moment()) == "2 messages"
    (left,) = listening.messages(made.endpoint)
    assert left.execution_reference == "100000102"
    with database.reading() as session:
        attempts = session.scalar(select(func.count()).select_from(webhook_attempt))
        assert (attempts, session.scalar(select(func.count()).select_from(webhook_message))) == (1, 1)


def test_what_the_feed_no_longer_keeps_is_said_to_be_missed(listening: Listening) -> None:
    made = listening.listen()
    database = listening.system.database
    with database.writing() as session:
        endpoint = endpoints.of_organisation(session, FYRBAKEN, made.endpoint)
        endpoints.disable(session, endpoint, DisabledFor.BY_HAND, by=ADMINISTRATOR, at=listening.moment())
    listening.system.decide("100000101")
    listening.work()
    with database.writing() as session:
        gone = feed_reading.dispose(session, first_kept=(listening.moment() + timedelta(days=800)).date())
    assert gone > 0
    listening.system.decide("100000102")
    listening.enable(made.endpoint)
    listening.work()
    endpoint = listening.endpoint(made.endpoint)
    assert (endpoint.missed_from, endpoint.missed_to) == (1, gone)
    assert {each.execution_reference for each in listening.messages(made.endpoint)} == {"100000102"}
    with database.reading() as session:
        assert [each.actor for each in journal.rows(session) if each.action == "webhook.missed"] == [
            journal.SYSTEM
        ]


def test_a_secret_is_sealed_as_the_place_of_secrets_has_it(listening: Listening) -> None:
    made = listening.listen()
    with listening.system.database.reading() as session:
        stored = session.scalar(select(WEBHOOK.column).where(WEBHOOK.key == made.secret_id))
        assert stored is not None
        assert listening.seal.open(stored, WEBHOOK.about(made.secret_id)) == made.shown
        assert signing_secret_store.opened(session, made.endpoint, listening.seal) == [made.shown]


def test_every_topic_has_its_words() -> None:
    assert set(TOPICS) == {topic_of(each) for each in OUTBOUND_DATA}


def test_an_operator_makes_lists_tries_and_ends_one(
    listening: Listening, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    listening.system.decide("100000101")
    monkeypatch.setenv("BILLING_DATABASE_URL", database_url)

    def run(*words: str) -> str:
        done = CliRunner().invoke(cli.app, ["webhooks", *words])
        assert done.exit_code == 0, done.output
        return done.stdout

    secret = run("make", "Ledger", "https://hooks.example/a", "--types", "invoice.*").strip()
    assert secret.startswith("whsec_")
    (listed,) = json.loads(run("list", "--json"))
    assert (listed["host"], listed["state"], listed["waiting"]) == ("hooks.example", "ACTIVE", 0)
    number = str(listed["number"])
    assert run("rotate", number).strip() != secret
    run("rotate", number, "--end-older")
    run("test", number)
    run("redeliver", number, "--from", "2026-01-01", "--to", "2026-12-31")
    run("disable", number)
    run("enable", number)
    (listed,) = json.loads(run("list", "--json"))
    assert listed["waiting"] == 1
    run("end", number)
    assert json.loads(run("list", "--json")) == []
    refused = CliRunner().invoke(cli.app, ["webhooks", "make", "Ledger", "http://hooks.example/"])
    assert refused.exit_code != 0
    with listening.system.database.reading() as session:
        assert message_store.counts(session, [int(number)]) != {}
