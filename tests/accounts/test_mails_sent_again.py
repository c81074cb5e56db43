"""A mail that was stuck goes where its account is reached now; nothing else about it changes."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from sqlalchemy import insert, select

from accounts import store as account_store
from accounts.identity import Permission
from accounts.mails import sending_again
from accounts.store import AccountState
from foundation.database import Database
from foundation.text import ENGLISH, SWEDISH, Text
from operations.mail import faults, stuck_words
from operations.mail.faults import MailFault, MailFaultKind
from operations.mail.store import NEVER_BACK, MailState
from operations.mail.tables import mail as mail_table
from operations.mail.texts import TEXTS
from tests.support.servers.system_databases import migrated

NOW = datetime(2026, 3, 20, 8, tzinfo=UTC)
FYRBAKEN = "5599991014"
OLD, NEW = "gammal@fyrbaken.example", "ny@fyrbaken.example"


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    opened = migrated(database_url, clock=lambda: NOW)
    yield opened
    opened.close()


def stuck(database: Database, template: str, account_id: int | None) -> int:
    row = {
        "account_id": account_id,
        "to_address": OLD,
        "template": template,
        "about": "order 2100000001",
        "subject": "s",
        "body": "b",
        "language": "sv",
        "state": MailState.STUCK,
        "attempts": 8,
        "made_at": NOW,
        "next_at": NOW,
        "fault": "RECEIVER_REFUSED 550",
    }
    with database.writing() as session:
        return int(session.execute(insert(mail_table).values(row).returning(mail_table.c.id)).scalar_one())


def person(database: Database, state: AccountState) -> int:
    with database.writing() as session:
        return account_store.add(
            session,
            organisation=FYRBAKEN,
            sign_in_name=NEW,
            display_name="Någon",
            permissions=(Permission.REPORT,),
            within=None,
            language="sv",
            at=NOW,
            by="test",
            state=state,
        )


@pytest.mark.both_engines
@pytest.mark.parametrize(
    ("template", "state", "goes_to"),
    [
        ("order-new", AccountState.ACTIVE, NEW),
        ("invitation", AccountState.INVITED, NEW),
        ("order-new", AccountState.ENDED, OLD),
        ("address-changed", AccountState.ACTIVE, OLD),
        ("application-received", None, OLD),
    ],
)
def test_it_goes_to_the_address_its_account_has_now(
    database: Database, template: str, state: AccountState | None, goes_to: str
) -> None:
    number = stuck(database, template, None if state is None else person(database, state))
    assert sending_again.send_again(database, [number], by="user-7").again == [number]
    with database.reading() as session:
        columns = mail_table.c
        found = session.execute(select(columns.state, columns.attempts, columns.to_address)).one()
    assert tuple(found) == (MailState.WAITING, 0, goes_to)


def test_pressed_twice_it_waits_already_and_of_many_those_are_counted(database: Database) -> None:
    numbers = [stuck(database, "order-new", None) for _ in range(3)]
    first = sending_again.send_again(database, numbers[:1], by="user-7")
    assert str(first.told) == "1 mejl försöks igen vid nästa utskick."
    second = sending_again.send_again(database, numbers[:1], by="user-8")
    assert (second.again, second.left) == ([], {numbers[0]: MailState.WAITING})
    assert str(second.told) == "Mejlet väntar redan på att skickas."
    some = sending_again.send_again(database, numbers[:2], by="user-8")
    assert str(some.told) == "1 mejl försöks igen vid nästa utskick. 1 väntade redan eller har gått."
    assert sending_again.send_again(database, None, by="user-8").again == numbers[2:]
    assert sending_again.send_again(database, [9999], by="user-8") == sending_again.MailsAgain([], {})


def why(fault: str, template: str = "order-new", *, has_account: bool = True) -> Text:
    return stuck_words.why(fault, template, has_account=has_account)


def test_no_sentence_about_a_stuck_mail_promises_that_it_is_tried_by_itself() -> None:
    for kind in faults.FINAL | faults.COSTS_AN_ATTEMPT:
        for language, promises in (
            (SWEDISH, ("väntar", "Vi försöker igen")),
            (ENGLISH, ("wait", "We try again")),
        ):
            told = why(str(MailFault(kind, 450, "4.2.2"))).in_language(language)
            assert not any(each in told for each in promises), told
            assert "%" not in told
    assert why(str(MailFault(MailFaultKind.CUT_OFF))).sv.startswith("Mejlservern bröt")
    assert "(450 4.2.2)" in why("RECEIVER_LATER 450 4.2.2").sv
    assert why(NEVER_BACK).sv == "Försöken avbröts innan de var klara. Skicka igen."
    assert why("of an earlier release").sv == "of an earlier release"


@pytest.mark.parametrize("kind", sorted(MailFaultKind))
def test_whoever_has_no_account_is_not_looked_for_among_those_who_have(kind: MailFaultKind) -> None:
    fault = str(MailFault(kind, 550))
    for template, next_step in (("alarm", "driften rätta"), ("application-received", "nå den som ansökte")):
        told = why(fault, template, has_account=False).sv
        assert "Personer" not in told
        assert (next_step in told) == ("Personer" in why(fault).sv)


def test_every_kind_of_mail_is_called_something_without_what_only_the_mail_knows() -> None:
    for template in TEXTS:
        for language in (SWEDISH, ENGLISH):
            assert "%(" not in stuck_words.kind_of(template).in_language(language)
    assert str(stuck_words.kind_of("of-an-earlier-release")) == "of-an-earlier-release"
