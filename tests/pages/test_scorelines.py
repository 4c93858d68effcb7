from __future__ import annotations

from pages.scorelines import SHADES, grid, likeliest

SCORES = {"0-0": 0.2, "0-1": 0.1, "1-0": 0.4, "1-1": 0.001, "other_home": 0.2, "other_draw": 0.0, "other_away": 0.099}


def test_home_goals_go_down_and_away_goals_across() -> None:
    told = grid(SCORES, None)

    assert told.columns == [0, 1]
    assert [[cell.percent for cell in row.cells] for row in told.rows] == [
        ["20\u202f%", "10\u202f%"],
        ["40\u202f%", "<\u202f1\u202f%"],
    ]
    assert [[cell.outcome for cell in row.cells] for row in told.rows] == [["draw", "away"], ["home", "draw"]]


def test_the_likeliest_score_is_the_darkest() -> None:
    shades = {cell.percent: cell.shade for row in grid(SCORES, None).rows for cell in row.cells}

    assert shades == {"40\u202f%": SHADES, "20\u202f%": SHADES // 2, "10\u202f%": 2, "<\u202f1\u202f%": 0}
    assert likeliest(SCORES) == ("1–0", "40\u202f%")


def test_what_lies_outside_is_told_below() -> None:
    assert grid(SCORES, None).others == [
        ("Any other home win", "20\u202f%"),
        ("Any other draw", "0\u202f%"),
        ("Any other away win", "10\u202f%"),
    ]


def test_how_it_ended_is_marked_where_it_is_in_the_grid() -> None:
    told = grid(SCORES, (0, 1))

    assert told.marked
    assert [cell.came_about for row in told.rows for cell in row.cells] == [False, True, False, False]
    assert not grid(SCORES, (7, 1)).marked
    assert not grid(SCORES, None).marked
