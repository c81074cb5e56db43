"""What the books must say, in whole öre, by what happened alone: no function of the product's is asked.

Amounts are with VAT unless they are called net. What is right here is written as the trade says it, and not as the
product reckons it: a list of what happened, and sums over it.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final

COST, VAT, PAYABLE, BANK = "5711", "1546", "2581", "1921"
ACCRUED, WRITTEN_OFF, INTEREST = "2791", "5791", "3611"
DAYS_TO_PAY: Final = 30
STANDING: Final = ("RAISED", "DEMANDED", "REMINDED")
OPEN: Final = (*STANDING, "DISPUTED", "WRITE_OFF_ASKED")
OWED_AGAIN: Final = ("RETURNED", "REPAYMENT_RETURNED")
LESSENS: Final = ("NETTED", "REPAID", "WRITTEN_OFF")
WITH_US: Final = ("PROPOSED", "ATTESTED")

Rows = tuple[tuple[str, int], ...]
Key = tuple[str, date, date | None, Rows]


@dataclass(slots=True)
class Payment:
    """Money that left for an invoice; `transfer` is what the bank knows it by, empty where two people paid by hand."""

    number: str
    on: date
    transfer: str
    returned_on: date | None = None


@dataclass(slots=True)
class Note:
    """What one person, or the bank's file, says has come for a claim; None is all that is left."""

    by: str
    amount: int | None
    came_on: date


@dataclass(slots=True)
class Deposit:
    """What two people have confirmed has come: what of it is the claim's, and what is interest.

    `asked`: on which day the bank took it back, and who says so.
    """

    came_on: date
    part: int
    interest: int
    asked: tuple[date, str] | None = None
    is_undone: bool = False


@dataclass(slots=True)
class Owed:
    """What a supplier owes for an invoice that it was paid."""

    number: str
    bill: int
    amount: int
    net: int
    state: str
    asked_by: str = ""
    before: str = ""
    due_on: date | None = None
    first_demand_on: date | None = None
    write_off_by: str = ""
    note: Note | None = None
    parts: list[tuple[str, int, date]] = field(default_factory=list)
    nets: list[int] = field(default_factory=list)
    """What of each part is without VAT; interest has none."""
    deposits: list[tuple[int, date, str]] = field(default_factory=list)
    confirmed: list[Deposit] = field(default_factory=list)

    @property
    def given_back(self) -> int:
        """What was set off, repaid and written off, less what is owed again."""
        less = sum(amount for how, amount, _ in self.parts if how in LESSENS)
        return less - sum(amount for how, amount, _ in self.parts if how in OWED_AGAIN)

    def take(self, how: str, amount: int, on: date) -> None:
        """Keep a part, and what of it is without VAT: in proportion, and the last is what the others leave."""
        is_back = how in LESSENS
        net = 0
        if how in OWED_AGAIN:
            before = ("NETTED" if how == "RETURNED" else "REPAID", amount)
            taken_off = [place for place, each in enumerate(self.parts) if each[:2] == before]
            net = -self.nets[taken_off[-1]]
        elif is_back and amount == self.left:
            net = self.net - sum(self.nets)
        elif is_back:
            net = (2 * amount * self.net + self.amount) // (2 * self.amount)
        self.parts.append((how, amount, on))
        self.nets.append(net)

    @property
    def left(self) -> int:
        """What is owed still."""
        return self.amount - self.given_back

    @property
    def is_ended(self) -> bool:
        """Whether nothing of it is owed."""
        return self.state in ("SETTLED", "WRITTEN_OFF", "WITHDRAWN")


@dataclass(slots=True)
class Bill:
    """An invoice, right when it came. `asked_back`: two people have claimed what was paid for it."""

    id: int
    number: str
    supplier: str
    line: tuple[str, str]
    net: int
    vat: int
    came_on: date
    credited_on: date | None = None
    asked_back: bool = False
    payments: list[Payment] = field(default_factory=list)
    claims: list[Owed] = field(default_factory=list)
    deciders: set[str] = field(default_factory=set)

    @property
    def payable(self) -> int:
        """Net and VAT."""
        return self.net + self.vat

    @property
    def paid(self) -> Payment | None:
        """The payment that has left and not come back."""
        return next((each for each in self.payments if each.returned_on is None), None)

    @property
    def claim(self) -> Owed | None:
        """The claim that stands or has ended, but for what was withdrawn."""
        return next((each for each in self.claims if each.state != "WITHDRAWN"), None)

    @property
    def is_accepted(self) -> bool:
        """Whether it is right, neither credited nor asked back."""
        return self.credited_on is None and not self.asked_back

    @property
    def is_settled_back(self) -> bool:
        """Whether all that was paid has come back, or was given up."""
        return self.claim is not None and self.claim.state in ("SETTLED", "WRITTEN_OFF")


