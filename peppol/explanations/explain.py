"""Findings in words: what is wrong, where, what to do and who must act, in the language of whoever reads.

The sentences are data (see `text_files`); here a finding fills them. A message is
put together from

    the sentence    Summan med moms är inte summan utan moms plus momsen.
    the values      Det står 2374.99, det ska vara 2375. Uträkning: 1900.00 + 475.00 = 2375.
    the place       Plats: summorna, summan med moms, rad 122 i filen.

Conventions of a sentence: `{found}`, `{expected}` and `{detail}` are the finding's;
`{doc}` is what the document is called, `{field}` the field at the finding's place,
`{missing}` the field named by `expected`, `{named}` the one named by `found`, `{form}`
the form that `expected` asks for. A capital first letter ({Doc}) writes the word so.
A part in square brackets goes when a value in it is empty.
"""

import re
from dataclasses import dataclass, replace
from typing import Final

from foundation.personal_numbers import masked
from foundation.text import SWEDISH, Language, Text, WrittenText, languages, translated
from peppol.explanations.text_files import FindingActor, RuleText, name_of, names, remedy, text_of, word
from peppol.findings import Finding


@dataclass(frozen=True, slots=True)
class Explanation:
    """A finding for people: `message` says what and where, `remedy` what to do, `actor` who does it."""

    message: str
    remedy: str
    actor: FindingActor

    @property
    def sentence(self) -> str:
        """What is wrong, where, and what to do."""
        return f"{self.message} {self.remedy}"


@dataclass(frozen=True, slots=True, init=False)
class _ExplainedText(Text):
    """A finding as a text: put together anew in each language, since its names and its place differ."""

    finding: Finding

    def __init__(self, finding: Finding, /) -> None:
        Text.__init__(self, finding.rule)
        object.__setattr__(self, "finding", finding)

    def in_language(self, language: Language) -> str:
        """What is wrong, where, and what to do, as whoever reads this language reads it."""
        return explain(self.finding, language).sentence


def explained(finding: Finding) -> Text:
    """A finding as one text, for where it is not yet known who reads it."""
    return _ExplainedText(finding)


def explain(finding: Finding, lang: Language = SWEDISH) -> Explanation:
    """The finding in words of a language.

    Raises `NoText` if the rule has no text, `ValueError` for a language that has no catalogue.
    """
    if lang not in languages():
        raise ValueError(f"There are texts in {' and '.join(languages())}, not in {lang!r}.")
    # What a sentence says is kept and sent on, and the document itself is handled apart.
    finding = replace(
        finding,
        found=masked(finding.found),
        expected=masked(finding.expected),
        detail=masked(finding.detail),
    )
    text = text_of(key_of(finding), finding.expected)
    values = _values(finding, text, lang)
    says = translated(text.says, lang)
    parts = [_filled(says, values)]
    if not text.quiet:
        parts += [said.in_language(lang) for said in _values_said(finding, says, values)]
    place = place_of(finding, lang)
    if place:
        parts.append(Text("Plats: %(place)s.", place=place).in_language(lang))
    remedy, actor = _remedy(finding, text)
    return Explanation(" ".join(parts), _filled(translated(remedy, lang), values), actor)


def key_of(finding: Finding) -> str:
    """The id under which the text of the finding stands."""
    return f"XSD-{finding.detail}" if finding.rule == "XSD" else finding.rule


def _remedy(finding: Finding, text: RuleText) -> tuple[str, FindingActor]:
    """What to do and who does it: an order is the buyer's own, also where a rule is shared by all documents."""
    if finding.location.startswith("/Order/") or finding.location == "/Order":
        return remedy("buyer" if finding.fatal else "buyer-note")
    return text.to_do(finding.severity)


# --- filling --------------------------------------------------------------------------------------------

_OPTIONAL: Final = re.compile(r"\[([^\]]*)\]")
_VALUE: Final = re.compile(r"\{(\w+)\}")


def _filled(template: str, values: dict[str, str]) -> str:
    """The template with its values; a part in brackets goes when one of its values is empty."""

    def part(match: re.Match[str]) -> str:
        return match.group(1) if all(values[name.lower()] for name in _VALUE.findall(match.group(1))) else ""

    def value(match: re.Match[str]) -> str:
        filled = values[match.group(1).lower()]
        return filled if match.group(1)[0].islower() else filled[:1].upper() + filled[1:]

    return _VALUE.sub(value, _OPTIONAL.sub(part, template))


