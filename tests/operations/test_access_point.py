"""From settings to an access point: each kind is found, and a setting that is missing or wrong is named."""

import json
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from billing.cli.cli import app
from billing.cli.exit_codes import refusal_of
from foundation.errors import Refused
from operations.access_point import opened_access_point
from operations.settings import Settings
from peppol.access_points.protocol import DeliveryState, PeerVerdict, Unreachable
from peppol.identifiers import DocumentKind
from peppol.lookup.sml import host_name
from tests.support.servers.access_points import BUYER, SUPPLIER, TOKEN, AMessage, Simulator, order, simulator
from tests.support.servers.name_server import name_server
from tests.support.servers.sftp_server import PASSWORD, sftp_server
from tests.support.stories.system import a_system

ORDER = DocumentKind.ORDER


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Simulator]:
    with simulator(tmp_path / "network") as running:
        yield running


def settings(kind: str, address: str, **more: object) -> Settings:
    return Settings.model_validate(
        {"access_point_kind": kind, "access_point_address": address, "access_point_token": TOKEN, **more}
    )


def test_the_simulator_needs_its_address_alone_and_brings_its_register(running: Simulator) -> None:
    with opened_access_point(settings("simulator", running.address)) as ours:
        assert ours.submit(AMessage()).state is DeliveryState.DELIVERED
        assert ours.lookup(SUPPLIER, ORDER.document_type_id, ORDER.profile_ids[0]).takes
        running.lay(order("1"))
        (arrival,) = ours.inbound()
        assert ours.fetch(arrival.reference) == order("1")


def test_phoss_sends_and_receives_at_one_address(running: Simulator) -> None:
    with opened_access_point(settings("phoss", f"{running.address}/phoss/{BUYER}")) as ours:
        ours.submit(AMessage())
        assert ours.status(AMessage().instance_id).state is DeliveryState.DELIVERED
        running.lay(order("1"), instance_id="one")
        assert [each.instance_id for each in ours.inbound()] == ["one"]
        assert ours.lookup(SUPPLIER, ORDER.document_type_id, "").verdict is PeerVerdict.CANNOT_TELL


def test_phase4_sends_and_a_folder_receives(running: Simulator, tmp_path: Path) -> None:
    inbox = tmp_path / "post" / "inbox"
    inbox.mkdir(parents=True)
    (inbox / "a.xml").write_bytes(order("1"))
    chosen = settings(
        "phase4",
        f"{running.address}/phase4",
        access_point_inbox="folder",
        access_point_inbox_address=str(tmp_path / "post"),
        lookup_smp=f"{running.address}/smp",
        lookup_trust_file=running.trust_file,
    )
    with opened_access_point(chosen) as ours:
        ours.submit(AMessage())
        assert [each.reference for each in ours.inbound()] == ["a.xml"]
        assert ours.lookup(SUPPLIER, ORDER.document_type_id, ORDER.profile_ids[0]).takes


def test_phase4_alone_fetches_nothing(running: Simulator) -> None:
    with opened_access_point(settings("phase4", f"{running.address}/phase4")) as ours:
        assert list(ours.inbound()) == []


def test_the_locator_of_the_network_is_asked_where_its_zone_is_set(
    running: Simulator, tmp_path: Path
) -> None:
    record = f'100 10 "U" "Meta:SMP" "!^.*$!{running.address}/smp!" .'
    with name_server({host_name(each, "sml.test"): [record] for each in (SUPPLIER, BUYER)}) as server:
        chosen = settings(
            "folder",
            str(tmp_path),
            lookup_own_zone="sml.test",
            lookup_dns_server=server,
            lookup_seconds=5,
            lookup_trust_file=running.trust_file,
        )
        with opened_access_point(chosen) as ours:
            taken = ours.lookup(SUPPLIER, ORDER.document_type_id, ORDER.profile_ids[0])
            unknown = ours.lookup("0007:5599993036", ORDER.document_type_id, ORDER.profile_ids[0])
    assert (taken.verdict, unknown.verdict) == (PeerVerdict.TAKES, PeerVerdict.NOT_REGISTERED)


