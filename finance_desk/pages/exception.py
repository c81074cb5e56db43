"""One document of the finance desk: what deviates side by side, why, what happened, and what can be done.

Every action is a form with a reason; the one that asks for credit shows the Invoice Response first. A protected
document shows nothing of itself until a person with the permission says why it is opened.
"""

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any, Final
from urllib.parse import quote

from fastapi import Request, Response

from accounts.identity import Permission, Person
from finance_desk import late_payment_view
from finance_desk.journal_words import action_name
from finance_desk.pages.document_parts import branch, cells
from finance_desk.pages.queue import READERS
from finance_desk.pages.walking import queue_walk, recommending
from finance_desk.words import Names, cause_name, may_act, supplier_name
from foundation.errors import NotThere, Refused
from foundation.money import Money
from foundation.sql import Session
from foundation.text import Language, Text
from invoicing.claims import claim_store
from invoicing.decisions import protected, protected_store
from invoicing.decisions import store as decision_store
from invoicing.decisions.rules import (
    OF_INVOICES,
    TRANSITIONS,
    Action,
    ActionState,
    LinkedLine,
    acceptable,
    at_stake,
    is_late_payment_claim,
    name_of,
)
from invoicing.decisions.store import Done
from invoicing.decisions.tax_decision_store import words_of
from invoicing.documents import expected_credit_store, facts_loading
from invoicing.documents import store as document_store
from invoicing.documents import view as document_view
from invoicing.documents.view import Paper
from invoicing.exceptions import actions as exception_actions
from invoicing.exceptions import case as exception_case
from invoicing.exceptions import credit_linking, line_links, linking, queue_queries, worklist_store
from invoicing.exceptions import undo as exception_undo
from invoicing.exceptions.case import Case
from invoicing.exceptions.queue import QueueItem
from invoicing.exceptions.steps import HOLD, DeskActor
from invoicing.exceptions.worklist_store import WorkKind
from invoicing.matching.causes import cause, told
from invoicing.matching.deviation_texts import title, verdict_name
from invoicing.model import DocumentType, InvoiceState, SupplierInvoice
from invoicing.payment import held_back_queries, paid_to, payment_stop_store
from invoicing.responses import responding, response_documents
from invoicing.responses.answer_words import answer_name
from invoicing.responses.response_documents import receiver_of
from invoicing.verdicts import accepting_in_part
from orders.register import store as register_store
from orders.register.register import Register
from peppol.exchange import inbox_store
from peppol.xml import codec
from web.access import signed_in
from web.csrf import form_of
from web.invoice_pdf import part_of, parts_of, pdf_of
from web.pages import LINES_MOST, Page, database_of, language_of, pages_router, render, see_other, today_of

router = pages_router()
# Invoice, order line, receipt, report and interruption, of which the first two always stand beside each other.
_SOURCES: Final = 5
_ALWAYS: Final = 2
# Of a larger document its beginning is shown; the whole is a file to keep.
_SHOWN_BYTES: Final = 200_000
_P = Permission


@router.get("/finance/documents/{number}")
def document(request: Request, number: int, person: Person = signed_in(*READERS)) -> Response:
    """The document with all that belongs to it."""
    return _shown(request, person, number)


@router.post("/finance/documents/{number}/reveal")
def reveal(request: Request, number: int, person: Person = signed_in(_P.PROTECTED)) -> Response:
    """Open a protected document once, with a reason that the journal keeps."""
    with database_of(request).writing() as session:
        _one(session, number)
        invoice = document_store.by_id(session, number)
        protected.reveal(session, invoice, by=person.id, reason=str(form_of(request).get("reason", "")))
    return _shown(request, person, number, revealed=True)


@router.post("/finance/documents/{number}/protect")
def protect(request: Request, number: int, person: Person = signed_in(_P.FINANCE)) -> Response:
    """Let a document be handled apart, because it says who somebody is."""
    with database_of(request).writing() as session:
        _one(session, number)
        invoice = document_store.by_id(session, number)
        reason = str(form_of(request).get("reason", ""))
        protected.mark(session, invoice, by=person.id, on=today_of(request), reason=reason)
    return see_other("/finance", Text("Dokumentet hanteras nu som skyddat."))


