"""The commands of `billing`, by topic; `door` gives them their common options, `loading` loads them when asked for."""
