"""What an import did."""

from __future__ import annotations

from dataclasses import dataclass, field

from matches.importers.records import Rejection


@dataclass(slots=True)
class ImportResult:
    """Numbers of matches, what was rejected, and the names of teams never heard of before."""

    new: int = 0
    updated: int = 0
    unchanged: int = 0
    rejected: list[Rejection] = field(default_factory=list)
    new_teams: list[str] = field(default_factory=list)

    def __add__(self, other: ImportResult) -> ImportResult:
        return ImportResult(
            self.new + other.new,
            self.updated + other.updated,
            self.unchanged + other.unchanged,
            self.rejected + other.rejected,
            self.new_teams + other.new_teams,
        )
