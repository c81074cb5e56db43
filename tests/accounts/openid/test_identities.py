"""Which account an identity opens the first time: by an invitation, by whoever is signed in, and by nobody else."""

import re
from datetime import timedelta

import httpx
import pytest
from sqlalchemy import select

from accounts import accounts, mailed_links
from accounts import store as account_store
from accounts.identity import Permission
from accounts.journal_actions import AccountAction
from accounts.mailed_link_store import LinkPurpose
from accounts.store import AccountState
from billing.tools.demo import people
from foundation.tables import journal
from foundation.text import SWEDISH
from operations.mail.tables import mail
from tests.accounts.openid.conftest import House, come_back, told, travel
from tests.support.pages.visitor import Visitor, visitor

ALVA, BO = "alla@fyrbaken.example", "redovisa@fyrbaken.example"
NEW = "ny@fyrbaken.example"
_P = Permission


def onward(page: httpx.Response) -> str:
    """Where the page that goes on by itself goes."""
    found = re.search(r'http-equiv="refresh" content="0;url=([^"]+)"', page.text)
    assert found, told(page)
    return found[1].replace("&amp;", "&")


def by_link(somebody: Visitor, path: str, **chosen: str) -> httpx.Response:
    return come_back(somebody, onward(somebody.post(f"{path}/openid", {"provider": "broker"})), **chosen)


def give(house: House, name: str, purpose: LinkPurpose) -> str:
    with house.site.database.writing() as session:
        return mailed_links.give(session, house.account(name), purpose, at=house.site.app.state.clock())


def invited(house: House) -> str:
    """Somebody new at a supplier: the path of the invitation."""
    with house.site.database.writing() as session:
        accounts.invite(
            session,
            organisation="5599991014",
            name="Nils Ny",
            address=NEW,
            permissions=frozenset({_P.REPORT}),
            within=None,
            language=SWEDISH,
            by="user-1",
            at=house.site.app.state.clock(),
        )
    return give(house, NEW, LinkPurpose.INVITE)


@pytest.mark.both_engines
def test_an_invitation_is_taken_up_with_an_e_id_and_no_password(house: House) -> None:
    path = invited(house)
    with visitor(house.site) as nils:
        assert "Eller logga in med e-legitimation" in told(nils.get(path))
        assert by_link(nils, path).headers["location"] == "/"
        assert "Nils Ny" in nils.get("/account").text
    assert (house.account(NEW).state, house.account(NEW).password_hash) == (AccountState.ACTIVE, "")
    with visitor(house.site) as again:
        assert travel(again, "broker").headers["location"] == "/account"
        assert again.get(path).status_code == 409, "a link is good once"
    with house.site.database.reading() as session:
        done = session.execute(select(journal.c.action).order_by(journal.c.sequence)).scalars().all()
        mails = session.scalars(select(mail.c.template).where(mail.c.to_address == NEW)).all()
    assert done[-4:-1] == [AccountAction.TAKEN_UP, AccountAction.IDENTITY_TIED, AccountAction.SIGNED_IN]
    assert "identity-tied" in mails


def test_a_link_to_tie_chooses_no_password_and_one_for_a_password_ties_nothing(house: House) -> None:
    with visitor(house.site) as somebody:
        path = give(house, BO, LinkPurpose.IDENTITY)
        word = "häst batteri lugn tisdag"
        refused = somebody.post(path, {"password": word, "again": word})
        assert refused.status_code == 409
        assert 'name="password"' not in somebody.get(path).text
        assert by_link(somebody, path).status_code == 303, "and the link is as good as before"
    with visitor(house.site) as somebody:
        reset = give(house, ALVA, LinkPurpose.RESET)
        assert "openid" not in somebody.get(reset).text
        assert somebody.post(f"{reset}/openid", {"provider": "broker"}).status_code == 404
    assert house.account(BO).password_hash


def test_a_provider_that_takes_no_invitation_or_is_for_others_is_not_offered(house: House) -> None:
    path = invited(house)
    with visitor(house.site) as nils:
        page = told(nils.get(path))
        assert "Koppla employer" not in page
        for provider in ("employer", "nobody", ""):
            assert nils.post(f"{path}/openid", {"provider": provider}).status_code == 404


def test_who_has_no_password_ties_another_within_ten_minutes_of_signing_in(house: House) -> None:
    """There is nothing to prove oneself with but having just signed in."""
    with visitor(house.site) as nils:
        by_link(nils, invited(house))
        home = come_back(nils, onward(nils.post("/account/identities", {"provider": "text"})), user="nils")
        assert home.headers["location"] == "/account/identities"
        assert "text" in told(nils.get("/account/identities"))
        later = house.site.app.state.clock() + timedelta(minutes=11)
        house.site.app.state.clock = lambda: later
        refused = nils.post("/account/identities", {"provider": "one"})
        assert (refused.status_code, "mer än tio minuter" in told(refused)) == (422, True)


def test_a_session_alone_ties_and_unties_nothing(house: House) -> None:
    with visitor(house.site) as bo, visitor(house.site) as thief:
        by_link(bo, give(house, BO, LinkPurpose.IDENTITY))
        thief.plant("session", bo.cookie("session"))
        mark = re.search(r'name="identity" value="(\w{64})"', thief.get("/account/identities").text)
        assert mark
        for current in ("", "fel"):
            tie = thief.post("/account/identities", {"provider": "one", "current": current})
            untie = thief.post("/account/identities/remove", {"identity": mark[1], "current": current})
            assert (tie.status_code, untie.status_code) == (422, 422)
        done = bo.post("/account/identities/remove", {"identity": mark[1], "current": people.PASSWORD})
        assert done.status_code == 303
        # What the identity began has ended with it, in whoever's hands.
        assert (bo.get("/account").status_code, thief.get("/account").status_code) == (303, 303)
    with visitor(house.site) as again:
        assert "inte kopplad till något konto" in told(travel(again, "broker"))


def test_the_last_administrator_keeps_the_role_and_is_told(house: House) -> None:
    admin = "admin@kopare.example"
    with house.site.database.writing() as session:
        for other in account_store.of_organisation(session, house.account(admin).organisation):
            if other.sign_in_name != admin and _P.BUYER_ADMIN in other.permissions:
                account_store.regrant(session, other.id, other.permissions - {_P.BUYER_ADMIN}, None)
    with visitor(house.site) as last:
        answer = travel(last, "admins", email=admin, groups="")
        assert answer.status_code == 303, told(answer)
        assert "den sista administratören" in told(last.get("/account"))
    assert _P.BUYER_ADMIN in house.permissions(admin)
