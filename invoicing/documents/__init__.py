"""Suppliers' documents in our books: tables, store, reading of UBL, loading of facts, and their view."""
