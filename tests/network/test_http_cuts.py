"""A line to an access point over HTTP that is cut at any byte, out and in, and a webhook's: nothing lost or doubled.

Real sockets, our simulated access point and our own portal, and the books. A message is handed over until the books say
that it is there, and what has come is collected until nothing is left; before each try the line is cut somewhere.
"""

import base64
import hashlib
import hmac
import random
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import date
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from sqlalchemy import select

from billing.server.app import create_app
from foundation.database import Database
from operations.access_point import opened_access_point
from operations.settings import Settings
from peppol.access_points.protocol import AccessPoint, AccessPointError
from peppol.exchange import tables as exchange_tables
from peppol.exchange.outbox import NewMessage, put_out
from peppol.exchange.receiving import Collector
from peppol.exchange.sending import MessageSender
from peppol.exchange.tables import InState, OutState
from tests.support.message_bodies import bodies_in
from tests.support.servers.access_points import BUYER, SUPPLIER, TOKEN, Simulator, order, simulator
from tests.support.servers.cutting_proxy import CuttingProxy, cutting_proxy
from tests.support.servers.faulty_point import Moment
from tests.support.servers.serving import NO_TLS, serving
from tests.support.servers.system_databases import CLOCK, migrated

SEED = 20261201
DAY = date(2026, 11, 21)
KEY = b"k" * 24
KINDS = ("simulator", "phoss")
# The fifth attempt that counts would be the last.
_CUTS_OF_ONE = 3
LONG = b"<!-- " + b"x" * 40_000 + b" -->"


@pytest.fixture
def moment() -> Moment:
    return Moment()


@pytest.fixture
def database(tmp_path: Path, moment: Moment) -> Iterator[Database]:
    database = migrated(f"sqlite:///{tmp_path / 'books.sqlite'}", clock=moment)
    yield database
    database.close()


@contextmanager
def through_proxy(folder: Path, kind: str) -> Iterator[tuple[Simulator, CuttingProxy, AccessPoint]]:
    """The access point of the settings, spoken to through a proxy that cuts."""
    with (
        simulator(folder / "network") as running,
        cutting_proxy(urlsplit(running.address).port or 0) as proxy,
    ):
        base = f"http://127.0.0.1:{proxy.port}"
        address = base if kind == "simulator" else f"{base}/phoss/{BUYER}"
        settings = {"access_point_kind": kind, "access_point_address": address, "access_point_token": TOKEN}
        # The register is asked at the simulator itself: it is the access point's line that is cut.
        settings |= {"lookup_smp": f"{running.address}/smp", "lookup_trust_file": str(running.trust_file)}
        with opened_access_point(Settings.model_validate({**settings, "access_point_seconds": 20})) as point:
            yield running, proxy, point


def lay_out_order(database: Database, number: int) -> None:
    message = NewMessage(
        order(f"21{number:08}") + LONG,
        kind="order",
        document_id=f"21{number:08}",
        sender=BUYER,
        receiver=SUPPLIER,
        recipient="5599991014",
        about=f"{number}",
        issued_on=DAY,
    )
    with database.writing() as session:
        put_out(session, [message])


def count(database: Database, *states: OutState) -> int:
    with database.reading() as session:
        found = session.scalars(select(exchange_tables.outbox.c.state))
        return sum(state in states for state in found)


def send_through_cuts(database: Database, moment: Moment, folder: Path, kind: str, *, cuts: int) -> None:
    chance = random.Random(SEED)  # noqa: S311 - so that it can be done again
    with through_proxy(folder, kind) as (running, proxy, point):
        sender = MessageSender(database.writing, point, moment, messages_most=1)
        lay_out_order(database, 0)
        proxy.arm(10**9)
        sender.round()
        carried = proxy.carried
        assert count(database, OutState.DELIVERED) == 1
        done = 0
        while done < cuts:
            lay_out_order(database, count(database, *OutState))
            for _ in range(_CUTS_OF_ONE):
                proxy.arm(chance.randrange(carried), resets=done % 2 == 0)
                sender.round()
                done += proxy.cut_after is None
                moment.pass_(hours=5)
            proxy.disarm()
            while count(database, OutState.WAITING):
                sender.round()
                moment.pass_(hours=5)
        total = count(database, *OutState)
        assert count(database, OutState.DELIVERED, OutState.SENT) == total
        laid = running.times("laid")
        assert set(laid.values()) <= {1}, "in the receiver's mailbox once, however often it was handed in"
        assert set(running.times("forms").values()) <= {1}, "and every time it was the same"
        assert len(laid) == total


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_handed_over_through_cuts_is_there_once(
    database: Database, moment: Moment, tmp_path: Path, kind: str
) -> None:
    send_through_cuts(database, moment, tmp_path, kind, cuts=10)


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_what_is_handed_over_through_two_hundred_cuts_is_there_once(
    database: Database, moment: Moment, tmp_path: Path, kind: str
) -> None:
    send_through_cuts(database, moment, tmp_path, kind, cuts=200)


