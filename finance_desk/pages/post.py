"""The exchange as finance sees it: what is stuck or refused, what suppliers' systems answered, and sending again.

Operating the post is the operator's; here is only what a finance officer can do something about.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from fastapi import Request, Response

from accounts.identity import Permission, Person
from finance_desk import post_queries
from finance_desk.pages import mails_stuck
from finance_desk.pages.paying_parts import download
from finance_desk.words import Names, may_act, supplier_name
from foundation.errors import NotThere, Refused
from foundation.identifiers import key_in
from foundation.periods import Month, PeriodRefused
from foundation.spreadsheets import CSV_TYPE
from foundation.sql import Session
from foundation.text import Text, WrittenText
from invoicing.responses import model as peer_responses
from invoicing.responses import received as responses_received
from invoicing.responses import store as response_store
from invoicing.responses.model import LINE_WORDS, LineStatus
from invoicing.responses.store import KeptAnswer
from operations import exchange_actions, exchange_queries, message_queries
from operations.directory import believing, diverted, diverted_queries
from operations.directory.words import DOUBT_WORDS
from operations.mail import mail_queries
from operations.message_queries import OutboundSummary
from operations.network_reports import statistics
from operations.network_reports.statistics import Direction, NetworkStatistics
from operations.network_reports.statistics_files import csv_of_month
from orders.register import store as register_store
from orders.register.parties import Channel
from orders.register.register import Register
from peppol.access_points.protocol import PeerVerdict
from peppol.exchange.tables import OutState
from peppol.lookup.doubts import DirectoryDoubt
from web.access import settings_of, signed_in
from web.csrf import form_of
from web.pages import database_of, pages_router, render, see_other, today_of

router = pages_router()
_P = Permission
_READERS = (_P.FINANCE, _P.BUYER_ADMIN, _P.AUDIT)
_MOST = 200
_WAYS = {Direction.SENT: Text("Skickat"), Direction.RECEIVED: Text("Mottaget")}
_LINES = 10
_KINDS = {
    "order": Text("Order"),
    "invoice-response": Text("Fakturasvar"),
    "mls": Text("Meddelandestatus"),
    "mlr": Text("Meddelandesvar"),
    "order-response": Text("Ordersvar"),
}


@router.get("/finance/post")
def post_office(request: Request, person: Person = signed_in(*_READERS)) -> Response:
    """What of ours has not come through, and who reads in the portal instead."""
    with database_of(request).reading() as session:
        register = register_store.load(session)
        standing = exchange_queries.standing(session)
        stuck, rejected = _messages(session, OutState.STUCK), _messages(session, OutState.REJECTED)
        answers = response_store.listed(session, waiting=True, limit=_MOST)
        mails = mails_stuck.rows(session, register, at_most=_MOST)
        return render(
            request,
            person,
            "desk/post.html",
            standing=standing,
            why_doubted=DOUBT_WORDS[DirectoryDoubt(standing.doubt.reason)] if standing.doubt.reason else None,
            stuck=[_row(each, register) for each in stuck],
            rejected=[_row(each, register) for each in rejected],
            answers=[_answer(each) for each in answers],
            mails=mails,
            mails_count=mail_queries.count_stuck(session),
            cut_at=_MOST if _MOST in map(len, (stuck, rejected, answers, mails)) else None,
            turned_away=_turned_away(session, register),
            portal_only=[each for each in register.suppliers if each.channel is Channel.PORTAL],
            supplier_name=lambda number: supplier_name(register, number),
            kinds=_KINDS,
            may_act=may_act(person),
            waiting=standing.count(OutState.WAITING),
            stuck_count=standing.count(OutState.STUCK),
            rejected_count=standing.count(OutState.REJECTED),
        )


@router.get("/finance/post/diverted")
def what_was_diverted(request: Request, person: Person = signed_in(*_READERS)) -> Response:
    """What lies in the portal on the directory's word, to be sent again: those that are chosen, or all."""
    with database_of(request).reading() as session:
        register = register_store.load(session)
        listed = diverted.listed(session, at_most=_MOST)
        return render(
            request,
            person,
            "desk/post_diverted.html",
            rows=[
                {
                    "message": each,
                    "kind": _kind(each.kind),
                    "supplier": supplier_name(register, each.recipient) or each.recipient,
                    "unknown": each.said == PeerVerdict.NOT_REGISTERED.value,
                }
                for each in listed
            ],
            many=diverted_queries.count(session),
            left=sum(each.is_invoiced for each in listed),
            may_act=may_act(person),
        )


@router.post("/finance/post/diverted")
def send_diverted_again(request: Request, person: Person = signed_in(_P.FINANCE)) -> Response:
    """Send the chosen messages again, or all; the directory is asked anew about each."""
    form = form_of(request)
    numbers = None if form.get("all") else _numbers_in(form.getlist("number"))
    if numbers is not None and not numbers:
        raise Refused(Text("Välj minst ett meddelande, eller skicka om alla."))
    came = diverted.send_again(database_of(request), numbers, by=person.id)
    told = Text(
        "%(sent)s meddelanden skickas igen; katalogen frågas på nytt först. %(left)s lämnas kvar: ordern är redan "
        "fakturerad i portalen.",
        sent=len(came.sent),
        left=len(came.invoiced),
    )
    return see_other("/finance/post", told, is_short=bool(came.invoiced or came.elsewhere))


