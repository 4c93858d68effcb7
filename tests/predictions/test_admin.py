"""The admin's page of trained models."""

from __future__ import annotations

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


def _activate(client: Client, *rows: TrainedModel) -> str:
    fields = {"action": "activate", "_selected_action": [row.pk for row in rows]}
    return client.post(reverse(LIST), fields, follow=True).content.decode()


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
    for row, status in ((registry.find(model.version), 403), (candidate, 302)):
        address = reverse("admin:predictions_trainedmodel_delete", args=[row.pk])
        assert admin_client.post(address, {"post": "yes"}).status_code == status

    assert list(TrainedModel.objects.values_list("version", flat=True)) == [model.version]