def collect_through_cuts(
    database: Database, moment: Moment, folder: Path, kind: str, *, cuts: int, letters: int
) -> None:
    chance = random.Random(SEED)  # noqa: S311 - so that it can be done again
    with through_proxy(folder, kind) as (running, proxy, point):

        def collect() -> None:
            with suppress(AccessPointError):
                Collector(database.writing, point, moment, lambda: DAY, at_a_persons_word=True).collect()

        def lay(first: int) -> None:
            for number in range(first, first + letters):
                running.lay(order(f"{number}") + LONG, instance_id=f"00000000-0000-4000-8000-{number:012}")

        lay(0)
        proxy.arm(10**9)
        collect()
        carried, done, laid = proxy.carried, 0, letters
        while done < cuts:
            lay(laid)
            laid += letters
            for _ in range(5):
                proxy.arm(chance.randrange(carried), resets=done % 2 == 0)
                collect()
                done += proxy.cut_after is None
                moment.pass_(hours=2)
            proxy.disarm()
            collect()
            assert list(point.inbound()) == [], "nothing is left there"
        with database.reading() as session:
            rows = session.execute(select(exchange_tables.inbox)).all()
            whole = bodies_in(session, InState.ARRIVED)
    states = Counter(row.state for row in rows)
    assert states[InState.ARRIVED] == laid, "each is there, and once"
    assert set(states) <= {InState.ARRIVED, InState.REPEAT}
    bodies = {row.sha256 for row in rows if row.state == InState.ARRIVED}
    assert len(bodies) == laid
    assert len(whole) == laid
    assert all(len(body) > len(LONG) for body in whole), "none is cut"


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_collected_through_cuts_is_stored_once(
    database: Database, moment: Moment, tmp_path: Path, kind: str
) -> None:
    collect_through_cuts(database, moment, tmp_path, kind, cuts=10, letters=2)


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_what_is_collected_through_two_hundred_cuts_is_stored_once(
    database: Database, moment: Moment, tmp_path: Path, kind: str
) -> None:
    collect_through_cuts(database, moment, tmp_path, kind, cuts=200, letters=3)


def push_through_cuts(database: Database, *, cuts: int) -> None:
    chance = random.Random(SEED)  # noqa: S311 - so that it can be done again
    secret = "whsec_" + base64.b64encode(KEY).decode()
    url = database.url.render_as_string(hide_password=False)
    app = create_app(
        Settings.model_validate({"database_url": url, "webhook_secret": secret}), clock=lambda: CLOCK
    )
    with (
        serving(app) as address,
        cutting_proxy(urlsplit(address).port or 0) as proxy,
        httpx.Client(timeout=20, trust_env=False, verify=NO_TLS) as client,
    ):

        def push(number: int) -> bool:
            body = order(f"{number}") + LONG
            try:
                answer = client.post(
                    f"http://127.0.0.1:{proxy.port}/webhook/letters",
                    content=body,
                    headers=_signed(body, number),
                )
            except httpx.HTTPError:
                return False
            return answer.status_code == 200

        proxy.arm(10**9)
        assert push(0)
        carried, done, number = proxy.carried, 0, 0
        while done < cuts:
            number += 1
            known = False
            while not known:
                proxy.arm(chance.randrange(2 * carried), resets=done % 2 == 0)
                known = push(number)
                done += proxy.cut_after is None
    app.state.database.close()
    with database.reading() as session:
        rows = session.execute(select(exchange_tables.inbox)).all()
        whole = bodies_in(session, InState.ARRIVED)
    assert sum(row.state == InState.ARRIVED for row in rows) == number + 1
    assert {row.state for row in rows} <= {InState.ARRIVED, InState.REPEAT}
    assert len(whole) == number + 1
    assert all(len(body) > len(LONG) for body in whole)


def _signed(body: bytes, number: int) -> dict[str, str]:
    name, at = f"msg_{number}", int(CLOCK.timestamp())
    made = hmac.new(KEY, f"{name}.{at}.".encode() + body, hashlib.sha256).digest()
    signature = f"v1,{base64.b64encode(made).decode()}"
    return {"webhook-id": name, "webhook-timestamp": str(at), "webhook-signature": signature}


def test_what_is_pushed_to_us_through_cuts_is_stored_once(database: Database) -> None:
    push_through_cuts(database, cuts=6)


@pytest.mark.slow
def test_what_is_pushed_to_us_through_two_hundred_cuts_is_stored_once(database: Database) -> None:
    push_through_cuts(database, cuts=200)
