"""Voids cached answers when the football changes."""
