"""The demo of a second service: the same program, another service file, and ten cases that come to what they should."""

from pathlib import Path

import pytest

from billing.migrations.schema import open_database
from billing.tools.demo.playing import Played, play
from billing.tools.demo.story import read_story
from billing.tools.demo.story_folder import NoSuchDemo, demos, story_folder
from fixtures import build_demo
from orders.register import store as register_store
from orders.register.register import Register

SERVICE = "karriarvagledning"


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> tuple[Played, Register]:
    folder = tmp_path_factory.mktemp("guidance")
    url = f"sqlite:///{folder}/billing.sqlite"
    done = play(read_story(story_folder(SERVICE)), url=url, folder=folder)
    database = open_database(url)
    with database.reading() as session:
        register = register_store.load(session)
    database.close()
    return done, register


def test_its_ten_cases_come_to_what_they_should(played: tuple[Played, Register]) -> None:
    done, _ = played
    assert [(each.about, each.actual) for each in done.outcomes if not each.as_expected] == []
    assert len({each.name for each in done.outcomes}) == 10
    assert done.broken == ()


def test_the_register_it_leaves_says_by_itself_what_the_service_is(played: tuple[Played, Register]) -> None:
    _, register = played
    (service,) = register.named_services
    assert (service.id, service.level_codes) == (SERVICE, ("GRUND", "FORDJUPAD"))
    assert Register.from_json(register.to_json()) == register


def test_building_its_messages_again_gives_the_same_bytes() -> None:
    folder = story_folder(SERVICE)
    built = build_demo.build(build_demo.GUIDANCE)
    kept = {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in (folder / "events.jsonl", *(folder / "inbox").iterdir())
    }
    assert built == kept


def test_a_demo_there_is_not_is_refused_with_those_there_are() -> None:
    assert demos() == (SERVICE,)
    with pytest.raises(NoSuchDemo, match=SERVICE):
        story_folder("annan")


def test_both_demos_are_played_by_the_same_files_of_suppliers() -> None:
    """What parts the two registers is the service, its contracts and prices, and who approves."""
    first, other = story_folder() / "register", story_folder(SERVICE) / "register"
    for name in ("buyer.toml", "suppliers.toml", "units.toml", "areas.toml"):
        assert Path(first / name).read_bytes() == Path(other / name).read_bytes(), name
