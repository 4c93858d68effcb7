"""Whatever Django writes voids what it touches, and nothing else: real commits, and a real Redis.

Something is cached of every match beforehand. What a write has voided is what has no generation any more.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core import serializers
from django.core.cache import caches
from django.core.management import call_command
from django.db import transaction
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from matches import services
from matches.importers import import_file
from matches.models import League, Match, Team
from predictions import receivers
from predictions.cache import keys
from predictions.models import Invalidation, PublishedPrediction, TrainedModel
from predictions.published import Publication, publish
from tests.matches.importers.samples import csv_file
from tests.matches.ratings.football import make_league, make_teams, match

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.sqlite]

FIRST, SECOND, THIRD = date(2014, 8, 16), date(2014, 8, 30), date(2014, 9, 13)
NEW = 10**6
"""The id of a match that does not exist yet."""


@pytest.fixture
def football() -> None:
    """Two leagues. In one A has beaten B, and two matches are to be played; in the other one is."""
    ours, others = make_league("en.1"), make_league("de.1", country="de")
    a, b, c, d, nord, süd = make_teams("A", "B", "C", "D", "Nord", "Süd")
    match(ours, 2014, FIRST, a, b, (2, 0), pk=1).save(force_insert=True)
    match(ours, 2014, SECOND, c, d, pk=2).save(force_insert=True)
    match(ours, 2014, THIRD, b, a, pk=3).save(force_insert=True)
    match(others, 2014, SECOND, nord, süd, pk=4).save(force_insert=True)
    TrainedModel.objects.create(version="1", **MODEL)


MODEL: dict[str, Any] = {
    "sha256": "0" * 64,
    "feature_schema": "f",
    "library_versions": {},
    "matches": 1,
    "first_day": FIRST,
    "last_day": FIRST,
    "trained_at": "2014-09-01T00:00:00Z",
}


@pytest.fixture
def voided(football: None, empty_cache: Any) -> Callable[[], set[int | str]]:
    """Ask it which of the four matches, the one to come and the active model are void since the test began."""
    names = {keys.generation(of): of for of in (1, 2, 3, 4, NEW, keys.ACTIVE_MODEL)}
    caches["predictions"].set_many(dict.fromkeys(names, b"g" * 16))

    def ask() -> set[int | str]:
        assert not Invalidation.objects.pending().exists()
        return {of for name, of in names.items() if caches["predictions"].get(name) is None}

    return ask


def _league() -> League:
    return League.objects.get(code="en.1")


def _team(name: str = "A") -> Team:
    return Team.objects.get(name=name)


def _fixture() -> Match:
    return Match.objects.get(pk=2)


def _with(instance: Any, **fields: Any) -> Any:
    for name, value in fields.items():
        setattr(instance, name, value)
    return instance


def _new_match() -> Match:
    return match(_league(), 2014, THIRD + timedelta(days=7), _team("C"), _team("B"), pk=NEW)


def _later(one: Match) -> Match:
    one.kickoff += timedelta(hours=1)
    return one


def _result() -> dict[str, Any]:
    return {"status": "finished", "home_goals": 3, "away_goals": 0}


def _load(folder: Path, *rows: Any) -> None:
    (folder / "rows.json").write_text(serializers.serialize("json", rows))
    call_command("loaddata", folder / "rows.json", verbosity=0)


# Each changes one match to be played, and no rating.
MATCH_PATHS: dict[str, Callable[[], Any]] = {
    "save": lambda: _later(_fixture()).save(),
    "save some fields": lambda: _later(_fixture()).save(update_fields=["kickoff"]),
    "update": lambda: Match.objects.filter(pk=2).update(kickoff_time_known=False),
    "bulk_update": lambda: Match.objects.bulk_update([_later(_fixture())], ["kickoff"]),
    "update_or_create": lambda: Match.objects.update_or_create(pk=2, defaults={"status": "postponed"}),
    "related manager": lambda: _league().matches.filter(pk=2).update(status="postponed"),
    "import": lambda: import_file(csv_file("E0,30/08/2014,15:00,C,D,,,,,,,,,,", league="en.1")),
}


@pytest.mark.parametrize("write", MATCH_PATHS.values(), ids=MATCH_PATHS)
def test_a_match_that_is_changed_is_void(write: Callable[[], Any], voided: Callable[[], set[int | str]]) -> None:
    write()
    assert voided() == {2}


CREATIONS: dict[str, Callable[[], Any]] = {
    "save": lambda: _new_match().save(force_insert=True),
    "bulk_create": lambda: Match.objects.bulk_create([_new_match()]),
    "ignoring conflicts": lambda: Match.objects.bulk_create([_new_match()], ignore_conflicts=True),
}


@pytest.mark.parametrize("write", CREATIONS.values(), ids=CREATIONS)
def test_a_match_that_is_created_is_absent_no_longer(
    write: Callable[[], Any], voided: Callable[[], set[int | str]]
) -> None:
    write()
    assert voided() == {NEW}


DELETIONS: dict[str, Callable[[], Any]] = {
    "delete": lambda: Match.objects.get(pk=4).delete(),
    "QuerySet.delete": lambda: Match.objects.filter(pk=4).delete(),
    "together with its league": lambda: _delete_league("de.1"),
}


def _delete_league(code: str) -> None:
    with services.batched():
        Match.objects.filter(league__code=code).delete()
        League.objects.filter(code=code).delete()


@pytest.mark.parametrize("write", DELETIONS.values(), ids=DELETIONS)
def test_a_match_that_is_deleted_is_void(write: Callable[[], Any], voided: Callable[[], set[int | str]]) -> None:
    write()
    assert voided() == {4}


RESULTS: dict[str, Callable[[], Any]] = {
    "entered": lambda: _with(_fixture(), **_result()).save(),
    "entered in bulk": lambda: Match.objects.filter(pk=2).update(**_result()),
    "imported": lambda: import_file(csv_file("E0,30/08/2014,15:00,C,D,3,0,H,,,,,,,", league="en.1")),
}


@pytest.mark.parametrize("write", RESULTS.values(), ids=RESULTS)
def test_a_result_voids_its_league_from_that_day_on(
    write: Callable[[], Any], voided: Callable[[], set[int | str]]
) -> None:
    write()
    assert voided() == {2, 3}


def test_a_corrected_result_voids_its_league_from_that_day_on(voided: Callable[[], set[int | str]]) -> None:
    _with(Match.objects.get(pk=1), home_goals=9).save()
    assert voided() == {1, 2, 3}


LEAGUE_PATHS: dict[str, Callable[[], Any]] = {
    "save": lambda: _with(_league(), cache_ttl=60).save(),
    "update": lambda: League.objects.filter(code="en.1").update(cache_ttl=60),
    "update of a name it is found by": lambda: League.objects.filter(name="en.1").update(name="Other"),
    "bulk_update": lambda: League.objects.bulk_update([_with(_league(), cache_ttl=60)], ["cache_ttl"]),
    "upsert by code": lambda: League.objects.bulk_create(
        [League(code="en.1", name="Other", country="en")],
        update_conflicts=True,
        unique_fields=["code"],
        update_fields=["name"],
    ),
    "upsert by id": lambda: League.objects.bulk_create(
        [League(pk=_league().pk, code="en.9", name="Other", country="en")], None, False, True, ["name"], ["pk"]
    ),
    "update_or_create": lambda: League.objects.update_or_create(code="en.1", defaults={"cache_ttl": 60}),
}


@pytest.mark.parametrize("write", LEAGUE_PATHS.values(), ids=LEAGUE_PATHS)
def test_a_league_that_is_changed_voids_all_its_matches(
    write: Callable[[], Any], voided: Callable[[], set[int | str]]
) -> None:
    write()
    assert voided() == {1, 2, 3}


TEAM_PATHS: dict[str, Callable[[], Any]] = {
    "save": lambda: _with(_team(), name="Renamed").save(),
    "save over": lambda: Team(pk=_team().pk, name="Renamed", country="en").save(),
    "update": lambda: Team.objects.filter(name="A").update(name="Renamed"),
    "bulk_update": lambda: Team.objects.bulk_update([_with(_team(), name="Renamed")], ["name"]),
    "upsert that misses its id": lambda: Team.objects.bulk_create(
        [Team(pk=NEW, name="A", country="en")],
        update_conflicts=True,
        unique_fields=["country", "name"],
        update_fields=["country"],
    ),
}


@pytest.mark.parametrize("write", TEAM_PATHS.values(), ids=TEAM_PATHS)
def test_a_team_that_is_changed_voids_all_matches_of_its_league(
    write: Callable[[], Any], voided: Callable[[], set[int | str]]
) -> None:
    write()
    assert voided() == {1, 2, 3}


def _model() -> TrainedModel:
    return TrainedModel.objects.get()


MODEL_PATHS: dict[str, Callable[[], Any]] = {
    "save": lambda: _with(_model(), status="active").save(),
    "update": lambda: TrainedModel.objects.update(status="active"),
    "bulk_update": lambda: TrainedModel.objects.bulk_update([_with(_model(), status="active")], ["status"]),
    "create": lambda: TrainedModel.objects.create(version="2", status="active", **MODEL),
    "bulk_create": lambda: TrainedModel.objects.bulk_create([TrainedModel(version="2", status="active", **MODEL)]),
    "delete": lambda: _model().delete(),
    "QuerySet.delete": lambda: TrainedModel.objects.all().delete(),
}


@pytest.mark.parametrize("write", MODEL_PATHS.values(), ids=MODEL_PATHS)
def test_a_model_that_is_changed_voids_which_is_active(
    write: Callable[[], Any], voided: Callable[[], set[int | str]]
) -> None:
    write()
    assert voided() == {keys.ACTIVE_MODEL}


PUBLISHED_PATHS: dict[str, Callable[[], Any]] = {
    "delete": lambda: PublishedPrediction.objects.get(match=4).delete(),
    "QuerySet.delete": lambda: PublishedPrediction.objects.filter(match__league__code="de.1").delete(),
    "related manager": lambda: Match.objects.get(pk=4).published_predictions.all().delete(),
}


@pytest.mark.parametrize("write", PUBLISHED_PATHS.values(), ids=PUBLISHED_PATHS)
def test_a_match_is_void_when_what_was_said_of_it_is_deleted(
    write: Callable[[], Any], voided: Callable[[], set[int | str]]
) -> None:
    _publish()
    write()
    assert not PublishedPrediction.objects.filter(match=4).exists()
    assert voided() == {4}


def _publish() -> None:
    """Something of each match, an hour before its kickoff."""
    probabilities = {"probabilities": {"home": 0.5, "draw": 0.3, "away": 0.2}}
    publish(
        Publication(of.pk, of.home_team_id, of.away_team_id, probabilities, "1", made_at, made_at)
        for of in Match.objects.all()
        for made_at in [of.kickoff - timedelta(hours=1)]
    )
    assert PublishedPrediction.objects.count() == 4


def test_nothing_that_is_deleted_voids_nothing(voided: Callable[[], set[int | str]]) -> None:
    rows = Invalidation.objects.count()
    PublishedPrediction.objects.all().delete()
    assert voided() == set()
    assert Invalidation.objects.count() == rows


def test_rows_that_are_loaded_from_a_file_void_what_they_touch(
    voided: Callable[[], set[int | str]], tmp_path: Path
) -> None:
    _load(tmp_path, _fixture(), _team("Süd"), _model())
    assert voided() == {2, 4, keys.ACTIVE_MODEL}


@pytest.mark.parametrize("field", ["cache_ttl", "time_zone"])
def test_an_edit_of_a_league_in_the_admin_is_no_other(
    field: str, voided: Callable[[], set[int | str]], admin_client: Client
) -> None:
    page = reverse("admin:matches_league_change", args=[_league().pk])
    form = admin_client.get(page).context["adminform"].form
    value = {"cache_ttl": 60, "time_zone": "Pacific/Auckland"}[field]

    response = admin_client.post(page, {**form.initial, field: value})

    assert response.status_code == 302, response.context["adminform"].form.errors
    assert voided() == {1, 2, 3}


def test_an_action_in_the_admin_is_no_other(voided: Callable[[], set[int | str]], admin_client: Client) -> None:
    data = {"action": "delete_selected", "_selected_action": [4], "post": "yes"}
    admin_client.post(reverse("admin:matches_match_changelist"), data)
    assert not Match.objects.filter(pk=4).exists()
    assert voided() == {4}


def _roll_back(write: Callable[[], Any]) -> None:
    with transaction.atomic():
        write()
        transaction.set_rollback(True)


def test_what_is_rolled_back_voids_nothing(voided: Callable[[], set[int | str]]) -> None:
    rows = Invalidation.objects.count()
    _roll_back(_later(_fixture()).save)
    assert voided() == set()
    assert Invalidation.objects.count() == rows


def test_what_is_written_around_a_savepoint_rolled_back_is_void(voided: Callable[[], set[int | str]]) -> None:
    """Whichever of them came first in the transaction, it must not take the other's purge along."""
    with transaction.atomic():
        _roll_back(_later(Match.objects.get(pk=4)).save)
        _later(_fixture()).save()
        _roll_back(_later(Match.objects.get(pk=4)).save)
        _later(Match.objects.get(pk=3)).save()
    assert voided() == {2, 3}


