"""What may change, by every way of the ORM; alone, several in one transaction, two transactions at once, or in vain."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import timedelta
from random import Random

from django.db import IntegrityError, connections, transaction
from django.utils import timezone

from matches.models import League, Match, Team
from predictions import services
from predictions.ml import registry
from predictions.models import TrainedModel

SEASON = 2023
# How many matches there are: created when there are fewer, deleted when there are more.
FEWEST, MOST = 30, 40
GONE = 4
SECONDS_HELD = 0.03

Change = Callable[[], None]


class RolledBack(Exception):
    """The change has been made and taken back."""


class Changes:
    def __init__(self, random: Random, *, fewest: int = FEWEST, most: int = MOST) -> None:
        self._random = random
        self._fewest, self._most = fewest, most
        self._ids: list[int] = []
        self._gone: list[int] = []
        self._hot: list[int] = []
        self._leagues = list(League.objects.order_by("pk").values_list("pk", flat=True))
        self._teams = {
            league: sorted(set(Match.objects.filter(league=league).values_list("home_team", flat=True)))
            for league in self._leagues
        }
        self._versions = list(TrainedModel.objects.order_by("pk").values_list("version", flat=True))

    @property
    def shown(self) -> list[int]:
        """What is worth asking for, above all the first ones: what has just been created, and a few others."""
        return [*self._hot, *(pk for pk in (*self._ids, *self._gone) if pk not in self._hot)]

    def draw_from(self, random: Random) -> None:
        self._random = random

    def know(self, ids: Iterable[int], gone: Iterable[int]) -> None:
        """Which matches there are now, and which are no more."""
        new = [pk for pk in ids if pk not in self._ids]
        self._ids = list(ids)
        self._gone = [*self._gone, *gone][-GONE:]
        others = [pk for pk in self._hot if pk not in new]
        self._hot = [*new[-2:], *others][:4]
        while len(self._hot) < 4 or self._random.random() < 0.1:
            self._hot = [*self._hot[-3:], self._one()]

    def choose(self) -> tuple[Change, bool]:
        """A change, and whether it is to be taken back."""
        weights: dict[Change, float] = {
            self.enter_result: 5,
            self.correct_result: 3,
            self.correct_by_queryset: 1,
            self.correct_in_bulk: 1,
            self.withdraw_results: 2,
            self.move_kickoff: 3,
            self.kick_off_soon: 2,
            self.move_in_bulk: 1,
            self.rename_team: 2,
            self.rename_teams_by_queryset: 1,
            self.change_ttl: 1,
            self.rename_league_by_queryset: 1,
            self.create: 6 if len(self._ids) < self._most else 0,
            self.create_in_bulk: 2 if len(self._ids) < self._most else 0,
            self.delete: 4 if len(self._ids) > self._fewest else 0,
            self.delete_by_queryset: 1 if len(self._ids) > self._fewest else 0,
            self.activate_other_model: 3,
            self.several_at_once: 2,
            self.create_while_renaming: 4 if len(self._ids) < self._most else 0,
        }
        [change] = self._random.choices(list(weights), list(weights.values()))
        return change, change != self.create_while_renaming and self._random.random() < 0.12

    def make(self, change: Change, *, rolls_back: bool) -> None:
        """Raises RolledBack if that is wanted, and what the database raises."""
        if not rolls_back:
            change()
            return
        with transaction.atomic():
            change()
            # Whoever asks in here may see it, and nobody else.
            services.predict_many(self._hot, now=timezone.now())
            time.sleep(self._random.expovariate(1 / SECONDS_HELD))
            raise RolledBack

    # Results: the ratings of all that comes later in the league move.

    def enter_result(self) -> None:
        match = self._match(status=Match.Status.SCHEDULED)
        match.status, match.home_goals, match.away_goals = Match.Status.FINISHED, self._goals(), self._goals()
        match.save()

    def correct_result(self) -> None:
        match = self._random.choice(list(Match.objects.played().order_by("pk")))
        match.home_goals, match.away_goals = self._goals(), self._goals()
        match.save(update_fields=["home_goals", "away_goals"])

    def correct_by_queryset(self) -> None:
        match = self._random.choice(list(Match.objects.played().order_by("pk")))
        Match.objects.filter(pk=match.pk).update(home_goals=self._goals(), away_goals=self._goals())

    def correct_in_bulk(self) -> None:
        matches = self._random.sample(list(Match.objects.played().order_by("pk")), 3)
        for match in matches:
            match.home_goals, match.away_goals = self._goals(), self._goals()
        Match.objects.bulk_update(matches, ["home_goals", "away_goals"])

    def withdraw_results(self) -> None:
        decided = list(Match.objects.filter(season=SEASON).played().order_by("pk").values_list("pk", flat=True))
        chosen = self._random.sample(decided, min(4, len(decided)))
        Match.objects.filter(pk__in=chosen).update(status=Match.Status.SCHEDULED, home_goals=None, away_goals=None)

    # Kickoffs, which decide what was known before.

    def move_kickoff(self) -> None:
        match = self._match()
        match.kickoff += timedelta(days=self._random.randint(-9, 9), minutes=self._random.randint(0, 59))
        match.save()

    def kick_off_soon(self) -> None:
        """So soon that it is asked for before and after; those that have begun are put off."""
        with transaction.atomic():
            begun = Match.objects.filter(season=SEASON, kickoff__lt=timezone.now())
            for match in begun.order_by("pk"):
                match.kickoff += timedelta(days=self._random.randint(10, 90))
                match.save()
            match = self._match()
            match.kickoff = timezone.now() + timedelta(seconds=self._random.uniform(0.2, 3))
            match.save()

    def move_in_bulk(self) -> None:
        matches = [self._match() for _ in range(3)]
        for match in matches:
            match.kickoff += timedelta(hours=self._random.randint(-30, 30))
        Match.objects.bulk_update({match.pk: match for match in matches}.values(), ["kickoff"])

    # Names and times to live.

    def rename_team(self) -> None:
        team = Team.objects.get(pk=self._team())
        team.name = self._name()
        team.save()

    def rename_teams_by_queryset(self) -> None:
        Team.objects.filter(pk=self._team()).update(name=self._name())

    def change_ttl(self) -> None:
        league = League.objects.get(pk=self._random.choice(self._leagues))
        league.cache_ttl = self._random.choice([1, 1, 2])
        league.save()

    def rename_league_by_queryset(self) -> None:
        League.objects.filter(pk=self._random.choice(self._leagues)).update(name=self._name())

    # What there is.

    def create(self) -> None:
        self._new().save()

    def create_in_bulk(self) -> None:
        Match.objects.bulk_create(self._new() for _ in range(self._random.randint(1, 3)))

    def delete(self) -> None:
        self._match().delete()

    def delete_by_queryset(self) -> None:
        Match.objects.filter(pk__in=[self._one(), self._one()]).delete()

    # The model.

    def activate_other_model(self) -> None:
        """The newer one, or back to the older."""
        registry.activate(TrainedModel.objects.exclude(status=TrainedModel.Status.ACTIVE)[0].version)

    # Together.

    def several_at_once(self) -> None:
        with transaction.atomic():
            self.rename_team()
            self.move_kickoff()
            self.enter_result()

    def create_while_renaming(self) -> None:
        """Two transactions at once. The database has the match wait for the new name if the team is one of its own."""
        match = self._new()
        thread = threading.Thread(target=_save, args=(match,), name="another writer")
        with transaction.atomic():
            Team.objects.filter(pk=self._team()).update(name=self._name())
            thread.start()
            time.sleep(self._random.expovariate(1 / SECONDS_HELD))
        thread.join()

    def _new(self) -> Match:
        league = self._random.choice(self._leagues)
        home, away = self._random.sample(self._teams[league], 2)
        kickoff = timezone.now() + timedelta(days=self._random.uniform(5, 100))
        return Match(league_id=league, season=SEASON, kickoff=kickoff, home_team_id=home, away_team_id=away)

    def _match(self, **fields: str) -> Match:
        """One of those asked for more often, half the time."""
        some = self._hot if self._random.random() < 0.5 else self._ids
        found = list(Match.objects.filter(pk__in=some, **fields).order_by("pk"))
        found = found or list(Match.objects.filter(season=SEASON, **fields).order_by("pk"))
        found = found or list(Match.objects.filter(season=SEASON).order_by("pk"))
        return self._random.choice(found)

    def _one(self) -> int:
        return self._random.choice(self._ids)

    def _team(self) -> int:
        return self._random.choice(self._teams[self._random.choice(self._leagues)])

    def _name(self) -> str:
        return f"Name {self._random.getrandbits(40):x}"

    def _goals(self) -> int:
        return self._random.randint(0, 5)


def _save(match: Match) -> None:
    try:
        with suppress(IntegrityError):  # such a match there is on that day
            match.save()
    finally:
        connections.close_all()
