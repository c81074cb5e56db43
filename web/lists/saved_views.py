"""Saved views: the question a list stands at, kept under a name of one's own, shown on that list, and forgotten again.

Convention: a view is the person's alone and no step in any case, so the journal does not hold it. It is kept in the
whole database by the person's id: it names no row of anybody's.
"""

from typing import Final

from fastapi import Request, Response

from accounts.identity import Person
from foundation import personal_numbers
from foundation.errors import NotThere, Refused
from foundation.sql import Session
from foundation.text import Text
from foundation.written import kept_words
from web.access import signed_in
from web.guards.form_fields import text_of
from web.guards.own_paths import own_path
from web.lists import view_store
from web.pages import pages_router, see_other, whole_database_of

router = pages_router("/views")

NAME_LONGEST: Final = 60
_ADDRESS_LONGEST: Final = 1_000


class ViewRefused(Refused):
    """A view cannot be kept so."""


@router.post("")
def save(request: Request, person: Person = signed_in()) -> Response:
    """Keep the address of a list under a name; an earlier view of that list and name is replaced."""
    address = own_path(text_of(request, "address"))
    with whole_database_of(request).writing() as session:
        name = keep(session, person.id, name=text_of(request, "name"), address=address)
    return see_other(address, Text("Vyn %(name)s är sparad.", name=name))


def keep(session: Session, person: str, *, name: str, address: str) -> str:
    """Keep the address under the name, which is given back as it is kept; raises ViewRefused, PersonalNumber."""
    name = kept_words.kept(name, ViewRefused, asked=Text("Ge vyn ett namn."), longest=NAME_LONGEST)
    personal_numbers.refuse(address)
    if len(address) > _ADDRESS_LONGEST:
        raise ViewRefused(Text("Urvalet är för långt för att sparas. Ta bort ett villkor och spara igen."))
    before = view_store.named(session, person, name)
    if before is not None and before.path != address.partition("?")[0]:
        raise ViewRefused(
            Text("Du har redan en vy som heter %(name)s på en annan lista. Välj ett annat namn.", name=name)
        )
    view_store.save(session, person, name, address)
    return name


@router.post("/{number:int}/drop")
def drop(request: Request, number: int, person: Person = signed_in()) -> Response:
    """Forget a view of one's own."""
    with whole_database_of(request).writing() as session:
        dropped = view_store.drop(session, person.id, number)
    if dropped is None:
        raise NotThere
    return see_other(dropped.path, Text("Vyn %(name)s är borttagen.", name=dropped.name))
