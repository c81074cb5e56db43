"""The exchange: documents, rules, identifiers, envelopes, mailbox and access points.

It knows the shape of messages and where they go, never why anyone writes. It
imports nothing from the other floors and could be published on its own.
"""
