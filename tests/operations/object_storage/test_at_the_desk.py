"""The object storage as whoever runs an installation meets it: commands, the check, the doctor, figures and jobs."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from billing.server.jobs import jobs_of
from billing.tools.doctor import services_examined
from billing.tools.doctor.findings import Verdict
from foundation.errors import Refused
from operations import scheduler
from operations.object_storage import opening
from operations.object_storage.opening import MovingTerms, storage_of, terms_of
from operations.settings import Settings
from peppol.exchange.bodies.object_storage import StorageError
from tests.support.command_line import Desk
from tests.support.pages.browser import portal
from tests.support.pages.visitor import visitor
from tests.support.servers.object_storages import ObjectStorageServer
from tests.support.stories.moved_bodies import Keeping, keeping


@pytest.fixture
def books(database_url: str, object_storage: ObjectStorageServer) -> Iterator[Keeping]:
    with keeping(database_url, object_storage) as kept:
        yield kept


@pytest.fixture
def desk(books: Keeping, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    for name, value in books.server.settings(books.storage.bucket).items():
        monkeypatch.setenv(f"BILLING_{name.upper()}", value)
    return Desk(tmp_path, database_url)


def settings(books: Keeping, **more: object) -> Settings:
    return Settings.model_validate({**books.server.settings(books.storage.bucket), **more})


def test_bytes_are_moved_and_told_of_by_commands(books: Keeping, desk: Desk) -> None:
    waits = desk.run("bodies", "status", "--json").json
    assert (waits["bodies"], waits["due"]) == (0, len(books.bytes_of))
    assert "1 moved" in desk.run("bodies", "move", "--at-most", "1", "--lang", "en").out
    assert f"{len(books.bytes_of) - 1} flyttade" in desk.run("bodies", "move").out
    there = desk.run("bodies", "status", "--json").json
    assert (there["bodies"], there["due"]) == (len(books.bytes_of), 0)
    assert there["bytes"] == sum(map(len, books.bytes_of.values()))
    assert "0 objekt" in desk.run("bodies", "orphans").out
    assert "allt som böckerna" in desk.run("bodies", "faults").out
    assert "Allt stämmer" in desk.run("check", "--all-bodies").out


def test_the_check_reads_a_sample_and_names_what_is_wrong(books: Keeping, desk: Desk) -> None:
    desk.run("bodies", "move")
    for key in books.objects():
        books.server.client().put_object(Bucket=books.storage.bucket, Key=key, Body=b"<Other/>")
    told = desk.run("check", "--json", code=1).json
    assert {each["invariant"] for each in told} == {"object storage"}
    assert len(told) == len(books.bytes_of)


def test_a_command_that_needs_bytes_says_what_is_wrong_and_writes_none(books: Keeping, desk: Desk) -> None:
    desk.run("bodies", "move")
    assert desk.run("inbox", "show", "1", "--raw").raw == books.bytes_of["LETTER_IN", 1]
    key = next(each for each in books.objects() if "in/" in each)
    books.server.client().delete_object(Bucket=books.storage.bucket, Key=key)
    answer = desk.run("inbox", "show", "1", "--raw", code=1)
    assert answer.raw == b""
    assert "saknas i objektlagret" in answer.err


def test_a_copy_says_what_it_does_not_hold(books: Keeping, desk: Desk, tmp_path: Path) -> None:
    desk.run("bodies", "move")
    desk.run("backup", "--to", tmp_path / "copies")
    (copy,) = (tmp_path / "copies").glob("*.sqlite")
    told = desk.run("restore", "verify", copy).out
    assert f"{len(books.bytes_of)} meddelandens innehåll ligger i objektlagret" in told


def test_the_jobs_of_an_installation_move_bytes_and_the_figures_tell(books: Keeping) -> None:
    given = settings(books)
    wanted = {"object-storage", "object-storage-holds"}
    ran = scheduler.run_due(books.system.database, [each for each in jobs_of(given) if each.name in wanted])
    assert {each.job for each in ran} == wanted
    assert f"{len(books.bytes_of)} moved, 0 passed over" in " ".join(each.note for each in ran)
    assert books.here() == set()
    url = books.system.database.url.render_as_string(hide_password=False)
    more: dict[str, Any] = books.server.settings(books.storage.bucket)
    with portal(url, **more) as site, visitor(site) as watching:
        figures = watching.get("/metrics").text
    assert f'billing_bodies{{place="object_storage"}} {len(books.bytes_of)}.0' in figures
    assert 'billing_bodies{place="database"} 0.0' in figures
    assert f"billing_bodies_bytes {sum(map(len, books.bytes_of.values()))}.0" in figures
    assert "billing_bodies_faults 0.0" in figures
    assert "billing_bodies_moved_seconds" in figures


def test_an_installation_without_a_storage_tells_no_figures_of_one(books: Keeping) -> None:
    url = books.system.database.url.render_as_string(hide_password=False)
    with portal(url) as site, visitor(site) as watching:
        assert "billing_bodies" not in watching.get("/metrics").text


def test_the_doctor_says_how_the_storage_does(books: Keeping) -> None:
    (well,) = services_examined.object_storage(settings(books))
    assert well.verdict is Verdict.OK
    _, lacks = services_examined.object_storage(settings(books, body_storage_lock="hold"))
    assert "utan Object Lock" in lacks.told.sv
    locks = books.server.make(locks=True)
    _, unused = services_examined.object_storage(settings(books, body_storage_bucket=locks.bucket))
    assert "som inte används" in unused.told.sv
    (gone,) = services_examined.object_storage(settings(books, body_storage_bucket="nobodys"))
    assert gone.verdict is Verdict.FAULT
    (away,) = services_examined.object_storage(
        settings(books, body_storage_endpoint="http://127.0.0.1:1", body_storage_seconds=1)
    )
    assert "ECONNREFUSED" in away.told.sv
    assert list(services_examined.object_storage(Settings())) == []


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"body_storage_endpoint": "http://s3.example"}, "BILLING_BODY_STORAGE_PLAIN_HTTP"),
        ({"body_storage_lock": "compliance"}, "BILLING_BODY_STORAGE_LOCK_DAYS"),
    ],
)
def test_settings_that_do_not_go_together_are_refused(wrong: dict[str, str], named: str) -> None:
    given = Settings.model_validate({"body_storage_bucket": "b", **wrong})
    with pytest.raises(Refused, match=named):
        storage_of(given)


def test_each_buyer_has_keys_of_its_own_and_locks_are_as_the_settings_say() -> None:
    given = {
        "body_storage_prefix": "billing/",
        "body_storage_lock": "governance",
        "body_storage_lock_days": 9,
    }
    terms = terms_of(Settings.model_validate({**given, "buyer": "karlstad", "body_storage_after_days": 400}))
    assert terms == MovingTerms("billing/karlstad/", 400, "GOVERNANCE", 9, can_hold=True)
    assert terms_of(Settings()) == MovingTerms()
    assert opening.facts_of(Settings()) == {}


def test_a_key_that_may_not_is_told_as_such(books: Keeping) -> None:
    with pytest.raises(StorageError) as refused:
        books.server.storage_of("a-bucket-that-is-none").put("k", b"", sha256="00" * 32, retention=None)
    assert refused.value.fault == "DENIED"
    assert "Kontrollera nyckel och rättigheter" in refused.value.text.sv
