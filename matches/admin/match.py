"""Matches: found quickly, and their results typed in the list."""

from __future__ import annotations

from contextlib import nullcontext
from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from unfold.admin import ModelAdmin

from matches import services
from matches.admin.match_form import MatchForm, ResultForm
from matches.models import Match
from matches.provenance import ADMIN, GROUPS


@admin.register(Match)
class MatchAdmin(ModelAdmin):
    form = MatchForm
    list_display = ("when", "league", "season", "home_team", "away_team", "home_goals", "away_goals", "status")
    list_editable = ("home_goals", "away_goals", "status")
    list_filter = ("status", "league", "season", "kickoff_time_known")
    list_select_related = ("league", "home_team", "away_team")
    list_per_page = 50
    search_fields = ("home_team__name", "away_team__name")
    search_help_text = "Parts of the teams' names: “arsenal chelsea” finds their meetings."
    date_hierarchy = "kickoff"
    show_full_result_count = False
    autocomplete_fields = ("league", "home_team", "away_team")
    readonly_fields = ("day", "provenance")
    fieldsets = (
        (None, {"fields": ("league", "season", ("home_team", "away_team"), "kickoff", "kickoff_time_known", "day")}),
        ("Result", {"fields": (("home_goals", "away_goals"), "status")}),
        ("Shots", {"fields": GROUPS["shots"]}),
        ("Closing odds", {"fields": GROUPS["odds"]}),
        ("Where it comes from", {"fields": ("provenance",)}),
    )

    @admin.display(description="Kickoff (UTC)", ordering="kickoff")
    def when(self, match: Match) -> str:
        return f"{match.kickoff:%d %b %Y, %H:%M}" if match.kickoff_time_known else f"{match.day:%d %b %Y}"

    def get_changelist_form(self, request: HttpRequest, **kwargs: Any) -> Any:
        return super().get_changelist_form(request, form=ResultForm, **kwargs)

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """What is typed into one page of the list, or deleted from it, is one change: the ratings follow once."""
        with services.batched() if request.method == "POST" else nullcontext():
            response: HttpResponse = super().changelist_view(request, extra_context)
            return response

    def save_model(self, request: HttpRequest, obj: Match, form: ResultForm, change: bool) -> None:
        """What a person said outlasts what sources say later."""
        obj.provenance = obj.provenance | dict.fromkeys(form.stated(), ADMIN)
        super().save_model(request, obj, form, change)
