"""Findings in words: what is wrong, where, what to do and who must act, in Swedish and in English.

The sentences are data, in `texts/*.toml` beside this module, one table per rule id.
A rule that belongs to a generated family (one rule per element of a list) shares the
template of its family. The convention of a text:

- `sv`, `en`: what is wrong, in the words of an invoice, as one or more full sentences.
- `do`: the name of a remedy in `remedies.toml`, or `do_sv`, `do_en` and `who` of its own.
- `{found}`, `{expected}`, `{detail}` are filled from the finding. A part in square
  brackets is left out when a value in it is missing. Values that no sentence
  uses are added at the end, so that nothing the rule knows is lost.

The place ("fakturarad 2, rad 45 i filen") is added here, from the finding's location.
"""

import re
import tomllib
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Final

from peppol.rules.findings import Finding

LANGUAGES: Final = ("sv", "en")
_FOLDER: Final = Path(__file__).with_name("texts")


class Actor(StrEnum):
    """Who can put the thing right."""

    SYSTEM_SUPPLIER = "SYSTEM_SUPPLIER"
    ECONOMIST = "ECONOMIST"
    BUYER = "BUYER"


@dataclass(frozen=True, slots=True)
class Explanation:
    """A finding for people: `message` says what and where, `remedy` what to do, `actor` who does it."""

    message: str
    remedy: str
    actor: Actor


@dataclass(frozen=True, slots=True)
class Text:
    """The sentences of one rule before a finding fills them: language -> sentence."""

    says: dict[str, str]
    remedy: dict[str, str]
    actor: Actor


class NoText(LookupError):
    """A rule without a text, or a text with a part missing: a mistake in the data files."""


def explain(finding: Finding, lang: str = "sv") -> Explanation:
    """The finding in words of `lang` ("sv" or "en").

    Raises `NoText` if the rule has no text, `ValueError` for another language.
    """
    if lang not in LANGUAGES:
        raise ValueError(f"There are texts in {' and '.join(LANGUAGES)}, not in {lang!r}.")
    text = text_of(finding.rule)
    values = {"found": finding.found, "expected": finding.expected, "detail": finding.detail}
    said = _filled(text.says[lang], values)
    return Explanation(said, _filled(text.remedy[lang], values), text.actor)


def text_of(rule: str) -> Text:
    """The text of the rule with this id. Raises `NoText` if there is none."""
    text = _texts().get(rule)
    if text is None:
        raise NoText(f"No text for rule {rule}: add it under peppol/rules/texts/.")
    return text


_OPTIONAL: Final = re.compile(r"\[([^\]]*)\]")
_VALUE: Final = re.compile(r"\{(\w+)\}")


def _filled(template: str, values: dict[str, str]) -> str:
    """The template with its values; a part in brackets goes when one of its values is empty."""

    def part(match: re.Match[str]) -> str:
        return match.group(1) if all(values[name] for name in _VALUE.findall(match.group(1))) else ""

    return _VALUE.sub(lambda name: values[name.group(1)], _OPTIONAL.sub(part, template))


@cache
def _texts() -> dict[str, Text]:
    texts: dict[str, Text] = {}
    for path in sorted(_FOLDER.glob("*.toml")):
        for rule, entry in tomllib.loads(path.read_text(encoding="utf-8")).items():
            texts[rule] = Text(
                {"sv": entry["sv"], "en": entry["en"]},
                {"sv": entry["do_sv"], "en": entry["do_en"]},
                Actor(entry["who"]),
            )
    return texts
