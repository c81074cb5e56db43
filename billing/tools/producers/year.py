"""A year of many suppliers played through the real entry points: what was sent, why it is right, what it became.

Day by day: the decision systems' events are loaded, each new receipt is billed within a week in its supplier's way,
some bills have a mistake, the officer asks for credit of what is in question, and the suppliers credit and bill anew.
Everything follows from the seed: the same seed gives the same bytes.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from random import Random

from billing.migrations.migrate import open_migrated
from billing.tools.producers.bills import Due, bill_of, credit_of
from billing.tools.producers.drafts import Draft, MistakenDesk
from billing.tools.producers.dues import due_of, next_unreceived
from billing.tools.producers.mistakes import Mistake, Standing, drawn_mistake
from billing.tools.producers.practices import Practice, body_of, mistaken, practice_of
from billing.tools.producers.sent_documents import SentDocument, YearPlayed
from billing.tools.simulation import events as simulated_events
from foundation.database import Database
from invoicing.documents import order_facts_queries
from invoicing.documents import store as document_store
from invoicing.intake.queue import read_arrived
from invoicing.model import InvoiceState
from invoicing.verdicts import crediting
from operations.checks import invariants
from operations.event_loading import EventLine, load_events
from orders.model import LineKey
from orders.purchase_orders import order_store, receipt_store
from orders.register import store as register_store
from orders.register.register import Register
from peppol.exchange import inbox

_PER_PARTICIPANT = 5


Watch = Callable[["Year", Sequence[SentDocument]], None]
"""Called each day with what was sent, when it has become what it is and before an officer has seen any of it."""


def play_year(
    register: Register,
    *,
    participants: int,
    months: int,
    seed: int,
    folder: Path,
    limit: int | None = None,
    watch: Watch | None = None,
) -> YearPlayed:
    """Play until all is told, or `limit` documents are sent; `folder` gets events.jsonl, inbox/ and world.sqlite."""
    year = Year(register, seed, folder, limit)
    told = simulated_events.events(register, participants=participants, months=months, rng=year.chance)
    (folder / "inbox").mkdir(parents=True, exist_ok=True)
    by_day = defaultdict(list)
    for each in told:
        by_day[each.day].append(each.line)
    with (folder / "events.jsonl").open("w", encoding="utf-8") as written:
        for day in simulated_events.days_of(told):
            if limit is not None and len(year.sent) >= limit:
                break
            lines = by_day.get(day, [])
            written.writelines(f"{line}\n" for line in lines)
            sent = year.live(day, lines)
            if watch is not None:
                watch(year, sent)
            year.officer(day)
    return year.played()


def participants_for(documents: int) -> int:
    """How many participants give so many documents in a year of decisions, and some more."""
    return documents // _PER_PARTICIPANT + 5


@dataclass(slots=True)
class Year:
    """The suppliers, the officer and their calendar. `limit` is how many documents are sent at most, None for all."""

    register: Register
    seed: int
    folder: Path
    limit: int | None
    chance: Random = field(init=False)
    database: Database = field(init=False)
    today: date = date(2026, 1, 1)
    events: int = 0
    sent: list[SentDocument] = field(default_factory=list)
    told_today: Sequence[str] = ()
    """The day's events, each a line of JSON."""
    _calendar: dict[date, list[LineKey]] = field(default_factory=lambda: defaultdict(list))
    _to_credit: dict[date, list[SentDocument]] = field(default_factory=lambda: defaultdict(list))
    _practices: dict[tuple[str, str], Practice] = field(default_factory=dict)
    _accepted: list[SentDocument] = field(default_factory=list)
    _credited: list[SentDocument] = field(default_factory=list)
    _cancelled: list[Due] = field(default_factory=list)
    _seen_receipts: int = 0
    _numbers: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        # Not for secrets: the point is that it can be repeated.
        self.chance = Random(self.seed)  # noqa: S311
        self.folder.mkdir(parents=True, exist_ok=True)
        for old in (*self.folder.glob("world.sqlite*"), *(self.folder / "inbox").glob("*.xml")):
            old.unlink()
        self.database = open_migrated(f"sqlite:///{self.folder}/world.sqlite", clock=self._clock)
        with self.database.writing() as session:
            register_store.save(session, self.register, at=self._clock(), actor="simulation")

    def live(self, day: date, lines: Sequence[str]) -> list[SentDocument]:
        """One day: what is told, then the suppliers' post, read as it comes."""
        self.today, self.told_today = day, lines
        if lines:
            load_events(self.database, (EventLine(f"{day}", line) for line in lines))
            self.events += len(lines)
            self._plan()
            self._note_called_off()
        documents = [*self._credit_notes(day), *self._bills(day)]
        if self.limit is not None:
            documents = documents[: self.limit - len(self.sent)]
        if documents:
            self._send(documents)
        return documents

    def officer(self, day: date) -> None:
        """Asks for credit of every invoice in question."""
        with self.database.reading() as session:
            waiting = list(document_store.listed(session, state=InvoiceState.IN_QUESTION, limit=10_000))
        for invoice in waiting:
            if invoice.document_type == "INVOICE":
                with self.database.writing() as session:
                    crediting.ask_for_credit(session, self.register, invoice, by="officer", today=day)

    def played(self) -> YearPlayed:
        """What stands in the books at the end; the database is closed."""
        with self.database.reading() as session:
            states = {state.value: count for state, count in sorted(document_store.counts(session).items())}
            broken = tuple(
                f"{each.invariant}: {each.subject}: {each.sentence}" for each in invariants.check(session)
            )
        self.database.close()
        return YearPlayed(self.sent, self.events, states, broken)

    def _clock(self) -> datetime:
        return datetime.combine(self.today, time(12, 0), UTC)

    # What is to be billed -------------------------------------------------------------------------

    def _plan(self) -> None:
        """Each new receipt is billed within a week."""
        with self.database.reading() as session:
            new = receipt_store.receipts_after(session, self._seen_receipts)
        for receipt_id, order_number, line_id in new:
            self._seen_receipts = receipt_id
            self._calendar[self.today + timedelta(days=self.chance.randint(0, 6))].append(
                (order_number, line_id)
            )

    def _note_called_off(self) -> None:
        """The orders of placements that were called off today: somebody may bill them yet."""
        for line in self.told_today:
            event = json.loads(line)
            if event["type"] != "placement.cancelled":
                continue
            with self.database.reading() as session:
                for order in order_store.of_placement(session, event["data"]["execution_reference"]):
                    facts = order_facts_queries.order_facts(session, self.register, order.number)
                    due = next_unreceived(facts) if facts is not None else None
                    if due is not None:
                        self._cancelled.append(due)

    def _bills(self, day: date) -> Iterator[SentDocument]:
        for key in self._calendar.pop(day, ()):
            with self.database.reading() as session:
                order = order_facts_queries.order_facts(session, self.register, key[0])
            if order is None or order.lines[key[1]].occupant is not None:
                continue
            due = due_of(order, order.lines[key[1]])
            if due is None:
                continue
            mistake = drawn_mistake(self.chance)
            ahead = next_unreceived(order)
            for_due = mistake is not None and self._is_for(due, mistake)
            yield from self._bill(key, due, mistake if for_due else None, day)
            if mistake is not None and not for_due:
                yield from self._beside(mistake, ahead, day)

    @staticmethod
    def _is_for(due: Due, mistake: Mistake) -> bool:
        if mistake.made_for is Standing.CUT:
            return due.quantity < due.ordered
        return mistake.made_for is Standing.FREE

    def _bill(self, key: LineKey, due: Due, mistake: Mistake | None, day: date) -> Iterator[SentDocument]:
        practice = self._practice(due)
        draft = self._draft(practice, due, day)
        wrong = mistaken(draft, mistake, self._desk(practice, due)) if mistake is not None else None
        yield self._document(wrong or draft, day, practice, mistake if wrong else None, key=key, due=due)

    def _beside(self, mistake: Mistake, ahead: Due | None, day: date) -> Iterator[SentDocument]:
        """A document besides the right one: for what is billed, called off or not received, or a credit note."""
        source: SentDocument | None = None
        due: Due | None = None
        match mistake.made_for:
            case Standing.AWAITED:
                due = ahead
            case Standing.CANCELLED:
                due = self.chance.choice(self._cancelled) if self._cancelled else None
            case Standing.BILLED | Standing.CREDIT:
                source = self.chance.choice(self._accepted) if self._accepted else None
            case Standing.CREDITED:
                source = self.chance.choice(self._credited) if self._credited else None
            case _:
                pass
        if source is not None:
            due = source.due
        if due is None:
            return
        practice = self._practice(due)
        if source is not None and mistake.made_for is not Standing.BILLED:
            draft = self._credit_draft(source, day)
        else:
            draft = self._draft(practice, due, day)
        used_number = source.bill.number if source is not None else None
        wrong = mistaken(draft, mistake, self._desk(practice, due, used_number=used_number))
        if wrong is not None:
            yield self._document(wrong, day, practice, mistake, due=due)

    def _credit_notes(self, day: date) -> Iterator[SentDocument]:
        """What was wrong is credited in full, and billed anew the day after."""
        for wrong in self._to_credit.pop(day, ()):
            if wrong.key is not None:
                self._calendar[day + timedelta(days=1)].append(wrong.key)
            if not wrong.is_booked:
                continue  # it never became an invoice
            self._credited.append(wrong)
            yield self._document(self._credit_draft(wrong, day), day, wrong.practice, None, due=wrong.due)

    def _draft(self, practice: Practice, due: Due, day: date) -> Draft:
        supplier = practice.supplier
        bill = bill_of(due, supplier=supplier, buyer=self.register.buyer, number=self._number("F"), on=day)
        return practice.draft(bill, due, self.chance)

    def _credit_draft(self, credited: SentDocument, day: date) -> Draft:
        return replace(credited.draft, bill=credit_of(credited.bill, number=self._number("K"), on=day))

    def _document(
        self,
        draft: Draft,
        day: date,
        practice: Practice,
        mistake: Mistake | None,
        *,
        key: LineKey | None = None,
        due: Due | None = None,
    ) -> SentDocument:
        return SentDocument(draft, body_of(draft), day, practice, mistake, key, due)

    def _desk(self, practice: Practice, due: Due, *, used_number: str | None = None) -> MistakenDesk:
        """What a bill could be mistaken for: lines that are billed already."""
        number = practice.supplier.organisation_number
        own, others = None, None
        for each in self.chance.sample(self._accepted, min(20, len(self._accepted))):
            if each.due is None or each.due.order_number == due.order_number:
                continue
            place = each.due.order_number, each.due.line.line_id
            if each.practice.supplier.organisation_number == number:
                own = place
            else:
                others = place, each.practice.supplier.organisation_number
        return MistakenDesk(
            due,
            practice.supplier,
            self.chance,
            used_number=used_number,
            own_elsewhere=own,
            others_order=others[0] if others else None,
            others_number=others[1] if others else None,
            second_line="002" if due.line.line_id == "001" and due.is_by_day else None,
        )

    def _practice(self, due: Due) -> Practice:
        """A supplier's units bill by themselves: it has as many practices as references have last digits."""
        key = due.contract, due.execution_reference[-1]
        if key not in self._practices:
            supplier = self.register.supplier(self.register.contract(due.contract).supplier)
            self._practices[key] = practice_of(supplier, seed=self.seed, place=key[1])
        return self._practices[key]

    def _number(self, series: str) -> str:
        self._numbers[series] += 1
        return f"{series}{self._numbers[series]:07}"

    # What becomes of it ---------------------------------------------------------------------------

    def _send(self, documents: Sequence[SentDocument]) -> None:
        """Hand in the day's documents; what each became is noted, and what follows from it planned."""
        came: dict[int, SentDocument] = {}
        with self.database.writing() as session:
            for each in documents:
                self.sent.append(each)
                name = f"{self.today}-{len(self.sent):07}.xml"
                each.file = name
                (self.folder / "inbox" / name).write_bytes(each.body)
                stored = inbox.store(
                    session, each.body, transport_id=name, received_on=self.today, received_at=self._clock()
                )
                came[stored.id] = each
        for result in read_arrived(self.database, today=self.today, reader=False):
            state = result.invoice.state if result.invoice else result.message_state
            came[result.letter_id].outcome = state.value
        for each in documents:
            self._follow(each)

    def _follow(self, document: SentDocument) -> None:
        if document.outcome == InvoiceState.ACCEPTED:
            self._accepted.append(document)
        elif document.key is not None and not document.obeys:
            soon = self.today + timedelta(days=self.chance.randint(2, 6))
            self._to_credit[soon].append(document)
