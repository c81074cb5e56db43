"""What tells operators what this program does: its log, and the ids and spans of requests and runs."""
