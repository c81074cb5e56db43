"""The guide to webhooks: its requests are sent and answered as it says, and its receiver takes what we send."""

import re
import uuid
from pathlib import Path

from accounts.sealed_secrets import fresh_key
from foundation.database import utc_now
from operations.webhooks import signing
from operations.webhooks.model import GIVEN_UP_AFTER, RESTS
from tests.billing.server.api.test_guide import _EXAMPLE, as_shown, sent
from tests.support.project import PROJECT
from tests.support.servers.api import a_client, api
from tests.support.stories.system import a_system

GUIDE = (PROJECT / "docs" / "webhooks.md").read_text(encoding="utf-8")


def test_every_request_is_answered_as_it_says(tmp_path: Path) -> None:
    examples = _EXAMPLE.findall(GUIDE)
    assert len(examples) >= 6
    with a_system(f"sqlite:///{tmp_path / 'billing.sqlite'}") as system:
        _, secret = a_client(system)
        values = {"SECRET": secret, "UUID": str(uuid.UUID(int=9))}
        with api(system, secret_keys=fresh_key()) as portal:
            for written, shown in examples:
                answer = sent(portal, written, values)
                found, expected = answer.json(), as_shown(shown)
                assert list(found) == list(expected), (written, answer.text)
                for key, value in expected.items():
                    assert value is None or found[key] == value, (written, key)
                if "secret" in found:
                    values["WEBHOOK"] = str(found["id"])


def test_the_receiver_of_the_guide_takes_what_is_ours_once_and_nothing_else() -> None:
    (written,) = re.findall(r"```python\n(.*?)```", GUIDE, re.DOTALL)
    names: dict[str, object] = {}
    exec(written, names)  # noqa: S102 - the guide's own example
    receive, seen = names["receive"], names["SEEN"]
    assert callable(receive)
    secret = signing.new_secret()
    body = re.findall(r"^(\{\"type\".*\})$", GUIDE, re.MULTILINE)[0].encode()
    headers = signing.headers([secret, signing.new_secret()], "one", body, at=utc_now())
    assert [receive(secret, headers, body) for _ in range(2)] == [204, 204]
    assert seen == {"one"}
    assert receive(secret, headers, body + b" ") == 400
    assert receive(signing.new_secret(), headers, body) == 400


def test_the_guide_says_how_long_is_tried() -> None:
    assert f"after {RESTS.steps[0].seconds} seconds" in GUIDE
    assert (
        f"up to every {['', 'hour', 'two', 'three', 'four'][RESTS.steps[-1].seconds // 3600]} hours" in GUIDE
    )
    assert GIVEN_UP_AFTER.days == 3
    assert "after three days" in GUIDE.replace("\n", " ")
