"""The SBDH envelope: written, opened and checked."""
