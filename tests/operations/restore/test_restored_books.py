"""Books that were restored from a backup know what came after it: nothing lost, nothing doubled, nothing paid twice."""

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from foundation import books_mark, journal, number_series
from foundation.books_mark import BooksMark, BooksRestored
from foundation.database import Database
from foundation.errors import Refused
from invoicing.documents import store as document_store
from invoicing.model import InvoiceState
from invoicing.payment import payment_stop_store
from invoicing.payment.payment_stop_store import StopReason
from operations.checks import invariants
from operations.restore import backup, going_through, looking
from operations.restore.found import Found, GoneThrough, Places
from orders.journal_actions import OrdersSubject
from peppol.access_points.folder import FolderAccessPoint
from peppol.access_points.protocol import Outbound, Submission
from peppol.documents.responses import InvoiceResponse
from peppol.exchange import outbox_store, outgoing
from peppol.exchange.outbox import NewMessage
from peppol.xml import codec
from tests.support.servers.system_databases import CLOCK, migrated
from tests.support.stories.paying import PayDesk
from tests.support.stories.system import System, decision, example_register

A, B, C, UNSENT = "100000101", "100000102", "100000103", "100000104"
FEBRUARY, LATER, PAID_ON = date(2026, 2, 2), date(2026, 2, 10), date(2026, 3, 20)


@dataclass(slots=True)
class House:
    """Books in a file, an access point in folders, a mark beside each, and a folder with the bank's files."""

    place: Path
    system: System = field(init=False)

    def open(self) -> None:
        """Open the books that lie there."""
        database = Database(f"sqlite:///{self.books}", clock=lambda: CLOCK)
        database.marks = (self.place / "books.mark.json", self.place / "access-point" / ".books.mark.json")
        self.system = System(database)

    @property
    def books(self) -> Path:
        return self.place / "books.sqlite"

    @property
    def access_point(self) -> FolderAccessPoint:
        return FolderAccessPoint(self.place / "access-point")

    @property
    def places(self) -> Places:
        return Places(self.access_point, payment_files=(self.place / "bank",))

    @property
    def database(self) -> Database:
        return self.system.database

    def comes(self, name: str, body: bytes, *, on: date) -> None:
        """A supplier's document is laid in the access point's inbox on that day."""
        path = self.place / "access-point" / "inbox" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(body)
        moment = datetime(on.year, on.month, on.day, 9, tzinfo=UTC).timestamp()
        os.utime(path, (moment, moment))

    def works(self, *, on: date) -> None:
        """What a worker does: it collects, reads and sends."""
        outgoing.collect(self.database.writing, self.access_point, today=on, now=CLOCK)
        self.system.read_messages(on=on)
        outgoing.deliver_waiting(self.database.writing, self.access_point, now=CLOCK)

    def sent(self) -> dict[str, bytes]:
        """Every file that was handed to the access point, by its path."""
        folder = self.place / "access-point" / "outbox"
        return {str(each.relative_to(folder)): each.read_bytes() for each in folder.rglob("*.xml")}

    def restore(self, copy: Path) -> None:
        """The machine is lost, and the books are what the backup has; what lay outside is as it was."""
        self.database.close()
        for each in self.place.glob("books.sqlite*"):
            each.unlink()
        shutil.copyfile(copy, self.books)
        self.open()

    def is_held(self) -> bool:
        return self.database.hold_if_restored()

    def is_open(self) -> bool:
        with self.database.reading() as session:
            return not books_mark.is_held(session)


@contextmanager
def a_house(place: Path) -> Iterator[House]:
    house = House(place)
    (place / "bank").mkdir()
    migrated(f"sqlite:///{house.books}").close()
    house.open()
    house.system.change_register(example_register())
    try:
        yield house
    finally:
        house.database.close()


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """Two cases ordered and sent, the first month of one received, its invoice accepted and attested for payment."""
    with a_house(tmp_path) as house:
        house.system.decide(A)
        house.system.decide(B)
        house.system.report(A, "2026-01", on=FEBRUARY)
        bill(house, A, "F-1")
        house.works(on=LATER)
        yield house


def bill(house: House, reference: str, number: str) -> None:
    order = house.system.order(reference).number
    document = house.system.flip(order, "001", number=number, on=LATER)
    house.comes(f"{number}.xml", codec.serialise(document), on=LATER)