@pytest.mark.parametrize(
    "write",
    [
        MATCH_PATHS["save"],
        MATCH_PATHS["update"],
        LEAGUE_PATHS["save"],
        LEAGUE_PATHS["update"],
        LEAGUE_PATHS["upsert by code"],
        TEAM_PATHS["save"],
        TEAM_PATHS["update"],
        TEAM_PATHS["bulk_update"],
        MODEL_PATHS["save"],
        MODEL_PATHS["update"],
        MODEL_PATHS["bulk_create"],
        MODEL_PATHS["delete"],
        MODEL_PATHS["QuerySet.delete"],
        PUBLISHED_PATHS["delete"],
        PUBLISHED_PATHS["QuerySet.delete"],
    ],
)
def test_what_can_not_be_written_down_is_not_done(
    write: Callable[[], Any], football: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both are one transaction, whoever begins it."""
    _publish()
    before = _everything()
    monkeypatch.setattr(receivers, "record", _fail)
    with pytest.raises(ZeroDivisionError):
        write()
    assert _everything() == before


def _everything() -> list[Any]:
    models: list[Any] = [Match, League, Team, TrainedModel, PublishedPrediction]
    return [list(model.objects.order_by("pk").values()) for model in models]


def _fail(causes: Any) -> None:
    raise ZeroDivisionError


def test_nothing_is_void_before_the_commit(voided: Callable[[], set[int | str]]) -> None:
    with transaction.atomic():
        _later(_fixture()).save()
        names = [keys.generation(of) for of in (1, 2, 3, 4)]
        assert len(caches["predictions"].get_many(names)) == 4
    assert voided() == {2}


def test_suggestions_of_teams_to_compare_are_paid_for(client: Client, football: None, settings: Settings) -> None:
    settings.RATE_PER_ADDRESS = 1
    statuses = [client.get("/api/v1/head-to-head/", {"home": "A", "away": "Nodr"}).status_code for _ in range(2)]
    assert statuses == [404, 429]
    assert client.get("/api/v1/head-to-head/", {"home": "A", "away": "B"}).status_code == 200
