"""`billing ledger rules`: tried on a month from a file, proposed by one person and put in force by another."""

from pathlib import Path

from tests.bookkeeping.test_accounting_rules import RULES
from tests.support.command_line import a_desk


def test_rules_are_tried_proposed_and_put_in_force_by_command(tmp_path: Path) -> None:
    desk = a_desk(tmp_path)
    desk.run("receive", desk.invoice("F-1"), "--on", "2026-02-05")
    file = tmp_path / "rules.toml"
    assert 'accrued = "2791"' in desk.run("ledger", "rules").out  # what to begin from
    file.write_text(RULES, encoding="utf-8")
    moved = desk.run("ledger", "rules-try", file, "2026-02", "--json").json
    assert {each["account"] for each in moved} == {"1546", "2581", "5711"}
    assert "1 fakturor prövades" in desk.run("ledger", "rules-try", file, "2026-02").out
    proposing = ("ledger", "rules-propose", file, "2026-02", "--by", "user-1")
    assert "Skriv varför" in desk.run(*proposing, code=1).err
    assert "Version 1 är föreslagen" in desk.run(*proposing, "--reason", "Nya konton.").out
    desk.run("ledger", "rules-step", "1", "confirm", "--by", "user-1", code=1)
    assert "1: Konterar nu." in desk.run("ledger", "rules-step", "1", "confirm", "--by", "user-2").out
    (version,) = desk.run("ledger", "rules", "--json").json
    assert (version["state"], version["content"]) == ("IN_FORCE", RULES)
    assert '"4100" = "Avdelning Nord"' in desk.run("ledger", "rules").out
    file.write_bytes(b"\xff")
    assert "UTF-8" in desk.run(*proposing, "--reason", "x", code=1).err
