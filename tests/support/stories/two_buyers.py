"""Two buyers in one installation, each with books of its own, for stories about what is whose.

The first is the example's; the second is a municipality that has agreed the same with the same suppliers, so that
everything but the buyer is alike and only the wall between them can tell one's things from the other's.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace

from sqlalchemy import make_url, text

from billing.migrations import new_books
from billing.server.installation import Installation
from foundation.database import Database
from operations.buyers import administration
from operations.buyers import books as buyer_books
from operations.buyers.model import InstallationBuyer
from operations.settings import Settings
from orders.register.register import Register
from tests.support.servers.system_databases import CLOCK
from tests.support.stories.system import System, a_system, example_register

FIRST, SECOND = "af", "karlstad"
FIRST_NUMBER, SECOND_NUMBER = "2021002114", "2120001850"


def register_of_second() -> Register:
    """What the second buyer has agreed: the same as the first, in its own name."""
    register = example_register()
    ours = replace(
        register.buyer,
        organisation_number=SECOND_NUMBER,
        name="Karlstads kommun",
        participant_id=f"0007:{SECOND_NUMBER}",
        vat_id=f"SE{SECOND_NUMBER}01",
    )
    return replace(register, buyer=ours)


@dataclass(slots=True)
class TwoBuyers:
    """An installation with the first and the second buyer, and a system for each."""

    url: str
    first: System
    second: System

    @property
    def settings(self) -> Settings:
        """The settings of the installation."""
        return Settings(database_url=self.url)

    @property
    def second_url(self) -> str:
        """The address of the second buyer's books."""
        return self.second.database.url.render_as_string(hide_password=False)

    @contextmanager
    def installation(self) -> Iterator[Installation]:
        """The opened installation."""
        installation = Installation(self.settings, clock=lambda: CLOCK)
        try:
            yield installation
        finally:
            installation.close()


@contextmanager
def two_buyers(url: str, *, second_register: Register | None = None) -> Iterator[TwoBuyers]:
    """Both buyers with their registers; when the story ends well, every invariant must hold in both books."""
    register = second_register or register_of_second()
    with ExitStack() as stack:
        first = stack.enter_context(a_system(url))
        database = first.database
        named = buyer_books.proposed_books(make_url(url), SECOND)
        one = InstallationBuyer(FIRST, FIRST_NUMBER, "Arbetsförmedlingen", (f"0007:{FIRST_NUMBER}",))
        other = InstallationBuyer(
            SECOND, SECOND_NUMBER, "Karlstads kommun", (f"0007:{SECOND_NUMBER}",), books=named
        )
        its_url = buyer_books.address(url, other)
        stack.callback(drop, url, named)
        at = Database(url)
        new_books.make(at, named, its_url, organisation_number=SECOND_NUMBER)
        at.close()
        with database.writing() as session:
            for each in (one, other):
                administration.add(session, each, by="admin-1", now=CLOCK)
        books = Database(its_url, clock=lambda: CLOCK)
        stack.callback(books.close)
        second = System(books)
        second.change_register(register)
        yield TwoBuyers(url, first, second)
        assert second.broken() == []


def drop(url: str, name: str) -> None:
    """Take away a database beside the tests' own: the server lives on to the next story."""
    if url.startswith("sqlite"):
        return
    database = Database(url)
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))
    database.close()