@router.get("/finance/documents/{number}/credit")
def credit_preview(request: Request, number: int, person: Person = signed_in(_P.FINANCE)) -> Response:
    """The request for credit as it will be sent, before it is."""
    with database_of(request).reading() as session:
        register = register_store.load(session)
        case = open_case(session, register, number, person)
        return render(
            request,
            person,
            "desk/credit.html",
            case=case,
            supplier=supplier_name(register, case.invoice.supplier),
            answer_name=answer_name,
            walk=queue_walk.walk(session, request, person, number, today=today_of(request)),
            **_as_sent(register, case, today=today_of(request)),
        )


def _as_sent(register: Register, case: Case, *, today: date) -> dict[str, Any]:
    """The request for credit as it will be sent; no answer where none may follow what is said already."""
    supplier = facts_loading.registered(register, case.invoice.supplier)
    sends = supplier is not None and responding.may_follow(case.invoice.answered, response_documents.REJECTED)
    answer, receiver, xml = None, "", ""
    if supplier is not None and sends:
        answer = response_documents.response(
            register,
            case.invoice,
            response_documents.REJECTED,
            case.match.deviations,
            supplier=supplier,
            today=today,
        )
        receiver = receiver_of(supplier, case.invoice) if supplier.answers else ""
        xml = codec.serialise(answer).decode()
    return {
        "answer": answer,
        "receiver": receiver,
        "answer_xml": xml,
        "minutes": int(HOLD / timedelta(minutes=1)),
    }


@router.post("/finance/documents/{number}/{action}")
def act(request: Request, number: int, action: str, person: Person = signed_in(_P.FINANCE)) -> Response:
    """Take one of the actions; the journal keeps who and why."""
    form = {key: str(value) for key, value in form_of(request).items()}
    reason = form.get("reason", "")
    actor = hand_of(request, person)
    with database_of(request).writing() as session:
        register = register_store.load(session)
        case = open_case(session, register, number, person)
        match action:
            case "credit":
                exception_actions.ask_credit(session, register, number, actor, reason=reason)
            case "accept":
                exception_actions.accept(session, register, number, actor, reason=reason)
            case "link":
                _link(session, register, number, actor, form)
            case "unlink":
                linking.unlink(session, register, number, actor, reason=reason)
            case "accept-in-part":
                exception_actions.accept_in_part(session, register, number, actor, reason=reason)
            case "withdraw-part":
                exception_actions.withdraw_part(session, number, actor, reason=reason)
            case "park":
                until = _day(form.get("until", ""))
                exception_actions.park(session, number, actor, until=until, reason=reason)
            case "ask":
                exception_actions.ask_supplier(session, register, number, actor, text=form.get("text", ""))
            case "dispute":
                exception_actions.dispute(session, register, number, actor, reason=reason)
            case "duplicate":
                exception_actions.reject_duplicate(
                    session, register, number, actor, of=form.get("of", ""), reason=reason
                )
            case _:
                raise NotThere
        (done, *_) = decision_store.actions_of(session, number)
        onward = _onward(session, person, number, form, today=today_of(request))
        is_hidden = onward is not None and protected_store.is_protected(session, number)
    if onward is not None:
        return see_other(onward, _said_of(Text("Skyddad") if is_hidden else case.invoice.number, done))
    return see_other(_after(number, form), _said(done))


def _after(number: int, form: Mapping[str, str]) -> str:
    """The document again, with its place in the queue where it was opened from there."""
    asked = queue_walk.asked(form)
    return queue_walk.document_address(number, *asked) if asked else f"/finance/documents/{number}"


def _onward(
    session: Session, person: Person, number: int, form: Mapping[str, str], *, today: date
) -> str | None:
    """The next document of the queue, where the press asked for it; None where the document is shown again."""
    asked = queue_walk.asked(form)
    if asked is None or form.get("then") != "next":
        return None
    walk = queue_walk.walk_at(session, asked, person, number, today=today)
    return None if walk is None else walk.address


def _said(done: Done) -> Text:
    """What the page says after a press: until when it can be undone."""
    if done.state is not ActionState.PENDING:
        return Text("Gjort. Du kan ångra det nedan.")
    minutes = int(HOLD / timedelta(minutes=1))
    return Text("Gjort. Du kan ångra i %(minutes)s minuter, tills det skickas.", minutes=minutes)


