"""Simulated worlds of any size, and suppliers' systems that answer: for trying the house, never for service."""
