"""The option of the commands that warm: how far ahead."""

from __future__ import annotations

from argparse import ArgumentParser, ArgumentTypeError

from predictions.warming import DAYS


def add_days(parser: ArgumentParser) -> None:
    parser.add_argument("--days", type=_days, default=DAYS, help=f"how many days to look ahead (default: {DAYS})")


def _days(text: str) -> int:
    days = int(text)
    if not 0 < days <= 366:
        raise ArgumentTypeError("from 1 to 366")
    return days
