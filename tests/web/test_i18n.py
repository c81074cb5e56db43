"""Every text of the pages has its English, and every English text belongs to a text of the pages."""

import ast
from collections.abc import Iterator

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from billing.server.app import FRONTS
from foundation.money import Money
from foundation.periods import Month
from tests.support.project import PROJECT
from web import fronts, i18n, state_labels

FOLDERS = ("web", *(front.package for front in FRONTS))


def texts_of_templates() -> Iterator[tuple[str, str]]:
    """(where, text) of every marked text; of one with a plural, the singular."""
    for folder in FOLDERS:
        found = extract_from_dir(
            PROJECT / folder / "templates",
            method_map=[("**.html", "jinja2.ext.babel_extract")],
            options_map={},
        )
        for name, line, text, _, _ in found:
            yield f"{folder}/templates/{name}:{line}", text if isinstance(text, str) else text[0]


def texts_of_code() -> Iterator[tuple[str, str]]:
    """(where, text) of every `_t("...")` of the pages."""
    for path in (path for folder in FOLDERS for path in (PROJECT / folder).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "_t":
                assert isinstance(node.args[0], ast.Constant), f"{path.name}:{node.lineno}"
                yield f"{path.name}:{node.lineno}", str(node.args[0].value)
    for entry in fronts.navigation():
        yield "navigation", entry.label


def test_every_text_has_its_english() -> None:
    english = i18n.catalogue("en")
    known = set(english.single) | {one for one, _ in english.plural}
    lacking = [
        f"{where}: {text}" for where, text in (*texts_of_templates(), *texts_of_code()) if text not in known
    ]
    assert lacking == []


def test_no_text_has_two_english_ones() -> None:
    seen: dict[str, tuple[str, str]] = {}
    for path in i18n.text_files("en", FOLDERS):
        with path.open("rb") as file:
            for message in read_po(file, locale="en"):
                if not message.id:
                    continue
                key, text = str(message.id), str(message.string)
                before = seen.setdefault(key, (text, path.name))
                assert before[0] == text, f"{key}: {before[1]} and {path.name} differ"


def test_values_stand_in_both_languages_where_they_stand_in_one() -> None:
    for swedish, english in i18n.catalogue("en").single.items():
        values = [part.split(")")[0] for part in swedish.split("%(")[1:]]
        assert sorted(values) == sorted(part.split(")")[0] for part in english.split("%(")[1:]), swedish


def test_states_have_words_in_both_languages() -> None:
    for states in state_labels.STATES.values():
        for tone, sv, en in states.values():
            assert tone in {"good", "note", "bad", "quiet", "info"}
            assert sv
            assert en


@pytest.mark.parametrize(("language", "amount"), [("sv", "11 970,00 kr"), ("en", "SEK 11,970.00")])
def test_amounts_are_written_as_people_write_them(language: str, amount: str) -> None:
    written = i18n.money(Money.of("11970"), "en" if language == "en" else "sv")
    assert written.replace("\N{NO-BREAK SPACE}", " ") == amount


def test_months_are_written_as_people_write_them() -> None:
    assert i18n.month(Month(2026, 11), "sv") == "november 2026"
    assert i18n.month(Month(2026, 11), "en") == "November 2026"
