"""The informative reports: what suppliers tell in a code beside the months, read one or many, and read again.

Who reads takes a report as seen, and the supplier can no longer withdraw it; nothing about billing changes (REQ-54).
"""

from fastapi import Request, Response

from accounts.identity import Permission, Person
from finance_desk.pages.officer import tabs
from finance_desk.words import Names, supplier_name
from foundation import journal
from foundation.errors import Refused
from foundation.identifiers import key_in
from foundation.text import CountedText, JoinedText, Text
from orders.placements.informative import informative_reports, informative_store
from orders.placements.informative.informative_store import InformativeState
from orders.register import store as register_store
from web import report_words
from web.access import signed_in
from web.csrf import form_of
from web.pages import Page, database_of, pages_router, render, see_other, today_of

router = pages_router()
_SIZE = 50
_SHOWN = {
    InformativeState.UNREAD: Text("Inte lästa"),
    InformativeState.READ: Text("Lästa"),
    InformativeState.WITHDRAWN: Text("Återtagna av leverantören"),
}


@router.get(tabs.INFORMATIVE)
def informative(request: Request, person: Person = signed_in(*tabs.READERS)) -> Response:
    """Those that wait to be read, the oldest first, or the others, the newest first."""
    today, asked = today_of(request), request.query_params
    named = asked.get("state", InformativeState.UNREAD)
    state = InformativeState(named) if named in InformativeState.__members__ else InformativeState.UNREAD
    reference = asked.get("reference", "")[:60].strip()
    with database_of(request).reading() as session:
        register = register_store.load(session)
        page = Page.of(request, informative_store.count(session, state, reference=reference), size=_SIZE)
        rows = informative_store.listed(
            session, state, reference=reference, limit=page.size, offset=page.offset
        )
        names = Names(session, register.buyer)
        parts = tabs.tabs_of(session, tabs.INFORMATIVE, today=today)
    return render(
        request,
        person,
        "desk/informative.html",
        rows=rows,
        state=state,
        reference=reference,
        states=[(each.value, words) for each, words in _SHOWN.items()],
        tabs=parts,
        page=page,
        today=today,
        names=names,
        kinds=report_words.INFORMATIVE,
        supplier_name=lambda number: supplier_name(register, number) or number,
        may_read=person.may(Permission.OFFICER),
    )


@router.post(tabs.INFORMATIVE)
def press(request: Request, person: Person = signed_in(Permission.OFFICER)) -> Response:
    """Note the ticked reports as read, or let them wait again."""
    form = form_of(request)
    numbers = sorted({key for each in form.getlist("report") if (key := key_in(str(each))) is not None})
    pressed = str(form.get("press", ""))
    if not numbers or pressed not in ("read", "undo"):
        raise Refused(Text("Markera minst en rapport i listan."))
    done, refused = 0, list[Refused]()
    with database_of(request).writing() as session:
        for number in numbers:
            try:
                with journal.attempt(session):
                    if pressed == "read":
                        informative_reports.read(session, number, by=person.id, today=today_of(request))
                    else:
                        informative_reports.undo_read(session, number, by=person.id)
            except Refused as refusal:
                refused.append(refusal)
            else:
                done += 1
    return see_other(str(form.get("back", tabs.INFORMATIVE)), _said(pressed, done, refused))


def _said(pressed: str, done: int, refused: list[Refused]) -> Text:
    said = (
        CountedText("%(count)s rapport är läst.", "%(count)s rapporter är lästa.", count=done)
        if pressed == "read"
        else CountedText("%(count)s rapport väntar igen.", "%(count)s rapporter väntar igen.", count=done)
    )
    if not refused:
        return said
    failed = Text("%(left)s gick inte: %(refusal)s", left=len(refused), refusal=refused[0].text)
    return JoinedText(" ", (said, failed))
