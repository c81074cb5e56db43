"""Files to and from the bank, ISO 20022: payments out (pain.001), what the bank did with them back (camt).

The room has the exchange's rhythm: each document is declared once, read and written from that
declaration, let in through the gate and judged by a schema in `xsd/bank/`. It knows what a transfer
looks like and nothing of invoices.
"""
