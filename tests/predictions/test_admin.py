"""The admin's page of trained models."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse

from predictions.ml import artefacts, registry
from predictions.ml.active import ActiveModel
from predictions.models import TrainedModel
from tests.predictions.ml.conftest import registered

pytestmark = pytest.mark.django_db

LIST = "admin:predictions_trainedmodel_changelist"


@pytest.fixture
def candidate(model: ActiveModel) -> TrainedModel:
    """A good one, while another one is active."""
    scores = {"model": {"rps": 0.2012}, "base_rates": {"rps": 0.2345}}
    return registered(beats_base_rates=True, scores=scores)


WHY_KEPT = "is active, so it can&#x27;t be deleted. Activate another one first."


def _act(client: Client, action: str, *rows: TrainedModel, **fields: str) -> str:
    chosen = {"action": action, "_selected_action": [row.pk for row in rows]}
    return client.post(reverse(LIST), chosen | fields, follow=True).content.decode()


def _activate(client: Client, *rows: TrainedModel) -> str:
    return _act(client, "activate", *rows)


def _active() -> str:
    return TrainedModel.objects.get(status="active").version


def test_models_are_listed_with_their_scores(admin_client: Client, candidate: TrainedModel) -> None:
    page = admin_client.get(reverse(LIST)).content.decode()

    assert all(text in page for text in (candidate.version, "0.2012", "0.2345", "not measured"))


def test_one_is_shown_and_can_not_be_changed(admin_client: Client, candidate: TrainedModel) -> None:
    address = reverse("admin:predictions_trainedmodel_change", args=[candidate.pk])
    page = admin_client.get(address)

    assert candidate.sha256 in page.content.decode()
    assert admin_client.post(address, {"version": "another"}).status_code == 403


def test_one_is_activated(admin_client: Client, candidate: TrainedModel, model: ActiveModel) -> None:
    page = _activate(admin_client, candidate)

    assert f"Model {candidate.version} is active, instead of {model.version}." in page
    assert _active() == candidate.version


def test_one_that_is_not_good_enough_is_refused_with_the_reason(
    admin_client: Client, candidate: TrainedModel, model: ActiveModel
) -> None:
    TrainedModel.objects.update(beats_base_rates=False)

    assert "does not beat the base rates" in _activate(admin_client, candidate)
    assert _active() == model.version


def test_one_that_can_not_be_served_is_refused_with_the_reason(
    admin_client: Client, candidate: TrainedModel, model: ActiveModel
) -> None:
    artefacts.path_of(candidate.sha256).write_bytes(b"something else")

    assert "is not the one that was registered" in _activate(admin_client, candidate)
    assert _active() == model.version


def test_two_at_once_are_refused(admin_client: Client, candidate: TrainedModel, model: ActiveModel) -> None:
    assert "Choose one model" in _activate(admin_client, candidate, registry.find(model.version))
    assert _active() == model.version


def test_who_may_only_look_can_not_activate(client: Client, candidate: TrainedModel, model: ActiveModel) -> None:
    user = User.objects.create_user("reader", is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="view_trainedmodel"))
    client.force_login(user)
    _activate(client, candidate)

    assert _active() == model.version


def test_the_active_one_can_not_be_deleted_and_others_can(
    admin_client: Client, candidate: TrainedModel, model: ActiveModel
) -> None:
    for row, told in ((registry.find(model.version), WHY_KEPT), (candidate, "was deleted successfully")):
        address = reverse("admin:predictions_trainedmodel_delete", args=[row.pk])
        assert told in admin_client.post(address, {"post": "yes"}, follow=True).content.decode()

    assert list(TrainedModel.objects.values_list("version", flat=True)) == [model.version]


def test_the_active_one_among_others_keeps_them_all_with_the_reason(
    admin_client: Client, candidate: TrainedModel, model: ActiveModel
) -> None:
    for fields in ({}, {"post": "yes"}):
        page = _act(admin_client, "delete_selected", candidate, registry.find(model.version), **fields)
        assert f"Model {model.version} {WHY_KEPT}" in page

    assert TrainedModel.objects.count() == 2


def test_others_are_deleted_from_the_list(admin_client: Client, candidate: TrainedModel, model: ActiveModel) -> None:
    assert "Are you sure" in _act(admin_client, "delete_selected", candidate)
    _act(admin_client, "delete_selected", candidate, post="yes")

    assert list(TrainedModel.objects.values_list("version", flat=True)) == [model.version]


def test_who_may_only_look_can_not_delete_the_active_one_and_is_not_told_to_activate_another(
    client: Client, model: ActiveModel
) -> None:
    user = User.objects.create_user("reader", is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="view_trainedmodel"))
    client.force_login(user)
    address = reverse("admin:predictions_trainedmodel_delete", args=[registry.find(model.version).pk])

    assert client.post(address, {"post": "yes"}).status_code == 403
    assert _active() == model.version


def test_activating_is_offered_before_deleting(admin_client: Client, candidate: TrainedModel) -> None:
    page = admin_client.get(reverse(LIST)).content.decode()

    assert 0 < page.index('value="activate"') < page.index('value="delete_selected"')


@pytest.mark.parametrize("scores", [[1], {"model": 3}, {"confidence": []}, {"model": {"rps": "low"}}])
def test_scores_that_are_none_do_not_break_the_list(admin_client: Client, candidate: TrainedModel, scores: Any) -> None:
    TrainedModel.objects.filter(pk=candidate.pk).update(scores=scores)

    assert "not readable" in admin_client.get(reverse(LIST)).content.decode()
