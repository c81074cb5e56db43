"""The tables of the first release.

A database is never brought to this revision by migration: it is made whole and noted to be
here. The revision exists as the ground that later ones stand on.
"""

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing: an empty database is made whole (docs/decisions/0011)."""


def downgrade() -> None:
    """Refused: there is nothing before the first tables."""
    raise NotImplementedError("There is no version before the first tables.")
