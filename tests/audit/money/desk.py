"""The system and the books beside it: how something is done in both, and what must hold of them after every step."""

import tempfile
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Final

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant
from sqlalchemy import select

from bookkeeping import booking, closing_queries
from bookkeeping import tables as ledger_tables
from bookkeeping.ledger_accounts import LedgerAccounts
from foundation.errors import Refused
from foundation.sql import Session
from invoicing.claims import tables as claim_tables
from invoicing.documents import tables as document_tables
from invoicing.payment import attest_right_store, proposal_store
from invoicing.payment import tables as payment_tables
from invoicing.portal_invoicing import flipping
from invoicing.reconciliation import entry_queries
from invoicing.reconciliation.entry_source_queries import EntryFilter
from invoicing.reconciliation.statement import StatementKey
from orders.register import store as register_store
from orders.register.register import Register
from peppol.documents import billing
from tests.audit.money.expected import OPEN, OWED_AGAIN, Bill, Books, Item, Key, Owed, Proposal
from tests.support.stories.claiming import ClaimDesk
from tests.support.stories.system import FYRBAKEN, LARKDRILLEN, System, a_system

OFFICER: Final = "user-11"
PEOPLE: Final = (OFFICER, "user-12", "user-13", "user-14")
ATTESTERS: Final = PEOPLE[1:]
SUPPLIERS: Final = (FYRBAKEN, LARKDRILLEN)
PLACED: Final = (("100000101", FYRBAKEN), ("100000102", FYRBAKEN), ("100000103", LARKDRILLEN))
MONTHS: Final = ("2026-01", "2026-02", "2026-03")
ACCOUNTS: Final = LedgerAccounts()
CAME, BEGUN = date(2026, 4, 2), date(2026, 5, 4)
people = st.sampled_from(PEOPLE)
which = st.integers(0, 20)

_written: dict[str, billing.Invoice] = {}
"""The invoices that the story begins with, as they were sent."""


def three_placements(system: System) -> None:
    """Two suppliers, three cases, three months received and six of them invoiced; rights to attest, and interest."""
    for reference, supplier in PLACED:
        system.decide(reference, supplier=supplier, start=date(2026, 1, 1), end=date(2026, 3, 31))
        for month in MONTHS:
            system.report(reference, month, on=date(2026, 4, 1))
    with system.database.writing() as session:
        for person in ATTESTERS:
            attest_right_store.give(
                session,
                person=person,
                limit=Decimal("100000.00"),
                valid_from=date(2026, 1, 1),
                by="admin-1",
                confirmed_by="admin-2",
            )
    for day in (date(2026, 1, 1), date(2026, 7, 1), date(2027, 1, 1)):
        ClaimDesk(system).rate(valid_from=day)
    for reference, supplier in PLACED:
        order = system.order(reference).number
        for line in ("001", "002"):
            number = f"F-{reference[-1]}{line[-1]}"
            _written[number] = system.flip(order, line, number=number, on=CAME, supplier=supplier)
            system.send(_written[number], on=CAME)


def ore(amount: Decimal) -> int:
    """Kronor as whole öre; refused where there is more."""
    whole = amount.scaleb(2)
    assert whole == whole.to_integral_value()
    return int(whole)


def kronor(amount: int) -> str:
    """Öre as the product and the bank write kronor."""
    return f"{amount // 100}.{amount % 100:02}"


