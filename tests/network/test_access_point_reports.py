"""The service-level reports of an access point that acknowledges by itself, as phoss-ap 0.12 writes them, and oddly."""

import json
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from billing.cli.cli import app
from peppol.access_points.service_levels import ServiceLevel, level_in, read
from peppol.access_points.web import Web
from tests.support.servers.registers import Served, served
from tests.support.stories.system import a_system


def report(measured: int, in_time: int, *, seconds: int = 1200, entries: int = 0) -> bytes:
    """As MlsSlaReportResponse is written: its sums, then every measurement."""
    entry = {"sbdhInstanceID": "x", "m1": "2026-03-27T14:30:00Z", "durationSeconds": 342, "withinSla": True}
    return json.dumps(
        {
            "totalCount": measured,
            "withinSlaCount": in_time,
            "compliancePercent": 100 * in_time / measured if measured else 100.0,
            "targetPercent": 99.5,
            "thresholdSeconds": seconds,
            "meetingSla": True,
            "entries": [entry] * entries,
        }
    ).encode()


def says(access_point: Served, receiving: bytes, sending: bytes, missing: bytes = b"[]") -> None:
    access_point.answers.update(
        {"/api/mls/sla/mls1": receiving, "/api/mls/sla/mls2": sending, "/api/mls/missing": missing}
    )


@given(st.integers(0, 10**6), st.integers(0, 10**6))
def test_the_share_is_reckoned_exactly_and_never_rounded_up_to_the_target(measured: int, out: int) -> None:
    in_time = max(0, measured - out)
    level = level_in(report(measured, in_time))
    assert level is not None
    assert level.is_met == (measured == 0 or Decimal(in_time) / measured * 100 >= Decimal("99.5"))
    assert level.is_met or level.percent < Decimal("99.5")


def test_the_sums_are_read_though_the_list_is_longer_than_what_is_read() -> None:
    body = report(40_000, 39_990, entries=40_000)
    assert len(body) > 3_000_000
    assert level_in(body[:1_000_000]) == ServiceLevel(40_000, 39_990, Decimal("99.5"), 1200)


@pytest.mark.parametrize(
    "body",
    [
        *(b"", b"[]", b"{}", b"null", b"\xff", b"[" * 100_000, b'"totalCount"'),
        b'{"totalCount":2,"withinSlaCount":3,"targetPercent":99.5,"thresholdSeconds":1200}',
        b'{"totalCount":-1,"withinSlaCount":-1,"targetPercent":99.5,"thresholdSeconds":1200}',
        b'{"totalCount":"2","withinSlaCount":1,"targetPercent":99.5,"thresholdSeconds":1200}',
        b'{"totalCount":true,"withinSlaCount":true,"targetPercent":99.5,"thresholdSeconds":1200}',
        b'{"totalCount":2,"withinSlaCount":1,"targetPercent":NaN,"thresholdSeconds":1200}',
        b'{"totalCount":2,"withinSlaCount":1,"targetPercent":99.5,"thresholdSeconds":0}',
    ],
)
def test_what_is_no_report_is_unknown_and_never_zero(body: bytes) -> None:
    assert level_in(body) is None


def test_what_an_older_version_does_not_have_is_unknown_and_says_why() -> None:
    with served() as access_point:
        web = Web(access_point.address)
        found = read(web)
        web.close()
    assert (found.receiving, found.sending, found.unacknowledged) == (None, None, None)
    assert "404" in found.words


def test_an_operator_sees_them_in_how_the_post_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = f"sqlite:///{tmp_path / 'billing.sqlite'}"
    with a_system(url):
        pass
    monkeypatch.setenv("BILLING_DATABASE_URL", url)
    monkeypatch.setenv("BILLING_ACCESS_POINT_KIND", "phoss")
    with served() as access_point:
        monkeypatch.setenv("BILLING_ACCESS_POINT_ADDRESS", access_point.address)
        says(access_point, report(1240, 1238), report(200, 198, seconds=1500), b'[{"id":"1"},{"id":"2"}]')
        told = CliRunner().invoke(app, ["post", "status"])
        written = " ".join(told.stdout.split())
        assert "99,83 procent inom 20 minuter (1238 av 1240), målet är 99,5 procent." in written
        assert "99,00 procent inom 25 minuter (198 av 200), målet är 99,5 procent: målet nås inte" in written
        assert "2 mottagna meddelanden har ännu ingen kvittens" in written
        told = CliRunner().invoke(app, ["post", "status", "--json"])
        levels = json.loads(told.stdout)["service_levels"]
        assert (levels["receiving"]["measured"], levels["sending"]["met"]) == (1240, False)
        assert levels["unacknowledged"] == 2
    # It is away: how the post stands is told all the same.
    told = CliRunner().invoke(app, ["post", "status", "--lang", "en"])
    assert (told.exit_code, "reports cannot be read" in " ".join(told.stdout.split())) == (0, True)
