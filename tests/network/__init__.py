"""Tests against real parts: servers that others have made, started on this machine."""
