"""The pages: what is coming, one league, one match, and what the API's problems mean."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone

from matches.models import League, Match
from pages.asking import Asked, ask
from pages.caching import in_all
from pages.cards import rounds
from pages.coming import coming, coming_of, played_of
from pages.dossier import dossier
from pages.explanations import EXPLANATIONS
from pages.showing import for_people, show
from pages.times import kick_off
from rest.problem_examples import problem_example
from rest.problems import KINDS, Kind

EXPLANATION_SECONDS = 3600


@for_people
def home(request: HttpRequest) -> HttpResponse:
    """The coming matches of all leagues. Two queries and, while all is cached, one round trip to Redis."""
    now = timezone.now()
    ahead = coming(now=now)
    asked = ask(request, [match.pk for match in ahead.matches], now=now)
    totals = {league.code: league.matches for league in ahead.leagues}
    context = {
        "leagues": ahead.leagues,
        "rounds": rounds(ahead.matches, asked.told, now=now, totals=totals),
        "in_all": _in_all(asked),
    }
    max_age = _keeps(asked, ahead.matches, now)
    return show(request, "pages/rounds.html", context, max_age=max_age, trouble=asked.trouble)


@for_people
def league(request: HttpRequest, code: str) -> HttpResponse:
    """The next matches of one league, and its last results. Three queries."""
    now = timezone.now()
    found = League.objects.filter(code=code).first()
    if found is None:
        raise Http404(f"There is no league {code}.")
    matches = coming_of(found, now=now)
    asked = ask(request, [match.pk for match in matches], now=now)
    context = {
        "league": found,
        "rounds": rounds(matches, asked.told, now=now),
        "played": [(match, kick_off(match)) for match in played_of(found, now=now)],
        "in_all": _in_all(asked),
    }
    max_age = _keeps(asked, matches, now)
    return show(request, "pages/rounds.html", context, max_age=max_age, trouble=asked.trouble)


@for_people
def match(request: HttpRequest, match_id: int) -> HttpResponse:
    """All about one match. One query and, while it is cached, one round trip to Redis."""
    now = timezone.now()
    found = Match.objects.with_names().filter(pk=match_id).first()
    if found is None:
        raise Http404(f"There is no match {match_id}.")
    asked = ask(request, [found.pk], now=now)
    told = asked.told.get(found.pk)
    context = {
        "match": found,
        "kick_off": kick_off(found),
        "begun": found.kickoff <= now,
        "about": told and dossier(found, told, now=now),
    }
    return show(request, "pages/match.html", context, max_age=_keeps(asked, [found], now), trouble=asked.trouble)


@for_people
def problem(request: HttpRequest, kind: str) -> HttpResponse:
    """What an error of the API means: its `type` leads here."""
    known: Kind | None = next((one for one in KINDS if one == kind), None)
    if known is None:
        raise Http404(f"There is no kind of problem called {kind}.")
    status, title = KINDS[known]
    example = json.dumps(problem_example(known), indent=2, ensure_ascii=False)
    context = {"kind": kind, "code": status, "title": title, "explanation": EXPLANATIONS[kind], "example": example}
    return show(request, "pages/problem.html", context, max_age=EXPLANATION_SECONDS)


@for_people
def problems(request: HttpRequest) -> HttpResponse:
    """All kinds of errors."""
    return show(request, "pages/problems.html", {"kinds": KINDS.items()}, max_age=EXPLANATION_SECONDS)


def _in_all(asked: Asked) -> str:
    answers = [told.answer for told in asked.told.values()]
    return in_all(answers) if answers else ""


def _keeps(asked: Asked, matches: Iterable[Match], now: datetime) -> float:
    """For how many seconds a page of these may be kept: none of its answers goes stale, and no match begins."""
    fresh = [told.answer.entry.fresh_until - now.timestamp() for told in asked.told.values()]
    begins = [(match.kickoff - now).total_seconds() for match in matches if match.kickoff > now]
    return min([*fresh, *begins], default=float("inf"))
