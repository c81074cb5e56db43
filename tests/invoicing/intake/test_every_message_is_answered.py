"""Whatever comes of a message, its sender is answered or an alarm tells of it; both sides see it, and it has a way out.

Each row tells one story through the real entry points, all in the same books; then every row is asked the same
questions of the outbox, the alarms, the supplier's pages and finance's. A state without a row fails.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

import pytest
from playwright.sync_api import Page
from sqlalchemy import select
from typer.testing import CliRunner

from accounts.identity import Permission, Person
from billing.cli.cli import app
from billing.server.jobs import ALARM_KINDS
from foundation.backoff import Ladder
from foundation.errors import Refused
from foundation.text import Text
from invoicing.documents import reading as document_reading
from invoicing.documents import store as document_store
from invoicing.intake import handlers as intake_handlers
from invoicing.intake.message_answers import OURS_TO_MEND
from invoicing.intake.queue import read_arrived
from invoicing.portal_invoicing import flipping
from invoicing.portal_invoicing.flipping import Numbered
from invoicing.responses import responding
from operations import alarms
from operations.alarms import Patience
from operations.event_loading import EventLine, load_events
from orders.register.register import Register
from orders.register.response_agreements import TechnicalAnswer
from peppol.documents import billing, shapes, technical_responses
from peppol.envelope import envelope
from peppol.exchange import inbox, inbox_store, outbox_store, owed_answer_store
from peppol.exchange import tables as exchange_tables
from peppol.exchange.tables import InState, OwedState
from peppol.identifiers import DocumentKind, ParticipantId
from peppol.validation import apart, validation
from peppol.xml import codec
from tests.support.pages.browser import Site, portal, sign_in
from tests.support.pages.paper_page import a_paper_page
from tests.support.servers.system_databases import CLOCK
from tests.support.stories.bills import billed
from tests.support.stories.peers import accepting_mlr, order_response
from tests.support.stories.system import FYRBAKEN, System, a_system, example_register

REFERENCE: Final = "100000101"
DAY: Final = date(2026, 2, 3)
NEXT_YEAR: Final = date(2027, 2, 3)
BUYER, STRANGER = "2021002114", "5560000001"
THEIR_PROVIDER, OUR_PROVIDER = "0242:000321-FYR", "0242:000123-AFM"
SUPPLIER: Final = Person("leverantor", "Alva Lind", FYRBAKEN, frozenset({Permission.REPORT}))
FINANCE: Final = Person("ekonom", "Elsa Ek", BUYER, frozenset({Permission.FINANCE}))


@dataclass(slots=True)
class World:
    """The books all stories are told to, and the handles they need."""

    system: System
    patch: pytest.MonkeyPatch
    right: billing.Invoice
    url: str
    count: int = 0

    def number(self) -> str:
        """A number nobody has used."""
        self.count += 1
        return f"R-{self.count}"

    def invoice(self, number: str = "", *, on: date = DAY) -> billing.Invoice:
        """A right invoice for January; from the second on that the books hold, the month is invoiced already."""
        due = on + timedelta(days=30)
        return replace(self.right, id=number or self.number(), issue_date=on, due_date=due)

    def takes(self, technical: TechnicalAnswer = TechnicalAnswer.PORTAL, *, answers: bool = False) -> None:
        """From now on the supplier's system takes these answers of ours."""
        self.system.change_register(taking(technical, answers=answers))

    def comes(self, body: bytes, *, on: date = DAY, key: str = "", instance_id: str = "") -> int:
        """Bytes arrive and everything that waits is read; the message's number."""
        with self.system.database.writing() as session:
            stored = inbox.store(
                session,
                body,
                transport_id=f"post/{self.number()}",
                transport_key=key,
                instance_id=instance_id,
                received_on=on,
                received_at=CLOCK,
            )
        list(read_arrived(self.system.database, today=on))
        return stored.id

    def fails_for_good(self, body: bytes, *, at_once: bool = True) -> int:
        """Bytes arrive whose handling fails each time it is tried, which is once or as often as in service."""
        if at_once:
            with self.patch.context() as patch:
                patch.setattr(inbox, "TRIES", Ladder(()))
                return self.comes(body)
        letter = self.comes(body)
        kept, moment = self.system.database.clock, CLOCK
        for rest in (1, 5, 30, 240):
            moment += timedelta(minutes=rest, seconds=1)
            self.system.database.clock = lambda: moment  # noqa: B023 - read within this turn
            list(read_arrived(self.system.database, today=DAY))
        self.system.database.clock = kept
        return letter

    @contextmanager
    def broken_handler(self) -> Iterator[None]:
        """The handler of invoices fails, as a fault of ours would make it."""

        def fail(*given: object) -> None:
            raise RuntimeError("planted")

        with self.patch.context() as patch:
            patch.setitem(intake_handlers.HANDLERS, DocumentKind.INVOICE, fail)
            yield


