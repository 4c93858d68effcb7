"""Which answers were wrong.

What is true of a match is true from the moment when the change that makes it so begins, until the one that makes it
untrue is committed *and* purged. An answer is right if each of three was true at some moment between question and
answer: the match itself, the prediction by the model that is named, and that this model is the active one. They are
judged apart, since what was computed slowly may have been read partly before a change and partly after it. Such an
answer goes to its own caller only: if it were kept, whoever comes later would get what is no longer true.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from math import inf
from typing import Any

from tests.integration.randomised.reader import Read
from tests.integration.randomised.writer import Written

# What one clock may differ from another within one machine, and what is lost in rounding. In seconds.
TOLERANCE = 0.002


@dataclass(slots=True)
class Truth:
    """Something that was true for a while, by the clock in ns."""

    what: Hashable
    since: float
    until: float = inf
    because: str = ""
    """The change that ended it."""


class Timeline:
    """What was true of one thing, one after the other."""

    def __init__(self) -> None:
        self.truths: list[Truth] = []

    def becomes(self, what: Hashable, *, since: float, former_until: float, because: str) -> None:
        if self.truths:
            if self.truths[-1].what == what:
                return
            self.truths[-1].until, self.truths[-1].because = former_until, because
        self.truths.append(Truth(what, since, because=""))

    def during(self, begun: float, ended: float) -> list[Truth]:
        return [truth for truth in self.truths if truth.since <= ended and truth.until >= begun]


class History:
    """What the oracle said over time."""

    def __init__(self, changes: Iterable[Written]) -> None:
        changes = list(changes)
        self.writes = Counter(change.what for change in changes if change.what)
        self.owed = sum(bool(change.pending) for change in changes)
        self.last_begun = max(change.begun for change in changes)
        settled = {row: change.ended for change in changes for row in change.settled}
        self._active = Timeline()
        self._matches: defaultdict[int, Timeline] = defaultdict(Timeline)
        self._predictions: defaultdict[tuple[int, str], Timeline] = defaultdict(Timeline)
        self._ttls: defaultdict[int, Timeline] = defaultdict(Timeline)
        for number, change in enumerate(changes):
            if not change.what:
                continue
            until = max([change.ended, *(settled.get(row, inf) for row in change.pending)])
            times: Any = {"since": change.begun, "former_until": until, "because": f"{change.what} (line {number})"}
            self._active.becomes(change.active, **times)
            for pk, state in change.matches.items():
                if number and not self._matches[pk].truths:
                    self._matches[pk].becomes(None, since=0, former_until=inf, because="")
                match, predictions, ttl = state or (None, {}, None)
                self._matches[pk].becomes(match, **times)
                if state:
                    self._ttls[pk].becomes(ttl, **times)
                for model, prediction in predictions.items():
                    self._predictions[pk, model].becomes(prediction, **times)

    def wrong(self, read: Read) -> str:
        """What is wrong with an answer; nothing if it is right."""
        pk, (begun, ended) = read.match_id, (read.begun, read.ended)
        matches = self._matches[pk].during(begun, ended)
        if read.said is None:
            never = not self._matches[pk].truths
            return "" if never or _among(None, matches) else self._explain("absence", self._matches[pk], read)
        if not _among(read.said.match, matches):
            return self._explain(read.said.match, self._matches[pk], read)
        if read.said.kind == "before":
            if read.said.kickoff <= read.asked_at - TOLERANCE:
                return "the match had kicked off, but the answer does not say so"
            if read.stale_until > read.said.kickoff + TOLERANCE:
                return "it may be served after kickoff"
        elif read.said.kickoff > read.answered_at + TOLERANCE:
            return "the match had not kicked off, but the answer says so"
        if read.said.kind == "frozen":
            return self._frozen(read)
        if not _among(read.said.model, self._active.during(begun, ended)):
            return self._explain(read.said.model, self._active, read)
        predictions = self._predictions[pk, read.said.model]
        if not _among(read.said.prediction, predictions.during(begun, ended)):
            return self._explain(read.said.prediction, predictions, read)
        longest = max((float(str(truth.what)) for truth in self._ttls[pk].during(begun, ended)), default=0.0)
        return "it is to be fresh for longer than its league says" if read.ttl > longest + TOLERANCE else ""

    def _frozen(self, read: Read) -> str:
        """What was once said of it, by some model."""
        assert read.said is not None
        truths = self._predictions[read.match_id, read.said.model].truths
        return "" if _among(read.said.prediction, truths) else "this was never said before kickoff"

    @staticmethod
    def _explain(what: Hashable, timeline: Timeline, read: Read) -> str:
        known = [truth for truth in timeline.truths if truth.what == what]
        former = [truth for truth in known if truth.until < read.begun]
        if not former:
            return f"{what} was not true yet" if known else f"{what} was never true"
        late = (read.begun - former[-1].until) / 1e6
        return f"{what} was no longer true since {late:.1f} ms before the question, because of {former[-1].because}"


def _among(what: Hashable, truths: Iterable[Truth]) -> bool:
    return any(truth.what == what for truth in truths)
