"""Passkeys (WebAuthn) as a second step beside the codes of an app."""