def taking(technical: TechnicalAnswer, *, answers: bool) -> Register:
    """The register with a supplier whose system takes these answers of ours."""
    register = example_register()
    suppliers = tuple(
        replace(each, technical_answers=technical, answers=answers)
        if each.organisation_number == FYRBAKEN
        else each
        for each in register.suppliers
    )
    return replace(
        register, suppliers=suppliers, buyer=replace(register.buyer, service_provider=OUR_PROVIDER)
    )


def wrong(document: billing.Invoice) -> billing.Invoice:
    """The same with a total that does not follow from its lines."""
    total = replace(document.legal_monetary_total, tax_inclusive_amount=shapes.Amount(Decimal("1.00"), "SEK"))
    return replace(document, legal_monetary_total=total)


def enveloped(
    body: bytes, instance: int, *, sender: str = FYRBAKEN, to: str = BUYER, **more: object
) -> bytes:
    """The bytes in an envelope of their own."""
    written = envelope.for_payload(
        body,
        sender=ParticipantId("0007", sender),
        receiver=ParticipantId("0007", to),
        instance_id=f"7a0c1f52-5d0b-4a5e-9d0c-{instance:012d}",
        created_at=datetime(2026, 2, 3, 7, 30, tzinfo=UTC),
    )
    return envelope.wrap(body, replace(written, **more))  # type: ignore[arg-type]


MLS_TO: Final[Mapping[str, Any]] = {"mls_to": ParticipantId.parse(THEIR_PROVIDER)}


# The stories ------------------------------------------------------------------------------------------------


def breaks_a_rule(world: World) -> int:
    world.takes(TechnicalAnswer.MLR)
    return world.comes(codec.serialise(wrong(world.invoice())))


def breaks_a_rule_read_in_the_portal(world: World) -> int:
    world.takes()
    return world.comes(codec.serialise(wrong(world.invoice())))


def breaks_a_rule_by_a_provider_that_takes_a_status(world: World) -> int:
    world.takes(TechnicalAnswer.MLR)
    return world.comes(enveloped(codec.serialise(wrong(world.invoice())), 1, **MLS_TO))


def breaks_the_schema(world: World) -> int:
    world.takes(TechnicalAnswer.MLR)
    return world.comes(codec.serialise(world.invoice()).replace(b"cbc:DueDate>", b"cbc:DueDat>"))


def is_no_xml(world: World) -> int:
    return world.comes(b"%PDF-1.7 en faktura")


def is_no_xml_in_an_envelope_of_a_supplier(world: World) -> int:
    world.takes(TechnicalAnswer.MLR)
    body = enveloped(codec.serialise(world.invoice()), 2)
    start, end = body.index(b"<Invoice "), body.index(b"</Invoice>") + len(b"</Invoice>")
    return world.comes(body[:start] + b"<Letter xmlns='urn:example'>Hej</Letter>" + body[end:])


def is_an_order_of_ours_sent_back(world: World) -> int:
    world.takes(TechnicalAnswer.MLR)
    with world.system.database.reading() as session:
        order = next(iter(outbox_store.messages_out(session, kind=DocumentKind.ORDER)))
    return world.comes(enveloped(order.body, 3))


def is_for_somebody_else(world: World) -> int:
    world.takes(TechnicalAnswer.MLR)
    return world.comes(enveloped(codec.serialise(world.invoice()), 4, to=STRANGER))


