"""What SQLite and PostgreSQL need to do the same: one unit of work, exact column types, counted changes.

A `Session` is a connection inside its transaction: a use case executes statements on it and
never commits. There is no object state behind it, so a plain connection is all it is.

PostgreSQL stores amounts as NUMERIC and instants as timestamps with zone. SQLite has
neither: there an amount is an integer of its smallest unit and an instant is ISO 8601
text in UTC. So both engines compare, check and sum exactly, and no float touches money.
"""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    CursorResult,
    Date,
    DateTime,
    Delete,
    Dialect,
    Numeric,
    String,
    Table,
    TypeDecorator,
    Update,
    and_,
    any_,
    bindparam,
    collate,
    func,
    literal,
    select,
    text,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeEngine

Session = Connection

_MOMENT = "moment"
_FACTS = "facts"
_TAKE_TURNS = text("SELECT pg_advisory_xact_lock(hashtextextended(:about, 0))")
_TAKE_ALL_TURNS = text(
    "SELECT pg_advisory_xact_lock(key) FROM (SELECT DISTINCT hashtextextended(about, 0) AS key"
    " FROM unnest(CAST(:abouts AS varchar[])) AS about ORDER BY key) AS turns"
)
_TRY_TURN = text("SELECT pg_try_advisory_xact_lock(hashtextextended(:about, 0))")
_SHARE_TURN = text("SELECT pg_advisory_xact_lock_shared(hashtextextended(:about, 0))")


class ExactDecimal(TypeDecorator[Decimal]):
    """A decimal with a fixed number of decimals; a value with more is refused, never rounded."""

    impl = Numeric
    cache_ok = True

    def __init__(self, scale: int) -> None:
        super().__init__(18, scale, asdecimal=True)
        self.decimals = scale
        self.smallest = Decimal(1).scaleb(-scale)

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """An integer of the smallest unit on SQLite, NUMERIC elsewhere."""
        if dialect.name == "sqlite":
            return dialect.type_descriptor(BigInteger())
        return dialect.type_descriptor(Numeric(18, self.decimals, asdecimal=True))

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> Decimal | int | None:
        """Check that nothing would be lost, then hand the engine its own form."""
        if value is None:
            return None
        units = value.scaleb(self.decimals)
        whole = int(units)
        if units != whole:
            raise ValueError(f"{value} has more than {self.decimals} decimals and cannot be stored exactly.")
        return whole if dialect.name == "sqlite" else value

    def process_result_value(self, value: object | None, dialect: Dialect) -> Decimal | None:
        """The exact decimal again, with all its decimals written out."""
        if value is None:
            return None
        if dialect.name == "sqlite":
            return Decimal(str(value)).scaleb(-self.decimals)
        return Decimal(str(value)).quantize(self.smallest)


