"""Actions of those who pay: proposals, attests, files for the bank, payments by hand, stops and controls."""

from datetime import timedelta
from xml.etree import ElementTree

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from invoicing.documents import store as document_store
from invoicing.payment import attestation, export_store, payment, payment_stops, proposals
from invoicing.payment import export as payment_export
from invoicing.payment import proposal_store as sent_items
from invoicing.payment.export_store import FileKind
from invoicing.payment.payment_stop_store import StopReason
from invoicing.payment.payment_stops import StopStep
from invoicing.payment_control import loading, releases
from invoicing.payment_control.controls import Control
from tests.audit.money.desk import ATTESTERS, SUPPLIERS, MoneyDesk, kronor, people, which
from tests.audit.money.expected import Bill, Payment, Proposal, Stop, Transfer
from tests.support.stories.paying import DEBTOR

CONTROLS = ("F_TAX", "BANKRUPTCY")


class Paying(MoneyDesk):
    """Money leaves, or is kept from leaving."""

    @rule(person=people, days=st.sampled_from([0, 31]))
    def a_payment_is_proposed(self, person: str, days: int) -> None:
        """All that is due and free lies in it, and of the claims what fits: no more and no less."""
        pay_on = self.today + timedelta(days=days)
        due = {each.id for each in self.books.to_pay(pay_on)}
        claims = {each.id: each for each in self.books.bills.values() if self.books.may_be_set_off(each)}
        made = self.does(
            bool(due),
            lambda session, register: (
                proposals.propose(session, register, pay_on=pay_on, by=person, now=self.now).number
            ),
        )
        if made is None:
            return
        items = self.items_of(str(made))
        assert {each.bill for each in items if each.kind == "INVOICE"} == due
        assert len(items) == len({(each.kind, each.bill) for each in items})
        for supplier in SUPPLIERS:
            mine = [each for each in items if self.books.bills[each.bill].supplier == supplier]
            room = sum(each.amount if each.kind == "INVOICE" else -each.amount for each in mine)
            assert room > 0 or not mine
            taken = {each.bill for each in mine if each.kind == "CREDIT"}
            assert taken <= set(claims)
            for bill in claims.values():
                if mine and bill.supplier == supplier and bill.id not in taken:
                    assert bill.claim is not None
                    assert bill.claim.left >= room, "what fits was left out"
        self.books.proposals[str(made)] = Proposal(str(made), person, pay_on, items)
        self._sums_are_owed(self.books.proposals[str(made)])

    def _sums_are_owed(self, proposal: Proposal) -> None:
        for item in proposal.items:
            bill = self.books.bills[item.bill]
            owed = bill.claim.left if item.kind == "CREDIT" and bill.claim else bill.payable
            assert item.amount == owed

    def open_proposal(self, place: int) -> Proposal | None:
        """Some proposal, those that have left among them."""
        found = [each for each in self.books.proposals.values() if each.state in ("DRAFT", "ATTESTED")]
        return found[place % len(found)] if found else None

    @precondition(lambda self: self.open_proposal(0))
    @rule(person=people, place=which)
    def a_proposal_is_attested(self, person: str, place: int) -> None:
        proposal = self.open_proposal(place)
        assert proposal is not None
        self.does(
            None,
            lambda session, register: attestation.attest(
                session, register, proposal.number, by=person, today=self.today, now=self.now
            ),
        )
        self.follow(proposal)
        assert proposal.state != "ATTESTED" or proposal.by not in self._attested_by(proposal)

    def _attested_by(self, proposal: Proposal) -> set[str]:
        with self.system.database.reading() as session:
            items = sent_items.items(session, proposal.number)
            for each in items:
                if each.is_live and each.attested_by:
                    assert each.attested_by in ATTESTERS
                    assert each.attested_by != proposal.by
            return {each.attested_by for each in items if each.is_live}

    @precondition(lambda self: self.open_proposal(0))
    @rule(place=which)
    def attests_of_what_has_changed_are_dropped(self, place: int) -> None:
        proposal = self.open_proposal(place)
        assert proposal is not None
        self.does(
            True,
            lambda session, register: attestation.drop_changed(
                session, register, proposal.number, now=self.now
            ),
        )
        self.follow(proposal)
        assert all(not self._stands_against(each.kind, each.bill) for each in proposal.items)
        if proposal.state in ("DRAFT", "ATTESTED"):
            self._sums_are_owed(proposal)

    def _stands_against(self, kind: str, bill_id: int) -> bool:
        """Whether something keeps a part from being paid now."""
        bill = self.books.bills[bill_id]
        if self.books.stopped(bill):
            return True
        if kind == "INVOICE":
            return not bill.is_accepted or bill.paid is not None
        return bill.claim is None or bill.claim.state not in ("RAISED", "DEMANDED", "REMINDED")

    @precondition(lambda self: self.open_proposal(0))
    @rule(place=which, item=which)
    def a_part_is_taken_out(self, place: int, item: int) -> None:
        proposal = self.open_proposal(place)
        assert proposal is not None
        out = proposal.items[item % len(proposal.items)]
        self.does(True, lambda session, _: proposals.take_out(session, out.id, by="user-11"))
        self.follow(proposal)
        assert out.id not in {each.id for each in proposal.items}

    @precondition(lambda self: self.open_proposal(0))
    @rule(place=which)
    def a_proposal_is_withdrawn(self, place: int) -> None:
        proposal = self.open_proposal(place)
        assert proposal is not None
        self.does(True, lambda session, _: proposals.withdraw(session, proposal.number, by="user-11"))
        self.follow(proposal)
        assert (proposal.state, proposal.items) == ("WITHDRAWN", [])

    @precondition(lambda self: self.open_proposal(0))
    @rule(place=which, again=st.booleans())
    def the_file_for_the_bank_is_made(self, place: int, again: bool) -> None:
        """Nothing leaves that a stop, a control or a change stands against; the file says what was attested."""
        proposal = self.open_proposal(place)
        assert proposal is not None
        if again and proposal.state == "DRAFT":
            for person in ATTESTERS:
                self.a_proposal_is_attested(person, place)
                if self.open_proposal(place) is not proposal:
                    return
        against = any(self._stands_against(each.kind, each.bill) for each in proposal.items)
        number = proposal.number
        left = self.does(
            False if against or proposal.state != "ATTESTED" else None,
            lambda session, register: payment_export.export(
                session, register, number, debtor=DEBTOR, by="user-11", now=self.now
            ),
        )
        if left is None:
            return
        assert proposal.by not in self._attested_by(proposal)
        self.follow(proposal)
        self._sums_are_owed(proposal)
        with self.system.database.reading() as session:
            named = {each.id: each.end_to_end for each in sent_items.items(session, number)}
            (kept,) = [each for each in export_store.about(session, number) if each.kind is FileKind.PAIN001]
            body = export_store.named(session, kept.id)[1]
        amounts = _amounts_in(body)
        for name, amount in amounts.items():
            items = [each for each in proposal.items if named[each.id] == name]
            assert (
                amount == sum(each.amount if each.kind == "INVOICE" else -each.amount for each in items) > 0
            )
            for each in items:
                bill = self.books.bills[each.bill]
                barred = {proposal.by, *bill.deciders} if each.kind == "INVOICE" else {proposal.by}
                assert not barred & self._attester_of(number, each.id)
            self.books.transfers[name] = Transfer(name, number, proposal.pay_on, items, amount, self.today)
        assert {named[each.id] for each in proposal.items} == set(amounts)

    def _attester_of(self, number: str, item_id: int) -> set[str]:
        with self.system.database.reading() as session:
            return {each.attested_by for each in sent_items.items(session, number) if each.id == item_id}

    @rule(one=people, other=people, place=which)
    def two_people_pay_by_hand_or_one_tries(self, one: str, other: str, place: int) -> None:
        bill = self.bill(place)
        has_right = other in ATTESTERS and other not in bill.deciders
        allowed = one != other and has_right and self.books.may_be_paid(bill)
        done = self.does(
            allowed,
            lambda session, register: payment.pay(
                session,
                register,
                [document_store.by_id(session, bill.id)],
                prepared_by=one,
                attested_by=other,
                today=self.today,
            ),
        )
        if done is not None:
            self.books.leaves(bill, Payment("", self.today, ""))

    # Stops and controls -------------------------------------------------------------------------

    @rule(person=people, supplier=st.sampled_from(SUPPLIERS))
    def a_supplier_is_stopped(self, person: str, supplier: str) -> None:
        done = self.does(
            supplier not in self.books.stops,
            lambda session, register: payment_stops.ask(
                session, register, supplier=supplier, reason=StopReason.DISPUTE, by=person, now=self.now
            ),
        )
        if isinstance(done, int):
            self.books.stops[supplier] = Stop(done, "ASKED", person)

    @precondition(lambda self: self.books.stops)
    @rule(person=people, place=which, step=st.sampled_from([None, None, *StopStep]))
    def something_is_done_about_a_stop(self, person: str, place: int, step: StopStep | None) -> None:
        """The step that follows where it stands, or any."""
        supplier = list(self.books.stops)[place % len(self.books.stops)]
        stop = self.books.stops[supplier]
        follows = {"ASKED": StopStep.CONFIRM, "STANDING": StopStep.ASK_LIFT, "LIFT_ASKED": StopStep.LIFT}
        what = step or follows[stop.state]
        allowed, to = {
            StopStep.CONFIRM: (stop.state == "ASKED" and person != stop.asked_by, "STANDING"),
            StopStep.REFUSE: (stop.state == "ASKED", "REFUSED"),
            StopStep.ASK_LIFT: (stop.state == "STANDING", "LIFT_ASKED"),
            StopStep.LIFT: (stop.state == "LIFT_ASKED" and person != stop.lift_by, "LIFTED"),
            StopStep.KEEP: (stop.state == "LIFT_ASKED", "STANDING"),
        }[what]
        done = self.does(allowed, lambda session, _: payment_stops.step(session, stop.id, what, by=person))
        if done is None:
            return
        stop.state = to
        stop.lift_by = person if to == "LIFT_ASKED" else ""
        if to in ("LIFTED", "REFUSED"):
            del self.books.stops[supplier]

    @rule(supplier=st.sampled_from(SUPPLIERS), control=st.sampled_from(CONTROLS), bad=st.booleans())
    def a_register_outside_tells_something(self, supplier: str, control: str, bad: bool) -> None:
        said = "ja" if bad is (control == "BANKRUPTCY") else "nej"
        told = f"{supplier};{control};{said};;{self.now.isoformat()}\n"
        body = f"organisation_number;kind;value;since;told_at\n{told}".encode()
        self.does(
            True,
            lambda session, register: loading.take_in(
                session, register, body, source="Skatteverket", by="user-11", now=self.now
            ),
        )
        self.books.told[supplier, control] = bad

    @rule(person=people, place=which, control=st.sampled_from(CONTROLS))
    def a_payment_is_released_from_a_control(self, person: str, place: int, control: str) -> None:
        held = [each for each in self.books.bills.values() if self.books.told.get((each.supplier, control))]
        bill = held[place % len(held)] if held and place % 5 else self.bill(place)
        stops = self.books.told.get((bill.supplier, control), False)
        waits = bill.is_accepted and bill.paid is None
        done = self.does(
            waits and stops and (bill.id, control) not in self.books.released,
            lambda session, register: releases.release(
                session,
                register,
                bill.id,
                Control(control),
                reason="Ringde dem",
                by=person,
                now=self.now,
                on=self.today,
            ),
        )
        if done is not None:
            self.books.released.add((bill.id, control))
            bill.deciders.add(person)

    # Suppliers ----------------------------------------------------------------------------------

    @precondition(lambda self: self.lines_free())
    @rule(place=which)
    def an_invoice_comes(self, place: int) -> None:
        free = self.lines_free()
        self.an_invoice_for(free[place % len(free)])

    @rule(place=which)
    def a_credit_note_comes(self, place: int) -> None:
        bill = self.bill(place)
        if bill.credited_on is None:
            self.a_credit_of(bill)

    def paid_bills(self) -> list[Bill]:
        """What has left, and not come back."""
        return [each for each in self.books.bills.values() if each.paid is not None]


def _amounts_in(body: bytes) -> dict[str, int]:
    """End-to-end id and öre of each payment of a file, and its sum as it says."""
    root = ElementTree.fromstring(body)  # noqa: S314 - a file of our own

    def texts(within: ElementTree.Element, name: str) -> list[str]:
        return [each.text or "" for each in within.iter() if each.tag.rpartition("}")[2] == name]

    found: dict[str, int] = {}
    for each in root.iter():
        if each.tag.endswith("}CdtTrfTxInf"):
            (name,), (amount,) = texts(each, "EndToEndId"), texts(each, "InstdAmt")
            whole, _, part = amount.partition(".")
            found[name] = int(whole) * 100 + int(f"{part:0<2}")
    assert texts(root, "CtrlSum")[0] == kronor(sum(found.values()))
    return found
