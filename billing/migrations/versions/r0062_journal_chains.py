"""The journal's chains, one for each case, and roots over them; the one chain there was is closed and stands."""

import sqlalchemy as sa
from alembic import op

from foundation.append_only import protect_standing

revision = "0062"
down_revision = "0061"
branch_labels = None
depends_on = None

_CHAIN = (
    "chain = '' or chain = 'case ' || execution_reference"
    " or (execution_reference = '' and chain like 'other __')"
)
_POSITION = "(chain = '') = (position is null)"


def upgrade() -> None:
    """Say of every row that it stands in the closed chain, whose head becomes one like the others; touch no row."""
    _columns()
    op.create_index(
        "uq_journal_chain_position",
        "journal",
        ["chain", "position"],
        unique=True,
        sqlite_where=sa.text("chain <> ''"),
        postgresql_where=sa.text("chain <> ''"),
    )
    op.create_table(
        "journal_chain",
        sa.Column("chain", sa.String(70), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("chain", name=op.f("pk_journal_chain")),
    )
    # Books that never had a row have no head but the one at 0, which is none.
    op.execute(
        "INSERT INTO journal_chain (chain, position, hash) SELECT '', sequence, hash FROM journal_head"
        " WHERE sequence > 0"
    )
    op.drop_table("journal_head")
    _roots()
    if op.get_bind().dialect.name == "postgresql":
        op.execute("CREATE SEQUENCE journal_sequence")
        op.execute(
            "SELECT setval('journal_sequence', max(sequence)) FROM journal HAVING max(sequence) IS NOT NULL"
        )


def _columns() -> None:
    if op.get_bind().dialect.name == "sqlite":
        # A column brings its check along; the table is not copied.
        op.execute(
            "ALTER TABLE journal ADD COLUMN chain VARCHAR(70) DEFAULT '' NOT NULL"
            f" CONSTRAINT ck_journal_chain CHECK ({_CHAIN})"
        )
        op.execute(
            f"ALTER TABLE journal ADD COLUMN position INTEGER CONSTRAINT ck_journal_position CHECK ({_POSITION})"
        )
        return
    op.add_column("journal", sa.Column("chain", sa.String(70), nullable=False, server_default=""))
    op.add_column("journal", sa.Column("position", sa.Integer(), nullable=True))
    op.create_check_constraint(op.f("ck_journal_chain"), "journal", _CHAIN)
    op.create_check_constraint(op.f("ck_journal_position"), "journal", _POSITION)


def _roots() -> None:
    op.create_table(
        "journal_root",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("day", sa.String(10), nullable=False),
        sa.Column("previous", sa.String(64), nullable=False),
        sa.Column("leaves", sa.Integer(), nullable=False),
        sa.Column("tree", sa.String(64), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.CheckConstraint("number > 0 and leaves > 0", name=op.f("ck_journal_root_counted")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_journal_root")),
    )
    op.create_table(
        "journal_leaf",
        sa.Column("root", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("chain", sa.String(70), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.CheckConstraint("place >= 0 and position > 0", name=op.f("ck_journal_leaf_counted")),
        sa.ForeignKeyConstraint(["root"], ["journal_root.number"], name=op.f("fk_journal_leaf_root")),
        sa.PrimaryKeyConstraint("root", "place", name=op.f("pk_journal_leaf")),
        sa.UniqueConstraint("chain", "position", name=op.f("uq_journal_leaf_chain_position")),
    )
    for table in ("journal_root", "journal_leaf"):
        protect_standing(op.get_bind(), table)
