"""The exchange as finance sees it: what is stuck or refused, what suppliers' systems answered, and sending again.

Operating the post is the operator's; here is only what a finance officer can do something about.
"""

from typing import Any

from fastapi import Request, Response

from accounts.identity import Permission, Person
from finance_desk import post_queries
from finance_desk.words import Names, may_act, supplier_name
from foundation.errors import NotThere
from foundation.sql import Session
from foundation.text import Text, WrittenText
from invoicing.responses import model as peer_responses
from invoicing.responses import received as responses_received
from invoicing.responses import store as response_store
from invoicing.responses.model import LINE_WORDS, LineStatus
from invoicing.responses.store import KeptAnswer
from operations import exchange_actions, exchange_queries, message_queries
from operations.message_queries import OutboundSummary
from orders.register import store as register_store
from orders.register.parties import Channel
from orders.register.register import Register
from peppol.access_points.protocol import PeerVerdict
from peppol.exchange.tables import OutState
from web.access import signed_in
from web.pages import database_of, pages_router, render, see_other, today_of

router = pages_router()
_P = Permission
_READERS = (_P.FINANCE, _P.BUYER_ADMIN, _P.AUDIT)
_MOST = 200
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
        return render(
            request,
            person,
            "desk/post.html",
            standing=standing,
            stuck=[_row(each, register) for each in stuck],
            rejected=[_row(each, register) for each in rejected],
            answers=[_answer(each) for each in answers],
            cut_at=_MOST if _MOST in (len(stuck), len(rejected), len(answers)) else None,
            turned_away=_turned_away(session, register),
            portal_only=[each for each in register.suppliers if each.channel is Channel.PORTAL],
            supplier_name=lambda number: supplier_name(register, number),
            kinds=_KINDS,
            may_act=may_act(person),
            waiting=standing.count(OutState.WAITING),
            stuck_count=standing.count(OutState.STUCK),
            rejected_count=standing.count(OutState.REJECTED),
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
