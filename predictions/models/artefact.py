"""The artefact of a trained model, for services whose machines share no folder."""

from __future__ import annotations

from django.db import models


class ModelArtefact(models.Model):
    """In a table of its own, so that whoever lists models does not read them."""

    sha256 = models.CharField("SHA-256", max_length=64, primary_key=True, help_text="Of the content.")
    content = models.BinaryField(help_text="A skops file.")

    def __str__(self) -> str:
        return self.sha256
