"""The people of a simulated house: who tells it of decisions, presses the portal's buttons, and decides at the desk.

Each thing somebody does is one request, a process of its own. Where it dies no answer comes, and its person does the
same once more: the same event, the same form with the same key. Some do it twice at once, and two people take the
same thing in hand.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final

from fastapi import FastAPI

from foundation.database import Database
from foundation.errors import Refused
from foundation.periods import stockholm_date
from invoicing.documents import store as document_store
from invoicing.model import DocumentType, InvoiceState
from invoicing.payment import payment
from invoicing.portal_invoicing import portal_document_store
from invoicing.portal_invoicing import queries as portal_queries
from invoicing.portal_invoicing.portal_states import PortalState
from invoicing.portal_invoicing.scope import SupplierActor
from operations.event_loading import EventLine, LineOutcome, load_events
from orders.register import store as register_store
from tests.bar.simulation import door
from tests.bar.simulation.house import House
from tests.support.stories.system import (
    FYRBAKEN,
    HAVTORNET,
    LARKDRILLEN,
    TALLKOTTEN,
    decision,
    event_line,
    interruption,
    report,
)

_MONTHS: Final = ("2026-01", "2026-02")
_PLACED: Final = (FYRBAKEN, LARKDRILLEN, TALLKOTTEN, TALLKOTTEN, HAVTORNET)
# A request that was refused, or was too late, has been answered all the same.
_FAULTS_FROM: Final = 500


class Faulty(AssertionError):
    """A page answered with a fault of ours."""


@dataclass(slots=True)
class Promised:
    """What somebody was told has happened, and that must therefore stand in the books once."""

    events: dict[str, EventLine] = field(default_factory=dict)
    presses: set[str] = field(default_factory=set)
    answers: dict[int, int] = field(default_factory=dict)


@dataclass(slots=True)
class People:
    """See the module. `sessions` are those of the portal's two persons and the desk's two."""

    house: House
    app: FastAPI
    portal_sessions: Sequence[str]
    desk_sessions: Sequence[str]
    promised: Promised = field(default_factory=Promised)
    told: int = 0
    done: int = 0
    _stories: list[list[EventLine]] = field(default_factory=list)
    _in_hand: set[int] = field(default_factory=set)
    _again: list[Callable[[], None]] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Each placement has a story; its events come in their order, beside those of the others."""
        self._stories = [
            list(self._story(f"{100_000_101 + place}", supplier)) for place, supplier in enumerate(_PLACED)
        ]

    # The decision systems -------------------------------------------------------------------------

    def tell_event(self) -> None:
        """The next event of some placement, or one that was told before."""
        house, known = self.house, self.promised.events
        if known and house.random.randrange(6) == 0:
            self._send_event(known[house.random.choice(sorted(known))], then=lambda: None)
            return
        left = [place for place, story in enumerate(self._stories) if story and place not in self._in_hand]
        if not left:
            return
        place = house.random.choice(left)
        self._in_hand.add(place)

        def applied() -> None:
            self._stories[place].pop(0)
            self._in_hand.discard(place)

        self._send_event(self._stories[place][0], then=applied)

    def _send_event(self, line: EventLine, *, then: Callable[[], None]) -> None:
        def load() -> None:
            loaded = load_events(self.house.database, [line])
            if loaded.unappliable or loaded.conflicts or loaded.quarantined:
                raise Faulty(f"{line.place}: {loaded.problems}")
            self.house.stage.note("officer", LineOutcome.APPLIED if loaded.applied else LineOutcome.REPEATED)
            self.promised.events[line.place] = line
            then()

        self._ask(f"event {line.place}", load)

    def _story(self, reference: str, supplier: str) -> Sequence[EventLine]:
        start = date(2026, 1, 1)
        told = [
            (
                "placement.decided",
                decision(reference, start=start, supplier=supplier, decided_on=start),
                start,
            )
        ]
        for month in _MONTHS:
            on = date(2026, 3, 1)
            told += [
                (kind, report(reference, month, 1, on), on) for kind in ("report.filed", "report.approved")
            ]
        if reference.endswith("2"):
            on = date(2026, 3, 2)
            told.append(("interruption.registered", interruption(reference, on, date(2026, 5, 15)), on))
        lines = []
        for kind, data, on in told:
            self.told += 1
            lines.append(event_line(kind, data, on=on, event_id=f"evt-{self.told:05}"))
        return lines

    # The portal -----------------------------------------------------------------------------------

    @property
    def _actor(self) -> SupplierActor:
        return SupplierActor(TALLKOTTEN, None, by="simulated")

    def press_send(self) -> None:
        """Somebody sends the invoices of some lines: once, twice in a row, or while a colleague does the same."""
        house = self.house
        with Database.reading(house.database) as session:
            ready = portal_queries.ready_lines(session, self._actor)
        if not ready:
            return
        chosen = house.random.sample(ready, house.random.randint(1, min(3, len(ready))))
        form = [("line", f"{each.order_number}/{each.line_id}") for each in chosen]
        for _ in range(house.random.choice((1, 1, 2))):
            key = house.drawn_uuid().hex
            for _ in range(house.random.choice((1, 1, 2))):
                self._press_form(
                    "/to-invoice/send",
                    [*form, ("form_key", key)],
                    self.portal_sessions,
                    then=lambda key=key: self.promised.presses.add(key),  # type: ignore[misc]
                )

    def press_undo(self) -> None:
        """Somebody takes back what has not left."""
        house = self.house
        with Database.reading(house.database) as session:
            waiting = portal_document_store.in_state(session, self._actor, PortalState.WAITING)
        if waiting:
            bundle = house.random.choice(sorted({each.bundle for each in waiting}))
            self._press_form("/to-invoice/undo", [("bundle", str(bundle))], self.portal_sessions)

    # The desk -------------------------------------------------------------------------------------

    def decide(self) -> None:
        """Somebody at the desk accepts an invoice in question or asks for credit; at times two at once."""
        house = self.house
        with Database.reading(house.database) as session:
            found = [
                each.id
                for each in document_store.listed(session, state=InvoiceState.IN_QUESTION, limit=50)
                if each.document_type is DocumentType.INVOICE
            ]
        if not found:
            return
        number = house.random.choice(sorted(found))
        for _ in range(house.random.choice((1, 1, 2))):
            action = house.random.choice(("credit", "credit", "accept"))
            form = [("reason", "Efter samtal med leverantören.")]
            self._press_form(f"/finance/documents/{number}/{action}", form, self.desk_sessions)

    def pay(self) -> None:
        """Everything due is paid, by two people; at times two pairs pay at once."""
        for _ in range(self.house.random.choice((1, 1, 2))):
            self._ask("pay", self._paid)

    def _paid(self) -> None:
        house = self.house
        today = stockholm_date(house.now + timedelta(days=45))
        try:
            with house.database.writing() as session:
                due = payment.due(session, on=today)
                paid = payment.pay(
                    session,
                    register_store.load(session),
                    due,
                    prepared_by="officer-1",
                    attested_by="attester-1",
                    today=today,
                )
            house.meets("paid" if paid else "nothing to pay")
        except Refused as refusal:
            house.meets(f"not paid: {type(refusal).__name__}")

    # Asking ---------------------------------------------------------------------------------------

    def _press_form(
        self,
        path: str,
        form: Sequence[tuple[str, str]],
        sessions: Sequence[str],
        *,
        then: Callable[[], None] = lambda: None,
    ) -> None:
        session = self.house.random.choice(list(sessions))

        def ask() -> None:
            answer = door.press(self.app, path, form, session=session)
            self.house.meets(f"{path.rpartition('/')[2]} {answer.status}")
            if answer.status >= _FAULTS_FROM:
                raise Faulty(f"{path}: {answer.status}")
            if answer.status < 400:
                then()

        self._ask(f"press {path}", ask)

    def _ask(self, name: str, ask: Callable[[], None]) -> None:
        """One request as a process; who gets no answer asks again, mostly."""
        self.done += 1
        answered = False

        def asked() -> None:
            nonlocal answered
            try:
                ask()
                answered = True
            finally:
                if not answered:
                    self._again.append(lambda: self._ask(name, ask))

        self.house.stage.enter(f"{name} ({self.done})", asked)

    def ask_again(self) -> None:
        """Somebody who got no answer tries once more."""
        if self._again:
            self._again.pop(self.house.random.randrange(len(self._again)))()

    @property
    def wait_for_answers(self) -> bool:
        """Whether somebody has not been answered, or has more to tell."""
        return bool(self._again) or any(self._stories)