def _said_of(number: str | Text, done: Done) -> Text:
    """The same on the page of the next document, or of the queue: which one it was."""
    if done.state is not ActionState.PENDING:
        return Text("%(number)s: gjort. Du kan ångra det på dess sida.", number=number)
    minutes = int(HOLD / timedelta(minutes=1))
    return Text(
        "%(number)s: gjort. Du kan ångra på dess sida i %(minutes)s minuter, tills det skickas.",
        number=number,
        minutes=minutes,
    )


@router.post("/finance/actions/{number}/undo")
def undo(request: Request, number: int, person: Person = signed_in(_P.FINANCE)) -> Response:
    """Take an action back while its answer has not left."""
    with database_of(request).writing() as session:
        register = register_store.load(session)
        try:
            done = decision_store.action(session, number)
        except decision_store.NoSuchAction as error:
            raise NotThere from error
        exception_undo.undo(session, register, number, hand_of(request, person))
    return see_other(f"/finance/documents/{done.invoice_id}", Text("Ångrat."))


@router.get("/finance/documents/{number}/xml")
def xml(request: Request, number: int, person: Person = signed_in(*READERS)) -> Response:
    """The document's bytes as they came, to be kept."""
    body, _ = _body(request, number)
    return _file(body, "application/xml", f"document-{number}.xml")


@router.get("/finance/documents/{number}/pdf")
def pdf(request: Request, number: int, person: Person = signed_in(*READERS)) -> Response:
    """The document as a paper."""
    body, _ = _body(request, number)
    paper = document_view.paper_of(body)
    made = pdf_of(paper, language_of(request, person), part_of(request, paper))
    return _file(made, "application/pdf", f"document-{number}.pdf")


@router.get("/finance/documents/{number}/files/{place}")
def attached(request: Request, number: int, place: int, person: Person = signed_in(*READERS)) -> Response:
    """One of the files in the document, always as a download."""
    body, _ = _body(request, number)
    found = document_view.files_in(body)
    if not 1 <= place <= len(found):
        raise NotThere
    each = found[place - 1]
    return _file(each.content, each.mime_code.value, each.filename)


def hand_of(request: Request, person: Person) -> DeskActor:
    """Who acts, and when."""
    return DeskActor(person.id, database_of(request).clock(), today_of(request))


def _link(session: Session, register: Register, number: int, actor: DeskActor, form: dict[str, str]) -> None:
    """Link to what was chosen in the list, or written by hand."""
    reason = form.get("reason", "")
    if "credits" in form:
        credit_linking.link_credit(session, register, number, actor, credits=form["credits"], reason=reason)
        return
    chosen_lines = _lines_chosen(session, number, form)
    if chosen_lines is not None:
        linking.link_lines(session, register, number, actor, lines=chosen_lines, reason=reason)
        return
    chosen = form.get("line", "") or f"{form.get('order_number', '')}/{form.get('line_id', '')}"
    order_number, _, line_id = chosen.rpartition("/")
    linking.link(
        session,
        register,
        number,
        actor,
        order_number=order_number.strip(),
        line_id=line_id.strip(),
        reason=reason,
    )


def _lines_chosen(session: Session, number: int, form: dict[str, str]) -> list[LinkedLine] | None:
    """What was chosen for each line of the invoice, in its order; None where the form is for the invoice as a whole."""
    if form.get("by") != "line":
        return None
    chosen = []
    for place, line in enumerate(document_store.content(session, number).charging_lines, 1):
        picked, written = form.get(f"line-{place}", ""), form.get(f"written-{place}", "").strip()
        if picked and written and picked != written:
            raise Refused(
                Text(
                    "Välj ett förslag för fakturarad %(invoice_line)s, eller skriv en orderrad, inte båda.",
                    invoice_line=line.id,
                )
            )
        if picked or written:
            chosen.append(line_links.linked_line(line.id, picked or written))
    return chosen


