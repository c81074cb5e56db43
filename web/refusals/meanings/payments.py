"""What is meant by the codes of payments, claims and bookkeeping."""

from collections.abc import Mapping
from typing import Final

from foundation.text import Text

MEANINGS: Final[Mapping[str, Text]] = {
    "ACCOUNTS_REFUSED": Text(
        "Kontona i BILLING_LEDGER_ACCOUNTS går inte att använda. Den som driver tjänsten rättar "
        "inställningen."
    ),
    "ACCRUAL_REFUSED": Text(
        "Månaden är inte slut, eller upplupet för den är inte känt än. Välj en senare dag eller en "
        "tidigare månad."
    ),
    "ANSWERS_REFUSED": Text(
        "Ekonomisystemets svar går inte att läsa, eller stämmer inte med det som är känt om "
        "verifikationen. Rätta svaret."
    ),
    "ATTEST_REFUSED": Text(
        "Personen får inte attestera det här, till exempel för att attesträtt saknas. Låt någon annan "
        "attestera."
    ),
    "BANK_FILE_UNREADABLE": Text(
        "Filen är inget svar från banken som går att läsa, och ingenting är ändrat. Be banken om filen "
        "på nytt."
    ),
    "BANK_WISHES_UNMET": Text(
        "En inställning för betalningar är inte så som banken vill ha den. Skriv det som står i avtalet "
        "med banken."
    ),
    "BOOKED_ALREADY": Text("Upplupet för månaden är redan bokfört. Hämta filen som gjordes då."),
    "CHANGED_SINCE_ATTEST": Text("Något har ändrats efter attesten. Attestera det på nytt."),
    "CHANGED_SINCE_SHOWN": Text(
        "Betalningsförslaget har ändrats sedan det visades. Läs om det, och attestera sedan."
    ),
    "CHANGE_REFUSED": Text(
        "Ändringen av leverantörens uppgifter kan inte begäras eller avgöras nu. Se hur begäran står."
    ),
    "CLAIM_REFUSED": Text(
        "Fordran kan inte resas, eller steget är en annan persons. Meningen säger vad som krävs."
    ),
    "CLOSING_REFUSED": Text(
        "Månaden kan inte stängas eller öppnas nu, eller steget är en annan persons. Se hur månaden står."
    ),
    "CONTROL_DATA_NOT_FETCHED": Text(
        "Kontrollunderlaget kunde inte hämtas, och det som fanns gäller. Kontrollera källan, och hämta igen."
    ),
    "CONTROL_DATA_UNREADABLE": Text(
        "Filen är inget kontrollunderlag som går att läsa, och ingenting är ändrat. Rätta filen."
    ),
    "FILE_UNKNOWN": Text("Filen finns inte. Kontrollera numret."),
    "FORM_REFUSED": Text("Ett fält i formuläret går inte att läsa. Rätta fältet som nämns."),
    "HELD_BACK": Text(
        "Leverantören betalas inte nu, så fakturan hålls kvar. Meningen säger varför; se leverantörens "
        "betalningsstopp."
    ),
    "IN_PROPOSAL": Text(
        "Fakturan ligger i ett betalningsförslag. Betala den där, eller ta ut den ur förslaget först."
    ),
    "MONTH_CLOSED": Text(
        "Månaden är stängd och tar inga fler verifikationer. Öppna den igen, eller bokför i en öppen månad."
    ),
    "NOTHING_TO_BOOK": Text("Inget nytt finns att bokföra. Det behöver inte göras något."),
    "NOTHING_TO_PAY": Text(
        "Ingen godkänd faktura ska betalas till och med dagen. Välj en senare dag, eller se vad som "
        "hålls kvar."
    ),
    "NO_CLAIM": Text("Det finns ingen fordran med det numret. Kontrollera numret."),
    "NO_CLOSING": Text("Månaden är varken stängd eller föreslagen till stängning. Välj en annan månad."),
    "NO_DEBTOR_ACCOUNT": Text(
        "Kontot som betalningar görs från är inte inställt. Den som driver tjänsten anger det."
    ),
    "NO_RATE": Text("Referensräntan finns inte. Kontrollera numret."),
    "NO_RULES_VERSION": Text("Versionen av konteringsreglerna finns inte. Kontrollera numret."),
    "NO_STOP": Text("Betalningsstoppet finns inte. Kontrollera numret."),
    "NO_UNKNOWN_ACCOUNT": Text("Kontot på fakturan är redan registrerat. Läs in sidan igen."),
    "PART_REFUSED": Text(
        "Beloppet är noll eller mer än det som är kvar av fordran. Skriv högst det som är kvar."
    ),
    "PROPOSAL_UNKNOWN": Text("Betalningsförslaget, eller raden i det, finns inte. Kontrollera numret."),
    "RATE_REFUSED": Text(
        "Referensräntan kan inte läggas in så, eller steget är en annan persons. Meningen säger vad som "
        "krävs."
    ),
    "RATE_UNKNOWN": Text(
        "Referensräntan för halvåret är inte inlagd, och ingen ränta räknas på en gissning. Lägg in "
        "Riksbankens siffra."
    ),
    "RELEASE_REFUSED": Text(
        "Betalningen stoppas inte av kontrollen nu, eller släpps på ett annat sätt. Läs om, och se hur "
        "den står."
    ),
    "REPAYMENT_REFUSED": Text(
        "Återbetalningen kan inte noteras, bekräftas eller tas tillbaka nu. Meningen säger vad som krävs."
    ),
    "RIGHT_REFUSED": Text("Attesträtten kan inte ges eller avslutas så. Meningen säger vad som krävs."),
    "RULES_CHANGE_REFUSED": Text(
        "Ändringen av konteringsreglerna kan inte föreslås, eller steget är en annan persons. Se hur "
        "förslaget står."
    ),
    "RULES_REFUSED": Text(
        "Konteringsreglerna går inte att använda som de är skrivna. Rätta stället som nämns."
    ),
    "SAME_PERSON": Text(
        "Den som attesterar en betalning måste vara en annan än den som förberedde den. Låt någon annan "
        "attestera."
    ),
    "SHOWN_OTHERWISE": Text(
        "Det som skulle bokföras har ändrats sedan det visades. Se vad som bokförs nu, och bekräfta det."
    ),
    "STOP_REFUSED": Text(
        "Betalningsstoppet kan inte göras, eller steget är en annan persons. Meningen säger vad som krävs."
    ),
    "TABLE_UNREADABLE": Text(
        "Filen är ingen tabell med betalningar som går att läsa, och ingenting är ändrat. Rätta raden "
        "som nämns."
    ),
    "TRANSFER_NOTE_REFUSED": Text(
        "Det som sägs om betalningen kan inte noteras, bekräftas eller tas tillbaka nu. Se "
        "betalningsförslaget."
    ),
}
