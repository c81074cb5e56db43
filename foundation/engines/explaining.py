"""What a database or a pooler says of itself, in a sentence that says what to do, where the words alone would not."""

import re
from typing import Final

from sqlalchemy.exc import SQLAlchemyError

from foundation.text import Text

_KNOWN: Final = (
    (
        r"unsupported startup parameter|prepared statement .* (already exists|does not exist)",
        Text(
            "Mellan oss och databasen står en pooler som PgBouncer, och det har ingen sagt. Ange "
            "BILLING_POOLER=transaction, eller session om den är inställd så, och starta om."
        ),
    ),
    (
        r"query_wait_timeout|no more connections allowed|too many clients|connection slots are|QueuePool limit",
        Text(
            "Alla anslutningar till databasen är upptagna. Ingenting har ändrats. Vänta en liten stund och försök "
            "igen; händer det ofta behöver poolern eller servern fler anslutningar."
        ),
    ),
    (
        r"in a read-only transaction|during recovery|session is read-only|in hot standby mode|readonly database",
        Text(
            "Databasen går bara att läsa just nu: den är en kopia som följer en annan (standby), eller skrivskyddad. "
            "Ingenting har ändrats. Se till att adressen leder till den server som går att skriva i."
        ),
    ),
)


def sentence_of(error: SQLAlchemyError | Exception) -> Text | None:
    """The sentence for what was said; None where its own words do."""
    said = str(getattr(error, "orig", None) or error)
    return next((text for pattern, text in _KNOWN if re.search(pattern, said)), None)
