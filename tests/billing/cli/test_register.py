"""`billing register example`: a register to begin from, wherever the system is installed."""

from pathlib import Path

from tests.support.command_line import REGISTER, Desk


def test_the_example_is_the_demos_register_and_loads(tmp_path: Path) -> None:
    desk, written = Desk(tmp_path), tmp_path / "register"
    assert str(written) in desk.run("register", "example", written).out
    assert {path.name: path.read_bytes() for path in written.iterdir()} == {
        path.name: path.read_bytes() for path in REGISTER.iterdir()
    }
    desk.run("init")
    assert "inläst" in desk.run("register", "load", written).out


def test_a_folder_that_is_there_is_left_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "buyer.toml").write_text("ours", encoding="utf-8")
    assert "finns redan" in Desk(tmp_path).run("register", "example", tmp_path, code=1).err
    assert [path.name for path in tmp_path.iterdir()] == ["buyer.toml"]
