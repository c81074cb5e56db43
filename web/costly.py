"""What routes stand on that have somebody's document checked: a turn within the caller's budget, and its cost noted.

Convention: such a route says `dependencies=COSTLY`. It waits its turn beside the event loop, not in a thread of the
pages; what the checks take of a processor is noted to the caller, wherever below they are done (decision 81).
"""

from collections.abc import AsyncIterator
from functools import partial
from typing import Final

from anyio import to_thread
from fastapi import Depends, Request
from starlette.datastructures import FormData

from peppol.validation import apart
from web.access import person_of
from web.budgets import Caller, stranger
from web.guards.clients import client_of
from web.pages import budgets_of


def caller_of(request: Request) -> Caller:
    """Who asks: the organisation that is signed in, or else the address."""
    person = person_of(request)
    return Caller(person.organisation, is_stranger=False) if person else stranger(client_of(request))


async def costly(request: Request) -> AsyncIterator[None]:
    """A turn for the request's work on documents. Raises OverBudget, before anything is done."""
    caller = await to_thread.run_sync(caller_of, request)
    budgets = budgets_of(request)
    declared = request.headers.get("Content-Length", "")
    size = int(declared) if declared.isdecimal() else 0
    try:
        budgets.take_bytes(caller, size)
        try:
            async with budgets.turn(caller):
                apart.SPENT.set(partial(budgets.spend, caller))
                yield
        finally:
            budgets.let_go(caller, size)
    finally:
        form: FormData | None = getattr(request.state, "form", None)
        if form is not None:
            # Who is refused leaves a file that nobody has read.
            await form.close()


COSTLY: Final = [Depends(costly)]
"""The dependency of a route that has documents checked."""
