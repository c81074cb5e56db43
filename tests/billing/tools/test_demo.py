"""The demo is the proof: the whole story through the command line, on both databases, case by case."""

import json
import shutil
from csv import DictReader
from decimal import Decimal
from pathlib import Path
from typing import cast

import pytest
from typer.testing import CliRunner, Result

from billing.cli.cli import app
from billing.migrations.schema import open_database
from billing.tools.demo.story import StoryCase, read_story
from fixtures import build_demo, build_tour
from foundation.errors import Refused
from peppol.exchange import outbox_store
from peppol.findings import Severity
from peppol.validation import attachments, validation
from peppol.xml import gate, gate_tree
from tests.support.project import PROJECT
from tests.support.servers.databases import PostgresqlServer
from tests.support.stories.demo_books import Demo, books_on_postgresql, played, played_on_postgresql, run_demo

STORY = PROJECT / "fixtures" / "demo"
INBOXES = (STORY / "inbox", STORY / "changes" / "inbox")
CASES = read_story(STORY).cases
CLEAN = "400000001"


def billing(*arguments: str, **env: str) -> Result:
    return CliRunner().invoke(app, list(arguments), env=env)


def refused(*arguments: str) -> str:
    """The sentence the demo ends with; the program itself would print it and exit with 1."""
    result = billing("demo", *arguments)
    assert isinstance(result.exception, Refused)
    return result.exception.text.sv


@pytest.fixture(scope="module")
def demo() -> Demo:
    return played()


def test_the_demo_ends_well(demo: Demo) -> None:
    assert demo.exit_code == 0, demo.output
    assert demo.summary["invariants_broken"] == []
    assert f"{len(CASES)} fall" in demo.output
    assert "0 brutna invarianter" in demo.output


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name_en)
def test_every_case_comes_to_what_it_should(case: StoryCase, demo: Demo) -> None:
    summary = cast("list[dict[str, str]]", demo.summary["cases"])
    actual = {each["name"]: each["actual"] for each in summary}
    for about, expected in case.expected:
        assert actual[f"{case.name} ({about})"] == expected


def test_the_statement_of_the_clean_case_sums_to_zero(demo: Demo) -> None:
    with (demo.folder / "statement.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in DictReader(file) if row["execution_reference"] == CLEAN]
    assert [row["month"] for row in rows] == [f"2026-0{month}" for month in range(2, 8)]
    ordered, received, invoiced, credited, paid = (
        sum(Decimal(row[column]) for row in rows)
        for column in ("ordered", "received", "invoiced", "credited", "paid")
    )
    # 126 working days from February to July 2026, at 95 kronor.
    assert ordered == received == invoiced == paid == 126 * 95
    assert credited == 0
    assert all(Decimal(row["not_approved"]) == Decimal(row["open"]) == 0 for row in rows)


@pytest.mark.parametrize("whole", [False, pytest.param(True, marks=pytest.mark.slow)], ids=["short", "whole"])
def test_a_second_run_starts_fresh_and_sends_the_same_messages(whole: bool, tmp_path: Path) -> None:
    more = () if whole else ("--story", str(short_story(tmp_path / "story")))
    once = run_demo(tmp_path / "demo", *more)
    messages = once.messages
    again = run_demo(tmp_path / "demo", *more)
    assert (again.exit_code, once.exit_code) == (0, 0)
    assert again.messages == messages
    assert len(messages) > 0
    assert again.summary == once.summary


def test_postgresql_sends_the_same_messages(demo: Demo, postgresql_server: PostgresqlServer) -> None:
    other = played_on_postgresql(postgresql_server)
    assert other.exit_code == 0, other.output
    assert other.summary == demo.summary
    assert other.messages == demo.messages
    url = books_on_postgresql(postgresql_server)
    assert "inte tom" in refused("--dir", str(other.folder), "--database", url)


def test_every_message_that_left_is_valid_and_as_stored(demo: Demo) -> None:
    database = open_database(f"sqlite:///{demo.folder / 'billing.sqlite'}")
    try:
        with database.reading() as session:
            stored = sorted(message.body for message in outbox_store.messages_out(session))
    finally:
        database.close()
    assert stored == sorted(demo.messages.values())
    story = read_story(STORY)
    for place, body in demo.messages.items():
        assert validation.validate(body, on=story.last_day).valid, place


def test_messages_for_the_portal_lie_apart(demo: Demo) -> None:
    portal = [place for place in demo.messages if place.startswith("portal-5599993036/")]
    assert any(place.startswith("portal-5599993036/order-") for place in portal)
    assert any(place.startswith("portal-5599993036/invoice-response-") for place in portal)


def test_nothing_is_left_in_the_inbox_and_every_message_is_collected(demo: Demo) -> None:
    assert list((demo.folder / "inbox").iterdir()) == []
    collected = {path.name: path.read_bytes() for path in (demo.folder / "collected").iterdir()}
    sent = {path.name: path.read_bytes() for inbox in INBOXES for path in inbox.iterdir()}
    assert sent.items() <= collected.items()
    assert collected.keys() - sent.keys() == {"2026-10-07-portal-T-44.xml"}


def test_the_summary_is_json_on_request(tmp_path: Path) -> None:
    short = short_story(tmp_path / "story")
    result = billing("demo", "--dir", str(tmp_path / "demo"), "--story", str(short), "--json")
    assert json.loads(result.stdout)["cases"][0]["actual"] == "BASIC"


def test_a_case_that_comes_to_something_else_fails_the_demo(tmp_path: Path) -> None:
    short = short_story(tmp_path / "story", expected="RESULT R1")
    result = billing("demo", "--dir", str(tmp_path / "demo"), "--story", str(short))
    assert result.exit_code == 1
    assert "väntat / expected: RESULT R1" in result.output
    assert "blev / became:     BASIC" in result.output


def test_the_demo_removes_nobody_elses_messages(tmp_path: Path) -> None:
    message = tmp_path / "inbox" / "letter.xml"
    message.parent.mkdir()
    message.write_bytes(b"<a/>")
    assert "Ange en tom mapp" in refused("--dir", str(tmp_path))
    assert message.read_bytes() == b"<a/>"


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("story.toml", 'last_day = "i går"', "story.toml går inte att läsa"),
        ("inbox/utan-dag.xml", "<a/>", "ska börja med dagen"),
    ],
)
def test_a_story_that_cannot_be_read_is_refused_in_a_sentence(
    name: str, content: str, sentence: str, tmp_path: Path
) -> None:
    short = short_story(tmp_path / "story")
    (short / name).write_text(content, encoding="utf-8")
    assert sentence in refused("--dir", str(tmp_path / "demo"), "--story", str(short))
    assert not (tmp_path / "demo").exists()


