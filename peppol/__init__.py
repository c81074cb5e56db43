"""What Peppol says: documents, rules, identifiers, envelopes, the exchange of messages and access points.

It knows the shape of messages and where they go, never why anyone writes. It
stands on `foundation` alone and could be published with it.
"""
