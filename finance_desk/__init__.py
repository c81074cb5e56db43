"""The buyer's own pages: exceptions, payments, reconciliation, policies, audit and exchange."""