def test_building_the_messages_again_gives_the_same_bytes() -> None:
    built = build_demo.build()
    kept = {
        path.relative_to(STORY).as_posix(): path.read_bytes()
        for inbox in INBOXES
        for path in (inbox.parent / "events.jsonl", *inbox.iterdir())
    }
    assert built.keys() == kept.keys()
    assert [name for name in built if built[name] != kept[name]] == []


def test_only_the_four_strange_files_break_a_rule() -> None:
    invalid = [
        path.name
        for inbox in INBOXES
        for path in sorted(inbox.iterdir())
        if not validation.validate(path.read_bytes(), on=read_story(STORY).last_day).valid
    ]
    assert [name[11:13] for name in invalid] == ["37", "38", "39", "40"]


def test_suppliers_programs_write_as_differently_as_they_may() -> None:
    messages = [path.read_bytes() for path in (STORY / "inbox").iterdir()]
    signs = {
        "byte order mark": b"\xef\xbb\xbf<",
        "line breaks of Windows": b"\r\n",
        "other prefixes": b"<ns0:Invoice ",
        "basic components as default": b'xmlns="urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2"',
        "comment": b"<!--",
        "no declaration": b"<Invoice",
        "UBL version": b"UBLVersionID",
        "attachment": b"EmbeddedDocumentBinaryObject",
    }
    missing = [
        name
        for name, sign in signs.items()
        if not any(
            body.startswith(sign) if name.startswith(("byte", "no ")) else sign in body for body in messages
        )
    ]
    assert missing == []


def test_the_embedded_pdf_is_one_that_may_be_shown() -> None:
    body = (STORY / "inbox" / "2026-03-04-01-invoice.xml").read_bytes()
    root = gate.admit(body)
    found = root.find(f".//{{{gate_tree.CBC}}}EmbeddedDocumentBinaryObject")
    assert found is not None
    pdf = attachments.decode(
        found.text or "", mime_code=found.get("mimeCode", ""), filename=found.get("filename", "")
    )
    assert pdf.content.startswith(b"%PDF-1.4\n")
    assert pdf.content.endswith(b"%%EOF\n")
    assert [finding for finding in attachments.examine(root) if finding.severity is Severity.FATAL] == []


def test_the_tour_shows_what_the_commands_print(demo: Demo) -> None:
    tour = (PROJECT / "docs" / "tour.md").read_text(encoding="utf-8")
    assert build_tour.guided(tour, demo.folder) == tour


def short_story(folder: Path, *, expected: str = "BASIC") -> Path:
    """A story of one decision, on a day of its own."""
    (folder / "inbox").mkdir(parents=True)
    shutil.copytree(STORY / "register", folder / "register")
    with (STORY / "events.jsonl").open(encoding="utf-8") as file:
        decision = next(line for line in file if CLEAN in line)
    (folder / "events.jsonl").write_text(decision, encoding="utf-8")
    (folder / "story.toml").write_text(
        'last_day = 2026-01-27\n[payments]\nprepared_by = "a"\nattested_by = "b"\n'
        f'[[cases]]\nname = "Beslut"\nname_en = "Decision"\nexpected = [["orders {CLEAN}", "{expected}"]]\n',
        encoding="utf-8",
    )
    return folder