def is_from_a_stranger(world: World) -> int:
    return world.comes(enveloped(codec.serialise(wrong(world.invoice())), 5, sender=STRANGER))


def is_an_order_response_that_breaks_a_rule(world: World) -> int:
    world.takes(TechnicalAnswer.MLR)
    number = world.system.order(REFERENCE).number
    answer = order_response(number, "AP", on=DAY, number=world.number())
    return world.comes(codec.serialise(answer).replace(b">AP<", b">XX<"))


def is_a_level_response_that_breaks_a_rule(world: World) -> int:
    world.takes(TechnicalAnswer.MLR)
    answer = accepting_mlr("2100000001", on=DAY, number=world.number())
    return world.comes(codec.serialise(answer).replace(b">AP<", b">XX<"))


def is_an_event_that_cannot_be_read(world: World) -> int:
    load_events(world.system.database, [EventLine("events.jsonl:1", "ingen händelse")])
    with world.system.database.reading() as session:
        question = select(exchange_tables.inbox.c.id).where(exchange_tables.inbox.c.kind == "event")
        return int(session.execute(question).scalar_one())


def our_reading_fails(world: World) -> int:
    world.takes(TechnicalAnswer.MLR)

    def fail(document: object) -> None:
        raise Refused(Text("Det går inte."))

    with world.patch.context() as patch:
        # A process apart would not know that our reading is broken here.
        patch.setattr(apart, "checked", lambda work, body, *rest: work(body, *rest))
        patch.setattr(document_reading, "read_invoice", fail)
        return world.comes(codec.serialise(world.invoice()))


def our_reading_crashes(world: World) -> int:
    world.takes()

    def fail(document: object) -> None:
        raise ZeroDivisionError

    with world.patch.context() as patch:
        # A process apart would not know that our reading is broken here.
        patch.setattr(apart, "checked", lambda work, body, *rest: work(body, *rest))
        patch.setattr(document_reading, "read_invoice", fail)
        return world.fails_for_good(codec.serialise(world.invoice()), at_once=False)


def our_handling_fails(world: World) -> int:
    world.takes(answers=True)
    with world.broken_handler():
        return world.fails_for_good(codec.serialise(world.invoice()))


def our_handling_fails_and_its_provider_wants_every_status(world: World) -> int:
    world.takes(TechnicalAnswer.MLR)
    asked = {**MLS_TO, "mls_type": "ALWAYS_SEND"}
    with world.broken_handler():
        return world.fails_for_good(enveloped(codec.serialise(world.invoice()), 6, **asked))


def our_handling_has_failed_once(world: World) -> int:
    world.takes()
    with world.broken_handler():
        return world.comes(codec.serialise(world.invoice()))


def its_number_series_began_again(world: World) -> int:
    world.takes(answers=True)
    number = world.number()
    world.comes(codec.serialise(world.invoice(number)))
    return world.comes(codec.serialise(world.invoice(number, on=NEXT_YEAR)), on=NEXT_YEAR)


def its_number_series_began_again_and_it_reads_in_the_portal(world: World) -> int:
    world.takes()
    number = world.number()
    world.comes(codec.serialise(world.invoice(number)))
    return world.comes(codec.serialise(world.invoice(number, on=NEXT_YEAR)), on=NEXT_YEAR)


def its_number_came_the_same_day(world: World) -> int:
    world.takes(TechnicalAnswer.MLR, answers=True)
    right = world.invoice()
    world.comes(codec.serialise(right))
    return world.comes(codec.serialise(billed(right, price="94.00")))


def its_credit_note_number_came_before(world: World) -> int:
    world.takes(answers=True)
    right, number = world.invoice(), world.number()
    world.comes(codec.serialise(right))
    world.comes(codec.serialise(flipping.credit_note_of(right, given=Numbered(number, DAY))))
    again = flipping.credit_note_of(world.invoice(right.id), given=Numbered(number, NEXT_YEAR))
    return world.comes(codec.serialise(again), on=NEXT_YEAR)


