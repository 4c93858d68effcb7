"""Who reads a file is told by its content."""

import pytest

from matches.importers import SourceFile, football_data, football_json
from matches.importers.detect import reader_of
from matches.importers.records import UnreadableFile
from tests.matches.importers.samples import csv_file, json_file, json_match, old_json_file


def test_csv_is_known_by_its_header() -> None:
    assert reader_of(csv_file(name="results.txt")) is football_data.read


def test_csv_may_begin_with_a_byte_order_mark() -> None:
    file = csv_file()
    assert reader_of(SourceFile(file.name, b"\xef\xbb\xbf" + file.content)) is football_data.read


def test_json_is_known_in_both_forms() -> None:
    assert reader_of(json_file(json_match("A", "B", "2014-08-16"), name="x.csv")) is football_json.read
    assert reader_of(old_json_file()) is football_json.read


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "is empty"),
        (b"\xef\xbb\xbf \n", "is empty"),
        (b"%PDF-1.7\n", "is a PDF"),
        (b"PK\x03\x04....", "is a ZIP archive or an Excel workbook"),
        (b"<!DOCTYPE html>", "is a web page"),
        (b"\x7fELF\x02\0\0", "is binary"),
        ("Date;HomeTeam;AwayTeam".encode("utf-16"), "is binary"),
        (b"Date;HomeTeam;AwayTeam\n", "has neither the columns"),
        (b"Once upon a time", "has neither the columns"),
    ],
)
def test_anything_else_is_refused_by_name(content: bytes, reason: str) -> None:
    with pytest.raises(UnreadableFile, match=reason):
        reader_of(SourceFile("E0.csv", content))
