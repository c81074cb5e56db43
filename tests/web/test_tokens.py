"""The pages' colours are named by role in one sheet, can be read in light and in dark, and paper is white."""

import re
from itertools import product

import pytest

from web.static_files import FOLDER

SHEETS = sorted(
    each.name
    for each in FOLDER.glob("*.css")
    # What is made into a PDF or handed out alone carries its own.
    if each.name not in {"tokens.css", "paper.css", "order_paper.css", "validation_report.css"}
)
_PAIR = re.compile(r"--([\w-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\);")
TOKENS = {
    name: colours for name, *colours in _PAIR.findall((FOLDER / "tokens.css").read_text(encoding="utf-8"))
}
DRAWN = [name for name in TOKENS if name.startswith("drawn-")]
# What stands on what: text needs 4.5:1 (WCAG 1.4.3), marks and borders of inputs 3:1 (1.4.11).
TEXT = [
    *product(("ink", "quiet", "act", "act-deep", "bad"), ("paper", "ground")),
    *product(("ink", "quiet"), ("sunken",)),
    *((tone, f"{tone}-paper") for tone in ("good", "note", "bad")),
    ("act-deep", "act-paper"),
    ("act", "act-paper"),
    ("on-act", "act"),
    ("on-act", "act-deep"),
]
MARKS = [
    *product((*DRAWN, "edge", "focus", "good", "note", "bad", "act"), ("paper",)),
    ("edge", "ground"),
    ("focus", "ground"),
]


def luminance(colour: str) -> float:
    """The relative luminance of a colour (WCAG 2.2)."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """How far apart two colours are: 1 to 21."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_what_is_written_can_be_read_and_what_is_drawn_be_seen(theme: str) -> None:
    place = {"light": 0, "dark": 1}[theme]
    colours = {name: both[place] for name, both in TOKENS.items()}
    told = [
        f"{over} on {under}: {found:.2f}, {least} is needed"
        for least, pairs in ((4.5, TEXT), (3.0, MARKS))
        for over, under in pairs
        if (found := contrast(colours[over], colours[under])) < least
    ]
    assert told == []


@pytest.mark.parametrize("sheet", SHEETS)
def test_no_other_sheet_names_a_colour(sheet: str) -> None:
    text = re.sub(r"/\*.*?\*/", "", (FOLDER / sheet).read_text(encoding="utf-8"), flags=re.DOTALL)
    assert re.findall(r"#[0-9a-fA-F]{3,8}\b(?=[^{]*\})|rgba?\(|hsla?\(", text) == []


@pytest.mark.parametrize("sheet", [*SHEETS, "tokens.css"])
def test_a_sheet_uses_only_tokens_that_there_are(sheet: str) -> None:
    made = set(re.findall(r"(--[\w-]+):", (FOLDER / "tokens.css").read_text(encoding="utf-8")))
    used = set(re.findall(r"var\((--[\w-]+)", (FOLDER / sheet).read_text(encoding="utf-8")))
    assert used - made == set()


def test_paper_has_the_wide_layout_and_its_own_colours() -> None:
    """A sheet of A4 is as narrow as a phone to a rule that does not say that it means screens."""
    for sheet in SHEETS:
        text = (FOLDER / sheet).read_text(encoding="utf-8")
        assert re.findall(r"@media \((?:min|max)-width", text) == [], sheet
    assert "@media print { :root, :root[data-theme] { color-scheme: light; } }" in (
        FOLDER / "tokens.css"
    ).read_text(encoding="utf-8")


def test_the_font_comes_with_its_licence() -> None:
    assert (FOLDER / "fonts" / "inter.woff2").read_bytes()[:4] == b"wOF2"
    assert "SIL OPEN FONT LICENSE Version 1.1" in (FOLDER / "fonts" / "OFL.txt").read_text(encoding="utf-8")
