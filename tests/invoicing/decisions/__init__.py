"""Tests of what people decided about a document."""
