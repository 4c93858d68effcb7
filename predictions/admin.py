"""Trained models, which can be looked at, activated, and deleted when they are not needed any more."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.admin import ModelAdmin

from predictions import activation
from predictions.activation import NotGoodEnough
from predictions.ml.registry import UnusableModel
from predictions.models import TrainedModel


@admin.register(TrainedModel)
class TrainedModelAdmin(ModelAdmin):
    list_display = (
        *("version", "status", "trained_at", "matches", "first_day", "last_day"),
        *("rps", "base_rates", "activated_at"),
    )
    list_filter = ("status",)
    ordering = ("-trained_at", "-pk")
    actions = ("activate",)

    @admin.display(description="RPS")
    def rps(self, row: TrainedModel) -> str:
        return _rps(row, "model")

    @admin.display(description="base rates")
    def base_rates(self, row: TrainedModel) -> str:
        return _rps(row, "base_rates")

    @admin.action(description="Activate: warm its answers, then serve it", permissions=["activate"])
    def activate(self, request: HttpRequest, queryset: QuerySet[TrainedModel]) -> None:
        """As `manage.py activate_model VERSION` does. Whoever wants to force one types that."""
        if len(rows := list(queryset)) != 1:
            self.message_user(request, "Choose one model: only one can be active.", messages.ERROR)
            return
        try:
            done = activation.activate(rows[0].version)
        except (NotGoodEnough, UnusableModel, OSError) as error:
            self.message_user(request, str(error), messages.ERROR)
            return
        level = messages.WARNING if done.warmed and done.warmed.not_kept else messages.SUCCESS
        self.message_user(request, done.in_words(), level)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        if obj is not None and obj.status == TrainedModel.Status.ACTIVE:
            return False
        return bool(super().has_delete_permission(request, obj))

    def has_activate_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("predictions.change_trainedmodel")


def _rps(row: TrainedModel, who: str) -> str:
    return f"{row.scores[who]['rps']:.4f}" if row.scores else "not measured"
