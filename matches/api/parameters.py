"""Query parameters by which two teams are named."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from matches.api.filters import LONGEST_CODE
from matches.lookup import LONGEST_NAME
from rest.parameters import Parameters


class TeamField(serializers.CharField):
    """A team's name, any other name it goes by, or its id."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=LONGEST_NAME, **kwargs)


class TwoTeams(Parameters):
    home = TeamField(help_text="The home team: its name, any other name it goes by, or its id.")
    away = TeamField(help_text="The away team, likewise.")
    league = serializers.CharField(
        required=False, max_length=LONGEST_CODE, help_text="The code of the league in which they are looked for."
    )
