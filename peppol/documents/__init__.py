"""The documents as values: order, order response, invoice, credit note and the responses."""