def its_transmission_has_a_name_that_is_taken(world: World) -> int:
    world.takes(TechnicalAnswer.MLR)
    instance = f"7a0c1f52-5d0b-4a5e-9d0c-{7:012d}"
    world.comes(enveloped(codec.serialise(world.invoice()), 7, **MLS_TO), instance_id=instance)
    other = enveloped(codec.serialise(world.invoice()), 7, **MLS_TO)
    return world.comes(other, instance_id=instance)


def its_delivery_has_a_name_that_is_taken(world: World) -> int:
    world.takes()
    world.comes(codec.serialise(world.invoice()), key="as4/1")
    return world.comes(codec.serialise(world.invoice()), key="as4/1")


def its_order_response_has_a_number_that_is_taken(world: World) -> int:
    world.takes(TechnicalAnswer.MLR)
    order, number = world.system.order(REFERENCE).number, world.number()
    world.comes(codec.serialise(order_response(order, "AP", on=DAY, number=number)))
    return world.comes(codec.serialise(order_response(order, "AB", on=DAY, number=number)))


def is_the_same_again(world: World) -> int:
    world.takes()
    body = codec.serialise(wrong(world.invoice()))
    world.comes(body)
    return world.comes(body)


def is_a_conflict_again(world: World) -> int:
    world.takes()
    right = world.invoice()
    world.comes(codec.serialise(right))
    other = codec.serialise(billed(right, price="93.00"))
    world.comes(other)
    return world.comes(other)


def is_right(world: World) -> int:
    world.takes(answers=True)
    return world.comes(codec.serialise(world.invoice()))


def is_right_and_our_answer_cannot_be_written(world: World) -> int:
    world.takes(answers=True)

    def fail(*given: object, **named: object) -> None:
        raise KeyError("planted")

    with world.patch.context() as patch:
        patch.setattr(responding, "response", fail)
        return world.comes(codec.serialise(world.invoice()))


def is_an_answer_about_nothing_of_ours(world: World) -> int:
    return world.comes(codec.serialise(accepting_mlr("X-1", on=DAY, number=world.number())))


def is_not_read_yet(world: World) -> int:
    return world.system.post(codec.serialise(world.invoice()), on=DAY).id


def was_laid_aside(world: World) -> int:
    letter = breaks_a_rule(world)
    run = CliRunner(env={"BILLING_DATABASE_URL": world.url})
    done = run.invoke(app, ["post", "lay-aside", str(letter), "--reason", "CAME_AGAIN", "--by", "user-17"])
    assert done.exit_code == 0, done.output
    return letter


@dataclass(frozen=True, slots=True)
class Row:
    """A story: the state it ends in, what its sender is answered (nothing: an alarm), and what its page says."""

    state: InState
    reason: str
    story: Callable[[World], int]
    answer: str = ""
    alarm: str = ""
    seen: str = ""
    by_supplier: bool = True


