"""The same cause has the same words wherever it is told: in the queue, on both pages, in the answer and the export.

For every deviation the title and the sentence are asked of each surface through its own code, in both languages. What
stands around them on the surfaces is kept in `fixtures/golden/causes-on-surfaces.txt`, to be read by eye; written anew
with `BILLING_WRITE_GOLDEN=1 pytest tests/web/test_same_words.py`.
"""

import html
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from itertools import chain
from typing import Final

import pytest
from sqlalchemy import update

from foundation.sql import Session
from foundation.text import SWEDISH, Language, languages
from invoicing.documents import store as document_store
from invoicing.documents import tables as document_tables
from invoicing.exceptions.queue import QueuePart, part_of
from invoicing.matching import causes
from invoicing.matching.credit_notes.credited_document import OF_CREDIT
from invoicing.matching.deviation_texts import title
from invoicing.matching.deviations import (
    REJECTED,
    Check,
    CheckOutcome,
    Deviation,
    DeviationCode,
    Group,
    Match,
    Verdict,
)
from invoicing.model import DocumentType, InvoiceState, SupplierInvoice
from invoicing.responses import responding, response_documents
from invoicing.responses.answer_words import ANSWER_WORDS
from operations.timeline import for_buyer
from operations.timeline.model import TimelineKind
from orders.placements import store as placement_store
from orders.register import store as register_store
from orders.register.register import Register
from peppol.documents import billing, responses
from peppol.xml import codec
from tests.support.golden import is_golden
from tests.support.pages.all_routes import STAFF, SUPPLIER
from tests.support.pages.browser import Site, portal
from tests.support.pages.visitor import Visitor, visitor
from tests.support.stories.every_deviation import ROWS, a_deviation
from tests.support.stories.january import FEBRUARY, REFERENCE, january
from tests.support.stories.system import FYRBAKEN, System, a_system
from web.state_labels import told as state_label
from web.verdict_words import why_document

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
_S = InvoiceState
_STATES: Final[Mapping[Verdict, InvoiceState]] = {
    Verdict.ACCEPT: _S.ACCEPTED,
    Verdict.HOLD: _S.ON_HOLD,
    Verdict.PARK: _S.PARKED,
    Verdict.QUESTION: _S.IN_QUESTION,
}
_CASES: Final = [
    (code, variant, state)
    for code, variant in ROWS
    if variant != REJECTED
    for state in ((), (_S.CREDIT_REQUESTED,))
    if not state
    or Match(Group("", (Check("", CheckOutcome.DEVIATES, (a_deviation(code, variant),)),))).verdict
    is Verdict.QUESTION
]
# What no page of a supplier's may say: names of codes, and what another supplier is called.
_CODES: Final = re.compile(
    r"\b[A-Z]+_[A-Z_]+\b|\b(?:UQ|IP|RE|AP|PD|CNF|NIN|NOA|PIN)\b|\b(?:FILED|PARKED|HELD|CREDITED|SETTLED)\b|%\("
)


@dataclass(slots=True)
class Desk:
    """Books that take a document for every case, and the people who read about them."""

    system: System
    site: Site
    staff: Mapping[Language, Visitor]
    suppliers: Mapping[Language, Visitor]
    written: billing.Invoice
    sent: list[SupplierInvoice] = field(default_factory=list)

    def judge(self, deviation: Deviation, state: InvoiceState) -> SupplierInvoice:
        """A document has come, is judged to have this deviation, and stands in this state."""
        number = f"{len(self.sent) + 1:03}"
        invoice = replace(self.written, id=f"F-{number}")
        if is_of_credit(deviation.code, deviation.variant):
            sent = self.system.send_credit(replace(invoice, id="F-0"), number=f"K-{number}", on=FEBRUARY)
        else:
            sent = self.system.send(invoice)
        self.sent.append(sent)
        tree = Group("invoice", (Check("amount", CheckOutcome.DEVIATES, (deviation,)),))
        with self.system.database.writing() as session:
            document_store.add_match(session, sent.id, Match(tree), made_on=FEBRUARY)
            _put(session, sent, state, deviation.code.value)
            return document_store.by_id(session, sent.id)

    def undo(self) -> None:
        """Every document stands again where it was judged to stand."""
        with self.system.database.writing() as session:
            for each in self.sent:
                _put(session, each, each.state, " ".join(each.codes))