class UtcDateTime(TypeDecorator[datetime]):
    """An instant; naive values are refused, and UTC comes back."""

    impl = DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """ISO text on SQLite, a timestamp with zone elsewhere."""
        if dialect.name == "sqlite":
            return dialect.type_descriptor(String(32))
        return dialect.type_descriptor(DateTime(timezone=True))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | str | None:
        """UTC in the engine's own form."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("An instant without a time zone cannot be stored.")
        instant = value.astimezone(UTC)
        return instant.isoformat(timespec="microseconds") if dialect.name == "sqlite" else instant

    def process_result_value(self, value: object | None, dialect: Dialect) -> datetime | None:
        """The instant in UTC."""
        if value is None:
            return None
        instant = datetime.fromisoformat(value) if isinstance(value, str) else value
        assert isinstance(instant, datetime)  # noqa: S101 - the two forms this column can hold
        return instant.astimezone(UTC)


def amount() -> ExactDecimal:
    """An amount of money: two decimals."""
    return ExactDecimal(2)


def quantity() -> ExactDecimal:
    """A quantity or a price per unit: four decimals."""
    return ExactDecimal(4)


def take_turns(session: Session, about: str) -> None:
    """Let transactions about the same thing follow each other, where there is no row yet to lock.

    PostgreSQL holds an advisory lock until the transaction ends; on SQLite there is one writer anyway.
    """
    if session.dialect.name == "postgresql":
        session.execute(_TAKE_TURNS, {"about": about})


def take_all_turns(session: Session, abouts: Collection[str]) -> None:
    """As `take_turns`, for some things, in one order that everybody follows: then nobody waits in a circle."""
    if abouts and session.dialect.name == "postgresql":
        session.execute(_TAKE_ALL_TURNS, {"abouts": list(abouts)}).all()


def share_turn(session: Session, about: str) -> None:
    """Hold off whoever takes the turn about this, with all others that share it, until the transaction ends."""
    if session.dialect.name == "postgresql":
        session.execute(_SHARE_TURN, {"about": about})


def try_turn(session: Session, about: str) -> bool:
    """Take the turn without waiting; False where another transaction about the same thing is at it."""
    if session.dialect.name != "postgresql":
        return True
    return bool(session.execute(_TRY_TURN, {"about": about}).scalar_one())


def rows_changed(
    session: Session,
    statement: Update | Delete,
    given: Mapping[str, object] | Sequence[Mapping[str, object]] | None = None,
) -> int:
    """Carry out a conditional change, once or for each of some rows, and say how many rows met its condition.

    For some rows on SQLite alone: another driver's count of those is not to be relied on.
    """
    result = session.execute(statement, given)
    return result.rowcount if isinstance(result, CursorResult) else 0


def add_new(session: Session, table: Table, rows: Sequence[Mapping[str, object]]) -> int:
    """Insert the rows whose keys nobody has used, pass over the others, and say how many were new."""
    if not rows:
        return 0
    new = postgresql.insert if session.dialect.name == "postgresql" else sqlite.insert
    insertion = new(table).values(list(rows)).on_conflict_do_nothing()
    # Counted by what comes back: the driver's row count of an insertion cannot be relied on.
    return len(session.execute(insertion.returning(*table.primary_key.columns)).all())


def among(
    session: Session, column: Column[Any], values: Collection[int] | Collection[str]
) -> ColumnElement[bool]:
    """That a column is one of these values, which are sent as one: for lists of hundreds and thousands.

    `column.in_` has a parameter for each value, and building and planning those costs more than finding the rows.
    """
    if session.dialect.name == "postgresql":
        return column == any_(literal(list(values), postgresql.ARRAY(column.type)))
    each = func.json_each(json.dumps(list(values))).table_valued("value")
    return column.in_(select(each.c.value))


def are_one_of(engine: str, *columns: Column[Any]) -> ColumnElement[bool]:
    """That these columns of text are together one of some keys, which are sent as one (`keys_sent`).

    Each key is looked up by the whole of it: of two lists, one for each column, an engine may read all that the first
    allows. For statements that are prepared once for each engine.
    """
    if engine == "postgresql":
        given = [bindparam(f"key_{place}", type_=postgresql.ARRAY(String)) for place in range(len(columns))]
        names = [f"part_{place}" for place in range(len(columns))]
        parts: Iterable[ColumnElement[Any]] = (
            func.unnest(*given).table_valued(*names, name="wanted").render_derived().c
        )
    else:
        each = func.json_each(bindparam("keys", type_=String)).table_valued("value", name="wanted")
        parts = [func.json_extract(each.c.value, f"$[{place}]") for place in range(len(columns))]
    return and_(*(column == part for column, part in zip(columns, parts, strict=True)))


def keys_sent(session: Session, keys: Iterable[Sequence[str]]) -> dict[str, object]:
    """The keys that `are_one_of` is asked for, as this engine is given them; at least one."""
    rows = [[str(part) for part in key] for key in keys]
    if session.dialect.name == "postgresql":
        return {f"key_{place}": list(parts) for place, parts in enumerate(zip(*rows, strict=True))}
    return {"keys": json.dumps(rows)}


def byte_by_byte(column: Column[str]) -> ColumnElement[str]:
    """A text to be sorted by its bytes, as Python sorts it, whatever the database's own order is."""
    return collate(column, "POSIX")


class day_after(FunctionElement[date]):
    """The day after a day, to be compared with days."""

    type = Date()
    inherit_cache = True


@compiles(day_after, "sqlite")
def _day_after_as_text(element: day_after, compiler: SQLCompiler, **how: object) -> str:
    return f"date({compiler.process(element.clauses, **how)}, '+1 day')"


@compiles(day_after, "postgresql")
def _day_after_as_date(element: day_after, compiler: SQLCompiler, **how: object) -> str:
    return f"({compiler.process(element.clauses, **how)} + 1)"


def note_facts(session: Session, facts: Mapping[str, object]) -> None:
    """Say what holds of the installation in this unit of work; the entry point that opens it does."""
    session.info[_FACTS] = facts


def fact_of(session: Session, name: str) -> object | None:
    """What the entry point has said of the installation under this name; None where it has said nothing."""
    facts = session.info.get(_FACTS)
    return facts.get(name) if isinstance(facts, Mapping) else None


def note_moment(session: Session, moment: datetime) -> None:
    """Say when this unit of work happens; the entry point that opens it does."""
    session.info[_MOMENT] = moment


def moment_of(session: Session) -> datetime | None:
    """When this unit of work happens, as its entry point has said; None where none has."""
    moment = session.info.get(_MOMENT)
    return moment if isinstance(moment, datetime) else None
