"""Teams, and the other names by which the sources call them."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from unfold.admin import ModelAdmin, TabularInline
from unfold.forms import PaginationInlineFormSet

from matches.models import Team, TeamAlias
from matches.names import normalise

LONGEST_KEY = TeamAlias._meta.get_field("key").max_length or 0


class TeamAliasForm(forms.ModelForm):  # type: ignore[type-arg]
    """Fills in what follows from the name and the team, so that it can be checked with the rest."""

    class Meta:
        model = TeamAlias
        fields = ("team", "name")

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        team, name = cleaned.get("team"), cleaned.get("name")
        if team is None or not name:
            return cleaned
        key = normalise(name)
        if not key or len(key) > LONGEST_KEY:
            raise ValidationError({"name": "A name needs a letter or a digit, and not too many of them."})
        self.instance.country, self.instance.key = team.country, key
        others = TeamAlias.objects.filter(country=team.country, key=key).exclude(pk=self.instance.pk)
        if (other := others.select_related("team").first()) is not None:
            raise ValidationError({"name": f"{other.team} is already called {other.name}."})
        return cleaned


class TeamAliasFormSet(PaginationInlineFormSet):
    def clean(self) -> None:
        """Refuse a name typed twice, which no row knows on its own."""
        super().clean()
        keys = [form.instance.key for form in self.forms if form not in self.deleted_forms and form.instance.key]
        if twice := [key for key, times in Counter(keys).items() if times > 1]:
            raise ValidationError(f"These aliases come to the same: {', '.join(twice)}.")


class TeamAliasInline(TabularInline):
    model = TeamAlias
    form = TeamAliasForm
    formset = TeamAliasFormSet
    fields = ("name",)
    extra = 0


@admin.register(Team)
class TeamAdmin(ModelAdmin):
    list_display = ("name", "country")
    list_filter = ("country",)
    search_fields = ("name", "aliases__name")
    show_full_result_count = False
    inlines = (TeamAliasInline,)

    def get_form(self, request: HttpRequest, obj: Team | None = None, change: bool = False, **kwargs: Any) -> Any:
        """A team stays in its country, by which its aliases are found. Disabled, not read-only: it is still checked."""
        form = super().get_form(request, obj, change, **kwargs)
        if "country" in form.base_fields:
            form.base_fields["country"].disabled = change
        return form


@admin.register(TeamAlias)
class TeamAliasAdmin(ModelAdmin):
    form = TeamAliasForm
    list_display = ("name", "team", "country")
    list_filter = ("country",)
    list_select_related = ("team",)
    search_fields = ("name", "team__name")
    autocomplete_fields = ("team",)
    show_full_result_count = False