def _put(session: Session, invoice: SupplierInvoice, state: InvoiceState, codes: str) -> None:
    table = document_tables.invoice
    session.execute(update(table).where(table.c.id == invoice.id).values(state=state, codes=codes))


@pytest.fixture
def desk(database_url: str) -> Iterator[Desk]:
    with a_system(database_url) as system, ExitStack() as people:
        system.decide(REFERENCE, start=date(2026, 1, 1), decided_on=date(2026, 1, 1))
        system.report(REFERENCE, "2026-01", on=date(2026, 2, 2))
        site = people.enter_context(portal(database_url, clock=lambda: NOON, second_step=False))
        staff, suppliers = (
            {
                language: people.enter_context(
                    visitor(site, replace(person, id=f"{person.id}-{language}", language=language))
                )
                for language in languages()
            }
            for person in (STAFF, SUPPLIER)
        )
        desk = Desk(system, site, staff, suppliers, january(system))
        yield desk
        desk.undo()


def is_of_credit(code: DeviationCode, variant: str) -> bool:
    return variant == OF_CREDIT or code.value.startswith("CREDIT_") or code is DeviationCode.ALREADY_CREDITED


def said_on(page: str) -> str:
    """What a page says in its main part, without its tags, scripts and sources."""
    main = page.partition("<main")[2].partition("</main>")[0] or page
    bare = re.sub(r"<(pre|script|style|svg)\b.*?</\1>", " ", main, flags=re.DOTALL)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", bare)).split())


@dataclass(frozen=True, slots=True)
class Case:
    """A document in the books, why it is where it is, and what is to be read about it everywhere."""

    document: SupplierInvoice
    deviation: Deviation

    @property
    def state(self) -> InvoiceState:
        return self.document.state

    @property
    def is_credit(self) -> bool:
        return self.document.document_type is DocumentType.CREDIT_NOTE

    @property
    def name(self) -> str:
        variant = self.deviation.variant.partition(" ")[0]
        return f"{f'{self.deviation.code} {variant}'.strip()}, {self.state}"

    def title(self, language: Language) -> str:
        return title(self.deviation).in_language(language)

    def sentence(self, language: Language) -> str:
        is_rejected = self.state is _S.CREDIT_REQUESTED
        said = causes.told([self.deviation], rejected=is_rejected)[self.deviation]
        return plain(said.in_language(language))


def test_every_cause_has_the_same_words_on_every_surface(desk: Desk) -> None:
    cases = []
    for code, variant, wanted in _CASES:
        deviation = a_deviation(code, variant)
        match = Match(Group("invoice", (Check("amount", CheckOutcome.DEVIATES, (deviation,)),)))
        cases.append(Case(desk.judge(deviation, wanted[0] if wanted else _STATES[match.verdict]), deviation))
    headings: dict[tuple[str, Language], str] = {}
    faults: list[str] = []
    for language in languages():
        for surface, case, text, needed in chain(
            in_lists(desk, cases, language),
            in_books(desk, cases, language),
            on_pages(desk, cases, language, headings),
        ):
            where = f"{case.name} {language} {surface}"
            faults += [f"{where}: lacks {each!r}: {text[:200]}" for each in needed if each not in text]
            if surface.startswith("supplier"):
                faults += [f"{where}: has the code {found[0]}" for found in _CODES.finditer(text)]
    assert faults == [], "\n".join(faults)
    register = desk.system.register
    lines = ["Every cause as each surface tells it. Read by eye; see the test."]
    for case in cases:
        lines += ["", case.name]
        for language in languages():
            told = (label(case, language), headings[case.name, language], asked(register, case, language))
            stands = " | ".join(each or "-" for each in told)
            lines += [f"  {language}  {case.title(language)}: {case.sentence(language)}", f"      {stands}"]
    is_golden("causes-on-surfaces.txt", ("\n".join(lines) + "\n").encode())


Seen = Iterator[tuple[str, Case, str, list[str]]]
"""A surface, the case it tells of, what it says, and what it must say."""


