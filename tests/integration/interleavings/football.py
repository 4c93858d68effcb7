"""What interleavings are made of: readers, changes of the football, and what must be true of every answer.

The rule under test is nearly always the same: *a reader that begins after a change was committed and purged gets what
the model says of the football as it is now* (`services.compute`, which knows no cache).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.core.cache import caches
from django.db import models
from django.utils import timezone

from matches.models import Match, Team
from predictions import services
from predictions.cache import keys
from predictions.cache.answers import Answer
from predictions.ml.active import active_model
from tests.integration.points import call, database
from tests.integration.schedule import NotReached, Schedule
from tests.integration.servers import RedisServer

UNKNOWN = 10**6
"""The id of no match until a test creates it."""


class Violation(AssertionError):
    """A rule of the cache protocol is broken."""


@dataclass(frozen=True, slots=True)
class Football:
    """A small league on servers of the test's own, whose Redis has not missed a purge."""

    redis: RedisServer

    @property
    def fixtures(self) -> list[Match]:
        """The matches to be played, the next one first. No two of the first three have the same teams at home."""
        return list(Match.objects.scheduled().with_names().order_by("kickoff")[::6])

    @property
    def fixture(self) -> Match:
        """The next match to be played."""
        return self.fixtures[0]


# Readers


def ask(match: Match | int, *, now: datetime | None = None) -> Answer:
    """What a reader gets that begins now, or as if it were `now`."""
    return services.predict(_pk(match), now=now or timezone.now())


def ask_many(matches: Iterable[Match | int], *, now: datetime | None = None) -> dict[int, Answer]:
    """What a reader of several gets."""
    return services.predict_many([_pk(match) for match in matches], now=now or timezone.now())


def said(body: bytes) -> Any:
    """What an answer says, but for when it was said."""
    return {**json.loads(body), "made_at": None} if body.startswith(b"{") else body.decode()


def must_be_true(answers: Answer | Mapping[int, Answer], of: Match | int = 0, *, now: datetime | None = None) -> None:
    """These answers are what the model says at this moment. Raises Violation."""
    given = {_pk(of): answers} if isinstance(answers, Answer) else answers
    truth = services.compute(list(given), now=now or timezone.now())
    for pk, answer in given.items():
        got, expected = said(answer.entry.body), said(truth[pk].body)
        if got != expected:
            raise Violation(f"a reader of match {pk} was told ({answer.source})\n{got}\nwhere the truth is\n{expected}")


def new_readers_are_told_the_truth(*of: Match | int, now: datetime | None = None) -> None:
    """Whoever begins to read now, twice: what the first one leaves in the cache must be true too. Raises Violation."""
    for _ in range(2):
        for match in of:
            must_be_true(ask(match, now=now), match, now=now)


def computes_at_once(schedule: Schedule, name: str) -> None:
    """This actor, about to read through the cache, comes to compute: it waits for nobody. Raises Violation."""
    waits, reads = call("admission.waiting"), database("SELECT", containing="matches_match")
    turn = schedule.run(name)
    while not reads.fits(at := turn.step()):
        if turn.ended or waits.fits(at):
            raise Violation(f"{name!r} should have computed at once")


@contextmanager
def required() -> Iterator[None]:
    """What is not reached inside is a Violation: to come there is what the rule demands."""
    try:
        yield
    except NotReached as error:
        raise Violation(str(error)) from error


# What happens meanwhile


def correct_a_result() -> None:
    """The ratings of a league follow, and with them the features of every match to be played."""
    match = Match.objects.played().latest("kickoff")
    match.home_goals = 9 if match.home_goals != 9 else 0
    match.save()


def rename(team: Team, name: str = "") -> None:
    """Its name is in the answers of all its matches."""
    former = Team.objects.get(pk=team.pk).name
    Team.objects.filter(pk=team.pk).update(name=name or (former[:-2] if former.endswith(" B") else f"{former} B"))


def create(like: Match) -> Match:
    """The match `UNKNOWN`, of the same teams as another, the week after it."""
    match = _like(like)
    match.save(force_insert=True)
    return match


def insert_by_sql(like: Match) -> None:
    """The same, but nothing of the service's own hears of it: no lock is taken, and nobody is told."""
    match = _like(like)
    match.day = match.kickoff.date()
    plain: models.QuerySet[Match] = models.QuerySet(Match)
    plain.bulk_create([match])


def evict(*names: str) -> None:
    """Redis drops these keys, as it may any: for want of memory, or since their time is up."""
    caches["predictions"].delete_many(names)


def evict_prediction(match: Match | int) -> None:
    """Its features stay."""
    evict(keys.prediction(_pk(match), active_model().digest))


def evict_lease(match: Match | int) -> None:
    """As when its time is up, or its holder is dead."""
    evict(keys.lease(keys.prediction(_pk(match), active_model().digest)))


def _like(match: Match) -> Match:
    made = Match(
        pk=UNKNOWN, league=match.league, season=match.season, home_team=match.home_team, away_team=match.away_team
    )
    made.kickoff = match.kickoff + timedelta(days=200)
    return made


def _pk(match: Match | int) -> int:
    return match if isinstance(match, int) else match.pk
