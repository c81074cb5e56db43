"""What people are told of a directory whose no is not believed: why, and what to do."""

from collections.abc import Mapping
from typing import Final

from foundation.text import Text
from peppol.lookup.doubts import DirectoryDoubt

DOUBT_WORDS: Final[Mapping[DirectoryDoubt, Text]] = {
    DirectoryDoubt.CANARY_MISSING: Text(
        "Vår egen adress finns inte i samma katalog. Kontrollera att BILLING_LOOKUP_SML namnger rätt nät, och be "
        "operatören se efter att vi är anmälda."
    ),
    DirectoryDoubt.CANARY_UNCERTAIN: Text(
        "Svaret om vår egen adress kan inte prövas. Kontrollera BILLING_LOOKUP_TRUST_FILE och att namnservern och "
        "registret svarar."
    ),
    DirectoryDoubt.ANSWERS_ANYBODY: Text(
        "Katalogen säger sig känna en adress som ingen har. Kontrollera BILLING_LOOKUP_SML och namnservern."
    ),
    DirectoryDoubt.CHANGED: Text(
        "Katalogen svarade olika två gånger i följd. Frågan ställs igen av sig själv."
    ),
    DirectoryDoubt.MANY: Text(
        "Katalogen säger nej om fler mottagare på en timme än vad som är troligt. Slå upp några av dem med billing "
        "lookup; stämmer svaren, säg det under Ekonomi, Meddelanden eller med billing post believe."
    ),
}
"""What each reason means to people."""
