"""The service's figures over HTTP."""