_S = InState
_REFUSED, _TAKEN = "Dokumentet är inte mottaget", "är redan använt"
_OURS = "Dokumentet är mottaget och ska behandlas"
ROWS: Final = (
    Row(_S.QUARANTINED, "rule", breaks_a_rule, answer="mlr RE over", seen=_REFUSED),
    Row(_S.QUARANTINED, "rule, portal", breaks_a_rule_read_in_the_portal, answer="mlr RE", seen=_REFUSED),
    Row(
        *(_S.QUARANTINED, "rule, status", breaks_a_rule_by_a_provider_that_takes_a_status),
        answer="mls RE over",
        seen=_REFUSED,
    ),
    Row(_S.QUARANTINED, "schema", breaks_the_schema, answer="mlr RE over", seen=_REFUSED),
    Row(_S.QUARANTINED, "no XML", is_no_xml, alarm=alarms.MESSAGES_UNANSWERED, by_supplier=False),
    Row(
        *(_S.QUARANTINED, "unknown kind", is_no_xml_in_an_envelope_of_a_supplier),
        answer="mlr RE over",
        seen=_REFUSED,
    ),
    Row(
        _S.QUARANTINED, "kind not for us", is_an_order_of_ours_sent_back, answer="mlr RE over", seen=_REFUSED
    ),
    Row(_S.QUARANTINED, "other recipient", is_for_somebody_else, answer="mlr RE over", seen=_REFUSED),
    Row(
        *(_S.QUARANTINED, "stranger", is_from_a_stranger),
        alarm=alarms.MESSAGES_UNANSWERED,
        by_supplier=False,
    ),
    Row(
        *(_S.QUARANTINED, "order response", is_an_order_response_that_breaks_a_rule),
        answer="mlr RE over",
        seen=_REFUSED,
    ),
    Row(
        *(_S.QUARANTINED, "level response", is_a_level_response_that_breaks_a_rule),
        alarm=alarms.MESSAGES_UNANSWERED,
        seen=_REFUSED,
    ),
    Row(
        *(_S.QUARANTINED, "event", is_an_event_that_cannot_be_read),
        alarm=alarms.MESSAGES_UNANSWERED,
        by_supplier=False,
    ),
    Row(
        *(_S.FAILED, "reading refused", our_reading_fails),
        answer="mlr AB over",
        alarm=alarms.MESSAGES_FAILED,
        seen=_OURS,
    ),
    Row(
        *(_S.FAILED, "reading crashed", our_reading_crashes),
        answer="mlr AB",
        alarm=alarms.MESSAGES_FAILED,
        seen=_OURS,
    ),
    Row(
        *(_S.FAILED, "handling crashed", our_handling_fails),
        answer="invoice-response AB over",
        alarm=alarms.MESSAGES_FAILED,
        seen=_OURS,
    ),
    Row(
        *(_S.FAILED, "handling crashed, status", our_handling_fails_and_its_provider_wants_every_status),
        answer="mls AB over",
        alarm=alarms.MESSAGES_FAILED,
        seen=_OURS,
    ),
    Row(_S.CONFLICT, "number", its_number_series_began_again, answer="invoice-response RE over", seen=_TAKEN),
    Row(
        *(_S.CONFLICT, "number, portal", its_number_series_began_again_and_it_reads_in_the_portal),
        answer="mlr RE",
        seen=_TAKEN,
    ),
    Row(_S.CONFLICT, "number and date", its_number_came_the_same_day, answer="mlr RE over", seen=_TAKEN),
    Row(
        *(_S.CONFLICT, "credit note", its_credit_note_number_came_before),
        answer="invoice-response RE over",
        seen=_TAKEN,
    ),
    Row(
        *(_S.CONFLICT, "instance", its_transmission_has_a_name_that_is_taken),
        answer="mlr RE over",
        seen="Överföringens kännetecken",
    ),
    Row(
        *(_S.CONFLICT, "transport", its_delivery_has_a_name_that_is_taken),
        answer="mlr RE",
        seen="Överföringens kännetecken",
    ),
    Row(
        *(_S.CONFLICT, "order response", its_order_response_has_a_number_that_is_taken),
        answer="mlr RE over",
        seen="har kommit förut med annat innehåll",
    ),
    Row(_S.REPEAT, "bytes", is_the_same_again, answer="mlr RE"),
    Row(_S.REPEAT, "conflict", is_a_conflict_again, answer="mlr RE"),
    Row(_S.HANDLED, "document", is_right, answer="invoice-response AB over"),
    Row(
        *(_S.HANDLED, "document, answer fails", is_right_and_our_answer_cannot_be_written),
        alarm=alarms.ANSWERS_STUCK,
    ),
    Row(
        _S.HANDLED,
        "answer",
        is_an_answer_about_nothing_of_ours,
        alarm=alarms.ANSWERS_WAITING,
        by_supplier=False,
    ),
    Row(_S.LAID_ASIDE, "by a person", was_laid_aside, answer="mlr RE over", seen="Köparen har avslutat"),
    # Tried again by itself within hours; told of as failed after that.
    Row(_S.ARRIVED, "failed once", our_handling_has_failed_once, seen=_OURS),
    # Read within seconds; that no worker runs is told by the watch over the workers.
    Row(_S.ARRIVED, "unread", is_not_read_yet, by_supplier=False),
)
NAMES: Final = [f"{each.state}: {each.reason}" for each in ROWS]
ASIDE: Final = (_S.QUARANTINED, _S.CONFLICT, _S.FAILED)


def test_every_state_has_a_row() -> None:
    assert {each.state for each in ROWS} == set(InState)
    assert len(set(NAMES)) == len(NAMES)


