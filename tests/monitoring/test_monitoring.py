"""The dashboard and the alerts speak of figures that there are; each alert goes off for its fault and not beside it.

Prometheus' own tool (promtool) checks the rules, plays their unit tests and parses what the dashboard asks.
"""

import json
import re
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import httpx
import pytest
import yaml  # type: ignore[import-untyped]
from prometheus_client.parser import text_string_to_metric_families
from typer.testing import CliRunner

from billing.cli.cli import app
from billing.server.app import create_app
from operations.settings import Settings
from tests.support.project import PROJECT
from tests.support.servers.serving import serving
from tests.support.stories import demo_books

MONITORING: Final = PROJECT / "packaging" / "monitoring"
ALERT_TESTS: Final = ("alerts_test.yml", "alerts_of_days_test.yml")
OPERATING: Final = PROJECT / "docs" / "operating.md"
# A label that the scrape itself has, or that a figure has where there are several buyers.
SCRAPED: Final = {"job", "instance", "buyer"}
_NAME: Final = re.compile(r"\b(?:billing|process)_\w+")
_SELECTOR: Final = re.compile(r"\b((?:billing|process)_\w+)\{([^}]*)\}")
_MATCHER: Final = re.compile(r"(\w+)\s*(?:=~|!~|!=|=)\s*\"([^\"]*)\"")
_LISTED: Final = re.compile(r"\b(?:by|on|ignoring|without)\s*\(([^)]*)\)")

Figures = Mapping[str, Mapping[str, set[str]]]
"""Every figure by its name: its labels, each with the values it was seen with."""


@pytest.fixture(scope="module")
def figures(tmp_path_factory: pytest.TempPathFactory) -> Figures:
    """What the portal tells of the demo's books, after a turn of a worker; labels as Prometheus keeps them."""
    folder = tmp_path_factory.mktemp("books")
    url = demo_books.books(folder)
    post = folder / "post"
    (post / "inbox").mkdir(parents=True)
    words = ["--database", url, "work", "--once", "--folder", str(post), "--on", str(demo_books.last_day())]
    ran = CliRunner().invoke(app, words, env={"BILLING_MAIL_FOLDER": str(folder / "mail")})
    assert ran.exit_code == 0, ran.output
    application = create_app(Settings(database_url=url), clock=demo_books.noon)
    with serving(application) as address:
        text = httpx.get(f"{address}/metrics", trust_env=False, timeout=30).raise_for_status().text
    application.state.database.close()
    # Told where books cannot be read, and where there is an object storage.
    found: dict[str, dict[str, set[str]]] = {"billing_books_up": {}, "billing_bodies_faults": {}}
    for family in text_string_to_metric_families(text):
        found.setdefault(family.name, {})
        for sample in family.samples:
            labels = found.setdefault(sample.name, {})
            for name, value in sample.labels.items():
                labels.setdefault("exported_job" if name == "job" else name, set()).add(value)
    return found


def alerts() -> list[dict[str, Any]]:
    groups = yaml.safe_load((MONITORING / "alerts.yml").read_text(encoding="utf-8"))["groups"]
    return [rule for group in groups for rule in group["rules"]]


def dashboard() -> dict[str, Any]:
    read: dict[str, Any] = json.loads((MONITORING / "dashboard.json").read_text(encoding="utf-8"))
    return read


def panels() -> list[dict[str, Any]]:
    return [each for each in dashboard()["panels"] if each["type"] != "row"]


def expressions() -> Iterator[tuple[str, str]]:
    """Everything that is asked of Prometheus, with who asks."""
    yield from ((each["alert"], each["expr"]) for each in alerts())
    for panel in panels():
        yield from ((panel["title"], each["expr"]) for each in panel["targets"])
    for each in dashboard()["templating"]["list"]:
        if each["type"] == "query":
            inner = re.fullmatch(r"label_values\((.*), \w+\)", each["query"]["query"])
            assert inner
            yield each["name"], inner[1]


