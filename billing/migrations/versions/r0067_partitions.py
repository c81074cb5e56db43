"""The journal and the attempts at sending are kept in partitions on PostgreSQL; SQLite keeps its tables as they are."""

from typing import Final

from alembic import op

from foundation.append_only import protect_standing
from foundation.engines import partitions
from foundation.engines.partitions import Division

revision = "0067"
down_revision = "0066"
branch_labels = None
depends_on = None

_JOURNAL: Final = """
CREATE TABLE journal (LIKE journal_0000 INCLUDING DEFAULTS INCLUDING CONSTRAINTS,
 CONSTRAINT pk_journal PRIMARY KEY (sequence)) PARTITION BY RANGE (sequence);
CREATE INDEX ix_journal_execution_reference ON journal (execution_reference);
CREATE INDEX ix_journal_subject ON journal (subject)
"""
_ATTEMPT: Final = """
CREATE TABLE attempt (LIKE attempt_0000 INCLUDING DEFAULTS INCLUDING CONSTRAINTS,
 CONSTRAINT attempt_pkey PRIMARY KEY (letter, number),
 CONSTRAINT attempt_letter_fkey FOREIGN KEY (letter) REFERENCES outbox (sequence)) PARTITION BY RANGE (letter)
"""


def upgrade() -> None:
    """Let each table become the first partition of one of its name; its rows and indexes stay where they are.

    What takes time is one reading of each table, to see that its rows are within the range; nothing is written.
    """
    session = op.get_bind()
    if session.dialect.name != "postgresql":
        return
    # Rights and policies are built anew for the table that has the name, when the books are brought up to date.
    for each in ("select", "insert", "update", "delete"):
        op.execute(f"DROP POLICY IF EXISTS supplier_{each} ON journal")
    op.execute("ALTER TABLE journal DISABLE ROW LEVEL SECURITY")
    op.execute("COMMENT ON TABLE journal IS NULL")
    op.execute("COMMENT ON TABLE attempt IS NULL")
    op.execute("DROP TRIGGER journal_append_only ON journal")
    partitions.divide_standing(
        session,
        Division("journal", by="sequence", each=5_000_000, within=("(chain, position) WHERE chain <> ''",)),
        create=_JOURNAL,
        keys={
            "pk_journal": "pkey",
            "ix_journal_execution_reference": "execution_reference_idx",
            "ix_journal_subject": "subject_idx",
            "uq_journal_chain_position": "chain_position_idx",
        },
    )
    protect_standing(session, "journal")
    partitions.divide_standing(
        session,
        Division("attempt", by="letter", each=2_000_000),
        create=_ATTEMPT,
        keys={"attempt_pkey": "pkey"},
    )
