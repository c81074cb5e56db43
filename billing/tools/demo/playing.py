"""The demo: a story played through the real entry points, day by day, and what came of it.

A day goes as days go: the events of the morning, the messages of the post, the officer's
requests for credit, the payments that are due, and the messages that leave. The clock is the
story's own, so that the same story gives the same bytes wherever and whenever it is played.
"""

import shutil
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Final

from billing.migrations.migrate import open_migrated
from billing.server import invoice_mails
from billing.tools.demo import acts, attest, officer_work, people, tutors
from billing.tools.demo.outcomes import ExpectedOutcome, outcomes
from billing.tools.demo.story import CreditRequest, Flip, Story, StoryRefused
from finance_desk.statement_files import statement_csv
from foundation.database import Database
from foundation.engines.options import DatabaseOptions
from foundation.errors import Refused
from foundation.periods import Month
from foundation.text import Text
from invoicing.documents import order_facts_queries
from invoicing.documents import store as document_store
from invoicing.intake.queue import read_arrived
from invoicing.payment import payment
from invoicing.portal_invoicing import flipping
from invoicing.portal_invoicing.flipping import Numbered
from invoicing.reconciliation import entry_queries
from invoicing.reconciliation.statement import reconcile
from invoicing.verdicts import crediting
from operations import message_queries
from operations.checks import invariants
from operations.event_loading import load_events, place_due_orders
from orders.events import store as event_store
from orders.purchase_orders import order_store
from orders.register import store as register_store
from orders.register.files import read_register
from orders.terms import ArticleKind
from peppol.access_points.folder import FolderAccessPoint
from peppol.exchange import outbox_store, outgoing
from peppol.xml import codec

_LATELY: Final = timedelta(days=14)
"""What has happened for so long when the story ends is told the demo's people, who come in at its end."""


class NotEmpty(Refused):
    """The demo never plays into a database that holds something."""

    def __init__(self) -> None:
        super().__init__(
            Text("Databasen är inte tom, och demon rör inget som finns. Ange en tom databas med --database.")
        )


@dataclass(frozen=True, slots=True)
class Played:
    """What came of the story: each outcome, the invariants broken, and how much there was of everything."""

    outcomes: tuple[ExpectedOutcome, ...]
    broken: tuple[str, ...]
    counts: Mapping[str, Mapping[str, int]]

    @property
    def as_expected(self) -> bool:
        """Whether every outcome is the expected one and no invariant is broken."""
        return not self.broken and all(outcome.as_expected for outcome in self.outcomes)


@dataclass(slots=True)
class StoryClock:
    """The instant of the story: the same hour of its day."""

    day: date = field(default=date(2000, 1, 1))

    def __call__(self) -> datetime:
        """Late morning of the day, in UTC."""
        return datetime.combine(self.day, time(11, 0), UTC)


def play(
    story: Story,
    *,
    url: str,
    folder: Path,
    passed: Callable[[date], None] = lambda day: None,
    options: DatabaseOptions | None = None,
) -> Played:
    """Play the whole story on the empty database at `url`; messages and the statement go to `folder`.

    `passed` is told each day that is done. Raises NotEmpty, StoryRefused, and DatabaseUnusable.
    """
    clock = StoryClock(story.days[0])
    database = open_migrated(url, clock=clock, options=options)
    try:
        buyer = _BuyersSystem(story, database, clock, folder)
        for day in story.days:
            buyer.live(day)
            if day < story.days[-1] - _LATELY:
                buyer.tell_of_invoices()
            passed(day)
        played = buyer.closing()
        with database.writing() as session:
            people.move_in(session, buyer.register, at=clock())
            people.apply(session, buyer.register, at=clock())
            attest.give_rights(session, today=clock.day)
            tutors.assign_all(session, buyer.register)
            officer_work.leave(session, buyer.register, at=clock(), today=clock.day)
        buyer.tell_of_invoices()
        return played
    finally:
        database.close()


