"""Actions of the bank, and of the two people who say what it did: status reports, notices, statements, returns."""

from dataclasses import dataclass
from datetime import date, timedelta

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule
from sqlalchemy import select

from invoicing.claims import tables as claim_tables
from invoicing.payment.bank_answers import bank_reports, transfer_notes
from invoicing.payment.bank_answers.bank_report_store import BankFile
from invoicing.payment.bank_answers.transfer_note_store import TransferSaid
from tests.audit.money.claiming import Claiming
from tests.audit.money.desk import kronor, people, which
from tests.audit.money.expected import OPEN, Note, Owed, Transfer
from tests.support.stories.bank_writes import Hand, Line, Part, account, status_report

NOTICE, STATEMENT = Hand("camt.054"), Hand("camt.053")
hands = st.sampled_from([NOTICE, STATEMENT])


@dataclass(slots=True)
class Ahead:
    """What the bank has announced for a day that has not come: a payment, or a deposit for a claim."""

    on: date
    transfer: str = ""
    claim: Owed | None = None
    deposit: tuple[int, date, str] = (0, date.min, "")


class Banking(Claiming):
    """What is said of payments that have left."""

    def __init__(self) -> None:
        super().__init__()
        self.ahead: list[Ahead] = []
        self.unnoted: list[tuple[int, Owed, tuple[int, date, str]]] = []

    def transfer(self, place: int) -> Transfer | None:
        """Some payment that has left, whatever became of it; the latest most often."""
        found = list(self.books.transfers.values())[::-1]
        return found[place % len(found)] if found else None

    def reads(self, body: bytes) -> BankFile:
        """A file of the bank's is read: first comes what it announced for a day that has come."""
        self.files.append(body)
        read = self.does(
            True,
            lambda session, register: bank_reports.take_in(
                session, register, body, name="bank.xml", by="user-11", today=self.today, now=self.now
            ),
        )
        assert isinstance(read, BankFile)
        if not read.repeated:
            self._comes_to_its_day()
        return read

    def _comes_to_its_day(self) -> None:
        come = [each for each in self.ahead if each.on <= self.today]
        self.ahead = [each for each in self.ahead if each.on > self.today]
        for each in come:
            if each.claim is not None:
                self._deposit_told(each.claim, each.deposit)
            elif self.books.transfers[each.transfer].state == "EXPORTED":
                self.books.carried_out(self.books.transfers[each.transfer], each.on, {})

    @rule(days=st.sampled_from([1, 3, 12, 31]))
    def days_go_by(self, days: int) -> None:
        self.now += timedelta(days=days)
        self.does(
            True,
            lambda session, register: bank_reports.come_to_their_day(session, register, today=self.today),
        )
        self._comes_to_its_day()

    # Status reports -----------------------------------------------------------------------------

    @precondition(lambda self: self.books.transfers)
    @rule(place=which, code=st.sampled_from(["RJCT", "RJCT", "CANC", "ACSP", "PDNG", "????"]))
    def the_bank_says_something_of_one_payment(self, place: int, code: str) -> None:
        transfer = self.transfer(place)
        assert transfer is not None
        said = (transfer.name, code, "AC04")
        self.reads(status_report(said, original=_file_of(transfer), group="PART", words=self.number()))
        self._refused([transfer] if code in ("RJCT", "CANC") else [])

    @precondition(lambda self: self.books.transfers)
    @rule(place=which, code=st.sampled_from(["RJCT", "ACCP", "ACSC"]), one=st.booleans())
    def the_bank_says_something_of_a_whole_file(self, place: int, code: str, one: bool) -> None:
        """What it says of one payment goes before what it says of the file."""
        transfer = self.transfer(place)
        assert transfer is not None
        other = ((transfer.name, "ACSP" if code == "RJCT" else "RJCT", "AC04"),) if one else ()
        self.reads(status_report(*other, original=_file_of(transfer), group=code, words=self.number()))
        of_file = [each for each in self.books.transfers.values() if each.proposal == transfer.proposal]
        refused = [each for each in of_file if (each is transfer and one) is not (code == "RJCT")]
        self._refused(refused)

    def _refused(self, transfers: list[Transfer]) -> None:
        for each in transfers:
            if each.state == "EXPORTED":
                each.state = "REFUSED"

    # Notices and statements ---------------------------------------------------------------------

    @precondition(lambda self: self.books.transfers)
    @rule(place=which, hand=hands, days=st.sampled_from([0, 0, 0, 3, -31]))
    def the_bank_books_a_payment(self, place: int, hand: Hand, days: int) -> None:
        """What left is paid on its day, once, however often and by whatever file it is told."""
        transfer = self.transfer(place)
        assert transfer is not None
        # A statement may be read long after its day, and no payment was booked before it was sent.
        on = max(transfer.sent_on, self.today + timedelta(days=days))
        self.reads(self._moved(transfer, transfer.amount, hand, on))
        if on > self.today:
            self.ahead.append(Ahead(on, transfer.name))
        elif transfer.state == "EXPORTED":
            self.books.carried_out(transfer, on, {})

    @precondition(lambda self: self.books.transfers)
    @rule(place=which, hand=hands)
    def the_bank_books_a_payment_of_another_sum(self, place: int, hand: Hand) -> None:
        transfer = self.transfer(place)
        assert transfer is not None
        self.reads(self._moved(transfer, transfer.amount + 1, hand, self.today))

    @precondition(lambda self: self.books.transfers)
    @rule(place=which, hand=hands)
    def the_bank_sends_a_payment_back(self, place: int, hand: Hand) -> None:
        """Of what was only sent that is all; what was paid takes two people."""
        transfer = self.transfer(place)
        assert transfer is not None
        self.reads(self._moved(transfer, transfer.amount, hand, self.today, direction="CRDT"))
        if transfer.state == "EXPORTED":
            transfer.state = "RETURNED"

    def _moved(self, transfer: Transfer, amount: int, hand: Hand, on: date, **line: str) -> bytes:
        part = Part(transfer.name, kronor(amount), bank_reference=self.number())
        return account(Line(kronor(amount), (part,), day=on.isoformat(), **line), hand=hand)  # type: ignore[arg-type]

    @precondition(lambda self: self.files)
    @rule(place=which)
    def the_bank_sends_a_file_again(self, place: int) -> None:
        """The very same file is one effect."""
        assert self.reads(self.files[place % len(self.files)]).repeated

    # Two people say what it did -------------------------------------------------------------------

    def waiting_notes(self) -> list[str]:
        """Payments of which somebody has said something that waits."""
        of_files = [each.name for each in self.books.transfers.values() if each.note is not None]
        return [*of_files, *self.books.by_hand]

    def _waiting(self, place: int) -> tuple[str, list[tuple[str, date, str] | None]]:
        """Some payment with a note that waits, four times of five."""
        names = self.waiting_notes()
        if not place % 5:
            return self._noted(place)
        name = names[place % len(names)]
        transfer = self.books.transfers.get(name)
        return name, [transfer.note if transfer else self.books.by_hand[name]]

    def _noted(self, place: int) -> tuple[str, list[tuple[str, date, str] | None]]:
        """Some payment by what it is known by, made by hand among them."""
        self.learn_numbers()
        by_hand = [
            each.number
            for bill in self.books.bills.values()
            for each in bill.payments
            if not each.transfer and each.number
        ]
        names = [*reversed(self.books.transfers), *by_hand]
        name = names[place % len(names)] if names else ""
        transfer = self.books.transfers.get(name)
        return name, [transfer.note if transfer else self.books.by_hand.get(name)]

    @precondition(lambda self: self._noted(0)[0])
    @rule(
        place=which,
        person=people,
        word=st.sampled_from([None, None, None, *TransferSaid]),
        days=st.sampled_from([0, 0, 0, 40]),
    )
    def somebody_says_what_the_bank_did(
        self, place: int, person: str, word: TransferSaid | None, days: int
    ) -> None:
        """What may be said of a payment where it stands, or any of it."""
        name, (before,) = self._noted(place)
        said = word or self._likely(name, place)
        on = self.today - timedelta(days=days)
        allowed = before is None and self._may_be_said(name, said, on)
        done = self.does(
            allowed,
            lambda session, _: transfer_notes.note(
                session, name, said, on_day=on, reason="Ringde banken", by=person, today=self.today
            ),
        )
        if done is not None:
            self._keep_note(name, (said.value, on, person))

    def _likely(self, name: str, place: int) -> TransferSaid:
        """What people would say of a payment as it stands."""
        transfer = self.books.transfers.get(name)
        if transfer is None or transfer.state == "PAID":
            return TransferSaid.RETURNED
        return TransferSaid.PAID if place % 2 else TransferSaid.NOT_PAID

    def _keep_note(self, name: str, note: tuple[str, date, str] | None) -> None:
        if name in self.books.transfers:
            self.books.transfers[name].note = note
        elif note is None:
            self.books.by_hand.pop(name, None)
        else:
            self.books.by_hand[name] = note

    def _may_be_said(self, name: str, said: str, on: date) -> bool:
        transfer = self.books.transfers.get(name)
        if transfer is None:
            paid = self._by_hand(name)
            return said == "RETURNED" and paid is not None and paid[1] <= on
        if said == "NOT_PAID":
            return transfer.state == "EXPORTED"
        if said == "PAID":
            return transfer.state == "EXPORTED" and transfer.pay_on <= on
        bills = [self.books.bills[each.bill] for each in transfer.items]
        days = [each.paid.on for each in bills if each.paid is not None]
        return transfer.state == "PAID" and all(day <= on for day in days)

    def _by_hand(self, name: str) -> tuple[int, date] | None:
        for bill in self.books.bills.values():
            if bill.paid is not None and bill.paid.number == name and not bill.paid.transfer:
                return bill.id, bill.paid.on
        return None

    @precondition(lambda self: self.waiting_notes())
    @rule(place=which, person=people)
    def another_confirms_it(self, place: int, person: str) -> None:
        name, (note,) = self._waiting(place)
        self.does_confirm(name, note, person)

    def does_confirm(self, name: str, note: tuple[str, date, str] | None, person: str) -> None:
        """Two people's word is the bank's; nobody's alone, and not where what came of the payment has moved."""
        transfer = self.books.transfers.get(name)
        allowed = note is not None and note[2] != person
        if note is not None:
            # The day was looked at when it was noted.
            allowed = allowed and self._may_be_said(name, note[0], date.max)
            allowed = allowed and (note[0] != "RETURNED" or self._may_come_back(name))
        done = self.does(
            allowed,
            lambda session, register: transfer_notes.confirm(
                session, register, name, by=person, today=self.today
            ),
        )
        if done is None or note is None:
            return
        said, on, noted_by = note
        self._keep_note(name, None)
        if transfer is None:
            paid = self._by_hand(name)
            assert paid is not None
            self.books.comes_back(self.books.bills[paid[0]], on, noted_by)
        elif said == "NOT_PAID":
            transfer.state = "REFUSED"
        elif said == "PAID":
            self.books.carried_out(transfer, on, {})
        else:
            self._back(transfer, on, noted_by)

    def _may_come_back(self, name: str) -> bool:
        transfer = self.books.transfers.get(name)
        if transfer is None:
            paid = self._by_hand(name)
            return paid is not None and self.books.may_come_back(self.books.bills[paid[0]])
        invoices = [self.books.bills[each.bill] for each in transfer.items if each.kind == "INVOICE"]
        return all(self.books.may_come_back(each) for each in invoices)

    def _back(self, transfer: Transfer, on: date, noted_by: str) -> None:
        transfer.state = "RETURNED"
        for item in transfer.items:
            bill = self.books.bills[item.bill]
            if item.kind == "INVOICE":
                self.books.comes_back(bill, on, noted_by)
            else:
                assert bill.claim is not None
                self.books.give_back(bill.claim, "RETURNED", item.amount, on)

    @precondition(lambda self: self.waiting_notes())
    @rule(place=which, person=people)
    def what_was_said_is_taken_back(self, place: int, person: str) -> None:
        name, (note,) = self._waiting(place)
        done = self.does(
            note is not None, lambda session, _: transfer_notes.take_back(session, name, by=person)
        )
        if done is not None:
            self._keep_note(name, None)

    # Deposits -------------------------------------------------------------------------------------

    @precondition(lambda self: self.claims_in(*OPEN))
    @rule(
        place=which,
        hand=hands,
        share=st.sampled_from(["all", "third", "more", "same"]),
        named=st.booleans(),
        days=st.sampled_from([0, 0, 3, -31]),
    )
    def the_bank_tells_of_a_deposit(self, place: int, hand: Hand, share: str, named: bool, days: int) -> None:
        """What came for a claim is noted by the bank's word, once, and settles nothing before a person has seen it."""
        _, claim = self.some(place, *OPEN)
        on = self.today + timedelta(days=days)
        amount = {"all": claim.left, "third": claim.left // 3, "more": claim.amount + 1}.get(share, 0)
        reference = self.number() if named else ""
        if share == "same" and claim.deposits:
            amount, on, reference = claim.deposits[-1]
        if amount <= 0:
            return
        part = Part("", kronor(amount), ocr=self._ocr(claim), bank_reference=reference)
        # The same line in another file: as the notice, and then the statement, has it.
        line = Line(kronor(amount), (part,), direction="CRDT", day=on.isoformat())
        body = account(line, hand=hand).replace(b"<MsgId>M1<", f"<MsgId>{self.number()}<".encode())
        read = self.reads(body)
        if on > self.today:
            self.ahead.append(Ahead(on, claim=claim, deposit=(amount, on, reference)))
        elif not self._deposit_told(claim, (amount, on, reference)) and read.told[0].may_be_noted:
            self.unnoted.append((read.told[0].id, claim, (amount, on, reference)))

    def _ocr(self, claim: Owed) -> str:
        self.learn_numbers()
        ocr = claim_tables.claim.c
        with self.system.database.reading() as session:
            return str(session.execute(select(ocr.ocr).where(ocr.number == claim.number)).scalar_one())

    def _deposit_told(self, claim: Owed, deposit: tuple[int, date, str]) -> bool:
        """Whether it is noted now: it is new, fits, and nothing else waits or is under way."""
        if any(_is_same(each, deposit) for each in claim.deposits):
            return False
        amount, on, _ = deposit
        alike = any(each[:2] == (amount, on) for each in claim.deposits)
        claim.deposits.append(deposit)
        if alike or not self.may_be_noted(claim, amount, on):
            return False
        claim.note = Note("system", amount, on)
        return True

    @precondition(lambda self: self.unnoted)
    @rule(place=which, person=people)
    def a_person_notes_a_deposit(self, place: int, person: str) -> None:
        entry, claim, (amount, on, _) = self.unnoted[place % len(self.unnoted)]
        done = self.does(
            self.may_be_noted(claim, amount, on),
            lambda session, _: bank_reports.note_deposit(session, entry, by=person, today=self.today),
        )
        if done is not None:
            claim.note = Note(person, amount, on)
            self.unnoted = [each for each in self.unnoted if each[0] != entry]


def _file_of(transfer: Transfer) -> str:
    """What the bank calls the file that a payment was sent in."""
    return transfer.name.rpartition("-")[0]


def _is_same(one: tuple[int, date, str], other: tuple[int, date, str]) -> bool:
    """Whether two lines tell of one deposit: by the bank's name of it, or by its day where one has none."""
    if one[0] != other[0]:
        return False
    return one[2] == other[2] if one[2] and other[2] else one[1] == other[1]
