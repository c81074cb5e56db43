"""The commands of `billing`, by topic.

`billing.cli.command` gives them their common options, `billing.cli.lazy` loads them when asked for.
"""
