"""The query parameters of the addresses that take two teams and a day."""

from __future__ import annotations

from matches.api.parameters import TwoTeams
from rest.parameters import DayField


class LookupParameters(TwoTeams):
    date = DayField(required=False, help_text="The day of the match where it is played; the next meeting unless given.")


class WhatIfParameters(TwoTeams):
    date = DayField(required=False, help_text="The day on which they would meet; today unless given.")