# What every row is asked --------------------------------------------------------------------------------------


@dataclass(slots=True)
class Told:
    """All stories told: the number of each row's message, the alarms raised, and the pages."""

    world: World
    letters: dict[str, int]
    raised: list[str]
    site: Site
    page: Page

    @property
    def system(self) -> System:
        return self.world.system

    def sit(self, person: Person, path: str) -> str:
        """What the page says to the person."""
        self.page.context.clear_cookies()
        sign_in(self.page, self.site, person)
        self.page.goto(self.site.address + path)
        return self.page.inner_text("main")

    def state(self, letter: int) -> str:
        table = exchange_tables.inbox
        with self.system.database.reading() as session:
            return str(session.execute(select(table.c.state).where(table.c.id == letter)).scalar_one())


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Told]:
    url = f"sqlite:///{tmp_path_factory.mktemp('answered') / 'billing.sqlite'}"
    with (
        a_system(url) as system,
        pytest.MonkeyPatch.context() as patch,
        a_paper_page() as page,
    ):
        system.decide(REFERENCE)
        system.report(REFERENCE, "2026-01", on=date(2026, 2, 2))
        right = system.flip(system.order(REFERENCE).number, number="F-1", on=DAY)
        world = World(system, patch, right, url)
        letters = {name: row.story(world) for name, row in zip(NAMES, ROWS, strict=True)}
        later = CLOCK.replace(year=2027, month=6)
        with system.database.writing() as session:
            raised = alarms.raise_due(session, now=later, patience=Patience(), kinds=ALARM_KINDS)
        with portal(url, clock=lambda: datetime(2026, 2, 4, 8, tzinfo=UTC), second_step=False) as site:
            yield Told(world, letters, raised, site, page)


@pytest.fixture(params=ROWS, ids=NAMES)
def row(request: pytest.FixtureRequest) -> Row:
    found: Row = request.param
    return found


@pytest.fixture
def letter(told: Told, row: Row) -> int:
    return told.letters[f"{row.state}: {row.reason}"]


def answers(told: Told, letter: int) -> list[str]:
    """What was written about a message, or the document it became: kind, code, and whether it leaves the portal."""
    inbox_table = exchange_tables.inbox
    with told.system.database.reading() as session:
        repeated = session.scalar(select(inbox_table.c.repeats).where(inbox_table.c.id == letter))
        about = [f"letter {letter}"]
        if told.state(letter) == InState.REPEAT:
            about = [f"letter {repeated}"]
        became = document_store.of_letter(session, letter)
        about += [f"invoice {became.id}"] if became is not None else []
        found = [each for one in about for each in outbox_store.messages_out(session, about=one)]
    for each in found:
        report = validation.validate(each.body, on=each.issued_on)
        assert report.fatal == (), each.document_id
    return [_in_short(each) for each in found]


def _in_short(message: outbox_store.OutboundMessage) -> str:
    code = message.body.partition(b"<cbc:ResponseCode")[2].partition(b">")[2].partition(b"<")[0].decode()
    return f"{message.kind} {code}{' over' if message.receiver else ''}"


def test_the_story_ends_in_its_state(told: Told, row: Row, letter: int) -> None:
    assert told.state(letter) == row.state


def test_its_sender_is_answered_or_an_alarm_tells_of_it(told: Told, row: Row, letter: int) -> None:
    if row.state is InState.ARRIVED:
        return
    assert answers(told, letter) == ([row.answer] if row.answer else [])
    assert row.answer or row.alarm
    if row.alarm:
        assert row.alarm in told.raised
    if row.alarm in (alarms.MESSAGES_UNANSWERED, alarms.MESSAGES_FAILED):
        table = exchange_tables.inbox
        with told.system.database.reading() as session:
            assert session.scalar(select(table.c.alarmed_at).where(table.c.id == letter)) is not None


