"""Keys: prefix, hash tag, and what tells one from another."""

from __future__ import annotations

import re

from django.core.cache import caches

from predictions.cache import keys


def test_all_keys_of_a_match_share_its_hash_tag() -> None:
    for key in (keys.prediction(7, "m"), keys.features(7, "s"), keys.generation(7)):
        assert re.findall(r"\{([^}]*)\}", key) == ["7"]


def test_models_and_schemas_have_keys_of_their_own() -> None:
    assert keys.prediction(7, "old") != keys.prediction(7, "new")
    assert keys.features(7, "old") != keys.features(7, "new")
    assert keys.prediction(7, "same") != keys.features(7, "same")


def test_django_passes_keys_on_as_they_are() -> None:
    assert caches["predictions"].make_key(keys.generation(7)) == "gen:{7}"


def test_a_prefix_comes_first() -> None:
    assert keys.raw_key("gen:{7}", "tenant", 1) == "tenant:gen:{7}"
