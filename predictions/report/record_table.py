"""A track record as a table for the terminal."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from predictions.report.words import figure
from predictions.track_record import Record, together

ROW = "{:<12}{:>9}{:>9}{:>10}{:>10}" + "{:>12}{:>9}{:>13}" * 2
HEAD = ROW.format(
    *("league", "matches", "RPS", "log loss", "accuracy"),
    *("with odds", "RPS", "bookmakers", "told odds", "RPS", "with market"),
)
METHOD = """\
What was published before kickoff, as far as there are results. RPS is the ranked probability score; in all columns but
the accuracy lower is better. On the right, each on the matches that have it: what was published beside the bookmakers'
closing odds, and beside what the model said that was told the match's own odds."""


def record_table(records: Collection[Record]) -> str:
    """One line a league, and one for all together."""
    overall = together(records)
    lines = [_line(record.league or "", record) for record in records]
    return "\n".join([METHOD, "", HEAD, *lines, *([_line("all", overall)] if overall else [])])


def _line(name: str, record: Record) -> str:
    figures = (figure(each) for each in record.published)
    return ROW.format(name, f"{record.matches:,}", *figures, *_beside(record)).rstrip()


def _beside(record: Record) -> Iterator[str]:
    for compared in record.beside.values():
        if compared is None:
            yield from ("0", "–", "–")
        else:
            yield from (f"{compared.matches:,}", figure(compared.published.rps), figure(compared.other.rps))