def test_its_sender_finds_it_with_a_sentence_and_its_bytes(told: Told, row: Row, letter: int) -> None:
    if row.state in (InState.HANDLED, InState.REPEAT) or not row.by_supplier:
        told.sit(SUPPLIER, "/invoices/refused")
        assert told.page.query_selector(f"a[href='/invoices/refused/{letter}']") is None
        return
    told.sit(SUPPLIER, "/invoices/refused")
    links = told.page.locator(f"a[href='/invoices/refused/{letter}']")
    pages = 0
    while links.count() == 0 and pages < 3:
        pages += 1
        told.page.goto(f"{told.site.address}/invoices/refused?page={pages + 1}")
    assert links.count() == 1
    said = told.sit(SUPPLIER, f"/invoices/refused/{letter}")
    assert row.seen in said
    if row.state in (InState.FAILED, InState.ARRIVED):
        assert str(OURS_TO_MEND.sv) in said
        assert "Gör så här" not in said
    with told.system.database.reading() as session:
        body = inbox_store.body_of(session, letter)
    with told.page.expect_download() as download:
        told.page.locator(f"a[href='/invoices/refused/{letter}/file']").click()
    assert download.value.content == body  # type: ignore[attr-defined]


def test_finance_finds_it_with_its_bytes_and_what_its_sender_knows(told: Told, row: Row, letter: int) -> None:
    if row.state not in ASIDE:
        return
    listed = ""
    for number in range(1, 4):
        listed += told.sit(FINANCE, f"/finance?part=letters&page={number}")
    assert f"Meddelande {letter}" in listed
    said = told.sit(FINANCE, f"/finance/letters/{letter}")
    assert ("Besvarad" in said) == bool(row.answer)
    assert ("Ingen besvarad" in said) == (not row.answer)
    with told.system.database.reading() as session:
        body = inbox_store.body_of(session, letter)
    with told.page.expect_download() as download:
        told.page.locator(f"a[href='/finance/letters/{letter}/raw']").click()
    assert download.value.content == body  # type: ignore[attr-defined]


@pytest.mark.parametrize("state", ASIDE)
@pytest.mark.parametrize("by_page", [True, False], ids=["page", "command"])
def test_it_has_a_way_out(told: Told, state: InState, *, by_page: bool) -> None:
    world = told.world
    story = {
        InState.QUARANTINED: breaks_a_rule,
        InState.CONFLICT: its_number_came_the_same_day,
        InState.FAILED: our_handling_fails,
    }[state]
    letter = story(world)
    assert told.state(letter) == state
    if by_page:
        told.sit(FINANCE, f"/finance/letters/{letter}")
        told.page.select_option("#aside-reason", label="Avsändaren har fått besked på annat sätt.")
        told.page.get_by_role("button", name="Lägg till handlingarna").click()
    else:
        command(told, "post", "lay-aside", str(letter), "--reason", "TOLD_OTHERWISE", "--by", "user-17")
    assert told.state(letter) == InState.LAID_ASIDE
    assert f"Meddelande {letter}\n" not in told.sit(FINANCE, "/finance?part=letters")
    said = told.sit(SUPPLIER, f"/invoices/refused/{letter}")
    assert "Köparen har avslutat det här dokumentet" in said
    assert "Avsändaren har fått besked på annat sätt." in said


def command(told: Told, *given: str, code: int = 0) -> str:
    """What a command says; it ends well, or with 3 where it tells of a document in question."""
    run = CliRunner(env={"BILLING_DATABASE_URL": told.world.url})
    done = run.invoke(app, list(given))
    assert done.exit_code == code, done.output
    return done.output


@pytest.mark.parametrize("by_page", [True, False], ids=["page", "command"])
def test_what_we_failed_on_is_read_again_and_answered_when_the_fault_is_mended(
    told: Told, *, by_page: bool
) -> None:
    letter = our_handling_fails(told.world)
    assert answers(told, letter) == ["invoice-response AB over"]
    if by_page:
        told.sit(FINANCE, f"/finance/letters/{letter}")
        told.page.get_by_role("button", name="Läs meddelandet igen").click()
    else:
        command(told, "post", "replay", str(letter), "--by", "user-17", "--on", str(DAY), code=3)
    assert told.state(letter) == InState.HANDLED
    # It is in question since its month is invoiced already; AB was told before and is not told twice.
    assert answers(told, letter) == ["invoice-response AB over"]
    with told.system.database.reading() as session:
        document = document_store.of_letter(session, letter)
    assert document is not None
    assert document.answered == "AB"