def wrong(expression: str, figures: Figures) -> Iterator[str]:
    """What the expression names that no figure has."""
    names = set(_NAME.findall(expression))
    yield from (name for name in names if name not in figures)
    for name, matchers in _SELECTOR.findall(expression):
        labels = figures.get(name, {})
        for label, value in _MATCHER.findall(matchers):
            if label in SCRAPED:
                continue
            if label not in labels:
                yield f"{name}: no label {label}"
            else:
                yield from (f"{name}: {each}" for each in value.split("|") if each not in labels[label])
    known = SCRAPED.union(*(figures.get(name, {}) for name in names))
    for listed in _LISTED.findall(expression):
        yield from (f"label {each}" for each in re.findall(r"\w+", listed) if each not in known)


def promtool(*words: str, folder: Path = MONITORING) -> str:
    done = subprocess.run(["promtool", *words], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_every_figure_label_and_value_that_is_asked_for_is_told(figures: Figures) -> None:
    assert [(who, each) for who, asked in expressions() for each in wrong(asked, figures)] == []


def test_what_no_figure_has_is_found(figures: Figures) -> None:
    asked = 'max by (supplier) (billing_letters_out_open{state="lost", way="out"}) > billing_letters_lost'
    assert sorted(wrong(asked, figures)) == [
        "billing_letters_lost",
        "billing_letters_out_open: lost",
        "billing_letters_out_open: no label way",
        "label supplier",
    ]


def test_promtool_takes_the_rules_and_the_configuration() -> None:
    assert f"{len(alerts())} rules found" in promtool("check", "config", "prometheus.yml")


def test_each_alert_goes_off_for_its_fault_and_not_beside_it() -> None:
    promtool("test", "rules", *ALERT_TESTS)
    read = (yaml.safe_load((MONITORING / name).read_text(encoding="utf-8")) for name in ALERT_TESTS)
    cases = [case for file in read for case in file["tests"]]
    tried = [(one["alertname"], bool(one["exp_alerts"])) for case in cases for one in case["alert_rule_test"]]
    assert sorted(tried) == sorted((each["alert"], goes) for each in alerts() for goes in (True, False))


def test_each_alert_says_how_urgent_it_is_and_what_to_do() -> None:
    for each in alerts():
        assert each["labels"]["severity"] in {"page", "ticket", "info"}
        assert set(each["annotations"]) == {"summary", "description"}


def test_every_limit_that_operators_are_told_of_is_watched(figures: Figures) -> None:
    watched = " ".join(each["expr"] for each in alerts())
    rows = re.findall(r"^\| (`billing_.*?) \|", OPERATING.read_text(encoding="utf-8"), re.MULTILINE)
    told = {name for row in rows for name in _NAME.findall(row)}
    assert len(told) > 15
    assert sorted(told - set(figures)) == []
    assert sorted(each for each in told if each not in watched) == []


def test_promtool_takes_every_question_of_the_dashboard(tmp_path: Path) -> None:
    asked = [each.replace("$buyer", ".*").replace("$instance", ".*") for _, each in expressions()]
    assert not any("$" in each.replace("{{", "") for each in asked if "$labels" not in each)
    rules = [{"record": f"question:{number}", "expr": each} for number, each in enumerate(asked)]
    (tmp_path / "questions.yml").write_text(
        yaml.safe_dump({"groups": [{"name": "dashboard", "rules": rules}]}), encoding="utf-8"
    )
    promtool("check", "rules", "questions.yml", folder=tmp_path)


def test_the_dashboard_shows_each_part_of_the_service_side_by_side() -> None:
    rows = [each["title"].partition(" (")[0] for each in dashboard()["panels"] if each["type"] == "row"]
    assert rows == [
        *("Service", "Intake", "Sending", "Verdicts", "Payments"),
        *("Jobs and mail", "Database", "Process", "Signing in"),
    ]
    every = dashboard()["panels"]
    assert len({each["id"] for each in every}) == len(every)
    taken: set[tuple[int, int]] = set()
    for each in every:
        place = each["gridPos"]
        cells = {
            (x, y)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        }
        assert place["x"] + place["w"] <= 24
        assert not cells & taken, each["title"]
        taken |= cells
    for each in panels():
        assert each["datasource"]["uid"] == "${datasource}"
        assert each["description"], each["title"]
        assert each["targets"], each["title"]