def _shown(request: Request, person: Person, number: int, *, revealed: bool = False) -> Response:
    language = language_of(request, person)
    with database_of(request).reading() as session:
        register = register_store.load(session)
        if protected_store.is_protected(session, number) and not revealed:
            item = _one(session, number)
            may_open = person.may(_P.PROTECTED)
            letter = document_store.by_id(session, number).letter_id
            return render(
                request,
                person,
                "desk/protected.html",
                number=number,
                letter=letter,
                item=item,
                may_open=may_open,
            )
        case = _case(session, register, number, partial(_lines_page, request))
        body = inbox_store.body_of(session, case.invoice.letter_id) or b""
        names = Names(session, register.buyer)
        limit = decision_store.limit_of(session, person.id)
        rejected = case.invoice.state is InvoiceState.CREDIT_REQUESTED
        said = told(case.match.deviations, rejected=rejected)
        context: dict[str, Any] = {
            "case": case,
            "lines_page": _lines_page(request, len(case.content.charging_lines)),
            "invoice": case.invoice,
            "document_id": number,
            "looked_through": not revealed,
            "names": names,
            "staff": names.who_may(_P.FINANCE),
            "supplier": supplier_name(register, case.invoice.supplier),
            "cause": cause(case.item.codes, case.match) or cause_name(case.item.cause),
            "stop": payment_stop_store.holding(session, [case.invoice.supplier]).get(case.invoice.supplier),
            "kept": _kept(session, register, case.invoice, today=today_of(request)),
            "history": [(datetime.fromisoformat(row.at), row) for row in case.history],
            **_compared(case, language),
            "paper": _paper(body),
            "walk": queue_walk.walk(session, request, person, number, today=today_of(request)),
            "tree": [branch(node, said) for node in case.match.tree.checks],
            "verdict": verdict_name(case.match.verdict),
            "comments": worklist_store.comments(session, WorkKind.DOCUMENT, number),
            "files": document_view.files_in(body),
            "pdf_parts": parts_of(len(case.content.lines)),
            "xml": body[:_SHOWN_BYTES].decode("utf-8", errors="replace"),
            "xml_left": len(body) - _SHOWN_BYTES,
            "may": _may(case) if may_act(person) else frozenset(),
            "partly": accepting_in_part.possible(session, register, case.invoice, before_receipt=True),
            "expected": expected_credit_store.of_invoice(session, number),
            "may_act": may_act(person),
            "limit": limit,
            "stake": _stake(session, case),
            "is_claim": is_late_payment_claim(case.match),
            "reckoned": late_payment_view.reckoned(
                session, case.invoice, case.content, today=today_of(request)
            )
            if is_late_payment_claim(case.match)
            else None,
            "claims": [] if case.is_credit else claim_store.all_of_invoice(session, number),
            "account": paid_to.words(session, register, case.invoice, today=today_of(request)),
            "action_name": action_name,
            "name_of": name_of,
            "acceptance_words": words_of,
            "answer_name": answer_name,
            "today": today_of(request),
            "revealed": revealed,
            "soon": _soon(session, case),
            "settled_with": _settled_with(session, case),
            "tells": [
                (title(each), said[each], each.code.value, each.weight.name) for each in case.match.deviations
            ],
        }
        context |= _recommended(case, context)
        if context["recommended"] is Action.ASK_CREDIT:
            context |= _as_sent(register, case, today=today_of(request))
    return render(request, person, "desk/document.html", **context)


def _compared(case: Case, language: Language) -> dict[str, Any]:
    """What stands side by side: what differs open, what agrees folded."""
    rows = [cells(row, language) for row in case.compared]
    differing = [row for row in rows if row["deviates"] or row["noted"] or row["differs"]]
    return {
        "compared": rows,
        "differing": differing,
        "agreeing": [row for row in rows if row not in differing],
        # The first two always, and each other that says something of what differs.
        "columns": [
            place
            for place in range(_SOURCES)
            if place < _ALWAYS or any(row["values"][place] for row in differing)
        ],
    }


def _paper(body: bytes) -> Paper | None:
    """The document as a person reads it; None where its bytes cannot be shown so, or not now."""
    try:
        return document_view.paper_of(body)
    except Refused:
        return None


def _recommended(case: Case, context: dict[str, Any]) -> dict[str, Any]:
    """The action that is put first, and why; none where nothing may be done."""
    found = recommending.recommended(
        case, may=context["may"], stake=context["stake"], limit=context["limit"], is_claim=context["is_claim"]
    )
    return {"recommended": found[0], "because": found[1]} if found else {"recommended": "", "because": ""}