@pytest.mark.parametrize("by_page", [True, False], ids=["page", "command"])
@pytest.mark.parametrize("mended", [True, False], ids=["answered", "laid aside"])
def test_an_answer_that_could_not_be_written_harms_nothing_and_has_a_way_out(
    told: Told, *, by_page: bool, mended: bool
) -> None:
    letter = is_right_and_our_answer_cannot_be_written(told.world)
    assert told.state(letter) == InState.HANDLED
    with told.system.database.reading() as session:
        document = document_store.of_letter(session, letter)
        assert document is not None
        owed = owed_answer_store.open_about(session, f"invoice {document.id}")
    assert document.answered == ""
    assert owed is not None
    assert "KeyError fail" in owed.error
    listed = told.sit(FINANCE, "/finance?part=letters")
    assert "Svar som inte kunde skrivas" in listed
    assert document.number in listed
    number = str(owed.id)
    if by_page and mended:
        told.page.get_by_role("button", name=f"Svara igen {document.number}").click()
    elif by_page:
        told.page.get_by_role("button", name=f"Lägg till handlingarna {document.number}").click()
    elif mended:
        assert document.number in command(told, "post", "owed") or f"invoice {document.id}" in command(
            told, "post", "owed"
        )
        command(told, "post", "answer", number, "--by", "user-17", "--on", str(DAY))
    else:
        command(told, "post", "no-answer", number, "--reason", "TOLD_OTHERWISE", "--by", "user-17")
    with told.system.database.reading() as session:
        assert owed_answer_store.open_about(session, f"invoice {document.id}") is None
        assert document_store.by_id(session, document.id).answered == ("AB" if mended else "")
    assert answers(told, letter) == (["invoice-response AB over"] if mended else [])


def test_an_answer_about_a_message_that_cannot_be_written_is_owed_and_the_message_lies_where_it_lay(
    told: Told,
) -> None:
    def fail(*given: object, **named: object) -> None:
        raise KeyError("planted")

    with told.world.patch.context() as patch:
        patch.setattr(technical_responses, "refusal_mlr", fail)
        letter = breaks_a_rule(told.world)
        letters = [letter, its_number_series_began_again_and_it_reads_in_the_portal(told.world)]
        assert [told.state(each) for each in letters] == [InState.QUARANTINED, InState.CONFLICT]
        for each in letters:
            with told.system.database.reading() as session:
                owed = owed_answer_store.open_about(session, f"letter {each}")
            assert owed is not None
            assert owed.state is OwedState.STUCK
            # Still broken: it says so, and stays.
            told.sit(FINANCE, "/finance?part=letters")
            told.page.get_by_role("button", name=f"Svara igen Meddelande {each}").click()
            assert "kunde fortfarande inte skrivas" in told.page.inner_text("body")
            assert answers(told, each) == []
    for each in letters:
        told.sit(FINANCE, "/finance?part=letters")
        told.page.get_by_role("button", name=f"Svara igen Meddelande {each}").click()
        assert len(answers(told, each)) == 1


def test_an_answer_from_a_system_that_nobody_has_looked_at_is_dealt_with_on_the_page(told: Told) -> None:
    letter = is_an_answer_about_nothing_of_ours(told.world)
    assert "som vi inte har skickat" in told.sit(FINANCE, "/finance?part=letters")
    button = told.page.get_by_role("button", name=f"Taget om hand meddelande {letter}")
    button.click()
    assert told.page.get_by_role("button", name=f"Taget om hand meddelande {letter}").count() == 0


def test_the_first_of_a_number_stays_as_it_is_and_the_second_is_told_which(told: Told) -> None:
    letter = told.letters["CONFLICT: number"]
    with told.system.database.reading() as session:
        (message,) = outbox_store.messages_out(session, about=f"letter {letter}")
    told_in = message.body.decode()
    assert "daterad 2026-02-03" in told_in
    assert "<cbc:IssueDate>2027-02-03</cbc:IssueDate>" in told_in
    assert "LEG" in told_in
    assert "NIN" in told_in
