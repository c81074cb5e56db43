"""The units for a machine of one's own: as systemd reads them, and how shut in it finds them."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

from tests.packaging.tools import PACKAGING

UNITS: Final = PACKAGING / "systemd"
SERVICES: Final = sorted(each.name for each in UNITS.glob("*.service"))
# Of ten; what is left is that they speak to a network, and are not in a root folder of their own.
EXPOSURE_AT_MOST: Final = 15


def laid_out(into: Path) -> Path:
    """The units as they lie in /etc/systemd/system, with a program that this machine has."""
    shutil.copytree(UNITS, into)
    program = Path(sys.executable).with_name("billing")
    for unit in into.glob("*.service"):
        unit.write_text(unit.read_text(encoding="utf-8").replace("/opt/billing/bin/billing", str(program)))
    return into


def analyzed(units: Path, *asked: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["systemd-analyze", *asked], capture_output=True, text=True, check=False,
        env={**os.environ, "SYSTEMD_UNIT_PATH": f"{units}:", "SYSTEMD_PAGER": "", "LC_ALL": "C.UTF-8"},
    )  # fmt: skip


def verified(units: Path) -> str:
    """What systemd objects to in any of them; empty where it does not."""
    asked = sorted(str(each) for kind in ("service", "timer", "target") for each in units.glob(f"*.{kind}"))
    told = analyzed(units, "verify", "--man=no", *asked)
    return "" if told.returncode == 0 and not told.stderr else told.stderr or f"ended with {told.returncode}"


def test_systemd_takes_every_unit(tmp_path: Path) -> None:
    assert len(SERVICES) == 5
    assert verified(laid_out(tmp_path / "units")) == ""


def test_systemd_sees_a_misspelt_line_and_a_unit_that_is_not_there(tmp_path: Path) -> None:
    units = laid_out(tmp_path / "units")
    shared = units / "billing-.service.d" / "10-hardened.conf"
    shared.write_text(shared.read_text(encoding="utf-8").replace("ProtectHome=", "ProtectHoem="))
    assert "ProtectHoem" in verified(units)
    other = laid_out(tmp_path / "others")
    (other / "billing-migrate.service").unlink()
    assert "billing-migrate.service" in verified(other)


@pytest.mark.parametrize("service", SERVICES)
def test_systemd_counts_every_service_as_shut_in(service: str, tmp_path: Path) -> None:
    units = laid_out(tmp_path / "units")
    judged = analyzed(
        units,
        "security",
        "--offline=yes",
        f"--threshold={EXPOSURE_AT_MOST}",
        "--no-pager",
        str(units / service),
    )
    assert judged.returncode == 0, judged.stdout[-300:]
    (units / "billing-.service.d" / "10-hardened.conf").unlink()
    open_one = analyzed(
        units,
        "security",
        "--offline=yes",
        f"--threshold={EXPOSURE_AT_MOST}",
        "--no-pager",
        str(units / service),
    )
    assert open_one.returncode != 0, "the measure would not see it"


def test_the_user_and_the_folders_of_the_units_are_made(tmp_path: Path) -> None:
    shared = (UNITS / "billing-.service.d" / "10-hardened.conf").read_text(encoding="utf-8")
    (tmp_path / "etc").mkdir()
    made = subprocess.run(
        ["systemd-sysusers", f"--root={tmp_path}", str(UNITS / "billing.sysusers")],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert made.returncode == 0, made.stderr
    assert re.search(r"^billing:x:\d+:\d+:", (tmp_path / "etc" / "passwd").read_text(), re.MULTILINE)
    folders = [
        line.split()[1]
        for line in (UNITS / "billing.tmpfiles").read_text(encoding="utf-8").splitlines()
        if line.startswith("d ")
    ]
    assert "EnvironmentFile=/etc/billing/billing.env" in shared
    assert "LoadCredential=billing:/etc/billing/secrets" in shared
    backup = (UNITS / "billing-backup.service").read_text(encoding="utf-8")
    assert re.findall(r"--to (\S+)", backup) == re.findall(r"ReadWritePaths=(\S+)", backup) == [folders[-1]]
    assert folders == ["/etc/billing", "/etc/billing/secrets", "/var/backups/billing"]
