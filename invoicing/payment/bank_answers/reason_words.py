"""Why a bank did not pay, in words: the codes of ISO 20022's external lists that banks give suppliers' payments.

Source: ISO 20022 external code sets, ExternalStatusReason1Code and ExternalReturnReason1Code, in our own words. A
code that is not here is shown as the bank wrote it.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from foundation.text import JoinedText, Text, WrittenText
from foundation.written.fitted import quoted
from invoicing.payment.bank_files.told import Reason

_WORDS_MAX: Final = 200
_CODE_MAX: Final = 40

REASONS: Final[Mapping[str, Text]] = {
    "AC01": Text("kontonumret är fel eller finns inte"),
    "AC02": Text("vårt kontonummer är fel"),
    "AC03": Text("mottagarens kontonummer är fel"),
    "AC04": Text("kontot är avslutat"),
    "AC05": Text("mottagarens konto är avslutat"),
    "AC06": Text("kontot är spärrat"),
    "AC07": Text("mottagarens konto är avslutat"),
    "AC10": Text("vårt konto har en annan valuta"),
    "AC11": Text("mottagarens konto har en annan valuta"),
    "AC13": Text("vårt konto är av fel slag"),
    "AC14": Text("mottagarens konto är av fel slag"),
    "AG01": Text("betalningar får inte göras från eller till kontot"),
    "AG02": Text("betalningens slag stämmer inte"),
    "AG03": Text("betalningens slag kan inte tas emot"),
    "AG07": Text("kontot kan inte debiteras"),
    "AG10": Text("en bank på vägen är avstängd"),
    "AM01": Text("beloppet är noll"),
    "AM02": Text("beloppet är över vad som får betalas"),
    "AM03": Text("valutan kan inte betalas ut"),
    "AM04": Text("täckning saknas på vårt konto"),
    "AM05": Text("betalningen är en dubblett"),
    "AM06": Text("beloppet är för litet"),
    "AM07": Text("beloppet är spärrat"),
    "AM09": Text("beloppet är ett annat än det överenskomna"),
    "AM10": Text("summan i filen stämmer inte med betalningarna"),
    "AM11": Text("valutan är fel eller saknas"),
    "AM12": Text("beloppet är fel eller saknas"),
    "AM14": Text("beloppet är över den avtalade gränsen"),
    "AM18": Text("antalet betalningar i filen stämmer inte"),
    "BE01": Text("mottagarens namn stämmer inte med kontots innehavare"),
    "BE04": Text("mottagarens adress saknas eller är fel"),
    "BE05": Text("banken känner inte igen den som skickade filen"),
    "BE06": Text("mottagaren är inte känd på kontot"),
    "BE07": Text("vår adress saknas eller är fel"),
    "BE08": Text("namnet saknas eller är fel"),
    "BE09": Text("landskoden är fel"),
    "BE10": Text("vår landskod saknas eller är fel"),
    "BE11": Text("mottagarens landskod saknas eller är fel"),
    "BE16": Text("vårt kundnummer är fel"),
    "BE17": Text("mottagarens organisationsnummer är fel"),
    "BE22": Text("mottagarens namn saknas"),
    "CH03": Text("betalningsdagen ligger för långt fram"),
    "CH04": Text("betalningsdagen har redan varit"),
    "CH16": Text("filen har ett element med fel innehåll"),
    "CH17": Text("filen har ett element som inte får vara med"),
    "CH20": Text("ett belopp har för många decimaler"),
    "CH21": Text("ett element saknas i filen"),
    "CNOR": Text("mottagarens bank nås inte i clearingen"),
    "CURR": Text("valutan är fel"),
    "CUST": Text("kunden har bett om det"),
    "DNOR": Text("vår bank nås inte i clearingen"),
    "DS0H": Text("den som skickade filen får inte göra betalningar från kontot"),
    "DS02": Text("betalningen är inte godkänd i banken"),
    "DS03": Text("fel form på signaturen"),
    "DS05": Text("den som godkänt i banken har inte rätt till det"),
    "DT01": Text("betalningsdagen är fel"),
    "DT02": Text("filens tidpunkt är fel"),
    "DT06": Text("betalningsdagen är ändrad av banken"),
    "DU01": Text("filens nummer har använts förut"),
    "DU02": Text("uppdragets nummer har använts förut"),
    "DU03": Text("betalningens nummer har använts förut"),
    "DU04": Text("betalningens referens har använts förut"),
    "DU05": Text("betalningens nummer har använts förut"),
    "DUPL": Text("betalningen är en dubblett"),
    "ED01": Text("banken på vägen kan inte användas"),
    "ED05": Text("avvecklingen mellan bankerna misslyckades"),
    "ERIN": Text("mottagarens bank tar inte emot uppgifterna som följer med"),
    "FF01": Text("filens format är fel"),
    "FF03": Text("betalningens slag är fel i filen"),
    "FF04": Text("servicenivån är fel i filen"),
    "FF05": Text("betalningssättet är fel i filen"),
    "FF10": Text("filen kunde inte behandlas av tekniska skäl"),
    "FOCR": Text("pengarna återkallades"),
    "FR01": Text("misstanke om bedrägeri"),
    "LEGL": Text("det hindras av lag eller beslut"),
    "MD07": Text("mottagaren har avlidit"),
    "MS02": Text("mottagaren tar inte emot betalningen"),
    "MS03": Text("banken uppger inget skäl"),
    "NARR": Text("skälet står i bankens egna ord"),
    "NOAS": Text("mottagaren har inte svarat"),
    "NOOR": Text("betalningen är inte mottagen"),
    "RC01": Text("bankens nummer (BIC eller clearing) är fel"),
    "RC03": Text("vår banks clearingnummer är fel"),
    "RC04": Text("mottagarens banks clearingnummer är fel"),
    "RC07": Text("mottagarens banks BIC är fel"),
    "RC08": Text("clearingnumret är fel"),
    "RF01": Text("referensen är inte ensam om sitt nummer"),
    "RR01": Text("vårt konto eller kundnummer saknas"),
    "RR02": Text("vårt namn eller vår adress saknas"),
    "RR03": Text("mottagarens namn eller adress saknas"),
    "RR04": Text("det hindras av myndigheters krav"),
    "RR06": Text("skatteuppgifter saknas eller är fel"),
    "RR07": Text("meddelandet till mottagaren är fel, till exempel OCR-numret"),
    "RR12": Text("ett identitetsnummer saknas eller är fel"),
    "SL01": Text("mottagarens bank har en spärr för tjänsten"),
    "SVNR": Text("tjänsten är inte utförd"),
    "TM01": Text("filen kom efter bankens stopptid"),
    "TS01": Text("en uppföljande fil uteblev"),
    "UPAY": Text("betalningen kunde inte utföras"),
}
"""What each code says, as it goes on after `Bankens skäl:`."""


def sentence(reasons: Sequence[Reason]) -> Text:
    """The bank's reasons as sentences, with its codes and its own words; or that it says none."""
    said = [_one(each) for each in reasons if each.code or each.words]
    if not said:
        return Text("Banken säger inte varför.")
    return Text("Bankens skäl: %(reasons)s.", reasons=JoinedText("; ", said))


def _one(reason: Reason) -> Text:
    words, code = quoted(reason.words, _WORDS_MAX), quoted(reason.code, _CODE_MAX)
    known = REASONS.get(reason.code)
    if not words:
        return (
            JoinedText(" ", (known, WrittenText(f"({code})"))) if known else Text("kod %(code)s", code=code)
        )
    if known:
        return Text("%(why)s (%(code)s), ”%(words)s”", why=known, code=code, words=words)
    if not code:
        return Text("”%(words)s”", words=words)
    return Text("kod %(code)s, ”%(words)s”", code=code, words=words)
