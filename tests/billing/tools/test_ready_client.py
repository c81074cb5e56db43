"""The key that the demo's portal shows: three lines that can be pasted, and work."""

import shutil
from pathlib import Path

import httpx

from billing.tools.demo import ready_client, serving
from tests.billing.server.api.test_guide import sent
from tests.support.servers.serving import NO_TLS
from tests.support.servers.serving import serving as served
from tests.support.stories import demo_books


def test_each_line_is_answered_and_the_key_before_ends_with_the_next(tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    shutil.copytree(demo_books.played().folder, folder)
    app = serving.application(folder)
    before = ready_client.ready(app.state.database)
    ready = ready_client.ready(app.state.database)
    assert before
    assert ready
    assert ready.key.startswith("rmk_test_")
    with (
        served(app) as address,
        httpx.Client(base_url=address, timeout=60, trust_env=False, verify=NO_TLS) as portal,
    ):
        answers = [sent(portal, line, {}) for line in ready.lines("https://portal.example")]
        old = portal.get("/api/v1/orders", headers={"Authorization": f"Bearer {before.key}"})
    assert [each.status_code for each in answers] == [201, 200, 200], [each.text for each in answers]
    (order,) = answers[1].json()["orders"]
    assert order["lines_to_invoice"] == 2
    assert [each["kind"] for each in answers[2].json()["messages"]] == ["order"]
    assert old.status_code == 401
    app.state.sandboxes.close()
    app.state.database.close()
