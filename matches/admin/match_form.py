"""What a person says of a match, checked in words before the database would refuse it."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Any

from django import forms

from matches.models import Match
from matches.provenance import GROUPS, stated_groups

Status = Match.Status


class ResultForm(forms.ModelForm):  # type: ignore[type-arg]
    """A row of the list. Typing both goals is enough: the match then counts as finished."""

    class Meta:
        model = Match
        fields = ("home_goals", "away_goals", "status")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # A row that nobody touched is as it is stored: checking it would cost several queries for each row of the page.
        self.empty_permitted = not self.instance._state.adding

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        scored = cleaned.get("home_goals") is not None and cleaned.get("away_goals") is not None
        if scored and cleaned.get("status") in (Status.SCHEDULED, Status.POSTPONED):
            cleaned["status"] = Status.FINISHED
        return cleaned

    def _get_validation_exclusions(self) -> set[str]:
        """Leave out the constraints of which `Match.clean` speaks in words, so that nothing is said twice."""
        return {*super()._get_validation_exclusions(), "status", "away_team"}  # type: ignore[misc]

    def stated(self) -> set[str]:
        """The groups of fields about which the person said something; for a new match, all that are not empty."""
        before = {} if self.instance._state.adding else self.initial
        changed = {name for name, value in self.cleaned_data.items() if value != before.get(name)}
        return stated_groups(changed, time_known=self.cleaned_data.get("kickoff_time_known"))


class MatchForm(ResultForm):
    """The whole match."""

    class Meta:
        model = Match
        fields = (
            *("league", "season", "home_team", "away_team", "kickoff", "kickoff_time_known"),
            *("status", "home_goals", "away_goals", *GROUPS["shots"], *GROUPS["odds"]),
        )
        help_texts = {
            "kickoff_time_known": "Unless ticked, the kickoff becomes noon at the league's place.",
            "status": "Typing both goals is enough to finish a match.",
            "closing_odds_home": "Decimal odds, each above 1: all three or none.",
        }

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        league, kickoff = cleaned.get("league"), cleaned.get("kickoff")
        if league is not None and kickoff is not None:
            if not cleaned.get("kickoff_time_known"):
                noon = datetime.combine(kickoff.astimezone(UTC), time(12), tzinfo=league.zone)
                cleaned["kickoff"] = kickoff = noon.astimezone(UTC)
            self._check_that_no_other_is_the_same(kickoff.astimezone(league.zone).date())
        self._check_odds()
        return cleaned

    def _check_that_no_other_is_the_same(self, day: date) -> None:
        """`day` is not a field of the form, so Django leaves the constraint on it out."""
        pair = {name: self.cleaned_data.get(name) for name in ("league", "season", "home_team", "away_team")}
        if None not in pair.values() and Match.objects.filter(day=day, **pair).exclude(pk=self.instance.pk).exists():
            self.add_error(None, f"These teams already meet at this home on {day}.")

    def _check_odds(self) -> None:
        odds = [self.cleaned_data.get(name) for name in GROUPS["odds"]]
        stated = [value for value in odds if value is not None]
        if stated and (len(stated) < len(odds) or min(stated) <= 1):
            self.add_error("closing_odds_home", "All three odds, each above 1, or none.")