class MoneyDesk(RuleBasedStateMachine):
    """The ground of the state machine: its actions lie by their topics in the modules beside."""

    stories, steps = 0, 0
    url_in: Callable[[Path], str] = staticmethod(lambda folder: f"sqlite:///{folder / 'money.sqlite'}")

    def __init__(self) -> None:
        super().__init__()
        self.stack = ExitStack()
        folder = self.stack.enter_context(tempfile.TemporaryDirectory())
        url = type(self).url_in(Path(folder))
        self.system: System = self.stack.enter_context(a_system(url, begun=three_placements))
        MoneyDesk.stories += 1
        self.now = datetime(BEGUN.year, BEGUN.month, BEGUN.day, 8, 0, tzinfo=UTC)
        self.books = Books()
        self.sent: dict[int, billing.Invoice] = {}
        self.presses = 0
        self.files: list[bytes] = []
        self.frozen: dict[str, tuple[object, ...]] = {}
        self._open_the_books()

    def _open_the_books(self) -> None:
        for reference, supplier in PLACED:
            order = self.system.order(reference)
            for line in order.lines:
                month = line.period.start.isoformat()[:7]
                net = ore(line.price) * int(line.quantity.value)
                self.books.received[order.number, line.line_id] = (supplier, month, net)
        with self.system.database.reading() as session:
            invoice = document_tables.invoice.c
            ids = {row.number: row.id for row in session.execute(select(invoice.number, invoice.id))}
        for number, written in _written.items():
            self.takes_in(ids[number], written, CAME)

    @property
    def today(self) -> date:
        return self.now.date()

    def takes_in(self, invoice_id: int, written: billing.Invoice, on: date) -> None:
        """An invoice that is right stands in our books, by what is written on it."""
        (line,) = written.invoice_lines
        net = ore(line.line_extension_amount.value)
        vat = ore(written.tax_totals[0].tax_amount.value)
        assert ore(written.legal_monetary_total.payable_amount.value) == net + vat
        reference = line.order_line_reference
        assert reference is not None
        assert written.order_reference is not None
        place = (written.order_reference.id, reference.line_id)
        supplier = self.books.received[place][0]
        self.sent[invoice_id] = written
        self.books.comes(Bill(invoice_id, written.id, supplier, place, net, vat, on))

    def does(self, allowed: bool | None, work: Callable[[Session, Register], object]) -> object:
        """One press in a transaction of its own: whether it was let through, and what it gave.

        `allowed` is what we say of it; None where it is the product's to choose. A refusal is an answer like any.
        """
        self.now += timedelta(minutes=1)
        self.learn_numbers()
        done, refusal = None, ""
        try:
            with self.system.database.writing() as session:
                done = work(session, register_store.load(session))
        except Refused as refused:
            refusal = refused.text.en
        assert not (refusal and allowed is True), f"what is right was refused: {refusal}"
        assert refusal or allowed is not False, "what is wrong was let through"
        return done if refusal or done is not None else True

    def learn_numbers(self) -> None:
        """Claims and payments have the product's numbers: those of an invoice, in order."""
        claim, payment = claim_tables.claim.c, document_tables.payment.c
        with self.system.database.reading() as session:
            claims = list(session.execute(select(claim.invoice_id, claim.number).order_by(claim.number)))
            paid = list(session.execute(select(payment.invoice_id, payment.number).order_by(payment.attempt)))
        for bill in self.books.bills.values():
            numbers = [row.number for row in claims if row.invoice_id == bill.id]
            for number, owed in zip(numbers, bill.claims, strict=True):
                owed.number = number
            numbers = [row.number for row in paid if row.invoice_id == bill.id]
            for number, payment_made in zip(numbers, bill.payments, strict=True):
                payment_made.number = number

    def number(self) -> str:
        """A number that no document had before."""
        self.presses += 1
        return f"N-{self.presses}"

    def bill(self, place: int) -> Bill:
        """Some invoice."""
        bills = list(self.books.bills.values())
        return bills[place % len(bills)]

    def claim(self, place: int) -> tuple[Bill, Owed] | None:
        """Some claim, with its invoice; the newest of an invoice more often than what was withdrawn."""
        found = [(bill, bill.claims[-1]) for bill in self.books.bills.values() if bill.claims]
        return found[place % len(found)] if found else None

    def lines_free(self) -> list[tuple[str, str]]:
        """Order lines that no invoice lies on."""
        taken = {each.line for each in self.books.bills.values() if each.credited_on is None}
        today = {each.line for each in self.books.bills.values() if each.came_on == self.today}
        return [line for line in self.books.received if line not in taken | today]

    def an_invoice_for(self, line: tuple[str, str]) -> None:
        """The supplier invoices a line as it was received."""
        supplier = self.books.received[line][0]
        written = self.system.flip(*line, number=self.number(), on=self.today, supplier=supplier)
        standing = self.system.send(replace(written, id=self.number()), on=self.today)
        self.takes_in(standing.id, replace(written, id=standing.number), self.today)

    def a_credit_of(self, bill: Bill) -> None:
        """The supplier credits an invoice whole."""
        given = flipping.Numbered(self.number(), self.today)
        self.system.send(flipping.credit_note_of(self.sent[bill.id], given=given))
        self.books.credited(bill, "", self.today)

    def items_of(self, number: str) -> list[Item]:
        """What lies in a proposal that has not left, as the product has it."""
        with self.system.database.reading() as session:
            return [
                Item(each.id, each.kind.value, each.invoice_id, ore(each.amount.amount))
                for each in proposal_store.items(session, number)
                if each.is_live
            ]

    def follow(self, proposal: Proposal) -> None:
        """A proposal after a step: it may have less in it, and nothing that it did not have."""
        before = {each.id: (each.kind, each.bill) for each in proposal.items}
        proposal.items = self.items_of(proposal.number)
        assert all(before.get(each.id) == (each.kind, each.bill) for each in proposal.items)
        with self.system.database.reading() as session:
            proposal.state = proposal_store.get(session, proposal.number).state.value

    # What must hold -----------------------------------------------------------------------------

    @invariant()
    def every_invariant_of_the_system_holds(self) -> None:
        MoneyDesk.steps += 1
        assert self.system.broken() == []

    @invariant()
    def every_ore_is_in_exactly_one_voucher(self) -> None:
        """What is booked and what waits to be is what happened, each once and on its day; each account agrees."""
        with self.system.database.reading() as session:
            stand = vouchers(session)
            made = booking.unbooked(session, ACCOUNTS)
        waiting = Counter(
            _key(each.kind, each.booked_on, each.event_on, [(row.account, row.amount) for row in each.rows])
            for each in made
        )
        assert Counter(key for _, key in stand.values()) == self.books.booked
        assert waiting == self.books.to_book()
        sums: Counter[str] = Counter()
        for _, _, _, rows in (self.books.booked + self.books.to_book()).elements():
            for account, amount in rows:
                sums[account] += amount
        assert {account: amount for account, amount in sums.items() if amount} == self.books.accounts()

    @invariant()
    def no_voucher_changes_and_none_comes_in_a_closed_month(self) -> None:
        with self.system.database.reading() as session:
            stand = {number: (text, key) for number, (text, key) in vouchers(session).items()}
        for number, as_it_was in self.frozen.items():
            assert stand[number] == as_it_was, number
        closed_to = self.books.closed_to
        for number, (_, (_, booked_on, _, _)) in stand.items():
            if number not in self.frozen and closed_to is not None:
                assert number in self.books.vouchers_on, number
                assert booked_on > closed_to or self.books.vouchers_on[number] == booked_on
        self.frozen = dict(stand)

    @invariant()
    def the_statement_is_what_happened_and_a_settled_month_comes_to_zero(self) -> None:
        with self.system.database.reading() as session:
            by = (StatementKey.SUPPLIER, StatementKey.MONTH)
            statement = entry_queries.statement(session, EntryFilter(), by=by)
            assert entry_queries.statement(session, EntryFilter(as_of=self.today), by=by) == statement
        expected = self.books.statement()
        found = {
            row.key: {name: ore(getattr(row, name).amount) for name in next(iter(expected.values()))}
            for row in statement.rows
        }
        assert found == expected
        for row in statement.rows:
            of_it = [
                each for each in self.books.bills.values() if self.books.received[each.line][:2] == row.key
            ]
            if all(each.paid is not None and each.is_accepted for each in of_it if not each.credited_on):
                owed = sum(
                    each.net - sum(sum(claim.nets) for claim in each.claims)
                    for each in of_it
                    if each.credited_on and each.paid and not each.is_settled_back
                )
                assert ore(row.open.amount) == -owed

    @invariant()
    def a_claim_is_settled_exactly_when_nothing_is_left(self) -> None:
        """Each claim has the sum, the state and the parts that happened; the parts never exceed it."""
        with self.system.database.reading() as session:
            claim, part = claim_tables.claim.c, claim_tables.claim_part.c
            rows = list(session.execute(select(claim_tables.claim).order_by(claim.number)))
            parts = list(session.execute(select(claim_tables.claim_part).order_by(part.claim, part.position)))
            open_now, _ = closing_queries.claims(session, self.today)
        assert open_now == sum(owed.state in OPEN for _, owed in self.books.claims())
        by_bill: dict[int, list[str]] = {}
        for row in rows:
            by_bill.setdefault(row.invoice_id, []).append(row.number)
        for bill in self.books.bills.values():
            for owed, number in zip(bill.claims, by_bill.pop(bill.id, []), strict=True):
                owed.number = number
        assert by_bill == {}
        stand = {row.number: row for row in rows}
        for _, owed in self.books.claims():
            row = stand[owed.number]
            assert (ore(row.amount), row.state) == (owed.amount, owed.state), owed
            of_it = [each for each in parts if each.claim == owed.number]
            assert [(each.how, ore(each.amount), each.on_day) for each in of_it] == owed.parts
            counted = [each for each in of_it if "INTEREST" not in each.how]
            back = sum(ore(each.amount) * (-1 if each.how in OWED_AGAIN else 1) for each in counted)
            assert 0 <= back <= owed.amount
            assert (row.state in ("SETTLED", "WRITTEN_OFF")) is (back == owed.amount)
            if back == owed.amount:
                net = sum(ore(each.amount_net) * (-1 if each.how in OWED_AGAIN else 1) for each in counted)
                assert net == ore(row.amount_net)

    @invariant()
    def nothing_is_paid_twice_or_alone(self) -> None:
        with self.system.database.reading() as session:
            paid = list(session.execute(select(document_tables.payment)))
            back = {
                row.payment: row.returned_on
                for row in session.execute(select(document_tables.payment_returned))
            }
        for row in paid:
            assert row.prepared_by != row.attested_by
        for bill in self.books.bills.values():
            mine = sorted((row for row in paid if row.invoice_id == bill.id), key=lambda row: row.attempt)
            assert [(row.paid_on, back.get(row.number), ore(row.amount)) for row in mine] == [
                (each.on, each.returned_on, bill.payable) for each in bill.payments
            ]
            for row, each in zip(mine, bill.payments, strict=True):
                each.number = row.number
            assert sum(row.number not in back for row in mine) <= 1

    @invariant()
    def what_is_noted_is_set_off_by_nobody(self) -> None:
        """A note that waits for a second person keeps its claim out of every proposal, and is kept itself."""
        with self.system.database.reading() as session:
            note, item = payment_tables.repayment_note.c, payment_tables.payment_item.c
            waiting = {
                row.invoice_id: (row.noted_by, None if row.amount is None else ore(row.amount), row.came_on)
                for row in session.execute(select(payment_tables.repayment_note).where(note.state == "NOTED"))
            }
            set_off = set(
                session.scalars(
                    select(item.invoice_id).where(
                        item.kind == "CREDIT", item.state.in_(("PROPOSED", "ATTESTED", "EXPORTED"))
                    )
                )
            )
        assert waiting == {
            claim.bill: (claim.note.by, claim.note.amount, claim.note.came_on)
            for _, claim in self.books.claims()
            if claim.note is not None
        }
        assert not set(waiting) & set_off

    def teardown(self) -> None:
        self.stack.close()


def _key(kind: str, on: date, event_on: date | None, rows: list[tuple[str, Decimal]]) -> Key:
    sums: Counter[str] = Counter()
    for account, amount in rows:
        sums[account] += ore(amount)
    return str(kind), on, event_on, tuple(sorted(sums.items()))


def vouchers(session: Session) -> dict[str, tuple[str, Key]]:
    """Every voucher by its number: its text, and what it says."""
    head, row = ledger_tables.voucher, ledger_tables.voucher_row
    rows: dict[str, list[tuple[str, Decimal]]] = {}
    for each in session.execute(select(row)):
        rows.setdefault(each.voucher, []).append((each.account, each.amount))
    return {
        each.number: (each.text, _key(each.kind, each.booked_on, each.event_on, rows.get(each.number, [])))
        for each in session.execute(select(head).order_by(head.c.number))
    }
