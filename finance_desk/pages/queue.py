"""The queue of the finance desk: what needs a person, by cause, supplier, age, amount and owner.

Everything is an address: a filter, a part, an order and a page can be kept, sent to a colleague and gone back to.
Without JavaScript all of it works; the arrow of a keyboard user is Tab and Enter.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from fastapi import Request, Response

from accounts.identity import Permission, Person
from finance_desk import queue_words
from finance_desk.pages.walking import queue_asked, queue_walk
from finance_desk.words import Names, cause_name, cause_names, may_act, supplier_name, told_words
from foundation.errors import NotThere, Refused
from foundation.periods import Month
from foundation.sql import Session
from foundation.text import Text
from invoicing.conversation import message_store
from invoicing.decisions import protected_store
from invoicing.documents import store as document_store
from invoicing.exceptions import aside_queries, queue_queries, report_queries, worklist
from invoicing.exceptions.queue import QueueFilter, QueueItem, QueueOrder, QueuePart
from invoicing.exceptions.worklist_store import WorkKind
from invoicing.matching.causes import cause
from invoicing.responses import store as response_store
from invoicing.responses.model import sentences
from operations.mail import mail_queries
from orders.placements import start_queries
from orders.register import store as register_store
from orders.register.register import Register
from peppol.exchange import owed_answer_store, unfetched_store
from peppol.exchange.laid_aside import LAID_ASIDE_TEXTS, LaidAsideReason
from peppol.exchange.tables import OwedState, UnfetchedState
from web.access import signed_in
from web.csrf import form_of
from web.lists import addresses, chips, sorting
from web.lists.chips import Chip
from web.pages import Page, database_of, pages_router, render, see_other, today_of

router = pages_router()
_P = Permission
READERS = (_P.FINANCE, _P.ATTEST, _P.AUDIT, _P.PROTECTED)

# The oldest come first; how many more there are is said below them.
_REPORTS_SHOWN = 200

_FILTERS = ("q", "cause", "supplier", "owner", "month", "days", "amount")


@router.get("/finance")
def queue(request: Request, person: Person = signed_in(*READERS)) -> Response:
    """The queue, or one part of it."""
    today = today_of(request)
    wanted = queue_asked.wanted(request.query_params, person)
    sorted_by = queue_asked.sorting_of(request.query_params)
    named = queue_words.credit_cause if wanted.part is QueuePart.CREDITS else cause_name
    with database_of(request).reading() as session:
        register = register_store.load(session)
        names = Names(session, register.buyer)
        counts = dict(queue_queries.counts(session, today=today))
        counts[QueuePart.POST] += mail_queries.count_stuck(session)
        context: dict[str, Any] = {
            "wanted": wanted,
            "filtered": _is_filtered(request),
            "counts": counts,
            "parts": _tabs(counts, wanted.part),
            "unread": message_store.waiting_count(session),
            "explained": queue_words.EXPLAINED[wanted.part],
            "part_name": queue_words.PARTS[wanted.part],
            "heading": queue_words.HEADINGS[wanted.part],
            "may_act": may_act(person),
            "names": names,
            "cause_name": named,
            "today": today,
        }
        page = Page.of(request, counts[wanted.part])
        shown = {"limit": page.size, "offset": page.offset}
        if wanted.part is QueuePart.MESSAGES:
            context |= _messages(request, session, counts[wanted.part])
            context["supplier_name"] = lambda number: supplier_name(register, number)
        elif wanted.part is QueuePart.REPORTS:
            reports = report_queries.waiting(session, today=today, days=wanted.days, limit=_REPORTS_SHOWN)
            context["reports_shown"] = _REPORTS_SHOWN
            waiting = [number for each in reports for number in each.invoices]
            context["reports"] = reports
            context["hidden"] = protected_store.among(session, waiting)
            context["supplier_name"] = lambda number: supplier_name(register, number)
        elif wanted.part is QueuePart.EVENTS:
            context |= {"events": aside_queries.events(session, **shown), "page": page}
        elif wanted.part is QueuePart.STARTS:
            context |= {"starts": start_queries.listed(session, today=today, **shown), "starts_page": page}
            context["supplier_name"] = lambda number: supplier_name(register, number)
        else:
            context |= _documents(request, session, wanted, counts[wanted.part], today=today)
            context |= {
                "supplier_name": lambda number: supplier_name(register, number),
                "suppliers": [(each.organisation_number, each.name) for each in register.suppliers],
                "owners": [(owner, names.of(owner)) for owner in queue_queries.owners(session)],
                "all_causes": cause_names(),
                "with_": lambda **values: addresses.changed(request, **values),
                "sorting": sorted_by,
                "sorts": sorting.headings(request, sorted_by, QueueOrder, falls=queue_asked.FALLS),
                "chips": _chips(request, wanted, register, names),
                "document_address": lambda number, place: queue_walk.document_address(
                    number, addresses.query_of(request), place
                ),
            }
    return render(request, person, "desk/queue.html", **context)


@router.post("/finance/items/{kind}/{number}/owner")
def hand_over(request: Request, kind: str, number: int, person: Person = signed_in(_P.FINANCE)) -> Response:
    """Take something, hand it over, or let it go."""
    form = form_of(request)
    to = str(form.get("to", ""))
    about = _kind(kind)
    with database_of(request).writing() as session:
        register = register_store.load(session)
        staff = dict(Names(session, register.buyer).who_may(_P.FINANCE))
        if to and to not in staff:
            raise Refused(Text("Välj en handläggare i listan."))
        at = database_of(request).clock()
        worklist.hand_over(session, about, number, to=to, by=person.id, at=at)
    said = Text("Du har tagit den.") if to == person.id else Text("Överlämnad.")
    return see_other(str(form.get("back", "/finance")), said if to else Text("Släppt."))


@router.post("/finance/items/{kind}/{number}/comment")
def comment(request: Request, kind: str, number: int, person: Person = signed_in(_P.FINANCE)) -> Response:
    """Write a comment to colleagues."""
    form = form_of(request)
    about = _kind(kind)
    with database_of(request).writing() as session:
        text, at = str(form.get("text", "")), database_of(request).clock()
        worklist.comment(session, about, number, text, by=person.id, at=at)
    return see_other(str(form.get("back", "/finance")), Text("Kommentaren är sparad."))


def _kind(named: str) -> WorkKind:
    """What an address names by its kind, as it is stored. Raises NotThere for anything else."""
    if named not in {*WorkKind}:
        raise NotThere
    return WorkKind(named)


def _tabs(counts: Mapping[QueuePart, int], shown: QueuePart) -> list[tuple[QueuePart, Text, int, str]]:
    """The parts of the queue that hold something, and the one shown: each with its words, count and address."""
    return [
        (part, words, counts[part], "/finance/post" if part is QueuePart.POST else f"/finance?part={part}")
        for part, words in queue_words.PARTS.items()
        if counts[part] or part in (QueuePart.EXCEPTIONS, shown)
    ]


def _messages(request: Request, session: Session, in_part: int) -> dict[str, Any]:
    """One page of the messages aside, with the answers that could not be written and those nobody has dealt with."""
    owed = owed_answer_store.in_state(session, OwedState.STUCK)
    answers = response_store.listed(session, waiting=True)
    unfetched = [each for each in unfetched_store.listed(session) if each.state is UnfetchedState.WAITING]
    page = Page.of(request, max(0, in_part - len(owed) - len(answers) - len(unfetched)))
    numbers = [number for each in owed if (number := each.document_id) is not None]
    documents = {each.id: each for each in document_store.by_ids(session, numbers)}
    return {
        "messages": aside_queries.messages(session, limit=page.size, offset=page.offset),
        "page": page,
        "owed": [(each, documents.get(each.document_id or 0)) for each in owed],
        "answers": [(each, sentences(each.meaning, each.answer.reference)) for each in answers],
        "unfetched": unfetched,
        "told_words": told_words,
        "reasons": [(each.value, LAID_ASIDE_TEXTS[each]) for each in LaidAsideReason],
    }


def _documents(
    request: Request, session: Session, wanted: QueueFilter, in_part: int, *, today: date
) -> dict[str, Any]:
    """One page of the documents asked for, with their causes; `in_part` is how many the whole part has."""
    many = queue_queries.how_many(session, wanted, today=today) if _is_filtered(request) else in_part
    page = Page.of(request, many)
    rows = queue_queries.items(session, wanted, today=today, limit=page.size, offset=page.offset)
    hidden = protected_store.among(session, [row.id for row in rows])
    judged = document_store.latest_matches(session, [row.id for row in rows])
    named = queue_words.credit_cause if wanted.part is QueuePart.CREDITS else cause_name
    return {
        "page": page,
        "rows": [_masked(row) if row.id in hidden else row for row in rows],
        "hidden": hidden,
        "row_causes": {row.id: cause(row.codes, judged.get(row.id)) or named(row.cause) for row in rows},
        "causes": queue_queries.causes(session, wanted, today=today),
    }


def _chips(request: Request, wanted: QueueFilter, register: Register, names: Names) -> list[Chip]:
    """The conditions in force; the cause stands as a chip of its own already, with its number."""
    given = request.query_params
    owner = given.get("owner", "")
    whose = {"me": Text("Jag"), "nobody": Text("Ingen")}
    return chips.chips(
        request,
        {
            "q": (Text("Nummer eller referens"), given.get("q", "")),
            "supplier": (
                Text("Leverantör"),
                supplier_name(register, given.get("supplier", "")) or given.get("supplier", ""),
            ),
            "owner": (Text("Handläggare"), whose.get(owner) or names.of(owner)),
            "month": (Text("Månad"), Month.parse(wanted.month) if wanted.month else None),
            "days": (Text("Minst så många dagar"), given.get("days", "")),
            "amount": (Text("Minst så stort belopp"), given.get("amount", "")),
        },
    )


def _is_filtered(request: Request) -> bool:
    """Whether the address narrows the part it asks for."""
    return any(request.query_params.get(each) for each in _FILTERS)


def _masked(row: QueueItem) -> QueueItem:
    """The row of a protected document, as those see it who have not opened it."""
    return replace(row, number="", execution_reference="", order_number="", line_id="")
