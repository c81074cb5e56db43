"""What the system itself is called, where neither the buyer nor a service gives a name."""

from typing import Final

from foundation.text import Text

PRODUCT: Final = Text("Order och faktura")
