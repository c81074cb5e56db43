"""Whether the walk and the rules of bills run compiled or as Python (docs/decisions/0134)."""

from importlib.util import find_spec


def is_compiled() -> bool:
    """Whether this program came with them compiled; what they find is the same, and it takes longer as Python."""
    found = find_spec("peppol.rules.engine.walk")
    return found is not None and not (found.origin or "").endswith(".py")
