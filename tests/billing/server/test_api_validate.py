"""The validation API as a supplier's system meets it: over HTTP, from a server of its own."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from html.parser import HTMLParser
from typing import cast

import httpx
import pytest
from fastapi import FastAPI

from billing.server.app import HEADERS, create_app
from fixtures.build_bad import base, documents, edited
from operations.settings import Settings
from peppol.xml.gate_errors import LIMITS
from tests.support.project import FIXTURES
from tests.support.servers.serving import NO_TLS, serving
from web.validation_report import ReportedFinding, ValidationReport

BAD = FIXTURES / "bad"
NOON = datetime(2026, 11, 21, 11, 0, tzinfo=UTC)
MAX = LIMITS.bytes_max
VALIDATE = "/api/v1/validate"
PAGE = {"Accept": "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8"}

WRONG_SUM = edited(
    "invoice", ('<cbc:PayableAmount currencyID="SEK">2375.00<', '<cbc:PayableAmount currencyID="SEK">1.00<')
)


def an_app() -> FastAPI:
    app = create_app(Settings(), clock=lambda: NOON)

    @app.get("/fault")
    async def fault() -> None:
        raise RuntimeError("hemligt innehåll")

    return app


@pytest.fixture(scope="module")
def client() -> Iterator[httpx.Client]:
    """A client of a real server on a free port of this machine."""
    with (
        serving(an_app()) as address,
        httpx.Client(base_url=address, trust_env=False, verify=NO_TLS, timeout=30) as opened,
    ):
        yield opened


def report_of(answer: httpx.Response) -> ValidationReport:
    """What the report says; the answer must be whole JSON with exactly the promised keys."""
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    told = answer.json()
    assert list(told) == [
        *("file", "kind", "valid", "release"),
        *("finding_count", "rules", "findings"),
    ]
    for finding in told["findings"]:
        assert list(finding) == list(ReportedFinding.model_fields)
    return ValidationReport.model_validate_json(answer.content)


def problem_of(answer: httpx.Response, status: int) -> dict[str, str]:
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    told = cast(dict[str, str | int], answer.json())
    assert list(told) == [
        *("type", "title", "status", "code", "detail", "detail_sv", "detail_en", "retryable"),
        *(["parameter"] if "parameter" in told else []),
        "request_id",
    ]
    assert told["request_id"] == answer.headers["x-request-id"]
    assert told["status"] == status
    assert "Traceback" not in answer.text
    return {name: str(value) for name, value in told.items()}


# --- verdicts -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["invoice", "credit-note", "order", "invoice-response"])
def test_a_good_document_is_valid_and_without_remark(client: httpx.Client, name: str) -> None:
    report = report_of(client.post(VALIDATE, content=base(name)))
    assert (report.kind, report.valid, report.findings, report.file) == (name, True, (), "")
    assert report.release.startswith("Peppol ")


def test_a_wrong_sum_is_an_answer_and_says_what_where_and_who(client: httpx.Client) -> None:
    report = report_of(client.post(VALIDATE, content=WRONG_SUM))
    (finding,) = report.findings
    assert not report.valid
    assert (finding.rule, finding.severity, finding.found, finding.expected) == (
        "BR-CO-16",
        "fatal",
        "1.00",
        "2375.00",
    )
    assert finding.location == "/Invoice/cac:LegalMonetaryTotal/cbc:PayableAmount"
    assert "rad" in finding.message
    assert str(finding.line) in finding.message
    assert finding.actor == "SYSTEM_SUPPLIER"
    assert finding.remedy


def test_the_language_is_asked_for_in_the_address(client: httpx.Client) -> None:
    swedish = client.post(VALIDATE, content=WRONG_SUM)
    english = client.post(VALIDATE, params={"lang": "en"}, content=WRONG_SUM)
    assert (swedish.headers["content-language"], english.headers["content-language"]) == ("sv", "en")
    assert "Det står 1.00" in report_of(swedish).findings[0].message
    assert "It says 1.00" in report_of(english).findings[0].message


@pytest.mark.parametrize("content_type", ["text/plain", "application/json", "multipart/form-data", None])
def test_the_content_type_does_not_matter(client: httpx.Client, content_type: str | None) -> None:
    headers = {"Content-Type": content_type} if content_type else {}
    assert report_of(client.post(VALIDATE, content=base("order"), headers=headers)).valid


def test_every_bad_document_of_the_fixtures_gets_its_answer(client: httpx.Client) -> None:
    for bad in documents():
        body = bad.read()
        if len(body) > MAX:
            problem_of(client.post(VALIDATE, content=body), 413)
            continue
        report = report_of(client.post(VALIDATE, content=body))
        assert report.valid is bad.valid, bad.name
        assert bad.code in [finding.rule for finding in report.findings], bad.name


def test_an_empty_body_is_an_empty_file(client: httpx.Client) -> None:
    assert report_of(client.post(VALIDATE)).findings[0].rule == "GATE-EMPTY"


def test_many_at_once_get_their_own_answers(client: httpx.Client) -> None:
    bodies = [base("invoice"), WRONG_SUM, b"Hej!", base("order")] * 10
    with ThreadPoolExecutor(8) as pool:
        reports = list(pool.map(lambda body: report_of(client.post(VALIDATE, content=body)), bodies))
    assert [[finding.rule for finding in report.findings] for report in reports] == [
        [],
        ["BR-CO-16"],
        ["GATE-NOT-XML"],
        [],
    ] * 10


# --- size -----------------------------------------------------------------------------------------------


def test_a_document_of_the_very_limit_is_read(client: httpx.Client) -> None:
    assert report_of(client.post(VALIDATE, content=b" " * MAX)).findings[0].rule.startswith("GATE-")


def test_a_larger_document_is_told_the_limit(client: httpx.Client) -> None:
    problem = problem_of(client.post(VALIDATE, content=b" " * (MAX + 1)), 413)
    assert problem["detail"].startswith("Dokumentet är större än 20 000 000 byte.")


def test_nor_does_it_help_to_leave_the_size_out(client: httpx.Client) -> None:
    pieces = (b" " * 1_000_000 for _ in range(MAX // 1_000_000 + 1))
    problem = problem_of(client.post(VALIDATE, content=pieces, params={"lang": "en"}), 413)
    assert problem["detail"].startswith("The document is larger than 20 000 000 bytes.")


# --- the page -------------------------------------------------------------------------------------------


class Page(HTMLParser):
    """What stands in a page: its elements with their attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def tags(self) -> list[str]:
        return [tag for tag, _ in self.elements]


