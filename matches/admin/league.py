"""Leagues: how long answers about them may be cached is what people come for."""

from __future__ import annotations

from django.contrib import admin
from unfold.admin import ModelAdmin

from matches.models import League


@admin.register(League)
class LeagueAdmin(ModelAdmin):
    list_display = ("name", "code", "country", "tier", "time_zone", "cache_ttl", "shifted_weeks")
    list_editable = ("cache_ttl",)
    list_filter = ("country", "tier")
    search_fields = ("code", "name")
    show_full_result_count = False
    fields = ("code", "name", "country", "tier", "time_zone", "cache_ttl", "shifted_weeks")
    readonly_fields = ("shifted_weeks",)