@router.post("/finance/post/directory/believe")
def believe_directory(request: Request, person: Person = signed_in(_P.FINANCE)) -> Response:
    """Say that the directory's no is right; it counts for an hour."""
    believing.believe(database_of(request), by=person.id)
    return see_other(
        "/finance/post", Text("Katalogens nej gäller i en timme. Det som väntade läggs i portalen.")
    )


@router.get("/finance/post/statistics")
def network_statistics(request: Request, person: Person = signed_in(*_READERS)) -> Response:
    """A month's messages over the network, for the operator's reports (TSR, EUSR)."""
    refused, month = None, Month.of(today_of(request).replace(day=1) - timedelta(days=1))
    try:
        month = Month.parse(request.query_params.get("month") or str(month))
    except PeriodRefused as refusal:
        refused = refusal.text
    found = _statistics(request, month)
    return render(
        request,
        person,
        "desk/post_statistics.html",
        found=found,
        refused=refused,
        ways=_WAYS,
        month=str(month),
    )


@router.get("/finance/post/statistics.csv")
def network_statistics_file(request: Request, person: Person = signed_in(*_READERS)) -> Response:
    """The same as a file."""
    month = Month.parse(request.query_params.get("month", ""))
    return download(
        csv_of_month(_statistics(request, month)), name=f"peppol-{month}.csv", media_type=CSV_TYPE
    )


@router.get("/finance/post/{number}")
def message(request: Request, number: int, person: Person = signed_in(*_READERS)) -> Response:
    """One message of ours: its attempts, what was answered, and its bytes as text."""
    with database_of(request).reading() as session:
        register = register_store.load(session)
        found = message_queries.message_out(session, number)
        if found is None:
            raise NotThere
        body = post_queries.body_of(session, number)
        return render(
            request,
            person,
            "desk/post_letter.html",
            message=found,
            kind=_kind(found.kind),
            attempts=exchange_queries.attempts_of(session, number),
            supplier=supplier_name(register, found.recipient),
            xml=body.decode("utf-8", errors="replace"),
            names=Names(session, register.buyer),
            may_act=may_act(person),
        )


@router.post("/finance/post/answers/{number}/seen")
def seen(request: Request, number: int, person: Person = signed_in(_P.FINANCE)) -> Response:
    """Note that somebody has dealt with what a supplier's system answered."""
    with database_of(request).writing() as session:
        if response_store.by_id(session, number) is None:
            raise NotThere
        responses_received.look_at(session, number, by=person.id, today=today_of(request))
    return see_other("/finance/post", Text("Svaret är sett."))


@router.post("/finance/post/{number}/send-again")
def send_again(request: Request, number: int, person: Person = signed_in(_P.FINANCE)) -> Response:
    """Let a message be sent once more."""
    database = database_of(request)
    with database.reading() as session:
        if message_queries.message_out(session, number) is None:
            raise NotThere
    exchange_actions.send_again(database, number, by=person.id)
    return see_other("/finance/post", Text("Meddelandet skickas igen."))


def _statistics(request: Request, month: Month) -> NetworkStatistics:
    settings = settings_of(request)
    with database_of(request).reading() as session:
        return statistics.of_month(
            session,
            month,
            end_user=settings.access_point_participant,
            country=settings.access_point_country,
        )


def _numbers_in(values: Sequence[object]) -> list[int]:
    """The numbers of messages in a form; what is none is passed over."""
    return [key for each in values if (key := key_in(str(each))) is not None]


def _messages(session: Session, state: OutState) -> list[OutboundSummary]:
    return list(message_queries.messages_out(session, state=state, at_most=_MOST))


def _answer(each: KeptAnswer) -> dict[str, Any]:
    """An answer of a supplier's system with what it means, in words, and what is said of each line."""
    lines = [
        (line.line, LINE_WORDS.get(line.code, WrittenText(line.code)), line.words)
        for line in each.answer.lines
        if line.code != LineStatus.ACCEPTED
    ]
    return {
        "kept": each,
        "kind": _kind(each.answer.kind),
        "sentence": peer_responses.sentences(each.meaning, each.answer.reference),
        "lines": lines[:_LINES],
        "more_lines": max(0, len(lines) - _LINES),
    }


def _kind(code: str) -> Text:
    """What a kind of message is called; the code itself where it is none of ours."""
    return _KINDS.get(code, WrittenText(code))


def _row(each: OutboundSummary, register: Register) -> dict[str, Any]:
    return {
        "message": each,
        "kind": _kind(each.kind),
        "supplier": supplier_name(register, each.recipient) or each.recipient,
    }


def _turned_away(session: Session, register: Register) -> list[dict[str, Any]]:
    """Suppliers whose address the network did not know, so that messages lie in the portal for them."""
    return [
        {
            "number": row.recipient,
            "name": supplier_name(register, row.recipient),
            "receiver": row.receiver,
            "unknown": row.outcome == PeerVerdict.NOT_REGISTERED.value,
            "many": row.many,
        }
        for row in post_queries.turned_away(session)
    ]
