"""Imports results and fixtures from the files that their publishers offer. docs/importing.md has the rules."""

from matches.importers.importing import import_file, import_files
from matches.importers.records import Rejection
from matches.importers.result import ImportResult
from matches.importers.sources import SourceFile, find, open_file

__all__ = ["ImportResult", "Rejection", "SourceFile", "find", "import_file", "import_files", "open_file"]