def what_comes_after_the_backup(house: House) -> None:
    """A case is decided and ordered, a month received and invoiced, and what was due is paid."""
    house.system.tell("placement.decided", _decided(C), on=date(2026, 1, 1), event_id="evt-c")
    house.system.report(B, "2026-01", on=FEBRUARY)
    bill(house, B, "F-2")
    house.works(on=LATER)
    desk = PayDesk(house.system)
    proposal = desk.propose(on=PAID_ON)
    desk.attest(proposal)
    desk.export(proposal)
    (house.place / "bank" / "payments.xml").write_bytes(desk.file(proposal))


def _decided(reference: str) -> dict[str, object]:
    return decision(reference)


def go_through(house: House) -> GoneThrough:
    done = going_through.go_through(house.database, house.places, by="operator-1")
    going_through.end(house.database, house.places, by="operator-2")
    return done


@pytest.fixture
def restored(house: House) -> House:
    PayDesk(house.system).give_right()
    # Ordered before the backup and sent after it: restored, the books believe that it waits.
    house.system.decide(UNSENT)
    copy = backup.backup(house.database, house.place / "copies", now=CLOCK)
    what_comes_after_the_backup(house)
    house.restore(copy)
    return house


def test_a_database_older_than_its_mark_is_held_and_nothing_is_written_sent_or_collected(
    restored: House,
) -> None:
    sent = restored.sent()
    restored.comes("late.xml", b"<late/>", on=LATER)
    assert restored.is_held()
    for writing in (lambda: restored.system.decide("100000105"), lambda: restored.works(on=LATER)):
        with pytest.raises(BooksRestored):
            writing()
    assert restored.sent() == sent
    assert (restored.place / "access-point" / "inbox" / "late.xml").exists()


def test_books_that_were_not_restored_are_not_held(house: House) -> None:
    house.database.close()
    house.open()
    assert not house.is_held()
    house.works(on=LATER)


def test_a_process_that_was_running_meanwhile_sees_it_before_anything_leaves(restored: House) -> None:
    """Nobody looked at the start: the first effect outside does."""
    sent = restored.sent()
    restored.comes("late.xml", b"<late/>", on=LATER)
    with pytest.raises(BooksRestored):
        restored.works(on=LATER)
    assert restored.sent() == sent


def test_what_came_is_taken_in_again_once_on_the_day_it_came(restored: House) -> None:
    assert restored.is_held()
    assert going_through.go_through(restored.database, restored.places, by="operator-1").taken_in == 1
    assert going_through.go_through(restored.database, restored.places, by="operator-1").taken_in == 0
    going_through.end(restored.database, restored.places, by="operator-2")
    restored.works(on=date(2026, 3, 30))
    with restored.database.reading() as session:
        documents = {each.number: each.received_on for each in document_store.listed(session)}
    assert documents == {"F-1": LATER, "F-2": LATER}