@pytest.mark.parametrize(
    ("kind", "address", "more", "named"),
    [
        *(
            ("folder", "/srv/post", {"lookup_sml_zone": zone}, "BILLING_LOOKUP_SML_ZONE")
            for zone in ("edelivery.tech.ec.europa.eu", "acc.edelivery.tech.ec.europa.eu.", "sml.example")
        ),
        *(
            ("folder", "/srv/post", {**more, "lookup_trust_file": __file__}, named)
            for more, named in (
                ({"lookup_own_zone": "EDELIVERY.tech.ec.europa.eu"}, "BILLING_LOOKUP_OWN_ZONE"),
                ({"lookup_sml": "test", "lookup_own_zone": "sml.example"}, "BILLING_LOOKUP_OWN_ZONE"),
                ({"lookup_sml": "test", "lookup_smp": "https://smp.example"}, "BILLING_LOOKUP_SML"),
                ({"lookup_smp": "http://smp.example"}, "BILLING_LOOKUP_SMP"),
                ({"lookup_smp": "https://me@smp.example"}, "BILLING_LOOKUP_SMP"),
                ({"lookup_sml": "production"}, "BILLING_LOOKUP_TRUST_FILE"),
            )
        ),
        ("folder", "/srv/post", {"lookup_sml": "production"}, "BILLING_LOOKUP_TRUST_FILE"),
        ("folder", "/srv/post", {"lookup_smp": "https://smp.example"}, "BILLING_LOOKUP_TRUST_FILE"),
        (
            "folder",
            "/srv/post",
            {"lookup_sml": "test", "lookup_trust_file": "/no/such/file.pem"},
            "BILLING_LOOKUP_TRUST_FILE",
        ),
        ("", "", {}, "BILLING_ACCESS_POINT_KIND"),
        ("phase4", "", {}, "BILLING_ACCESS_POINT_ADDRESS"),
        ("phase4", "http://ap.example", {}, "BILLING_ACCESS_POINT_ADDRESS"),
        ("phoss", "ftp://ap.example", {}, "BILLING_ACCESS_POINT_ADDRESS"),
        ("phoss", "https://me:secret@ap.example", {}, "BILLING_ACCESS_POINT_ADDRESS"),
        (
            "phase4",
            "https://ap.example",
            {"access_point_inbox": "mailbox"},
            "BILLING_ACCESS_POINT_INBOX_ADDRESS",
        ),
    ],
)
def test_a_setting_that_is_missing_or_wrong_is_named_and_no_secret_is_shown(
    kind: str, address: str, more: dict[str, object], named: str
) -> None:
    with pytest.raises(Refused) as refused, opened_access_point(settings(kind, address, **more)):
        pass
    for sentence in (refused.value.text.sv, refused.value.text.en):
        assert named in sentence
        assert "secret" not in sentence
        assert TOKEN not in sentence


