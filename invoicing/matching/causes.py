"""What stops a document, in words: queue, pages, exports and commands all take them from here, as answers do.

Convention: a document's cause is the title of its gravest deviation, and the reasons are the sentences of all that
are as grave. A code has a name of its own, for filters, groups and settings: it stands for all its variants, so it
says no more than what is true of each of them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from foundation.text import NO_TEXT, Text
from invoicing.matching.deviation_texts import WORDS, sentence, title
from invoicing.matching.deviation_words.references import OUTSIDE
from invoicing.matching.deviations import ABSENT, REJECTED, REVOKED, Deviation, DeviationCode, Match, Weight
from invoicing.matching.late_payment_claims import DISPUTED

_NAMES: Final[Mapping[DeviationCode, Text]] = {
    DeviationCode.ORDER_NOT_SUPPLIERS: Text("Order och leverantör hör inte ihop"),
    DeviationCode.NOT_RECEIVED: Text("Inte levererat"),
    DeviationCode.PAYEE_ACCOUNT: Text("Betalkontot stämmer inte med registret"),
    DeviationCode.AMOUNT: Text("Beloppet stämmer inte"),
    DeviationCode.DUE_DATE: Text("Förfallodagen är inte den avtalade"),
}
"""The names of codes whose variants are of several kinds; of the others the code's own title says it."""


_C = DeviationCode
_ENDING: Final = frozenset(
    {
        *((_C.NOT_RECEIVED, variant) for variant in ("cancelled", "interrupted", ABSENT, REVOKED)),
        *((code, variant) for code in (_C.ORDER_MISSING, _C.ORDER_UNKNOWN) for variant in OUTSIDE),
        (_C.ORDER_NOT_SUPPLIERS, "succeeded"),
        (_C.LATE_PAYMENT_CLAIM, DISPUTED),
    }
)
"""What no other invoice can put right, by code and variant; so is what is invoiced already."""


def code_name(code: str) -> Text:
    """What a code of deviation is called, whatever its variant; nothing where the code is none of ours.

    >>> code_name("NOT_RECEIVED").en
    'Not received'
    >>> bool(code_name("SOMETHING_ELSE"))
    False
    """
    if code not in DeviationCode.__members__:
        return NO_TEXT
    known = DeviationCode(code)
    return _NAMES.get(known) or WORDS[known, ""].title


def gravest(match: Match) -> tuple[Deviation, ...]:
    """The deviations that decided the verdict, in the order of the checks; notes only where there is nothing else."""
    weight = max((each.weight for each in match.deviations), default=Weight.NOTE)
    return tuple(each for each in match.deviations if each.weight is weight)


def told(
    deviations: Sequence[Deviation], *, rejected: bool = False, in_part: bool = False
) -> Mapping[Deviation, Text]:
    """Every deviation of a judgement with its sentence, in the order given.

    What to do is said by the gravest alone, and once: who is to credit an invoice is not told as well that it will be
    judged again, and who is to send no new one is not asked for it by another deviation. Of a document that is
    `rejected` nothing is said to save it; of one accepted `in_part` what to credit is said by the request alone.
    """
    weight = max((each.weight for each in deviations), default=Weight.NOTE)
    done = nothing_left(deviations)
    mixed = any(_ends_it(each) for each in deviations)
    return {
        each: sentence(
            _rejected(each) if rejected else each,
            advises=not in_part and each.weight is weight and (not mixed or _ends_it(each) is done),
        )
        for each in deviations
    }


def nothing_left(deviations: Sequence[Deviation]) -> bool:
    """Whether nothing of the document can be invoiced anew, so that it is credited and no other is asked for."""
    asking = [each for each in deviations if each.weight is Weight.QUESTION]
    ended = {each.line for each in asking if _ends_it(each)}
    return "" in ended or (bool(ended) and all(not each.line or each.line in ended for each in asking))


def _ends_it(deviation: Deviation) -> bool:
    """Whether its own sentence tells the supplier to send no new invoice."""
    if deviation.weight is not Weight.QUESTION:
        return False
    variant = deviation.variant.partition(" ")[0]
    return (deviation.code, variant) in _ENDING or deviation.code is DeviationCode.ALREADY_INVOICED


def reasons(match: Match, *, rejected: bool = False, in_part: bool = False) -> tuple[Text, ...]:
    """The sentences of the gravest deviations; two may differ and be told in the same words, which are said once."""
    said = told(match.deviations, rejected=rejected, in_part=in_part)
    return tuple({said[each].sv: said[each] for each in gravest(match)}.values())


def _rejected(deviation: Deviation) -> Deviation:
    """The deviation as it is told where the document cannot be accepted any more."""
    told_anew = (deviation.code, deviation.variant) == (DeviationCode.ALREADY_INVOICED, "")
    return replace(deviation, variant=REJECTED) if told_anew else deviation


def awaits_decision(match: Match) -> bool:
    """Whether a person decides about it before anything is asked of its supplier: a claim for late payment."""
    return any(
        each.code is DeviationCode.LATE_PAYMENT_CLAIM and each.weight > Weight.NOTE and not each.variant
        for each in match.deviations
    )


def stops(match: Match) -> bool:
    """Whether anything stops the document, and not only differs."""
    return any(each.weight > Weight.NOTE for each in match.deviations)


def cause(codes: Sequence[str], match: Match | None) -> Text:
    """Why a document with these codes is where it is, in two or three words; nothing where it has no code.

    The title of the judgement's gravest deviation; the name of the code where the books hold no such judgement.
    """
    if not codes:
        return NO_TEXT
    first = next((each for each in gravest(match) if each.code == codes[0]), None) if match else None
    return title(first) if first is not None else code_name(codes[0])


def causes(codes: Sequence[str], match: Match | None) -> tuple[Text, ...]:
    """The same for every code of the document, each once, the gravest first."""
    if match is None:
        return tuple(code_name(each) for each in codes)
    found = {each.code.value: title(each) for each in sorted(match.deviations, key=lambda one: one.weight)}
    return tuple({said.sv: said for said in (found.get(each, code_name(each)) for each in codes)}.values())
