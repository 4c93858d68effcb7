"""The scores that a match may end with, as a grid: the home team's goals down, the away team's across."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from pages.chances import percent
from predictions.ml.outcomes import Outcome

# As many shades of a colour as can be told apart.
SHADES = 10
_SCORE = re.compile(r"(\d+)-(\d+)")
OTHERS = {"other_home": "Any other home win", "other_draw": "Any other draw", "other_away": "Any other away win"}


class Cell(NamedTuple):
    outcome: str
    percent: str
    shade: int
    """0 for what hardly ever happens, 10 for what is likeliest."""
    came_about: bool


class Row(NamedTuple):
    goals: int
    cells: list[Cell]


class Grid(NamedTuple):
    columns: list[int]
    rows: list[Row]
    others: list[tuple[str, str]]
    """What lies outside the grid, and how probable that is."""
    marked: bool
    """Whether the score that came about is in it."""


def likeliest(scores: Mapping[str, float]) -> tuple[str, str]:
    """The most probable of the scores that are named one by one, and how probable it is: ("1–1", "12 %")."""
    score, probability = max(_named(scores).items(), key=lambda item: item[1])
    return "{}–{}".format(*score), percent(probability)


def grid(scores: Mapping[str, float], ended: tuple[int, int] | None) -> Grid:
    """Of an answer's `correct_score`; `ended` is the score of a match that was played."""
    named = _named(scores)
    most = max(named.values())
    goals = range(max(max(score) for score in named) + 1)
    rows = [
        Row(home, [_cell((home, away), named.get((home, away), 0.0), most, ended) for away in goals]) for home in goals
    ]
    others = [(label, percent(scores[name])) for name, label in OTHERS.items() if name in scores]
    return Grid(list(goals), rows, others, ended in named)


def _named(scores: Mapping[str, float]) -> dict[tuple[int, int], float]:
    found = ((_SCORE.fullmatch(name), probability) for name, probability in scores.items())
    return {(int(score[1]), int(score[2])): probability for score, probability in found if score}


def _cell(score: tuple[int, int], probability: float, most: float, ended: tuple[int, int] | None) -> Cell:
    shade = round(SHADES * probability / most) if most else 0
    return Cell(str(Outcome.of(*score)), percent(probability), shade, score == ended)
