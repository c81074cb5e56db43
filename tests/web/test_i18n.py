"""Every text has its English, every English text belongs to a text, and a third language is files alone."""

import ast
import re
import tomllib
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Final

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from foundation import text
from foundation.money import Money
from foundation.periods import Month
from foundation.text import Text
from peppol.explanations import text_files
from tests.support.product import folders, modules
from tests.support.project import PROJECT
from web import i18n, state_labels

# A msgctxt and a msgid; of a text that counts, the wording for one.
Key = tuple[str, str]

# They make texts of what is written elsewhere: the wording stands in a file, which is read below.
MAKERS: Final = {"foundation/text.py", "peppol/explanations/text_files.py"}


def texts_of_templates() -> Iterator[tuple[str, Key]]:
    """(where, text) of every marked text of a template."""
    for folder in text.FOLDERS:
        found = extract_from_dir(
            PROJECT / folder,
            method_map=[("**/templates/**.html", "jinja2.ext.babel_extract")],
            options_map={},
        )
        for name, line, words, _, _ in found:
            yield f"{folder}/{name}:{line}", ("", words if isinstance(words, str) else words[0])


def texts_of_code() -> Iterator[tuple[str, Key]]:
    """(where, text) of every `Text("...")` and `CountedText("...", "...")`."""
    for name in modules():
        if Path(name).parts[0] not in text.FOLDERS or name in MAKERS:
            continue
        source = (PROJECT / name).read_text(encoding="utf-8")
        if "Text(" not in source:
            continue
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in MADE_BY:
                wording = [each.value if isinstance(each, ast.Constant) else None for each in node.args]
                assert wording, f"{name}:{node.lineno}: a text has its wording where it is made"
                assert isinstance(wording[0], str), (
                    f"{name}:{node.lineno}: a text is written, not put together"
                )
                contexts = [each.value for each in node.keywords if each.arg == "context"]
                context = contexts[0].value if contexts and isinstance(contexts[0], ast.Constant) else ""
                yield f"{name}:{node.lineno}", (str(context), wording[0])


MADE_BY: Final = {"Text", "CountedText"}


def texts_of_rules() -> Iterator[tuple[str, Key]]:
    """(where, text) of every sentence, remedy, name and word in the files of the explanations."""
    for path in text_files.files():
        for context, words in _texts_below(tomllib.loads(path.read_text(encoding="utf-8")), ""):
            yield path.name, (context, words)


def _texts_below(entry: object, context: str) -> Iterator[Key]:
    if isinstance(entry, list):
        for each in entry:
            yield from _texts_below(each, context)
    elif isinstance(entry, dict):
        for key, value in entry.items():
            if isinstance(value, str) and (
                key in ("says", "remedy") or not {"rule", "who", "do"} & set(entry)
            ):
                yield context, value
            else:
                yield from _texts_below(value, text_files.WORDS if key == "words" else context)


def english() -> Iterator[tuple[str, Key, tuple[str, ...], tuple[str, ...]]]:
    """(file, text, its wordings, their English: one, or one for each number) of every catalogue."""
    for path in text.text_files("en"):
        with path.open("rb") as file:
            for message in read_po(file, locale="en"):
                if message.id:
                    wording = (message.id,) if isinstance(message.id, str) else message.id
                    said = (message.string,) if isinstance(message.string, str) else message.string
                    yield str(path), (message.context or "", wording[0]), tuple(wording), tuple(said or ())


@cache
def texts() -> tuple[tuple[str, Key], ...]:
    return (*texts_of_templates(), *texts_of_code(), *texts_of_rules())


def test_every_text_has_its_english() -> None:
    known = {key for _, key, _, said in english() if all(said)}
    assert [f"{where}: {key}" for where, key in texts() if key not in known] == []


def test_every_english_text_belongs_to_a_text() -> None:
    written = {key for _, key in texts()}
    assert [f"{path}: {key}" for path, key, _, _ in english() if key not in written] == []


def test_no_text_has_two_english_ones() -> None:
    seen: dict[Key, tuple[tuple[str, ...], str]] = {}
    for path, key, _, said in english():
        before = seen.setdefault(key, (said, path))
        assert before[0] == said, f"{key}: {before[1]} and {path} differ"


def test_values_stand_in_both_languages_where_they_stand_in_one() -> None:
    for path, _, wordings, said in english():
        for swedish, each in zip(wordings, said, strict=True):
            assert values_of(each) == values_of(swedish), f"{path}: {swedish}"


def values_of(wording: str) -> set[str]:
    """The values of a wording; a percent sign that is none of theirs is doubled, or this fails."""
    plain = re.sub(r"%%|%\((\w+)\)s|\{\w+\}", "", wording)
    assert "{" in wording or "%" not in plain, wording
    return set(re.findall(r"%\((\w+)\)s", wording)) | {
        each.lower() for each in re.findall(r"\{(\w+)\}", wording)
    }


def test_the_folders_with_texts_are_the_folders_of_the_product() -> None:
    assert set(text.FOLDERS) == set(folders()) - {"xsd"}


@pytest.fixture
def finnish(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A third language: one file in a folder of the web, and nothing else."""
    folder = tmp_path / "web" / "locale" / "fi"
    folder.mkdir(parents=True)
    (folder / "base.po").write_text(
        'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\nmsgid "Ordrar"\nmsgstr "Tilaukset"\n',
        encoding="utf-8",
    )
    monkeypatch.setattr(
        "foundation.text.files", lambda name: tmp_path / name if name == "web" else files(name)
    )
    caches = (text.languages, text.translations)
    for each in caches:
        each.cache_clear()
    yield
    monkeypatch.undo()
    for each in caches:
        each.cache_clear()


@pytest.mark.usefixtures("finnish")
def test_a_third_language_is_a_file_and_nothing_else() -> None:
    assert text.languages() == ("sv", "fi")
    assert Text("Ordrar").in_language("fi") == "Tilaukset"
    assert Text("Fakturor").in_language("fi") == "Fakturor"
    assert text.language_of("fi") == "fi"
    assert i18n.language_choices() == (("sv", "Svenska"), ("fi", "Suomi"))


def test_states_have_words_in_both_languages() -> None:
    for states in state_labels.STATES.values():
        for tone, words in states.values():
            assert tone in {"good", "note", "bad", "quiet", "info"}
            assert words.sv
            assert words.en


@pytest.mark.parametrize(("language", "amount"), [("sv", "11 970,00 kr"), ("en", "SEK 11,970.00")])
def test_amounts_are_written_as_people_write_them(language: str, amount: str) -> None:
    written = i18n.money(Money.of("11970"), language)
    assert written.replace("\N{NO-BREAK SPACE}", " ") == amount


def test_months_are_written_as_people_write_them() -> None:
    assert i18n.month(Month(2026, 11), "sv") == "november 2026"
    assert i18n.month(Month(2026, 11), "en") == "November 2026"
