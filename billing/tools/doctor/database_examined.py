"""A buyer's books examined: reachable, of this version, durable, walled and ours to use. Nothing in them is changed.

Convention: the books are opened as they are, past everything that holds or marks them (`Installation`).
"""

from collections.abc import Iterator
from contextlib import closing
from typing import Final

from sqlalchemy.exc import SQLAlchemyError

from billing.migrations import row_security
from billing.migrations.revisions import KNOWN
from billing.migrations.schema import METADATAS, open_database
from billing.tools.doctor import database_queries
from billing.tools.doctor.database_queries import Server
from billing.tools.doctor.findings import Finding, fault, unknown, well
from foundation import books_mark
from foundation.database import Database, explain
from foundation.errors import Refused
from foundation.formatting import plain
from foundation.sql import Session
from foundation.text import Text
from operations.machine.clock_trust import DIFFERENCE, WORDS, Doubt
from operations.restore import mark_places
from operations.settings import Settings

OLDEST: Final = 14
"""The oldest PostgreSQL that its makers still mend, and that ours is tried with or near."""

_DURABLE: Final = {
    "fsync": ("on",),
    "full_page_writes": ("on",),
    # Each of these waits until the commit is on this server's disk.
    "synchronous_commit": ("on", "local", "remote_write", "remote_apply"),
}


def examined(settings: Settings) -> Iterator[Finding]:
    """Everything about the books of these settings."""
    try:
        opened = open_database(settings.database_url, options=settings.database_options)
    except Refused as refused:
        yield fault("database.reachable", refused.text)
        return
    with closing(opened) as database:
        # What other books the program is for is looked at below, and told with the rest.
        database.refuse_other = None
        try:
            with database.reading() as session:
                yield from _looked_at(database, session)
        except (SQLAlchemyError, Refused) as error:
            told = error if isinstance(error, Refused) else explain(error)
            yield fault("database.reachable", told.text)
        yield from _marked(settings, database)


def _looked_at(database: Database, session: Session) -> Iterator[Finding]:
    yield from _revision(session)
    if database.is_sqlite:
        yield from _sqlite(session)
        return
    server = database_queries.server(session)
    yield from _server(server)
    yield from _rights(session, server)
    yield from _walls(session, database.options.supplier_role)
    yield from _clock(database)


def _revision(session: Session) -> Iterator[Finding]:
    found = database_queries.revision(session)
    newest = KNOWN[-1]
    if found == newest:
        yield well(
            "database.revision",
            Text("Databasen svarar och har tabellerna i revision %(found)s.", found=found),
        )
        is_held = books_mark.is_held(session)
        if is_held:
            yield fault(
                "database.held",
                Text("Böckerna är återställda från en säkerhetskopia och hålls."),
                Text("Gå igenom vad som kom sedan: billing restore look"),
            )
    elif found == "":
        yield fault("database.revision", Text("Databasen saknar tabeller."), Text("Kör: billing init"))
    elif found in KNOWN:
        yield fault(
            "database.revision",
            Text(
                "Databasen står på revision %(found)s och programmet behöver %(newest)s.",
                found=found,
                newest=newest,
            ),
            Text("Kör: billing init"),
        )
    else:
        yield fault(
            "database.revision",
            Text(
                "Databasen är uppgraderad till revision %(found)s, som det här programmet inte känner till.",
                found=plain(found),
            ),
            Text("Installera den nyare versionen av programmet."),
        )


def _sqlite(session: Session) -> Iterator[Finding]:
    mode, synchronous = (database_queries.pragma(session, each) for each in ("journal_mode", "synchronous"))
    encoding = database_queries.pragma(session, "encoding")
    if (mode, synchronous, encoding) == ("wal", "2", "UTF-8"):
        yield well(
            "database.durability", Text("SQLite skriver varje ändring till disken (WAL, synchronous=FULL).")
        )
    else:
        yield fault(
            "database.durability",
            Text(
                "SQLite står med journal_mode=%(mode)s, synchronous=%(synchronous)s, encoding=%(encoding)s.",
                mode=mode,
                synchronous=synchronous,
                encoding=encoding,
            ),
            Text("Lägg databasen på en lokal disk: WAL går inte på en nätverksdisk."),
        )


