"""Which modules are changed, and which tests are asked about them: one room for each thing that must not go wrong."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.support.project import PROJECT


@dataclass(frozen=True, slots=True)
class Room:
    """Modules and tests, as paths or globs from the project's folder. The tests speak to the modules in one process."""

    modules: tuple[str, ...]
    tests: tuple[str, ...]
    forgets: tuple[str, ...] = ()
    """What modules remember in dictionaries of their own, as module:name, forgotten before each mutant is tried."""

    @property
    def module_paths(self) -> tuple[Path, ...]:
        """The modules that there are."""
        found = {path for each in self.modules for path in PROJECT.glob(each) if path.name != "__init__.py"}
        return tuple(sorted(found))

    @property
    def test_paths(self) -> tuple[Path, ...]:
        """The files and folders of tests that there are."""
        return tuple(sorted({path for each in self.tests for path in PROJECT.glob(each)}))


ROOMS: Mapping[str, Room] = {
    "money": Room(
        modules=("foundation/money.py", "foundation/periods.py", "orders/workdays.py"),
        tests=(
            "foundation/money.py",
            "foundation/periods.py",
            "orders/workdays.py",
            "tests/foundation/test_exact_money.py",
            "tests/foundation/test_exact_periods.py",
            "tests/foundation/test_money_and_periods.py",
            "tests/orders/placements/test_workdays.py",
        ),
    ),
    "matching": Room(
        modules=(
            "invoicing/matching/*.py",
            "invoicing/matching/credit_notes/*.py",
            "orders/register/tolerances.py",
        ),
        tests=(
            # What matching decides is pure: its own stories hold it, and a mutant costs seconds.
            "tests/invoicing/matching",
            "tests/invoicing/verdicts/test_line*.py",
            "tests/invoicing/verdicts/test_ref*.py",
            "tests/invoicing/exceptions/test_line_links.py",
            "tests/orders/register/test_policies.py",
        ),
    ),
    "verdicts": Room(
        modules=("invoicing/verdicts/*.py", "invoicing/decisions/rules.py", "foundation/transitions.py"),
        tests=(
            "tests/invoicing/verdicts",
            "tests/invoicing/decisions",
            "tests/invoicing/exceptions",
            "tests/foundation/test_transitions.py",
            "tests/invoicing/test_document_moves.py",
            "tests/orders/register/test_policies.py",
        ),
    ),
    "attestation": Room(
        modules=(
            "invoicing/payment/attest*.py",
            "invoicing/payment/payable*.py",
            "invoicing/payment/proposal*.py",
            "invoicing/payment/export.py",
            "invoicing/payment/transfers.py",
        ),
        tests=("tests/invoicing/payment", "tests/audit/test_finance_model.py"),
    ),
    "access": Room(
        modules=(
            "accounts/mailed_link*.py",
            "accounts/password*.py",
            "accounts/guessing/*.py",
            "accounts/rules.py",
            "accounts/session*.py",
            "accounts/sign_in.py",
            "accounts/two_factor.py",
            "orders/register/unit_scope.py",
            "web/access.py",
            "web/cookies.py",
            "web/csrf.py",
        ),
        tests=(
            "tests/accounts",
            "tests/supplier_portal/test_address_scope.py",
            "tests/web/test_every_form_is_guarded.py",
        ),
    ),
    "gate": Room(
        modules=("peppol/xml/gate*.py",),
        tests=("tests/peppol/xml/test_gate*.py", "tests/peppol/validation/test_gate_on_the_walk.py"),
        forgets=("peppol.xml.gate_tree:_SORTS",),
    ),
    "journal": Room(
        modules=(
            "foundation/journal*.py",
            "foundation/journal_chains/*.py",
            "audit/case_journal.py",
            "audit/case_archive.py",
            "audit/journal_queries.py",
            "audit/retention*.py",
        ),
        tests=("tests/foundation/test_journal*.py", "tests/foundation/test_merkle_tree.py", "tests/audit"),
    ),
}
