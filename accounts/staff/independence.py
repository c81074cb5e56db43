"""Which administrators can stand for two people: none whom the other, or one and the same third, made alone. Pure.

An account that one person made alone may be that person's own second name. So it stands for its maker, and for the
maker's maker, until two people have vouched for it (`Account.vouched_by`): a change that one administrator proposes is
confirmed by one who stands for somebody else. Who works on the host, and has no account, stands for themselves.
"""

from collections.abc import Iterable

from accounts.identity import Permission
from accounts.store import Account, AccountState


def stands_for(person: str, staff: Iterable[Account]) -> str:
    """The person whose word somebody's is taken for: their own, or that of who made their account alone."""
    accounts = {each.person.id: each for each in staff}
    seen = set[str]()
    while person in accounts and not accounts[person].vouched_by and person not in seen:
        seen.add(person)
        maker = accounts[person].made_by
        if maker not in accounts:
            break
        person = maker
    return person


def are_two(one: str, other: str, staff: Iterable[Account]) -> bool:
    """Whether these two are two people to us."""
    staff = tuple(staff)
    return stands_for(one, staff) != stands_for(other, staff)


def administrators(staff: Iterable[Account]) -> tuple[Account, ...]:
    """Those who administer the buyer's people, or will when they have taken up their invitation."""
    return tuple(
        each
        for each in staff
        if each.state != AccountState.ENDED and Permission.BUYER_ADMIN in each.permissions
    )


def independent(staff: Iterable[Account]) -> int:
    """How many people the administrators are to us."""
    staff = tuple(staff)
    return len({stands_for(each.person.id, staff) for each in administrators(staff)})
