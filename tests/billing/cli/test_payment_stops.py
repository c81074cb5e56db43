"""`billing payments stop`: nothing is paid to a supplier, by two people, and what is due says why."""

from pathlib import Path

from tests.support.command_line import SUPPLIER, a_desk


def test_a_stop_is_made_confirmed_and_lifted_by_command(tmp_path: Path) -> None:
    desk = a_desk(tmp_path)
    invoice = desk.invoice("F-1")
    desk.run("receive", invoice, "--on", "2026-02-05")
    late = ("--on", "2026-03-20")
    assert (
        "Betalningsstopp 1 gäller nu"
        in desk.run("payments", "stop", SUPPLIER, "--reason", "DISPUTE", "--by", "user-1").out
    )
    assert "F-1 hålls kvar. Betalningsstopp: tvist." in desk.run("payments", "due", *late).out
    assert "hålls kvar" in desk.run("payments", "propose", "--by", "user-1", *late, code=1).err
    paying = ("payments", "pay", "--prepared-by", "user-1", "--attested-by", "user-2", *late)
    assert "F-1 hålls kvar" in desk.run(*paying).out
    desk.run("payments", "stop-step", "1", "confirm", "--by", "user-1", code=1)
    for what, by, state in (
        ("confirm", "user-2", "Gäller, bekräftat av två"),
        ("ask-lift", "user-2", "Gäller, begärt hävt"),
        ("lift", "user-1", "Hävt"),
    ):
        assert f"1: {state}" in desk.run("payments", "stop-step", "1", what, "--by", by).out
    assert [(each["reason"], each["state"]) for each in desk.run("payments", "stops", "--json").json] == [
        ("DISPUTE", "LIFTED")
    ]
    assert "1 rader" in desk.run("payments", "propose", "--by", "user-1", *late).out
