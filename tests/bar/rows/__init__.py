"""The forty rows, by what they are about."""

from tests.bar.row import by_number
from tests.bar.rows import access, clockwork, delivery, documents, keeping, money, several

ROWS = by_number(
    row for room in (delivery, several, clockwork, documents, access, money, keeping) for row in room.ROWS
)
"""Every row of the bar by its number."""
