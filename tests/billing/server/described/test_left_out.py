"""What the API leaves out on purpose: the page tells it, and no address that writes has crept in under such a name."""

import json
import re

from billing.server.described.description import operations
from tests.support.project import PROJECT

PAGE = (PROJECT / "docs" / "api-left-out.md").read_text(encoding="utf-8")
TOLD = json.loads((PROJECT / "docs" / "openapi.json").read_text(encoding="utf-8"))
ROW = re.compile(r"^\| ([^|]+) \| [^|]+ \| [^|]+ \| ((?:`\w+` ?)+) \|$", re.MULTILINE)
# A name, a number, an address of one, and the free text that might hold them.
OF_A_PARTICIPANT = re.compile(r"participant|birth|personal_(?!number$)|jobseeker|health")


def test_no_address_that_writes_has_the_name_of_what_is_left_out() -> None:
    words = {word: what for what, told in ROW.findall(PAGE) for word in re.findall(r"`(\w+)`", told)}
    assert len(words) >= 20
    writes = [each["operationId"] for _, method, each in operations(TOLD) if method != "get"]
    assert len(writes) >= 30
    found = [f"{name}: {what}" for name in writes for word, what in words.items() if word in name]
    assert found == []


def test_no_field_of_any_answer_or_body_is_about_who_a_participant_is() -> None:
    fields = {
        f"{name}.{field}"
        for name, schema in TOLD["components"]["schemas"].items()
        for field in schema.get("properties", {})
        if OF_A_PARTICIPANT.search(field)
    }
    # What a supplier is called in Peppol.
    assert fields - {"ToldSettings.participant_id"} == set()


def test_the_guide_and_the_vendors_page_lead_there() -> None:
    for page in ("docs/api.md", "docs/guides/en/vendor.md"):
        assert "api-left-out.md" in (PROJECT / page).read_text(encoding="utf-8")