def test_what_lies_with_the_access_point_is_noted_as_sent_and_written_no_second_time(
    restored: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    restored.is_held()
    assert go_through(restored).noted_sent == 1
    written: list[str] = []
    real = FolderAccessPoint.submit

    def noted(self: FolderAccessPoint, message: Outbound) -> Submission:
        written.append(message.instance_id)
        return real(self, message)

    monkeypatch.setattr(FolderAccessPoint, "submit", noted)
    before = restored.sent()
    restored.works(on=LATER)
    assert not [each for each in written if any(each in path for path in before)]


def test_the_books_end_open_and_whole_and_every_gap_is_explained(restored: House) -> None:
    restored.is_held()
    go_through(restored)
    restored.works(on=LATER)
    with restored.database.reading() as session:
        assert list(invariants.check(session)) == []
        assert {each.series for each in number_series.jumps(session)} >= set(number_series.FIRST)
    assert not restored.is_held()
    restored.database.close()
    restored.open()
    assert not restored.is_held()


def answers_sent(house: House) -> list[tuple[str, str]]:
    """The answers that lie with the access point: the document each is about and the code it is told with."""
    found = []
    for body in house.sent().values():
        if b"ApplicationResponse" in body:
            answer = codec.parse(InvoiceResponse, body).document_response
            found.append((answer.document_reference.id, answer.response.response_code))
    return sorted(found)


def test_a_document_that_is_read_again_is_answered_with_what_its_supplier_has(restored: House) -> None:
    """Another day, and another number of ours: the supplier has its answer, and gets no second."""
    sent, answers = restored.sent(), answers_sent(restored)
    assert ("F-2", "AP") in answers
    # Something else is read first, so that our own numbers are others.
    collected = restored.place / "access-point" / "collected"
    (collected / "F-0.xml").write_bytes((collected / "F-1.xml").read_bytes().replace(b"F-1", b"F-0"))
    os.utime(collected / "F-0.xml", (0, 1_770_000_000))
    restored.is_held()
    assert go_through(restored).answers_noted == 1
    restored.system.told = 100  # events have names of their own
    restored.system.report(B, "2026-01", on=FEBRUARY)
    restored.works(on=date(2026, 3, 30))
    restored.works(on=date(2026, 3, 30))
    assert {path: restored.sent()[path] for path in sent} == sent
    assert [each for each in answers_sent(restored) if each[0] != "F-0"] == answers
    with restored.database.reading() as session:
        (second,) = [each for each in document_store.listed(session) if each.number == "F-2"]
        (told,) = outbox_store.messages_out(session, about=f"invoice {second.id}")
        assert list(invariants.check(session)) == []
    assert told.outcome == "FOUND"
    assert any(told.instance_id in path for path in sent)


def orders_sent(house: House) -> set[str]:
    """The numbers of the orders that lie with the access point."""
    names = (Path(each).name for each in house.sent())
    return {each.split("-")[1] for each in names if each.startswith("order-")}


def test_an_order_that_is_decided_again_is_the_one_its_supplier_holds(restored: House) -> None:
    """The same number, day and bytes, and nothing is sent a second time."""
    sent = restored.sent()
    assert len(orders_sent(restored)) == 4
    restored.is_held()
    assert go_through(restored).orders_noted == 1
    restored.system.tell("placement.decided", _decided(C), on=date(2026, 3, 30), event_id="evt-c")
    restored.works(on=date(2026, 3, 30))
    assert restored.system.order(C).number == "2100000004"
    after = restored.sent()
    assert {path: after[path] for path in sent} == sent
    assert len(orders_sent(restored)) == 4
    with restored.database.reading() as session:
        assert list(invariants.check(session)) == []
    assert not looking.look(restored.database, restored.places).ordered_again


def test_an_order_that_is_decided_otherwise_is_another_and_is_told_beside_the_first(restored: House) -> None:
    used = orders_sent(restored)
    restored.is_held()
    go_through(restored)
    otherwise = decision(C, decision_id="decided-anew", level="A")
    restored.system.tell("placement.decided", otherwise, on=date(2026, 3, 30), event_id="evt-c")
    number = restored.system.order(C).number
    assert int(number) > max(map(int, used))
    found = looking.look(restored.database, restored.places)
    assert list(found.ordered_again) == [("2100000004", number)]
    with restored.database.reading() as session:
        (placed,) = journal.rows_about(session, OrdersSubject.ORDER.of(number))
    assert json.loads(placed.detail)["beside"] == "2100000004"


def test_an_order_that_today_s_rules_would_refuse_stands_in_nobody_s_way(
    restored: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is another than the one that is decided again, and told beside it."""
    restored.is_held()
    go_through(restored)
    written = outgoing.written

    def by_the_rules_of_today(message: outgoing.Outgoing) -> NewMessage:
        if message.document_id == "2100000004":
            raise outgoing.InvalidDocument(message.kind, message.document_id, ())
        return written(message)

    monkeypatch.setattr(outgoing, "written", by_the_rules_of_today)
    restored.system.tell("placement.decided", _decided(C), on=date(2026, 3, 30), event_id="evt-c")
    number = restored.system.order(C).number
    assert number != "2100000004"
    assert list(looking.look(restored.database, restored.places).ordered_again) == [("2100000004", number)]


def test_a_case_that_is_new_takes_no_number_that_was_used(restored: House) -> None:
    used = orders_sent(restored)
    restored.is_held()
    go_through(restored)
    new = decision("100000109")
    restored.system.tell("placement.decided", new, on=date(2026, 1, 1), event_id="evt-new")
    assert int(restored.system.order("100000109").number) > max(map(int, used))


def test_nothing_that_may_have_been_paid_is_exported_again_before_two_people_say_so(restored: House) -> None:
    restored.is_held()
    done = go_through(restored)
    assert done.stopped
    with restored.database.reading() as session:
        assert {each.reason for each in payment_stop_store.holding(session).values()} == {StopReason.RESTORED}
        (first,) = [each for each in document_store.listed(session) if each.number == "F-1"]
    assert first.state is InvoiceState.ACCEPTED
    with pytest.raises(Refused):
        PayDesk(restored.system).propose(on=PAID_ON)


def test_look_names_what_the_books_lack_and_changes_nothing(restored: House) -> None:
    for _ in range(2):
        found = looking.look(restored.database, restored.places)
        assert [each.path for each in found.came] == ["collected/F-2.xml"]
        assert [each.document_id for each in found.left if each.kind == "order"] == ["2100000004"]
        assert [each.message_id for each in found.payments] == ["RM30000001"]
        assert found.rows_lost
        assert set(found.events) == {"/beslutssystem"}


def test_the_books_do_not_open_while_something_that_came_is_lacking(restored: House) -> None:
    restored.is_held()
    with pytest.raises(Refused, match="restore go"):
        going_through.end(restored.database, restored.places, by="operator-1")


def test_the_books_open_at_the_word_of_another_than_who_went_through(restored: House) -> None:
    restored.is_held()
    going_through.go_through(restored.database, restored.places, by="operator-1")
    with pytest.raises(Refused, match="somebody else"):
        going_through.end(restored.database, restored.places, by="operator-1")
    # Somebody else goes through it as well, and the first has seen what that did.
    going_through.go_through(restored.database, restored.places, by="operator-2")
    with pytest.raises(Refused, match="somebody else"):
        going_through.end(restored.database, restored.places, by="operator-2")
    going_through.end(restored.database, restored.places, by="operator-1")
    restored.works(on=LATER)


def test_who_goes_through_it_while_it_is_looked_at_does_not_open_the_books(
    restored: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    restored.is_held()
    going_through.go_through(restored.database, restored.places, by="operator-1")
    look = looking.look

    def gone_through_meanwhile(database: Database, places: Places) -> Found:
        found = look(database, places)
        with database.for_recovery().writing() as session:
            books_mark.note_gone_through(session, "operator-2")
        return found

    monkeypatch.setattr(looking, "look", gone_through_meanwhile)
    with pytest.raises(Refused, match="somebody else"):
        going_through.end(restored.database, restored.places, by="operator-2")
    assert not restored.is_open()


def test_the_books_do_not_open_before_anybody_has_gone_through_and_rows_of_that_are_not_the_lost(
    house: House,
) -> None:
    copy = backup.backup(house.database, house.place / "copies", now=CLOCK)
    house.system.decide(UNSENT)
    house.works(on=LATER)
    house.restore(copy)
    assert house.is_held()
    with pytest.raises(Refused, match="restore go"):
        going_through.end(house.database, house.places, by="operator-2")
    lost = looking.look(house.database, house.places).rows_lost
    going_through.go_through(house.database, house.places, by="operator-1")
    assert lost
    assert looking.look(house.database, house.places).rows_lost == lost


def test_a_message_whose_bytes_differ_outside_is_a_persons_to_send(house: House) -> None:
    house.system.decide("100000104")
    copy = backup.backup(house.database, house.place / "copies", now=CLOCK)
    house.works(on=LATER)
    (path,) = [each for each in house.place.rglob("order-2100000003-*.xml")]
    path.write_bytes(b"<other/>")
    house.restore(copy)
    assert house.is_held()
    done = going_through.go_through(house.database, house.places, by="operator-1")
    assert len(done.to_ask) == 1
    going_through.end(house.database, house.places, by="operator-2")
    house.works(on=LATER)
    assert path.read_bytes() == b"<other/>"


def test_a_mark_that_is_further_ahead_is_never_written_over(tmp_path: Path) -> None:
    place = tmp_path / "mark.json"
    for tick in (3, 7, 5):
        books_mark.write((place,), BooksMark(1, tick))
    assert books_mark.read((place, tmp_path / "none")) == BooksMark(1, 7)


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"generation": "x"}'])
def test_a_mark_that_cannot_be_read_is_never_taken_for_none(tmp_path: Path, text: str) -> None:
    place = tmp_path / "mark.json"
    place.write_text(text)
    with pytest.raises(Refused, match="cannot be read"):
        books_mark.read((place,))
