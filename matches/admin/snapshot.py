"""Ratings after each match day. They follow from the results, so they are only shown."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from unfold.admin import ModelAdmin

from matches.models import LeagueSnapshot, TeamSnapshot
from matches.ratings import Levels


def rounded(name: str, digits: int) -> Callable[[Any], str]:
    """A column that shows a number with so many digits after the point."""

    @admin.display(description=name.replace("_", " ").capitalize(), ordering=name)
    def column(row: Any) -> str:
        return f"{getattr(row, name):.{digits}f}"

    return column


class RatingsAdmin(ModelAdmin):
    date_hierarchy = "day"
    ordering = ("-day", "-pk")
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(TeamSnapshot)
class TeamSnapshotAdmin(RatingsAdmin):
    list_display = (
        *("day", "team", "league", "season", "played", rounded("elo", 0)),
        *(rounded(name, 3) for name in ("pi_home", "pi_away", "attack", "defence")),
        rounded("shots_elo", 0),
        *(rounded(name, 3) for name in ("shots_attack", "shots_defence", "market")),
        "promoted",
    )
    list_filter = ("league", "season", "promoted")
    list_select_related = ("team", "league")
    search_fields = ("team__name",)


@admin.register(LeagueSnapshot)
class LeagueSnapshotAdmin(RatingsAdmin):
    list_display = (
        "day",
        "league",
        "season",
        "season_start",
        *(rounded(name, 3) for name in Levels._fields),
    )
    list_filter = ("league", "season", "season_start")
    list_select_related = ("league",)
    search_fields = ("league__name", "league__code")
