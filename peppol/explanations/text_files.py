"""The sentences and names as they stand in `texts/*.toml`, read once and looked up by rule id.

A release of the published rules brings the sentences of its new rules along, as `texts.toml` of
its folder.

A table per rule id has `says` (what is wrong) and either `do`, the name of a remedy in
`remedies.toml`, or `remedy` and `who` of its own; `quiet = true` keeps the finding's
values from being added after it. A rule that stops a document in one release and warns in
another has `note` too, the name of the remedy of the warning.

A `[[family]]` speaks for many rules: `rule` is a pattern for whole ids, `meaning` one
for the rule's meaning. The first family that fits is taken, and a table for the id
itself wins over all. Named groups of the patterns become placeholders: `inner`, `outer`
and `attribute` are names of elements and attributes, `path` and `raw` are kept as they
are, all others are keys of a `[words.<group>]` table.

The files hold the Swedish; `peppol/locale/` has the other languages, as for every text.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cache, lru_cache
from pathlib import Path
from typing import Final

from foundation.text import JoinedText, Text, WrittenText
from peppol.findings import Severity

FOLDER: Final = Path(__file__).with_name("texts")
_RELEASES: Final = Path(__file__).parents[1] / "rules" / "releases"

WORDS: Final = "words"
"""The msgctxt of a word that stands in a sentence, where a name of its own is called otherwise."""


class FindingActor(StrEnum):
    """Who can put a thing right: the sender's system supplier, the sender's economist, or the buyer."""

    SYSTEM_SUPPLIER = "SYSTEM_SUPPLIER"
    ECONOMIST = "ECONOMIST"
    BUYER = "BUYER"


@dataclass(frozen=True, slots=True)
class RuleText:
    """The sentences of one rule, before a finding fills them.

    `groups` are the placeholders that follow from the rule itself; without `quiet` the
    finding's values are added after the sentence. `note` is what to do about a warning, where
    the rule is fatal in another release.
    """

    says: str
    remedy: str
    actor: FindingActor
    quiet: bool = False
    note: tuple[str, FindingActor] | None = None
    groups: Mapping[str, Text] = field(default_factory=dict)

    def to_do(self, severity: Severity) -> tuple[str, FindingActor]:
        """What to do about it, and who does it: less where it only warns."""
        if severity is Severity.WARNING and self.note is not None:
            return self.note
        return self.remedy, self.actor


class NoText(LookupError):
    """A rule without a text, or a text with a part missing: a mistake in the data files."""


@dataclass(frozen=True, slots=True)
class _Family:
    rule: re.Pattern[str]
    meaning: re.Pattern[str] | None
    text: RuleText


@dataclass(frozen=True, slots=True)
class _Shelf:
    """All files together."""

    texts: Mapping[str, RuleText]
    families: tuple[_Family, ...]
    words: Mapping[str, Mapping[str, Text]]
    remedies: Mapping[str, tuple[str, FindingActor]]


@lru_cache(maxsize=4096)
def text_of(rule: str, missing: str = "") -> RuleText:
    """The text of the rule with this id; for a schema finding the id is XSD- and its detail.

    Structure rules are counted anew in each release, so that one id may have asked for different
    things; `missing`, the element a finding misses, tells which of them it was.

    Raises `NoText` if there is none.
    """
    shelf = _shelf()
    text = shelf.texts.get(rule)
    if text is not None:
        return text
    for family in shelf.families:
        named = family.rule.fullmatch(rule)
        if named is None:
            continue
        meant = family.meaning.fullmatch(_meaning(rule, missing)) if family.meaning else named
        if meant is not None:
            found = {**named.groupdict(), **meant.groupdict()}
            if "inner" in found and "outer" in found:
                found["inner"] = f"{found['outer']}/{found['inner']}"
            return replace(family.text, groups={name: _word(name, key) for name, key in found.items()})
    raise NoText(f"No text for rule {rule}: add it under peppol/explanations/texts/.")


def files() -> tuple[Path, ...]:
    """The files of sentences and names, those of the releases last."""
    return (*sorted(FOLDER.glob("*.toml")), *sorted(_RELEASES.glob("*/texts.toml")))


def word(group: str, key: str) -> Text | None:
    """The words of `[words.<group>]` for a key, or None."""
    return _shelf().words.get(group, {}).get(key)


def remedy(name: str) -> tuple[str, FindingActor]:
    """A remedy by its name in remedies.toml, and who does it. Raises `NoText` if there is none."""
    found = _shelf().remedies.get(name)
    if found is None:
        raise NoText(f"There is no remedy {name!r} in remedies.toml.")
    return found


@cache
def names(table: str) -> Mapping[str, Text]:
    """The names of one table of fields.toml: documents, places or fields."""
    read = _read(FOLDER / "fields.toml")[table]
    return {key: _name(value, key) for key, value in _table(read).items()}


def name_of(path: str) -> Text | None:
    """What people call the last step of an XPath, or None; the parent may decide what it means."""
    steps = [step.partition("[")[0].rpartition(":")[2] for step in path.split("/") if step]
    fields, documents = names("fields"), names("documents")
    if len(steps) > 1 and "/".join(steps[-2:]) in fields:
        return fields["/".join(steps[-2:])]
    last = steps[-1] if steps else ""
    return fields.get(last) or names("places").get(last) or documents.get(last)


def _word(group: str, key: str) -> Text:
    if group == "raw":
        return WrittenText(key)
    if group in ("inner", "outer", "attribute", "path"):
        named = name_of("@" + key if group == "attribute" else key)
        if group == "path" and named:
            return JoinedText(" ", (named, WrittenText(f"({key})")))
        return named or WrittenText(key.rpartition("/")[2])
    words = word(group, key)
    if words is None:
        raise NoText(
            f"No words for {group} {key}: add them to [words.{group}] under peppol/explanations/texts/."
        )
    return words


@cache
def _meanings() -> Mapping[str, tuple[str, ...]]:
    # Only generated families ask; the rules themselves are heavy to load, so they are imported then.
    from peppol.rules.releases import RELEASES

    meanings: dict[str, dict[str, None]] = {}
    for release in RELEASES:
        for info in release.rule_set.infos:
            meanings.setdefault(info.id, {})[" ".join(info.meaning.split())] = None
    return {rule: tuple(meant) for rule, meant in meanings.items()}


def _meaning(rule: str, missing: str) -> str:
    """What the rule asks for; of several meanings the one that speaks of the missing element, or of none."""
    meant = _meanings().get(rule, ("",))
    if len(meant) == 1:
        return meant[0]
    asked = [meaning for meaning in meant if missing and missing in meaning]
    others = [meaning for meaning in meant if " holds " not in meaning]
    return (asked or others or meant)[0] if missing else (others or meant)[0]


# --- reading the files ----------------------------------------------------------------------------------


def _read(path: Path) -> dict[str, object]:
    return tomllib.loads(path.read_text(encoding="utf-8"))


def _table(value: object) -> dict[str, object]:
    if not isinstance(value, dict):
        raise NoText(f"A table was expected in the texts, not {value!r}.")
    return value


def _name(value: object, key: str, context: str = "") -> Text:
    if not isinstance(value, str) or not value:
        raise NoText(f"{key}: a text is needed, not {value!r}.")
    return Text(value, context=context)


@cache
def _shelf() -> _Shelf:
    remedies = {
        name: (_said(_table(entry), "says", name), FindingActor(str(_table(entry)["who"])))
        for name, entry in _read(FOLDER / "remedies.toml").items()
    }
    texts: dict[str, RuleText] = {}
    families: list[_Family] = []
    words: dict[str, Mapping[str, Text]] = {}
    for path in files():
        if path.name in ("fields.toml", "remedies.toml"):
            continue
        for key, value in _read(path).items():
            if key == "family":
                families.extend(_families(value, remedies))
            elif key == "words":
                for group, entries in _table(value).items():
                    words[group] = {
                        name: _name(value, name, WORDS) for name, value in _table(entries).items()
                    }
            else:
                texts[key] = _text(_table(value), remedies, key)
    return _Shelf(texts, tuple(families), words, remedies)


Remedies = Mapping[str, tuple[str, FindingActor]]


def _families(value: object, remedies: Remedies) -> Iterator[_Family]:
    if not isinstance(value, list):
        raise NoText(f"[[family]] was expected in the texts, not {value!r}.")
    for entry in value:
        meaning = entry.get("meaning")
        text = _text(entry, remedies, str(entry["rule"]))
        yield _Family(re.compile(entry["rule"]), re.compile(meaning) if meaning else None, text)


def _text(entry: Mapping[str, object], remedies: Remedies, key: str) -> RuleText:
    says = _said(entry, "says", key)
    quiet = bool(entry.get("quiet", False))
    note = _named_remedy(entry["note"], remedies, key) if "note" in entry else None
    if "do" not in entry:
        return RuleText(says, _said(entry, "remedy", key), FindingActor(str(entry["who"])), quiet, note)
    return RuleText(says, *_named_remedy(entry["do"], remedies, key), quiet, note)


def _named_remedy(name: object, remedies: Remedies, key: str) -> tuple[str, FindingActor]:
    if name not in remedies:
        raise NoText(f"{key}: there is no remedy {name!r} in remedies.toml.")
    return remedies[str(name)]


def _said(entry: Mapping[str, object], part: str, key: str) -> str:
    said = entry.get(part)
    if not isinstance(said, str) or not said:
        raise NoText(f"{key}: {part} is needed.")
    return said