def page_of(answer: httpx.Response) -> Page:
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    return Page(answer.text)


def test_a_browser_gets_a_page_with_landmarks_and_one_table(client: httpx.Client) -> None:
    page = page_of(client.post(VALIDATE, content=WRONG_SUM, headers=PAGE))
    assert ("html", {"lang": "sv"}) in page.elements
    for tag in ("header", "main", "footer", "h1", "h2", "title"):
        assert page.tags().count(tag) == 1, tag
    scopes = [attributes.get("scope") for tag, attributes in page.elements if tag == "th"]
    assert scopes == ["col"] * 4 + ["row"]


def test_the_page_fetches_only_its_own_style_sheet_and_holds_no_script_or_style(client: httpx.Client) -> None:
    page = page_of(client.post(VALIDATE, content=WRONG_SUM, headers=PAGE))
    assert not {"script", "style", "img", "iframe", "object"} & set(page.tags())
    names = {name for _, attributes in page.elements for name in attributes}
    assert not {"style", "src"} & names
    assert not [name for name in names if name.startswith("on")]
    (sheet,) = (attributes["href"] for tag, attributes in page.elements if tag == "link")
    answer = client.get(str(sheet))
    assert answer.headers["content-type"].startswith("text/css")
    assert "http" not in answer.text
    assert "@import" not in answer.text