@dataclass(slots=True)
class Item:
    """A part of a payment: an invoice, or a claim taken off."""

    id: int
    kind: str
    bill: int
    amount: int


@dataclass(slots=True)
class Proposal:
    """Payments that are prepared; `state` as the trade has it, and what lies in it now."""

    number: str
    by: str
    pay_on: date
    items: list[Item]
    state: str = "DRAFT"


@dataclass(slots=True)
class Transfer:
    """A payment that the bank has or had; `note` is what one person says of it: said, day, by."""

    name: str
    proposal: str
    pay_on: date
    items: list[Item]
    amount: int
    sent_on: date
    state: str = "EXPORTED"
    note: tuple[str, date, str] | None = None


@dataclass(slots=True)
class Stop:
    """A payment stop of a supplier."""

    id: int
    state: str
    asked_by: str
    lift_by: str = ""


@dataclass(slots=True)
class Closing:
    """The closing of a month that was proposed."""

    state: str
    asked_by: str
    reopen_by: str = ""


@dataclass(slots=True)
class Books:
    """All of it: what was received, what came, what was paid, what is owed back, and the vouchers that makes."""

    received: dict[tuple[str, str], tuple[str, str, int]] = field(default_factory=dict)
    """By order line: supplier, month and net of what was ordered and received."""
    bills: dict[int, Bill] = field(default_factory=dict)
    proposals: dict[str, Proposal] = field(default_factory=dict)
    transfers: dict[str, Transfer] = field(default_factory=dict)
    by_hand: dict[str, tuple[str, date, str]] = field(default_factory=dict)
    """What one person says of a payment that was made by hand."""
    stops: dict[str, Stop] = field(default_factory=dict)
    told: dict[tuple[str, str], bool] = field(default_factory=dict)
    """By supplier and control, whether what was told last stops it."""
    released: set[tuple[int, str]] = field(default_factory=set)
    closings: dict[str, Closing] = field(default_factory=dict)
    accrued: set[str] = field(default_factory=set)
    happened: list[tuple[str, date, Rows]] = field(default_factory=list)
    """What has no voucher yet."""
    booked: Counter[Key] = field(default_factory=Counter)
    answers: dict[str, list[tuple[str, date]]] = field(default_factory=dict)
    vouchers_on: dict[str, date] = field(default_factory=dict)
    bank: int = 0
    """What lies in the bank, by the bank's own lines and by what two people have said."""

    # What happens -------------------------------------------------------------------------------

    def happens(self, kind: str, on: date, **amounts: int) -> None:
        """An event of the ledger, by account: a letter before each number, for it is a name."""
        rows = tuple(sorted((account[1:], amount) for account, amount in amounts.items() if amount))
        assert sum(amount for _, amount in rows) == 0
        self.happened.append((kind, on, rows))

    def comes(self, bill: Bill) -> None:
        """An invoice comes and is right."""
        self.bills[bill.id] = bill
        self.happens("INVOICE", bill.came_on, **self._purchase(bill, 1))

    def credited(self, bill: Bill, number: str, on: date) -> None:
        """Its credit note comes: what was paid is owed back, unless it is claimed or given back already."""
        bill.credited_on = on
        self.happens("CREDIT", on, **self._purchase(bill, -1))
        if bill.paid is not None:
            self.raise_for_credit(bill, number)

    def raise_for_credit(self, bill: Bill, number: str) -> None:
        """What was paid is owed, once."""
        before = bill.claim
        if before is not None and before.state != "ASKED":
            return
        if before is not None:
            before.state = "WITHDRAWN"
        bill.claims.append(Owed(number, bill.id, bill.payable, bill.net, "RAISED"))

    def leaves(self, bill: Bill, payment: Payment) -> None:
        """Money leaves for an invoice, whatever has become of it since it was sent."""
        assert bill.paid is None, f"{bill.number} is paid twice"
        bill.payments.append(payment)
        self.bank -= bill.payable
        self.happens("PAYMENT", payment.on, _2581=bill.payable, _1921=-bill.payable)

    def comes_back(self, bill: Bill, on: date, noted_by: str) -> None:
        """The money of a payment is back: the invoice is to be paid again, and its claim is none."""
        payment = bill.paid
        assert payment is not None
        payment.returned_on = on
        self.bank += bill.payable
        self.happens("PAYMENT_RETURNED", on, _2581=-bill.payable, _1921=bill.payable)
        bill.deciders.add(noted_by)
        if bill.claim is not None:
            bill.claim.state = "WITHDRAWN"

    def give_back(self, claim: Owed, how: str, amount: int, on: date) -> None:
        """A part of a claim is given back, given up or owed again; interest comes beside it."""
        claim.take(how, amount, on)
        if how in OWED_AGAIN or how == "INTEREST_RETURNED":
            self.bank -= amount
            debit = {"_3611": amount} if how == "INTEREST_RETURNED" else {"_2581": amount}
            self.happens("CLAIM_REOPENED", on, _1921=-amount, **debit)
            if claim.is_ended and claim.left:
                claim.state = "RAISED"
            return
        if how == "WRITTEN_OFF":
            self.happens("GIVEN_BACK", on, _5791=amount, _2581=-amount)
        else:
            self.bank += amount
            credit = {"_3611": -amount} if how == "INTEREST" else {"_2581": -amount}
            self.happens("GIVEN_BACK", on, _1921=amount, **credit)
        if how != "INTEREST" and claim.left == 0:
            claim.state = "WRITTEN_OFF" if how == "WRITTEN_OFF" else "SETTLED"

    def carried_out(self, transfer: Transfer, on: date, numbers: Mapping[int, str]) -> None:
        """The bank has carried out a payment: each part has its effect. `numbers` are those of the claims it raises."""
        assert transfer.state == "EXPORTED"
        transfer.state = "PAID"
        for item in transfer.items:
            bill = self.bills[item.bill]
            if item.kind == "INVOICE":
                self.leaves(bill, Payment("", on, transfer.name))
                if bill.credited_on is not None:
                    self.raise_for_credit(bill, numbers.get(bill.id, ""))
            else:
                assert bill.claim is not None
                assert bill.claim.left >= item.amount, "more was sent than is left"
                self.give_back(bill.claim, "NETTED", item.amount, on)

    # What follows from it -----------------------------------------------------------------------

    def live(self, bill: int, kind: str) -> str:
        """How far a payment has come that the invoice, or its claim, lies in; empty where it lies in none."""
        for proposal in self.proposals.values():
            if proposal.state in ("DRAFT", "ATTESTED") and self._has(proposal.items, bill, kind):
                return "PROPOSED"
        # A claim may be taken off once more, when a part of it is owed again.
        lies_in = {each.state for each in self.transfers.values() if self._has(each.items, bill, kind)}
        return next((state for state in ("EXPORTED", "PAID") if state in lies_in), "")

    def under_way(self, bill: int) -> bool:
        """Whether the claim is being taken off a payment; what was taken off and paid is that no more."""
        return self.live(bill, "CREDIT") in ("PROPOSED", "EXPORTED")

    def stopped(self, bill: Bill) -> bool:
        """Whether a stop or a control keeps money from leaving for it."""
        if bill.supplier in self.stops:
            return True
        return any(
            stops and (bill.id, control) not in self.released
            for (supplier, control), stops in self.told.items()
            if supplier == bill.supplier
        )

    def to_pay(self, on: date) -> list[Bill]:
        """What is due by the day, lies nowhere and is not stopped."""
        return [each for each in self.bills.values() if self.may_be_paid(each) and self._is_due(each, on)]

    def may_be_paid(self, bill: Bill) -> bool:
        """Whether it is owed, and nothing is under way or stands against it."""
        is_free = not self.live(bill.id, "INVOICE") and bill.paid is None
        return bill.is_accepted and is_free and not self.stopped(bill)

    def may_be_set_off(self, bill: Bill) -> bool:
        """Whether what is left of its claim may be taken off a payment."""
        claim = bill.claim
        if claim is None or claim.state not in STANDING or claim.note is not None:
            return False
        return not self.under_way(bill.id) and not self.stopped(bill)

    def may_come_back(self, bill: Bill) -> bool:
        """Whether the payment of an invoice can be undone: nothing of what it led to has moved."""
        claim = bill.claim
        if claim is None:
            return True
        moved = claim.given_back or claim.note or self.under_way(bill.id)
        return not moved and not claim.is_ended

    @property
    def closed_to(self) -> date | None:
        """The last day of what is closed."""
        closed = [month for month, each in self.closings.items() if each.state in ("CLOSED", "REOPEN_ASKED")]
        return max((last_of(month) for month in closed), default=None)

    def dated(self, event: tuple[str, date, Rows]) -> Key:
        """The voucher that an event makes: on its own day, or on the first that is open with its own beside it."""
        kind, on, rows = event
        closed_to = self.closed_to
        if closed_to is None or on > closed_to:
            return kind, on, None, rows
        return kind, closed_to + timedelta(days=1), on, rows

    def to_book(self) -> Counter[Key]:
        """The vouchers of all that has none."""
        return Counter(self.dated(each) for each in self.happened)

    def accruing(self, month: str) -> int:
        """What was delivered by the month's end and is no cost by then, net: more booked than delivered is no cost."""
        last, found = last_of(month), 0
        for line, (_, delivered_in, net) in self.received.items():
            if delivered_in <= month:
                cost = sum(
                    each.net
                    for each in self.bills.values()
                    if each.line == line
                    and each.came_on <= last
                    and not (each.credited_on and each.credited_on <= last)
                )
                found += max(0, net - cost)
        return found

    def statement(self) -> dict[tuple[str, str], dict[str, int]]:
        """By supplier and month, net: what was ordered, received, invoiced, credited, approved and paid."""
        names = ("ordered", "received", "invoiced", "credited", "approved", "paid")
        sums: dict[tuple[str, str], dict[str, int]] = {}
        for supplier, month, net in self.received.values():
            row = sums.setdefault((supplier, month), dict.fromkeys(names, 0))
            row["ordered"] += net
            row["received"] += net
        for bill in self.bills.values():
            supplier, month, _ = self.received[bill.line]
            row = sums[supplier, month]
            row["invoiced"] += bill.net
            row["credited"] += bill.net * (bill.credited_on is not None)
            row["approved"] += bill.net * bill.is_accepted
            if bill.paid is not None and not bill.is_settled_back:
                row["paid"] += bill.net - sum(sum(claim.nets) for claim in bill.claims)
        return sums

    def accounts(self) -> Counter[str]:
        """What each account must come to, by what stands between us, and by no voucher: the accrual is taken back."""
        sums: Counter[str] = Counter()
        for bill in self.bills.values():
            if bill.credited_on is None:
                sums[COST] += bill.net
                sums[VAT] += bill.vat
                sums[PAYABLE] -= bill.payable
            if bill.paid is not None:
                sums[PAYABLE] += bill.payable
            for claim in bill.claims:
                sums[PAYABLE] -= claim.given_back
                sums[WRITTEN_OFF] += sum(amount for how, amount, _ in claim.parts if how == "WRITTEN_OFF")
                sums[INTEREST] -= sum(amount for how, amount, _ in claim.parts if how == "INTEREST")
                sums[INTEREST] += sum(amount for how, amount, _ in claim.parts if how == "INTEREST_RETURNED")
        sums[BANK] = self.bank
        return Counter({account: amount for account, amount in sums.items() if amount})

    def claims(self) -> Iterator[tuple[Bill, Owed]]:
        """Every claim with its invoice."""
        for bill in self.bills.values():
            for claim in bill.claims:
                yield bill, claim

    @staticmethod
    def _is_due(bill: Bill, on: date) -> bool:
        return bill.came_on + timedelta(days=DAYS_TO_PAY) <= on

    @staticmethod
    def _has(items: Iterable[Item], bill: int, kind: str) -> bool:
        return any(each.bill == bill and each.kind == kind for each in items)

    @staticmethod
    def _purchase(bill: Bill, sign: int) -> dict[str, int]:
        return {"_5711": sign * bill.net, "_1546": sign * bill.vat, "_2581": -sign * bill.payable}


def last_of(month: str) -> date:
    """The last day of a month, as 2026-02.

    >>> last_of("2026-02"), last_of("2025-12")
    (datetime.date(2026, 2, 28), datetime.date(2025, 12, 31))
    """
    year, number = int(month[:4]), int(month[5:])
    return date(year + number // 12, number % 12 + 1, 1) - timedelta(days=1)