class _BuyersSystem:
    """The buyer's system in the story, with its officer, its two payers and its post."""

    def __init__(self, story: Story, database: Database, clock: StoryClock, folder: Path) -> None:
        self.story = story
        self.folder = folder
        self.clock = clock
        self.post = FolderAccessPoint(folder)
        self.database = database
        self.register = read_register(story.register)
        with self.database.writing() as session:
            if not register_store.save(session, self.register, at=self.clock(), actor="demo"):
                raise NotEmpty
            if event_store.counts(session) or any(message_queries.messages_in(session)):
                raise NotEmpty

    def live(self, day: date) -> None:
        """One day, from the morning's events to the evening's post."""
        self.clock.day = day
        place_due_orders(self.database, today=day)
        if day in self.story.events:
            load_events(self.database, self.story.events[day])
        self._take_in(self.story.messages.get(day, ()), self.story.flips.get(day, ()))
        acts.do_all(self.database, self.story.acts.get(day, ()))
        for request in self.story.credit_requests.get(day, ()):
            self._ask_for_credit(request)
        self._pay()
        outgoing.deliver_waiting(self.database.writing, self.post, now=self.clock())

    def tell_of_invoices(self) -> None:
        """Mail those who have an account what has happened to their invoices since the last time."""
        with self.database.writing() as session:
            invoice_mails.tell(session, self.clock.day, self.clock())

    def closing(self) -> Played:
        """The messages that are read in the portal, the statement, and the outcomes."""
        with self.database.reading() as session:
            for message in outbox_store.messages_out(session):
                if not message.receiver:
                    self.post.submit(message)
            found = tuple(outcomes(session, self.story.cases))
            broken = tuple(
                f"{each.invariant}: {each.subject}: {each.sentence}" for each in invariants.check(session)
            )
            statement = reconcile(entry_queries.entries(session))
            counts = {
                "events": _counted(event_store.counts(session).items()),
                "letters_in": _counted(_tallied(each.state for each in message_queries.messages_in(session))),
                "letters_out": _counted(
                    _tallied(each.kind for each in message_queries.messages_out(session))
                ),
                "documents": _counted(document_store.counts(session).items()),
                "orders": _counted(
                    _tallied(each.article for each in order_store.summaries(session, limit=100_000))
                ),
            }
        (self.folder / "statement.csv").write_text(statement_csv(statement), encoding="utf-8", newline="")
        return Played(found, broken, counts)

    def _take_in(self, messages: Iterable[Path], flips: Iterable[Flip]) -> None:
        """The day's post: laid in the inbox, stored, acknowledged, read."""
        inbox = self.folder / "inbox"
        inbox.mkdir(exist_ok=True)
        for path in messages:
            shutil.copyfile(path, inbox / path.name)
        for flip in flips:
            name = f"{flip.on}-portal-{flip.number}.xml"
            (inbox / name).write_bytes(self._flipped(flip))
        if any(inbox.iterdir()):
            outgoing.collect(self.database.writing, self.post, today=self.clock.day, now=self.clock())
            for _ in read_arrived(self.database, today=self.clock.day):
                pass

    def _flipped(self, flip: Flip) -> bytes:
        """The invoice the portal makes of an order line for its supplier."""
        month = Month.parse(flip.month)
        with self.database.reading() as session:
            for order in order_store.of_placement(session, flip.execution_reference, ArticleKind.BASIC):
                for line in order.lines:
                    if Month.of(line.period.start) == month:
                        facts = order_facts_queries.order_facts(session, self.register, order.number)
                        assert facts is not None  # noqa: S101 - it was read a moment ago
                        invoice = flipping.flip(
                            facts,
                            facts.lines[line.line_id],
                            supplier=self.register.supplier(order.supplier),
                            buyer=self.register.buyer,
                            policy=self.register.policy,
                            given=Numbered(flip.number, flip.on),
                        )
                        return codec.serialise(invoice)
        raise StoryRefused(
            Text(
                "Ingen orderrad för %(month)s på %(execution_reference)s.",
                month=month,
                execution_reference=flip.execution_reference,
            )
        )

    def _ask_for_credit(self, request: CreditRequest) -> None:
        with self.database.writing() as session:
            invoice = document_store.named(session, request.invoice, supplier=request.supplier)
            crediting.ask_for_credit(session, self.register, invoice, by=request.by, today=request.on)

    def _pay(self) -> None:
        payers = self.story.payments
        with self.database.reading() as session:
            waiting = payment.due(session, on=self.clock.day)
        if waiting:
            with self.database.writing() as session:
                payment.pay(
                    session,
                    self.register,
                    payment.due(session, on=self.clock.day),
                    prepared_by=payers.prepared_by,
                    attested_by=payers.attested_by,
                    today=self.clock.day,
                )


def _tallied(values: Iterable[str]) -> Iterable[tuple[str, int]]:
    return Counter(values).items()


def _counted(counts: Iterable[tuple[str, int]]) -> dict[str, int]:
    return {str(name): count for name, count in sorted(counts)}