def test_what_a_document_says_stays_text_on_the_page(client: httpx.Client) -> None:
    hostile = edited(
        "invoice",
        (
            '<cbc:PayableAmount currencyID="SEK">2375.00<',
            '<cbc:PayableAmount currencyID="SEK">&lt;script&gt;alert(1)&lt;/script&gt;<',
        ),
    )
    answer = client.post(VALIDATE, content=hostile, headers=PAGE)
    assert "script" not in page_of(answer).tags()
    assert "&lt;script&gt;" in answer.text


@pytest.mark.parametrize(
    ("accept", "page"),
    [
        ("text/html", True),
        ("text/html;q=0.5, application/json;q=0.4", True),
        ("application/json, text/html;q=0.9", False),
        ("*/*", False),
        ("", False),
        ("text/html;q=much", False),
        ("text/html;q=0", False),
    ],
)
def test_who_prefers_a_page_gets_one(client: httpx.Client, accept: str, page: bool) -> None:
    answer = client.post(VALIDATE, content=base("order"), headers={"Accept": accept})
    assert answer.headers["content-type"].startswith("text/html") is page
    assert answer.headers["vary"] == "Accept"


# --- problems and headers -------------------------------------------------------------------------------


def test_an_unknown_language_an_unknown_address_and_a_wrong_method_are_problems(client: httpx.Client) -> None:
    assert "lang=sv" in problem_of(client.post(VALIDATE, params={"lang": "no"}), 422)["detail"]
    assert "openapi.json" in problem_of(client.get("/nowhere"), 404)["detail"]
    wrong = client.get(VALIDATE, params={"lang": "en"})
    assert problem_of(wrong, 405)["detail"] == "Use POST at this address."
    assert wrong.headers["allow"] == "POST"


def test_a_fault_of_ours_is_told_without_its_details(
    client: httpx.Client, capfd: pytest.CaptureFixture[str]
) -> None:
    answer = client.get("/fault")
    assert "RuntimeError" not in problem_of(answer, 500)["detail"]
    assert "hemligt" not in answer.text
    written = capfd.readouterr()
    assert "RuntimeError" in written.out + written.err
    assert "hemligt" not in written.out + written.err


@pytest.mark.parametrize("path", ["/livez", VALIDATE, "/nowhere", "/fault", "/static/validation_report.css"])
def test_every_answer_carries_the_strict_headers(client: httpx.Client, path: str) -> None:
    answer = client.get(path)
    for name, value in HEADERS.items():
        assert answer.headers[name] == value
    assert "server" not in answer.headers


def test_nothing_lies_above_the_folder_of_style_sheets(client: httpx.Client) -> None:
    assert client.get("/static/%2e%2e/settings.py").status_code == 404


def test_the_process_says_that_it_lives(client: httpx.Client) -> None:
    assert client.get("/livez").json() == {"status": "ok"}


def test_the_api_is_described(client: httpx.Client) -> None:
    described = client.get("/api/v1/openapi.json").json()
    post = described["paths"][VALIDATE]["post"]
    assert set(post["responses"]) == {"200", "400", "401", "404", "408", "413", "422", "429", "503"}
    assert "application/xml" in post["requestBody"]["content"]
    assert "text/html" in post["responses"]["200"]["content"]
    assert post["responses"]["413"]["content"].keys() == {"application/problem+json"}
    shape = described["components"]["schemas"]["ValidationReport"]
    assert list(shape["properties"]) == list(ValidationReport.model_fields)
    assert json.dumps(described).count("description") > 20


# --- the rules of a day ---------------------------------------------------------------------------------


def test_another_day_is_asked_for_in_the_address(client: httpx.Client) -> None:
    body = base("invoice")
    told = client.post("/api/v1/validate?on=2024-01-01", content=body).json()
    assert told["remark"].startswith(f"{told['release']} gäller från ")
    assert "remark" not in client.post("/api/v1/validate?on=2026-11-30", content=body).json()


def test_a_day_that_is_none_is_told_so(client: httpx.Client) -> None:
    for day in ("2026-02-30", "0.0", "20260101", "1764460800"):
        assert client.post(f"/api/v1/validate?on={day}", content=base("invoice")).status_code == 422, day
