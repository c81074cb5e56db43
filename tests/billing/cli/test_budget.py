"""`billing ledger vat-compensation`, `commitments` and `forecast`: in the terminal, as JSON and as files."""

from pathlib import Path

from tests.support.command_line import a_desk


def test_vat_to_requisition_by_command(tmp_path: Path) -> None:
    desk = a_desk(tmp_path)
    told = desk.run("ledger", "vat-compensation", "2026-02", "--json").json
    assert (told["month"], told["final"], told["amount"], told["rows"]) == ("2026-02", False, "0.00", [])
    assert "Preliminär." in desk.run("ledger", "vat-compensation", "2026-02").out
    assert "Preliminary." in desk.run("--lang", "en", "ledger", "vat-compensation", "2026-02").out
    table, book = tmp_path / "moms.csv", tmp_path / "moms.xlsx"
    said = desk.run("ledger", "vat-compensation", "2026-02", "--csv", table, "--xlsx", book).out
    assert str(table) in said
    assert table.read_text(encoding="utf-8-sig").startswith("accounting_date;event_date;voucher")
    assert book.read_bytes()[:2] == b"PK"
    assert "ÅÅÅÅ-MM" in desk.run("ledger", "vat-compensation", "februari", code=2).err


def test_commitments_by_command(tmp_path: Path) -> None:
    desk = a_desk(tmp_path)
    told = desk.run("ledger", "commitments", "--by", "unit", "--on", "2026-03-05", "--json").json
    (row,) = told["rows"]
    assert row == {"unit": "UV-101", **told["total"]}
    ordered, *rest = (row[name].replace(".", "") for name in ("ordered", *_PARTS))
    assert int(ordered) == sum(map(int, rest))
    shown = desk.run("ledger", "commitments", "--on", "2026-03-05", columns="200").out
    assert "Inte angivet" in shown
    table = tmp_path / "ataganden.csv"
    desk.run("ledger", "commitments", "--on", "2026-03-05", "--csv", table)
    assert len(table.read_text(encoding="utf-8-sig").splitlines()) == 2
    assert "delivery_area" in desk.run("ledger", "commitments", "--by", "county", code=2).err


_PARTS = ("cancelled", "invoiced", "received_not_invoiced", "outstanding")


def test_the_forecast_by_command(tmp_path: Path) -> None:
    desk = a_desk(tmp_path)
    on = ("--on", "2026-03-05")
    told = desk.run("ledger", "forecast", "--ahead", 3, "--delivered", 50, *on, "--json").json
    assert told["assumptions"] == {"delivered": 50, "planned": 100, "next_stage": 100}
    assert [each["month"] for each in told["months"]][-1] == "2026-06"
    half = {each["month"]: each["days"] for each in told["months"]}
    assert half["2026-04"] == "950.00"
    shown = desk.run("ledger", "forecast", *on, columns="200").out
    assert "Utfall hittills" in shown
    table = tmp_path / "prognos.csv"
    desk.run("ledger", "forecast", "--by", "unit,article", *on, "--csv", table)
    assert table.read_text(encoding="utf-8-sig").splitlines()[1].startswith("UV-101;BASIC;2026-")
    assert "0–100" in desk.run("ledger", "forecast", "--planned", "101", code=2).err
