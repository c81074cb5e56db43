"""`make agreement CASES=folder`: do our rules for EN 16931 say of published unit cases what is published?

Prints each case that differs and how many agree. Ends with 0 when all do, with 1 when one does not, and with 2 when
the folder holds no cases.
"""

import sys
from pathlib import Path

from peppol.rules.en16931.rules import RULES
from tests.support.rules.rules_cases import published_cases


def main(arguments: list[str]) -> int:
    """Compare with the cases in the folder that is named."""
    folder = Path(*arguments)
    if not any(arguments) or not any(folder.glob("*.jsonl")):
        named = f"{folder} holds no .jsonl file" if any(arguments) else "no folder is named"
        print(
            f"There are no published cases to compare with: {named}. Write: make agreement CASES=folder.",
            file=sys.stderr,
        )
        return 2
    cases = list(published_cases(folder))
    differing = [case for case in cases if not case.agrees(RULES)]
    for case in differing:
        print(f"{case}: {case.rule} comes out otherwise than published")
    print(f"{len(cases) - len(differing)} of {len(cases)} published cases agree.")
    return int(bool(differing))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