def _server(server: Server) -> Iterator[Finding]:
    version = server.version // 10_000
    if version < OLDEST:
        yield fault(
            "database.version",
            Text("PostgreSQL %(version)s är för gammal.", version=version),
            Text("Uppgradera servern till minst PostgreSQL %(oldest)s.", oldest=OLDEST),
        )
    else:
        yield well("database.version", Text("PostgreSQL %(version)s.", version=version))
    if server.encoding == "UTF8":
        yield well("database.encoding", Text("Teckenkodningen är UTF8."))
    else:
        yield fault(
            "database.encoding",
            Text("Teckenkodningen är %(encoding)s: alla tecken får inte plats.", encoding=server.encoding),
            Text("Gör databasen på nytt med: createdb --encoding=UTF8 --template=template0"),
        )
    off = {name: value for name, value in server.durable.items() if value not in _DURABLE[name]}
    for name, value in off.items():
        yield fault(
            "database.durability",
            Text(
                "%(name)s är %(value)s: det som kvitterats kan vara borta efter ett strömavbrott.",
                name=name,
                value=value,
            ),
            Text("Sätt %(name)s = on i postgresql.conf, och läs in den på nytt.", name=name),
        )
    if not off:
        yield well(
            "database.durability", Text("Servern skriver varje ändring till disken innan den kvitterar.")
        )
    if server.is_standby:
        yield fault(
            "database.primary",
            Text("Servern är en kopia som bara går att läsa."),
            Text("Låt BILLING_DATABASE_URL leda till den server som skriver."),
        )
    # Every moment is kept with its zone, so that any will do; it is told for whoever reads the tables.
    yield well("database.time-zone", Text("Serverns tidszon är %(zone)s.", zone=server.time_zone))


def _rights(session: Session, server: Server) -> Iterator[Finding]:
    lacking = database_queries.tables_lacking_rights(session)
    if lacking:
        yield fault(
            "database.rights",
            Text(
                "Databasens användare får inte läsa och ändra i %(tables)s.",
                tables=", ".join(map(plain, list(lacking)[:5])),
            ),
            Text("Låt användaren äga tabellerna (ALTER TABLE ... OWNER TO)."),
        )
    else:
        yield well("database.rights", Text("Databasens användare får läsa och ändra i alla tabeller."))
    if not server.may_make_tables:
        yield unknown(
            "database.rights",
            Text("Databasens användare får inte göra nya tabeller, som nästa version kan behöva."),
            Text(
                "Kör billing init som en användare som får det, eller ge rätten: GRANT CREATE ON SCHEMA public"
            ),
        )


def _walls(session: Session, role: str) -> Iterator[Finding]:
    broken = row_security.broken(session, METADATAS, role)
    if broken:
        yield fault(
            "database.walls",
            Text(
                "Väggen mellan leverantörer står inte som den ska kring %(tables)s.",
                tables=", ".join(map(plain, broken[:5])),
            ),
            Text("Bygg den igen: billing init. Ta reda på vem som har ändrat den."),
        )
    else:
        yield well(
            "database.walls", Text("Väggen mellan leverantörer (row level security) står kring varje tabell.")
        )


def _clock(database: Database) -> Iterator[Finding]:
    difference = database.clock_difference
    if difference is None:
        return
    if abs(difference) > DIFFERENCE:
        yield fault("database.clock", WORDS[Doubt.DIFFERS])
    else:
        seconds = f"{abs(difference).total_seconds():.1f}"
        yield well(
            "database.clock", Text("Maskinens klocka och databasens skiljer %(seconds)s s.", seconds=seconds)
        )


def _marked(settings: Settings, database: Database) -> Iterator[Finding]:
    """Whether a restore would be noticed."""
    places = mark_places.places_of(settings, database.url)
    if not places:
        yield unknown("database.mark", mark_places.NOWHERE)
    else:
        yield well(
            "database.mark",
            Text("Böckernas märke ligger också utanför databasen, så att en återställning märks."),
        )