def in_lists(desk: Desk, cases: Sequence[Case], language: Language) -> Seen:
    """The queue of finance, row by row, and the export and list of the supplier."""
    found: dict[str, str] = {}
    for part in QueuePart:
        for page in range(1, 5):
            text = desk.staff[language].get(f"/finance?part={part}&page={page}").text
            found |= _rows(text)
    exported = desk.suppliers[language].get("/exports/invoices.csv").text.splitlines()
    for case in cases:
        number, name = case.document.number, case.title(language)
        kind = case.document.document_type
        is_claim = case.deviation.code is DeviationCode.LATE_PAYMENT_CLAIM
        if case.state is not _S.ACCEPTED and part_of(case.state, kind, is_claim=is_claim) is not None:
            yield "queue", case, found.get(number, "no row"), [name]
        (row,) = [each for each in exported if each.startswith((f"{number};", f'"{number}";'))]
        yield "supplier export", case, row, [name, label(case, language)]


def _rows(page: str) -> dict[str, str]:
    """The cause of each row of the queue, by the document's number."""
    rows = re.findall(
        r'class="row-link"[^>]*>([^<]+)</a>.*?<td [^>]*data-name="(?:Orsak|Cause)"><span>([^<]*)',
        page,
        flags=re.DOTALL,
    )
    return {number: html.unescape(words).strip() for number, words in rows}


def in_books(desk: Desk, cases: Sequence[Case], language: Language) -> Seen:
    """What the commands say, the buyer's timeline, and our answer as it would leave."""
    with desk.system.database.reading() as session:
        register = register_store.load(session)
        placement = placement_store.get(session, REFERENCE)
        judged: dict[str, str] = {}
        for entry in for_buyer.told(session, placement, register.service(placement.service)):
            if entry.kind is TimelineKind.JUDGED:
                judged[entry.document] = entry.sentence.in_language(language)
        for case in cases:
            said = case.sentence(language)
            yield "command", case, plain(why_document(session, case.document).in_language(language)), [said]
            if not case.is_credit:
                yield "timeline", case, judged[case.document.number], [case.title(language)]
            written = answer_to(register, case)
            is_told = bool(written.document_response.response.statuses)
            body = plain(html.unescape(codec.serialise(written).decode()))
            yield "answer", case, body, [said] if is_told else []


def on_pages(
    desk: Desk, cases: Sequence[Case], language: Language, headings: dict[tuple[str, Language], str]
) -> Seen:
    """The page of finance, in Swedish alone to be quick, and the supplier's own."""
    for case in cases:
        needed = [case.title(language), case.sentence(language)]
        if language == SWEDISH:
            page = desk.staff[language].get(f"/finance/documents/{case.document.id}").text
            yield "finance page", case, said_on(page), needed
        page = desk.suppliers[language].get(f"/invoices/{case.document.id}").text
        headings[case.name, language] = heading_of(page)
        yield "supplier page", case, said_on(page), needed


def answer_to(register: Register, case: Case) -> responses.InvoiceResponse:
    """Our answer to a document in its state, for its deviation."""
    answered = responding.code_for(case.state, [case.deviation], register.policy)
    return response_documents.response(
        register,
        case.document,
        answered,
        (case.deviation,),
        supplier=register.supplier(FYRBAKEN),
        today=NOON.date(),
    )


def asked(register: Register, case: Case, language: Language) -> str:
    """What the answer is called, and the actions it asks for (OPStatusAction)."""
    told = answer_to(register, case).document_response.response
    codes = [
        each.status_reason_code.value
        for each in told.statuses
        if each.status_reason is None and each.status_reason_code is not None
    ]
    return f"{ANSWER_WORDS[told.response_code].in_language(language)} {', '.join(codes)}".strip()


def heading_of(page: str) -> str:
    """The heading of the notice that says how it stands with the document."""
    found = re.search(r'<div class="notice [a-z]+">\s*<h2>(.*?)</h2>', page, flags=re.DOTALL)
    return html.unescape(found[1]) if found else ""


def label(case: Case, language: Language) -> str:
    return state_label(case.document.document_type.lower(), case.state)[1].in_language(language)


def plain(text: str) -> str:
    """With ordinary spaces, as a page is read."""
    return " ".join(text.split())