def _may(case: Case) -> frozenset[str]:
    """The actions whose buttons are shown; each decides for itself when it is pressed."""
    found = {each.value for each in Action if case.invoice.state in TRANSITIONS[each]}
    if case.is_credit:
        found -= OF_INVOICES
    found.discard(Action.ACCEPT_IN_PART)
    if case.link is None and case.invoice.state.value in ("IN_QUESTION", "PARKED") and not case.item.line_id:
        found.discard(Action.UNLINK)
    return frozenset(found)


def _soon(session: Session, case: Case) -> list[tuple[SupplierInvoice, datetime]]:
    """The other documents of linked pairs that are settled in a while, and when."""
    if not case.is_credit:
        linked = credit_linking.waiting_for(session, case.invoice)
        return [(credit, done.answers_at) for credit, done in linked if done.answers_at]
    done = next(
        (each for each in case.actions if each.state is ActionState.PENDING and "credits" in each.detail),
        None,
    )
    if done is None or done.answers_at is None:
        return []
    key = (case.invoice.supplier, DocumentType.INVOICE, str(done.detail["credits"]))
    invoice = document_store.by_key(session, *key)
    return [(invoice, done.answers_at)] if invoice is not None else []


def _settled_with(session: Session, case: Case) -> SupplierInvoice | None:
    """The other document of a settled pair."""
    if case.is_credit:
        kind, number = DocumentType.INVOICE, case.content.credits[0].number if case.content.credits else ""
        settled = case.invoice.state is InvoiceState.SETTLED
    else:
        kind, number, settled = DocumentType.CREDIT_NOTE, case.credited_by, bool(case.credited_by)
    return document_store.by_key(session, case.invoice.supplier, kind, number) if settled else None


def _kept(session: Session, register: Register, invoice: SupplierInvoice, *, today: date) -> Text | None:
    """Why an accepted invoice is not paid now, where that is not a payment stop, which is shown whatever its state."""
    if invoice.state is not InvoiceState.ACCEPTED or payment_stop_store.holding(session, [invoice.supplier]):
        return None
    reasons = held_back_queries.reasons(session, register, {invoice.id: invoice.supplier}, on=today)
    return reasons.get(invoice.id)


def _stake(session: Session, case: Case) -> Money | None:
    """What an acceptance would be worth, where one is possible."""
    try:
        received = exception_actions.received_for(session, case.invoice, case.match)
        deviations = acceptable(case.invoice, case.match)
    except Refused:
        return None
    return at_stake(case.invoice, received, deviations)


def _lines_page(request: Request, count: int) -> Page:
    return Page.of(request, count, size=LINES_MOST, name="lines")


def _case(
    session: Session,
    register: Register,
    number: int,
    window: Callable[[int], Page] | None = None,
) -> Case:
    found = (
        exception_case.case(session, register, number)
        if window is None
        else exception_case.case(session, register, number, shown=lambda count: window(count).part)
    )
    if found is None:
        raise NotThere
    return found


def open_case(session: Session, register: Register, number: int, person: Person) -> Case:
    """The case to act on; one that is handled apart only for those who may open it."""
    if protected_store.is_protected(session, number) and not person.may(_P.PROTECTED):
        raise NotThere
    return _case(session, register, number)


def _one(session: Session, number: int) -> QueueItem:
    item = queue_queries.item(session, number)
    if item is None:
        raise NotThere
    return item


def _body(request: Request, number: int) -> tuple[bytes, int]:
    with database_of(request).reading() as session:
        _one(session, number)
        if protected_store.is_protected(session, number):
            raise NotThere
        invoice = document_store.by_id(session, number)
        return inbox_store.body_of(session, invoice.letter_id) or b"", invoice.letter_id


def _file(content: bytes, media_type: str, name: str) -> Response:
    """A download, whatever the browser would rather do with it."""
    disposition = f"attachment; filename*=UTF-8''{quote(name)}"
    return Response(content, media_type=media_type, headers={"Content-Disposition": disposition})


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise Refused(Text("Ange en dag som 2026-11-21.")).at("until") from error