def _values(finding: Finding, text: RuleText, lang: Language) -> dict[str, str]:
    root = re.match(r"/(\w+)", finding.location)
    document = names("documents").get(root.group(1)) if root else None
    return {
        "found": finding.found,
        "expected": _bound(finding.expected).in_language(lang),
        "detail": finding.detail,
        "doc": (document or Text("dokumentet")).in_language(lang),
        "field": _called(finding.location, lang),
        "missing": _called(finding.expected, lang),
        "named": _called(finding.found, lang),
        "form": _form(finding.expected).in_language(lang),
        **{name: word.in_language(lang) for name, word in text.groups.items()},
    }


def _called(path: str, lang: Language) -> str:
    named = name_of(path)
    return named.in_language(lang) if named else path.rpartition("/")[2].partition("[")[0]


def _form(expected: str) -> Text:
    form = word("form", expected)
    if form:
        return form
    if re.fullmatch(r"[A-Z][A-Z0-9_]+", expected):
        return Text("en kod ur listan %(code_list)s", code_list=expected)
    return WrittenText(expected)


_BOUNDS: Final = (
    (">=", Text("minst %(bound)s"), Text("tidigast %(bound)s")),
    ("<=", Text("högst %(bound)s"), Text("senast %(bound)s")),
    (">", Text("mer än %(bound)s"), Text("mer än %(bound)s")),
    ("<", Text("mindre än %(bound)s"), Text("mindre än %(bound)s")),
)


def _bound(expected: str) -> Text:
    """>= 0 as "minst 0", <= 5 as "högst 5"; days are early or late instead."""
    for sign, of_number, of_day in _BOUNDS:
        if expected.startswith(sign + " "):
            bound = expected.removeprefix(sign + " ")
            is_day = re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", bound) is not None
            return (of_day if is_day else of_number).with_values(bound=bound)
    return WrittenText(expected)


# --- values and places ----------------------------------------------------------------------------------

_SUM_LONGEST: Final = 160


def _values_said(finding: Finding, template: str, values: dict[str, str]) -> list[Text]:
    """What the document says, what it should say and how that is computed, as far as known and not yet said."""
    # The values of a finding about the whole document are counts, and the sentence says them better.
    whole = finding.location.count("/") == 1
    found = finding.found if "{found}" not in template and not whole else ""
    # An expected path or list says what ought to be there in the words of the schema: not for people.
    wanted = (
        values["expected"]
        if "{expected}" not in template and _is_value(finding.expected) and not whole
        else ""
    )
    said: list[Text] = []
    if found and wanted:
        said.append(Text("Det står %(found)s, det ska vara %(wanted)s.", found=found, wanted=wanted))
    elif found:
        said.append(Text("Det står %(found)s.", found=found))
    elif wanted:
        said.append(Text("Det ska vara %(wanted)s.", wanted=wanted))
    if _is_computation(finding.detail):
        said.append(Text("Uträkning: %(arithmetic)s.", arithmetic=_shortened(finding.detail)))
    return said


def _is_value(expected: str) -> bool:
    """A number, a date or a bound on one."""
    return re.fullmatch(r"([<>]=? )?-?[0-9][0-9.-]*", expected) is not None


def _is_computation(detail: str) -> bool:
    """At least two terms and a result; an unreadable number is written "?" and explains nothing."""
    terms, equals, _ = detail.rpartition(" = ")
    return bool(equals) and " " in terms and "?" not in detail


def _shortened(arithmetic: str) -> str:
    """A sum of very many terms keeps its beginning and its result."""
    if len(arithmetic) <= _SUM_LONGEST:
        return arithmetic
    terms, _, result = arithmetic.rpartition(" = ")
    return f"{terms[:_SUM_LONGEST].rpartition(' ')[0]} … = {result}"


def place_of(finding: Finding, lang: Language = SWEDISH) -> str:
    """Where the finding stands, in words: "fakturarad 2, pris, rad 145 i filen"; empty if unknown.

    A finding about the document as a whole has no place: the line of its first element helps nobody.
    """
    steps = [step for step in finding.location.split("/") if step]
    if len(steps) == 1:
        return ""
    said: list[str] = []
    for step in steps[1:]:
        name, _, position = step.partition("[")
        place = names("places").get(name.rpartition(":")[2])
        if place:
            said.append(place.in_language(lang) + (f" {position.rstrip(']')}" if position else ""))
    field = _field(steps, lang)
    if field and field not in said:
        said.append(field)
    if finding.line:
        said.append(Text("rad %(line)s i filen", line=finding.line).in_language(lang))
    return ", ".join(said)


def _field(steps: list[str], lang: Language) -> str:
    """The value the steps end at, with the attribute's owner named rather than the attribute."""
    values = [step for step in steps if not step.startswith("@")]
    if len(values) < 2 or not values[-1].startswith("cbc:"):
        return ""
    named = name_of("/".join(values))
    return named.in_language(lang) if named else values[-1].partition("[")[0].removeprefix("cbc:")
