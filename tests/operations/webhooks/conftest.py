"""A supplier's system that listens, the books it listens to, and a clock the test moves."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from accounts.sealed_secrets import Seal, fresh_key
from foundation.database import utc_now
from foundation.sql import Session
from operations.event_feed import numbering
from operations.event_feed import store as feed_store
from operations.webhooks import endpoint_store, endpoints, message_store
from operations.webhooks.connecting import Post
from operations.webhooks.endpoints import MadeWebhook, Wanted
from operations.webhooks.model import DisabledFor, Endpoint, WebhookMessage
from operations.webhooks.sending import WebhookSender
from orders.register.unit_scope import UnitScope
from tests.support.servers.faulty_point import Moment
from tests.support.servers.webhook_receiver import URL, Receiver, receiving
from tests.support.stories.system import FYRBAKEN, System, a_system

ADMINISTRATOR = "user-1"


@dataclass
class Listening:
    """Books, a receiver, and what an administrator and a worker do."""

    system: System
    receiver: Receiver
    moment: Moment
    seal: Seal = field(default_factory=lambda: Seal([fresh_key()]))
    told: list[tuple[int, DisabledFor]] = field(default_factory=list)

    def listen(
        self,
        organisation: str = FYRBAKEN,
        *,
        url: str = URL,
        types: tuple[str, ...] = (),
        within: UnitScope | None = None,
    ) -> MadeWebhook:
        """An administrator makes an endpoint, which is told what happens from now on."""
        database = self.system.database
        numbering.number_committed(database)
        with database.writing() as session:
            return endpoints.make(
                session,
                organisation,
                Wanted("Ekonomisystemet", url, types).checked(organisation),
                self.seal,
                within=within,
                cursor=feed_store.ends(session).last,
                by=ADMINISTRATOR,
                at=self.moment(),
            )

    def sender(self, post: Post | None = None) -> WebhookSender:
        """A worker's sender."""
        return WebhookSender(self.system.database, post or self.receiver.post(), self.seal, self._tell)

    def work(self, post: Post | None = None) -> None:
        """A worker sends all that is due now."""
        sender = self.sender(post)
        sender.settle()
        sender.close()

    def endpoint(self, number: int) -> Endpoint:
        with self.system.database.reading() as session:
            found = endpoint_store.by_id(session, number)
        assert found is not None
        return found

    def messages(self, number: int) -> list[WebhookMessage]:
        """The endpoint's messages, the first first."""
        with self.system.database.reading() as session:
            return message_store.of_endpoint(session, number, limit=1000)[::-1]

    def ids(self, number: int, reference: str = "") -> list[str]:
        return [
            each.event_id for each in self.messages(number) if reference in ("", each.execution_reference)
        ]

    def enable(self, number: int) -> None:
        with self.system.database.writing() as session:
            endpoint = endpoint_store.by_id(session, number)
            assert endpoint is not None
            endpoints.enable(session, endpoint, by=ADMINISTRATOR)

    def _tell(self, session: Session, endpoint: Endpoint, why: DisabledFor) -> None:
        self.told.append((endpoint.id, why))


@pytest.fixture
def listening(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Listening]:
    with a_system(database_url) as system, receiving(tmp_path / "receiver") as receiver:
        # Signatures are held against the true time by whoever verifies them.
        moment = Moment(utc_now())
        monkeypatch.setattr(system.database, "clock", moment)
        yield Listening(system, receiver, moment)
