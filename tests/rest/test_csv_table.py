from __future__ import annotations

import csv
import io
from typing import Any

import pytest

from rest.csv_table import file_name, table


def rows_of(document: Any, **kwargs: Any) -> list[list[str]]:
    return list(csv.reader(io.StringIO(table(document, **kwargs), newline="")))


def test_each_result_is_a_row() -> None:
    page = {"next": None, "results": [{"id": 1, "day": "2026-08-01"}, {"id": 2, "day": "2026-08-02"}]}

    assert table(page) == "id,day\r\n1,2026-08-01\r\n2,2026-08-02\r\n"


def test_one_document_is_one_row() -> None:
    assert rows_of({"id": 1, "name": "Ham, West"}) == [["id", "name"], ["1", "Ham, West"]]


def test_members_of_members_are_columns_with_dots() -> None:
    assert rows_of({"a": {"b": {"c": 1}}, "d": [{"e": 2}, {"e": 3}]}) == [["a.b.c", "d.0.e", "d.1.e"], ["1", "2", "3"]]


def test_what_is_null_in_one_row_has_the_columns_of_the_others() -> None:
    rows = [{"score": None, "id": 1}, {"score": {"home": 2, "away": 0}, "id": 2}]

    assert rows_of(rows) == [["score.home", "score.away", "id"], ["", "", "1"], ["2", "0", "2"]]


def test_nothing_is_lost_of_what_has_members_in_another_row() -> None:
    assert rows_of([{"a": 1}, {"a": {"b": 2}}]) == [["a", "a.b"], ["1", ""], ["", "2"]]


def test_columns_come_in_the_order_of_the_document_whatever_row_has_them_first() -> None:
    rows = [{"form": [{"day": 1}], "id": 1}, {"form": [{"day": 2}, {"day": 3}], "id": 2}]

    assert rows_of(rows)[0] == ["form.0.day", "form.1.day", "id"]


def test_columns_may_be_fixed() -> None:
    assert rows_of({"results": []}, columns=["id", "score.home"]) == [["id", "score.home"]]
    assert rows_of({"id": 1, "more": 2}, columns=["id", "score.home"]) == [["id", "score.home"], ["1", ""]]


@pytest.mark.parametrize(
    ("value", "cell"), [(True, "true"), (False, "false"), (None, ""), (-1.5, "-1.5"), (0.1, "0.1"), ([], ""), ({}, "")]
)
def test_values_are_written_as_json_does(value: Any, cell: str) -> None:
    assert rows_of({"x": value, "y": 1})[1] == [cell, "1"]


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@A1", "\tx", "\rx", "\nx", '=HYPERLINK("x")', "＝1", "＠x"])
def test_no_text_is_a_formula_to_a_spreadsheet(text: str) -> None:
    assert rows_of({"name": text})[1] == ["'" + text]


def test_no_name_is_a_formula_either() -> None:
    assert rows_of({"=1": 1})[0] == ["'=1"]


@pytest.mark.parametrize("text", ["a-b", "1. FC Köln", "'", 'a"b', "a\nb", ""])
def test_other_text_stays_as_it_is(text: str) -> None:
    assert rows_of({"name": text, "y": 1})[1] == [text, "1"]


def test_an_empty_list_is_an_empty_table() -> None:
    assert table({"results": []}) == ""


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/api/v1/matches/", "matches.csv"),
        ("/api/v1/predictions/12/", "predictions-12.csv"),
        ("/below/api/v1/leagues/en.1/table/", "leagues-en-1-table.csv"),
        ("/api/v1/", "predictor.csv"),
        ('/api/v1/a"; x=\r\ny/', "a-x-y.csv"),
        ("/api/v1/" + "x" * 300, "x" * 100 + ".csv"),
    ],
)
def test_a_file_is_named_after_the_address(path: str, name: str) -> None:
    assert file_name(path) == name
