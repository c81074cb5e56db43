"""A large run as work behind the page: made, attested and exported by a worker; cut off, stopped, taken up again."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from sqlalchemy import select, update

from accounts import store as account_store
from accounts.identity import Permission, Person
from billing.server.background import background_work
from foundation.errors import Refused
from invoicing.documents import tables as document_tables
from invoicing.payment import export_store, proposal_store, proposals
from invoicing.payment.runs import making, portion_store, portions
from operations.background import asking, task_store
from operations.background.tasks import AlreadyAsked, Task, TaskState
from operations.settings import Settings
from tests.support.pages.all_routes import ONES
from tests.support.pages.browser import Site, portal
from tests.support.pages.visitor import text_of, visitor
from tests.support.stories.many_to_pay import MARCH, five_invoices
from tests.support.stories.paying import ATTESTER, DEBTOR, NOW, OFFICER, PayDesk
from tests.support.stories.system import System, a_system

SETTINGS = Settings(debtor_iban=DEBTOR.iban, debtor_bic=DEBTOR.bic)
NOON = datetime(2026, 3, 5, 12, tzinfo=UTC)
RENEWS = '<meta http-equiv="refresh" content="2">'


@pytest.fixture
def desk(database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[PayDesk]:
    monkeypatch.setattr(asking, "LARGE", 2)
    monkeypatch.setattr(portions.attest_portion, "__kwdefaults__", {"only": None, "at_most": 2})
    with a_system(database_url, begun=five_invoices) as system:
        yield PayDesk(system)


def works(system: System, *, turns: int = 20, seconds: float = 60) -> None:
    """A worker does what there is, in so many turns at most."""
    for _ in range(turns):
        if background_work.run_one(system.database, SETTINGS, seconds=seconds) is None:
            return


def task_of(system: System, number: int) -> Task:
    with system.database.reading() as session:
        return task_store.get(session, number)


def propose(desk: PayDesk) -> int:
    with desk.system.database.writing() as session:
        return asking.to_propose(session, pay_on=MARCH, by=OFFICER, at=NOW)


def attest(desk: PayDesk, number: str = "30000001", *, by: str = ATTESTER) -> int:
    with desk.system.database.writing() as session:
        return asking.to_attest(session, number, shown=None, day=MARCH, by=by, at=NOW)


@pytest.mark.both_engines
def test_a_run_goes_from_due_to_the_banks_file_behind_the_page(desk: PayDesk) -> None:
    desk.give_right()
    made = propose(desk)
    works(desk.system)
    task = task_of(desk.system, made)
    assert (task.state, task.rows_done, task.rows_total, task.is_short) == (TaskState.DONE, 5, 5, False)
    assert task.outcome.en == "Payment proposal 30000001 is made, with 5 rows. Now somebody else attests it."
    attested = attest(desk)
    works(desk.system, seconds=0)
    task = task_of(desk.system, attested)
    assert (task.state, task.rows_done, task.is_short) == (TaskState.DONE, 5, False)
    assert task.outcome.en == "5 rows are attested. The proposal can be sent to the bank."
    with desk.system.database.writing() as session:
        exported = asking.to_export(session, "30000001", by=OFFICER, at=NOW)
    works(desk.system)
    task = task_of(desk.system, exported)
    assert (task.state, task.outcome.sv) == (
        TaskState.DONE,
        "Filen är gjord, med 5 betalningar till banken. Ladda ner den på förslagets sida.",
    )
    with desk.system.database.reading() as session:
        assert len(export_store.about(session, "30000001")) == 3
        assert proposal_store.get(session, "30000001").state == "EXPORTED"


def test_what_lies_above_the_limit_is_named_and_no_success(desk: PayDesk) -> None:
    desk.give_right(limit="1781.25")
    desk.propose(on=MARCH)
    number = attest(desk)
    works(desk.system)
    task = task_of(desk.system, number)
    assert task.is_short
    assert task.outcome.sv == (
        "3 rader är attesterade. 2 är det inte: 2 över din gräns. Se dem på förslagets sida, och be någon annan "
        "attestera dem."
    )
    assert task.leads_to == "/finance/payments/proposals/30000001?show=outside"


def test_a_worker_that_dies_between_portions_is_followed_and_nothing_is_done_twice(
    desk: PayDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.give_right()
    proposal = desk.propose(on=MARCH)
    number = attest(desk)
    whole, count = portions.attest_portion, iter(range(100))

    def dying(*given: object, **named: object) -> object:
        if next(count) == 1:
            raise KeyboardInterrupt
        return whole(*given, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(portions, "attest_portion", dying)
    with pytest.raises(KeyboardInterrupt):
        works(desk.system)
    assert [str(each.state) for each in desk.items(proposal)].count("ATTESTED") == 2
    assert background_work.run_one(desk.system.database, SETTINGS) is None, (
        "another has it until its lease ends"
    )
    later = datetime(2027, 3, 5, tzinfo=UTC)
    monkeypatch.setattr(desk.system.database, "clock", lambda: later)
    works(desk.system)
    assert (task_of(desk.system, number).state, task_of(desk.system, number).rows_done) == (TaskState.DONE, 5)
    assert len({each.attest_id for each in desk.items(proposal)}) == 5


def test_work_that_is_stopped_by_a_person_keeps_what_was_done_and_goes_no_further(desk: PayDesk) -> None:
    desk.give_right()
    proposal = desk.propose(on=MARCH)
    number = attest(desk)
    background_work.run_one(desk.system.database, SETTINGS, seconds=0)
    with desk.system.database.writing() as session:
        asking.stop(session, number, by=OFFICER, now=NOW)
    works(desk.system)
    task = task_of(desk.system, number)
    assert (task.state, task.rows_done) == (TaskState.STOPPED, 2)
    assert task.outcome.en == "Stopped after 2 of 5 rows. What had been done stays."
    assert [str(each.state) for each in desk.items(proposal)].count("ATTESTED") == 2
    assert attest(desk) != number, "and it may be asked for again"


@pytest.mark.parametrize(
    ("ask", "kept"), [("propose", "No proposal is made."), ("export", "No file is made.")]
)
def test_work_that_writes_at_its_end_has_made_nothing_when_it_is_stopped(
    desk: PayDesk, ask: str, kept: str
) -> None:
    if ask == "propose":
        number = propose(desk)
    else:
        desk.give_right()
        desk.attest(desk.propose(on=MARCH))
        with desk.system.database.writing() as session:
            number = asking.to_export(session, "30000001", by=OFFICER, at=NOW)
    with desk.system.database.writing() as session:
        asking.stop(session, number, by=OFFICER, now=NOW)
    works(desk.system)
    assert task_of(desk.system, number).outcome.en == f"Stopped after 0 of 5 rows. {kept}"
    with desk.system.database.reading() as session:
        assert export_store.about(session, "30000001") == []
        assert len(proposal_store.overviews(session)) == (ask == "export")


def test_rows_that_changed_are_to_be_looked_at_and_need_nobody_else(desk: PayDesk) -> None:
    """A reference that became another is for the same person to see anew; what is no longer paid is for nobody."""
    desk.give_right()
    proposal = desk.propose(on=MARCH)
    first, second, *_ = desk.items(proposal)
    invoice = document_tables.invoice
    with desk.system.database.writing() as session:
        content = session.scalar(select(invoice.c.content).where(invoice.c.id == first.invoice_id))
        assert content is not None
        said = json.loads(content) | {"payment_reference": "En annan"}
        session.execute(
            update(invoice).where(invoice.c.id == first.invoice_id).values(content=json.dumps(said))
        )
        session.execute(update(invoice).where(invoice.c.id == second.invoice_id).values(currency="EUR"))
    number = attest(desk)
    works(desk.system)
    task = task_of(desk.system, number)
    assert task.is_short
    assert "another" not in task.outcome.en.replace("somebody", "")
    assert "See on the proposal's page how the changed ones are now, and attest them." in task.outcome.en
    assert task.leads_to == "/finance/payments/proposals/30000001?show=changed"


def test_a_row_taken_out_while_it_goes_on_asks_for_another_look(desk: PayDesk) -> None:
    desk.give_right()
    proposal = desk.propose(on=MARCH)
    number = attest(desk)
    background_work.run_one(desk.system.database, SETTINGS, seconds=0)
    with desk.system.database.writing() as session:
        proposals.take_out(session, desk.items(proposal)[4].id, by=OFFICER)
    works(desk.system)
    task = task_of(desk.system, number)
    assert task.state is TaskState.REFUSED
    assert "has changed since you saw it" in task.outcome.en
    assert [str(each.state) for each in desk.items(proposal)].count("ATTESTED") == 2


def test_one_piece_of_work_at_a_time_about_the_same_proposal(desk: PayDesk) -> None:
    desk.give_right()
    desk.propose(on=MARCH)
    attest(desk)
    with pytest.raises(AlreadyAsked, match=r"is going on already \(work 1\)"):
        attest(desk)


def test_whoever_prepared_it_is_refused_at_once(desk: PayDesk) -> None:
    desk.propose(on=MARCH)
    with pytest.raises(Refused, match="does not attest it"):
        attest(desk, by=OFFICER)


def test_work_that_fails_three_times_is_laid_aside_and_tried_again_by_a_person(
    desk: PayDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = propose(desk)
    days = iter(datetime(2027, 1, day, tzinfo=UTC) for day in range(1, 30))
    with monkeypatch.context() as patch:
        patch.setattr(making, "draw_up", lambda *_, **__: 1 / 0)
        for _ in range(5):
            day = next(days)
            patch.setattr(desk.system.database, "clock", lambda day=day: day)
            background_work.run_one(desk.system.database, SETTINGS)
    task = task_of(desk.system, number)
    assert (task.state, task.fault.split()[0]) == (TaskState.STUCK, "ZeroDivisionError")
    with desk.system.database.writing() as session:
        asking.again(session, number, by=OFFICER)
    works(desk.system)
    assert task_of(desk.system, number).state is TaskState.DONE


# On the pages ---------------------------------------------------------------------------------


@pytest.fixture
def site(desk: PayDesk, database_url: str) -> Iterator[Site]:
    with portal(database_url, clock=lambda: NOON, second_step=False) as served:
        yield served


def test_a_large_run_is_pressed_followed_and_told_on_the_page(site: Site, desk: PayDesk) -> None:
    officer, attester = ONES[Permission.FINANCE], ONES[Permission.ATTEST]
    with visitor(site, officer) as first, visitor(site, attester) as second:
        desk.give_right(account(site, attester), limit="1781.25")
        pressed = first.post("/finance/payments").headers["location"]
        assert pressed == "/finance/payments/tasks/1"
        going = first.get(pressed)
        assert (RENEWS in going.text, "0 av 5 rader" in text_of(going)) == (True, True)
        assert RENEWS not in first.get(f"{pressed}?still=yes").text
        assert "Se hur långt det har kommit" in text_of(first.get("/finance/payments"))
        works(desk.system)
        done = first.get(pressed)
        assert RENEWS not in done.text
        assert "Betalningsförslag 30000001 är gjort, med 5 rader." in text_of(done)
        address = "/finance/payments/proposals/30000001"
        with desk.system.database.reading() as session:
            shown = portion_store.fingerprint(session, proposal_store.get(session, "30000001"))
        pressed = second.post(f"{address}/attest", {"every": "yes", "shown": shown}).headers["location"]
        assert "Ett arbete med förslaget pågår." in text_of(second.get(address))
        works(desk.system)
        left = second.get(pressed)
        assert 'class="notice note" role="status"' in left.text, "less than all is no success"
        assert "Klart, men inte allt" in text_of(left)
        assert "2 är det inte: 2 över din gräns" in text_of(left)
        assert 'href="/finance/payments/proposals/30000001?show=outside"' in left.text
        assert second.post(f"{pressed}/stop").status_code == 409


def test_who_has_lost_the_permission_meanwhile_does_nothing_more(site: Site, desk: PayDesk) -> None:
    attester = ONES[Permission.ATTEST]
    with visitor(site, attester) as second:
        person = account(site, attester)
        desk.give_right(person)
        proposal = desk.propose(on=MARCH)
        with desk.system.database.reading() as session:
            shown = portion_store.fingerprint(session, proposal)
        address = f"/finance/payments/proposals/{proposal.number}"
        second.post(f"{address}/attest", {"every": "yes", "shown": shown})
        with site.database.writing() as session:
            account_store.regrant(session, int(person.removeprefix("user-")), {Permission.AUDIT}, within=None)
        works(desk.system)
        told = task_of(desk.system, 1)
        assert (told.state, "no longer has the permission" in told.outcome.en) == (TaskState.REFUSED, True)
        assert {str(each.state) for each in desk.items(proposal)} == {"PROPOSED"}


def account(site: Site, person: Person) -> str:
    """The id that the pages know the person by."""
    with site.database.reading() as session:
        found = account_store.by_name(session, f"{person.id}@{person.organisation}.example")
    assert found is not None
    return f"user-{found.id}"
