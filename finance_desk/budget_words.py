"""What the objects and places of a budget row are called: as the accounting rules and the register name them."""

from collections.abc import Mapping

from bookkeeping.budget.budget_keys import BudgetKey
from bookkeeping.coding import Dimension
from bookkeeping.vat_compensation.basis import SEVERAL
from bookkeeping.voucher_making import Coders
from foundation.text import Text, WrittenText
from orders.register.register import Register
from orders.register.service_names import article_names

NOT_TOLD = Text("Inte angivet")
MORE_THAN_ONE = Text("Flera")
_DIMENSIONS = {
    BudgetKey.APPROPRIATION: Dimension.APPROPRIATION,
    BudgetKey.COST_CENTRE: Dimension.COST_CENTRE,
    BudgetKey.ACTIVITY: Dimension.ACTIVITY,
}

Named = Mapping[BudgetKey, Mapping[str, Text]]


def names(register: Register, coders: Coders) -> Named:
    """The names by key and value; what has none here is shown as it is."""
    rules = coders.rules.names if coders.rules else {}
    of_rules = {key: _written(rules.get(dimension.value, {})) for key, dimension in _DIMENSIONS.items()}
    return {
        **of_rules,
        BudgetKey.DELIVERY_AREA: _written({each.id: each.name for each in register.areas}),
        BudgetKey.UNIT: _written({each.id: each.name for each in register.units}),
        BudgetKey.ARTICLE: {kind.value: name for kind, name in article_names(register.services).items()},
    }


def object_words(named: Mapping[str, str], value: str) -> Text:
    """An object of the coding with its name, where the rules name it."""
    if value in ("", SEVERAL):
        return MORE_THAN_ONE if value else NOT_TOLD
    return WrittenText(f"{value} {named[value]}" if value in named else value)


def value_words(named: Named, key: BudgetKey, value: str) -> Text:
    """What a value is called: objects of the coding and units with their own number before the name."""
    if not value:
        return NOT_TOLD
    found = named[key].get(value)
    if found is None:
        return WrittenText(value)
    if key in (BudgetKey.DELIVERY_AREA, BudgetKey.ARTICLE):
        return found
    return WrittenText(f"{value} {found.sv}")


def _written(named: Mapping[str, str]) -> dict[str, Text]:
    return {value: WrittenText(name) for value, name in named.items()}
