"""What the product is built of, for whoever audits it: `make audit` writes it into build/audit, and fails for a fault.

The bill of materials is CycloneDX: the product, every package of the lock with version, licence and sha256. Known holes
are asked of the registry's advisories, of what runs and of what builds and tests it. Licences are held against those
that may come in.
"""

import argparse
import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from tests.packaging import licences
from tests.support.project import PROJECT

LOCKS: Final = tuple(
    PROJECT / name for name in ("requirements-image.lock", "requirements-dev.lock", "requirements-build.lock")
)
_SECONDS: Final = 600


class AuditFailed(Exception):
    """A program that audits did not come to its end; the sentence says which and why."""


@dataclass(frozen=True, slots=True)
class KnownHoles:
    """What the advisories say of a lock: the holes of each package, and the packages they said nothing of, with why."""

    holes: Mapping[str, Sequence[str]]
    unasked: Mapping[str, str]


def bill_of_materials(lock: Path = licences.LOCK) -> dict[str, Any]:
    """The product and the packages of a lock, as CycloneDX. Raises AuditFailed, LicenceUnknown."""
    asked = (
        "requirements",
        str(lock),
        "--pyproject",
        str(PROJECT / "pyproject.toml"),
        "--output-reproducible",
    )
    made = _run("cyclonedx_py", *asked, "--of", "JSON", "-o", "-")
    if made.returncode != 0:
        raise AuditFailed(f"cyclonedx_py: {made.stderr.strip()}")
    bill: dict[str, Any] = json.loads(made.stdout)
    for each in bill["components"]:
        each["licenses"] = [{"expression": licences.of(each["name"])}]
    return bill


def known_holes(lock: Path) -> KnownHoles:
    """What the advisories know of the packages of a lock. Raises AuditFailed where they give no answer."""
    asked = (
        "-r",
        str(lock),
        "--require-hashes",
        "--disable-pip",
        "--progress-spinner",
        "off",
        "--format",
        "json",
    )
    audited = _run("pip_audit", *asked)
    if not audited.stdout.strip():
        said = (audited.stderr.strip().splitlines() or ["no word"])[-1]
        raise AuditFailed(f"the service of advisories gave no answer: {said}")
    told = json.loads(audited.stdout)["dependencies"]
    return KnownHoles(
        {each["name"]: [hole["id"] for hole in each["vulns"]] for each in told if each.get("vulns")},
        {each["name"]: each["skip_reason"] for each in told if "skip_reason" in each},
    )


def kept_out() -> Mapping[str, str]:
    """The packages of the product that may not come in, with their licences. Raises LicenceUnknown."""
    told = {name: licences.of(name) for name in licences.locked()}
    return {name: licence for name, licence in told.items() if not licences.is_let_in(licence)}


def _run(module: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", module, *arguments],
        capture_output=True, text=True, check=False, timeout=_SECONDS, cwd=PROJECT,
    )  # fmt: skip


def main() -> int:
    """Write what was found, say it in a few lines; 0 where nothing is wrong."""
    parser = argparse.ArgumentParser(prog="make audit")
    parser.add_argument("--into", type=Path, default=PROJECT / "build" / "audit")
    into = parser.parse_args().into
    into.mkdir(parents=True, exist_ok=True)
    failed = False
    try:
        bill = bill_of_materials()
        (into / "bom.json").write_text(json.dumps(bill, indent=1, ensure_ascii=False), encoding="utf-8")
        print(f"{into / 'bom.json'}: {len(bill['components'])} packages, CycloneDX {bill['specVersion']}")
        for name, licence in kept_out().items():
            print(f"licences: {name} is under {licence}, which may not come in", file=sys.stderr)
            failed = True
        for lock in LOCKS:
            found = known_holes(lock)
            (into / f"{lock.name}.json").write_text(
                json.dumps({"holes": found.holes, "unasked": found.unasked}, indent=1)
            )
            print(
                f"{lock.name}: {len(found.holes)} packages with known holes, {len(found.unasked)} not asked about"
            )
            for name, holes in found.holes.items():
                print(f"{lock.name}: {name}: {', '.join(holes)}", file=sys.stderr)
            if found.unasked:
                name, why = next(iter(found.unasked.items()))
                print(
                    f"{lock.name}: of {len(found.unasked)} nothing is known, {name} first: {why}",
                    file=sys.stderr,
                )
            failed = failed or bool(found.holes or found.unasked)
    except (AuditFailed, licences.LicenceUnknown) as failure:
        print(f"audit: {failure}", file=sys.stderr)
        return 1
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
