"""Which files are found, in which order, and which are not opened."""

from pathlib import Path

import pytest

from matches.importers import find, open_file, sources
from matches.importers.records import UnreadableFile


def touch(folder: Path, *names: str) -> None:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x")


def test_a_folder_means_all_files_of_matches_below_it(tmp_path: Path) -> None:
    touch(tmp_path, "a/E0_1415.csv", "a/2014-15/en.1.json", "README.md", "logo.pdf", "D1_1415.CSV")
    touch(tmp_path, "2014-15/en.1.clubs.json", "2014-15/cl.groups.json", "package.json")
    assert {path.name for path in find([tmp_path])} == {"E0_1415.csv", "en.1.json", "D1_1415.CSV"}


def test_one_league_comes_after_the_other_in_the_order_of_seasons(tmp_path: Path) -> None:
    touch(tmp_path, "E0_0001.csv", "E0_9900.csv", "D1_0304.csv", "2015-16/en.1.json", "2014-15/en.1.json")
    assert [str(path.relative_to(tmp_path)) for path in find([tmp_path])] == [
        "D1_0304.csv",
        "E0_9900.csv",
        "E0_0001.csv",
        "2014-15/en.1.json",
        "2015-16/en.1.json",
    ]


def test_a_file_named_is_taken_whatever_it_is_called(tmp_path: Path) -> None:
    touch(tmp_path, "results.pdf")
    assert find([tmp_path / "results.pdf", tmp_path]) == [tmp_path / "results.pdf"]


def test_a_path_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"nowhere\.csv is not there"):
        find([tmp_path / "nowhere.csv"])


def test_a_file_that_is_too_large_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources, "MOST_BYTES", 3 * 1024 * 1024)
    path = tmp_path / "E0.csv"
    path.write_bytes(b"x" * (3 * 1024 * 1024))
    assert open_file(path).content.startswith(b"x")
    path.write_bytes(b"x" * (3 * 1024 * 1024 + 1))
    with pytest.raises(UnreadableFile, match="is larger than 3 MiB"):
        open_file(path)


def test_what_never_ends_is_not_opened() -> None:
    with pytest.raises(UnreadableFile, match="is not a file"):
        open_file(Path("/dev/zero"))


def test_a_file_that_is_gone_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match="can't be read: No such file"):
        open_file(tmp_path / "E0.csv")


def test_what_windows_wrote_is_read_as_such() -> None:
    assert sources.SourceFile("x", "Málaga".encode("cp1252")).text() == "Málaga"
