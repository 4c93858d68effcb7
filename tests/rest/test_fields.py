"""What fields of a JSON body take for what they say, and what they do not."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from rest_framework.exceptions import ValidationError
from rest_framework.fields import Field

from rest.fields import FlagField, MomentField, NumberField, StrictSerializer, TextField, WholeNumberField


@pytest.mark.parametrize(
    ("field", "said", "meant"),
    [
        (WholeNumberField(), 0, 0),
        (WholeNumberField(), 10**18, 10**18),
        (NumberField(), 3, 3.0),
        (NumberField(), 1.5, 1.5),
        (TextField(), "en.1", "en.1"),
        (FlagField(), False, False),
        (MomentField(), "2026-08-01T14:00:00Z", datetime(2026, 8, 1, 14, tzinfo=UTC)),
        (MomentField(), "2026-08-01T14:00+02:00", datetime(2026, 8, 1, 12, tzinfo=UTC)),
        (MomentField(), "2026-08-01T14:00:00.250-01:30", datetime(2026, 8, 1, 15, 30, 0, 250_000, tzinfo=UTC)),
    ],
)
def test_what_it_says_is_taken(field: Field[Any, Any, Any, Any], said: Any, meant: Any) -> None:
    assert field.run_validation(said) == meant


REFUSED: list[tuple[Field[Any, Any, Any, Any], list[Any]]] = [
    (WholeNumberField(), [True, "3", 3.0, [3], "٣", float("nan")]),
    (NumberField(), [True, "3", float("nan"), float("inf"), 10**400, "nan"]),
    (TextField(), [1, True, ["x"], {}, "", "\x00"]),
    (FlagField(), ["true", 1, 0, "yes", []]),
    (MomentField(), ["2026-08-01", "2026-08-01T14:00:00", "2026-08-01 14:00:00Z", "2026-08-01T14:00:00Z\n"]),
    (MomentField(), ["2026-02-30T14:00:00Z", "2026-08-01T24:30:00Z", "2026-08-01T14:00:00+25:00", 1785592800, True]),
    (MomentField(), ["0001-01-01T00:00:00+14:00", "9999-12-31T23:00:00-12:00", "٢٠٢٦-08-01T14:00:00Z"]),
]


@pytest.mark.parametrize(("field", "said"), [(field, said) for field, many in REFUSED for said in many])
def test_what_merely_looks_like_it_is_not(field: Field[Any, Any, Any, Any], said: Any) -> None:
    with pytest.raises(ValidationError):
        field.run_validation(said)


def test_a_member_that_nobody_knows_is_refused_by_name() -> None:
    class Score(StrictSerializer):
        home = WholeNumberField()
        away = WholeNumberField(required=False)

    assert Score(data={"home": 1}).is_valid()
    score = Score(data={"home": 1, "awy": 0})
    assert not score.is_valid()
    assert score.errors == {"awy": ["There is no such field. There are: home, away."]}
