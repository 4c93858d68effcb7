"""Trained models, which can be looked at, activated, and deleted when they are not needed any more."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.actions import delete_selected
from django.contrib.admin.utils import unquote
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
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

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """Deleting comes last, and says why the active one can't be deleted."""
        actions: dict[str, Any] = super().get_actions(request)
        if delete := actions.pop("delete_selected", None):
            actions["delete_selected"] = (_delete_selected, *delete[1:])
        return actions

    def delete_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        row = self.get_object(request, unquote(object_id))
        if row is not None and _is_active(row) and super().has_delete_permission(request, row):
            self.message_user(request, _why_kept(row), messages.ERROR)
            return redirect("admin:predictions_trainedmodel_change", row.pk)
        response: HttpResponse = super().delete_view(request, object_id, extra_context)
        return response

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        if obj is not None and _is_active(obj):
            return False
        return bool(super().has_delete_permission(request, obj))

    def has_activate_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("predictions.change_trainedmodel")


def _delete_selected(admin: TrainedModelAdmin, request: HttpRequest, queryset: QuerySet[TrainedModel]) -> Any:
    if active := next(filter(_is_active, queryset), None):
        admin.message_user(request, _why_kept(active), messages.ERROR)
        return None
    return delete_selected(admin, request, queryset)


def _is_active(row: TrainedModel) -> bool:
    return row.status == TrainedModel.Status.ACTIVE


def _why_kept(row: TrainedModel) -> str:
    return f"Model {row.version} is active, so it can't be deleted. Activate another one first."


def _rps(row: TrainedModel, who: str) -> str:
    if not row.scores:
        return "not measured"
    try:
        return f"{row.scores[who]['rps']:.4f}"
    except (LookupError, TypeError, ValueError):  # written by another hand; it can't be activated either
        return "not readable"