@pytest.mark.parametrize("command", [["work", "--once"], ["serve", "--port", "0"], ["post", "deliver"]])
def test_a_setting_that_names_a_dead_zone_is_refused_at_start_with_what_to_write(
    command: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = f"sqlite:///{tmp_path / 'billing.sqlite'}"
    with a_system(url):
        pass
    monkeypatch.setenv("BILLING_DATABASE_URL", url)
    monkeypatch.setenv("BILLING_ACCESS_POINT_KIND", "folder")
    monkeypatch.setenv("BILLING_ACCESS_POINT_ADDRESS", str(tmp_path))
    monkeypatch.setenv("BILLING_LOOKUP_SML_ZONE", "edelivery.tech.ec.europa.eu")
    told = CliRunner().invoke(app, command)
    said = f"{told.output} {told.exception.text.sv if isinstance(told.exception, Refused) else ''}"
    assert told.exit_code != 0
    assert "BILLING_LOOKUP_SML=production" in " ".join(said.split())


def test_secrets_are_not_printed() -> None:
    shown = repr(settings("phoss", "https://ap.example", **{"webhook_secret": "s3cret"}))
    assert TOKEN not in shown
    assert "s3cret" not in shown


# The commands -------------------------------------------------------------------------------


def test_messages_go_and_come_through_the_access_point_of_the_settings(
    running: Simulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = f"sqlite:///{tmp_path / 'billing.sqlite'}"
    with a_system(url) as system:
        system.decide("100000101")
    monkeypatch.setenv("BILLING_DATABASE_URL", url)
    monkeypatch.setenv("BILLING_ACCESS_POINT_KIND", "simulator")
    monkeypatch.setenv("BILLING_ACCESS_POINT_ADDRESS", running.address)
    monkeypatch.setenv("BILLING_ACCESS_POINT_TOKEN", TOKEN)
    sent = CliRunner().invoke(app, ["post", "deliver"])
    assert (sent.exit_code, [each["receiver"] for each in running.received()]) == (0, [SUPPLIER])
    running.lay(b"<no-invoice/>")
    came = CliRunner().invoke(app, ["post", "collect"])
    assert "1 nya meddelanden" in came.stdout
    assert list(running.phase4(BUYER).inbound()) == []


def test_the_network_is_asked_by_command(running: Simulator, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BILLING_LOOKUP_SMP", f"{running.address}/smp")
    monkeypatch.setenv("BILLING_LOOKUP_TRUST_FILE", str(running.trust_file))
    for words, code, said in (
        (["lookup", SUPPLIER], 0, "Ja: tar emot det."),
        (["lookup", SUPPLIER, "--kind", "invoice"], 4, "tar inte emot detta"),
        (["lookup", "0007:5599993036", "--lang", "en"], 4, "is not on the network"),
        (["lookup", SUPPLIER, "--json"], 0, '"takes": true'),
        (["lookup", "5599991014"], 1, ""),
    ):
        told = CliRunner().invoke(app, words)
        assert (told.exit_code, said in " ".join(told.stdout.split())) == (code, True), told.stdout
    monkeypatch.delenv("BILLING_LOOKUP_SMP")
    told = CliRunner().invoke(app, ["lookup", SUPPLIER])
    assert (told.exit_code, "BILLING_LOOKUP_SMP" in told.stdout) == (1, True)


def test_an_operator_sees_by_one_command_whether_the_access_point_answers(
    running: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BILLING_ACCESS_POINT_KIND", "simulator")
    monkeypatch.setenv("BILLING_ACCESS_POINT_ADDRESS", running.address)
    monkeypatch.setenv("BILLING_ACCESS_POINT_TOKEN", TOKEN)
    running.lay(order("1"))
    told = CliRunner().invoke(app, ["access-point", "check", "--lang", "en"])
    assert (told.exit_code, "Yes. Messages waiting: 1." in told.stdout) == (0, True)
    assert told.stdout.count("We are registered for it.") == 4
    assert f"{running.address}/smp" in told.stdout
    running.admin.delete(f"/admin/participants/{BUYER}").raise_for_status()
    running.faults({"fault": "down", "on": ["list"]})
    told = CliRunner().invoke(app, ["access-point", "check"])
    assert (told.exit_code, "Nej. Förbindelsen med 127.0.0.1" in " ".join(told.stdout.split())) == (1, True)
    assert told.stdout.count("Vi finns inte i katalogen.") == 4
    told = CliRunner().invoke(app, ["access-point", "check", "--json"])
    assert (told.exit_code, '"answers": false' in told.stdout) == (1, True)
    # Checking takes nothing: the message is still there.
    running.faults()
    assert len(list(running.phase4(BUYER).inbound())) == 1


def checked(monkeypatch: pytest.MonkeyPatch, **settings: str) -> tuple[int, dict[str, Any]]:
    """What `access-point check` says with these settings."""
    for name, value in settings.items():
        monkeypatch.setenv(f"BILLING_ACCESS_POINT_{name.upper()}", value)
    told = CliRunner().invoke(app, ["access-point", "check", "--json"])
    found: dict[str, Any] = json.loads(told.stdout)
    return told.exit_code, found


def steps(told: dict[str, Any]) -> dict[str, str]:
    return {each["step"]: each.get("code", "well") for each in told["steps"]}


@pytest.mark.parametrize("kind", ["simulator", "phase4", "phoss"])
def test_checking_signs_in_at_each_kind_and_sends_nothing(
    running: Simulator, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    path = {"simulator": "", "phase4": "/phase4", "phoss": f"/phoss/{BUYER}"}[kind]
    code, told = checked(monkeypatch, kind=kind, address=running.address + path, token=TOKEN)
    assert (code, told["answers"]) == (0, True), told
    assert "SIGN_IN" in steps(told)
    assert running.received() == []
    code, told = checked(monkeypatch, token="another")  # noqa: S106
    assert (code, told["answers"], steps(told)["SIGN_IN"]) == (1, False, "DENIED")


@pytest.mark.parametrize("kind", ["phase4", "phoss", "simulator"])
def test_an_access_point_where_nothing_listens_does_not_answer(
    monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        address = f"http://127.0.0.1:{listening.getsockname()[1]}"
    code, told = checked(monkeypatch, kind=kind, address=address)
    assert (code, told["answers"], steps(told)["SIGN_IN"]) == (1, False, "NOTHING_LISTENS")
    words = CliRunner().invoke(app, ["access-point", "check"]).stdout
    assert "Ingen tjänst lyssnar hos" in " ".join(words.split())


def test_a_folder_that_is_not_there_is_no_access_point(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code, told = checked(monkeypatch, kind="folder", address=str(tmp_path / "nowhere"))
    assert (code, steps(told)) == (1, {"SIGN_IN": "FOLDER_MISSING"})
    # The place is there, and its inbox is not: nothing would ever be seen to come.
    (tmp_path / "post").mkdir()
    code, told = checked(monkeypatch, kind="folder", address=str(tmp_path / "post"))
    assert (code, steps(told)["LIST"], steps(told)["HAND_OVER"]) == (1, "FOLDER_MISSING", "well")
    (tmp_path / "post" / "inbox").mkdir()
    code, told = checked(monkeypatch, kind="folder", address=str(tmp_path / "post"))
    assert (code, set(steps(told).values())) == (0, {"well"})
    assert [path for path in (tmp_path / "post").rglob("*") if path.is_file()] == [], "the probe is gone"


def test_an_account_over_sftp_is_checked_as_it_is_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "af" / "inbox").mkdir(parents=True)
    with sftp_server(tmp_path) as server:
        account = {"kind": "sftp", "sftp_host_key": server.host_key_line, "sftp_password": PASSWORD}
        code, told = checked(monkeypatch, address=f"{server.address}/af", **account)
        assert (code, set(steps(told).values())) == (0, {"well"})
        code, told = checked(monkeypatch, address=f"{server.address}/nowhere", **account)
        assert (code, steps(told)) == (1, {"SIGN_IN": "FOLDER_MISSING"})
        code, told = checked(monkeypatch, address=f"{server.address}/af", sftp_password="wrong")  # noqa: S106
        assert (code, steps(told)) == (1, {"SIGN_IN": "PASSWORD_REFUSED"})
    assert list((tmp_path / "af").rglob("*.tmp")) == []


def test_what_stops_a_command_says_what_it_is_and_never_none(monkeypatch: pytest.MonkeyPatch) -> None:
    told = refusal_of(Unreachable("HTTP 401", code="DENIED", host="ap.example")).text
    assert "ap.example släpper inte in oss (HTTP 401)" in told.sv
    for error in (ConnectionResetError(104, "reset"), TimeoutError(), OSError("no words"), OSError()):
        sentence = refusal_of(error).text
        assert "None" not in sentence.sv + sentence.en
        assert not sentence.sv.startswith(" ")
