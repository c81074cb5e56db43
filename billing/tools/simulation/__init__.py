"""Simulated worlds of any size, and suppliers' systems that answer: for trying the system, never for service."""
