"""`billing ledger answers`: what the ledger refused is shown, sent again, or noted as booked by hand."""

from pathlib import Path

from tests.support.command_line import a_desk


def test_the_ledgers_answers_are_read_and_seen_to_by_command(tmp_path: Path) -> None:
    desk = a_desk(tmp_path)
    desk.run("receive", desk.invoice("F-1"), "--on", "2026-02-05")
    desk.run("ledger", "book", "--by", "user-1", "--dir", tmp_path, "--on", "2026-02-06")
    file = tmp_path / "answers.csv"
    head = "voucher;outcome;ledger_number;day;message\n"
    file.write_text(f"{head}50000001;REFUSED;;2026-02-07;Konto 5711 är spärrat\n", encoding="utf-8")
    assert (
        "0 verifikationer är bokförda och 1 avvisade"
        in desk.run("ledger", "answers", file, "--by", "user-1").out
    )
    assert "redan inläst" in desk.run("ledger", "answers", file, "--by", "user-1").out
    assert "Konto 5711 är spärrat" in desk.run("ledger", "refused").out
    again = ("ledger", "send-again", "--by", "user-1", "--dir", tmp_path, "--on", "2026-02-08", "--json")
    (name,) = desk.run(*again).json
    assert Path(name).read_bytes().count(b"#VER") == 1
    desk.run(*again, code=1)
    assert desk.run("ledger", "unanswered", "--json").json == [
        {"voucher": "50000001", "booked_on": "2026-02-05", "sent_again_on": "2026-02-08"}
    ]
    assert "2026-02-08" in desk.run("ledger", "unanswered").out
    file.write_text(f"{head}50000001;REFUSED;;2026-02-09;Konto 5711 är spärrat\n", encoding="utf-8")
    assert desk.run("ledger", "answers", file, "--by", "user-1", "--json").json["refused"] == 1
    noting = (
        "ledger",
        "note-booked",
        "50000001",
        "--by",
        "user-1",
        "--ledger-number",
        "A 1",
        "--on",
        "2026-02-09",
    )
    desk.run(*noting, code=1)
    assert "Noterat." in desk.run(*noting, "--reason", "Bokförd för hand.").out
    assert desk.run("ledger", "refused", "--json").json == []
