"""Matches over HTTP: read by all, written by who may."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.views.decorators.cache import cache_control
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.generics import ListAPIView, RetrieveAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from matches import entry
from matches.api.filters import MatchFilter
from matches.api.match_input import MatchChange, NewMatch, field_of, values_of
from matches.api.pagination import MatchPagination
from matches.api.permissions import MayWriteMatches
from matches.api.serializers import FullMatchSerializer
from matches.models import League, Match
from rest.conditional import etag_of, require_match
from rest.filters import LARGEST_ID, StrictFilterBackend
from rest.parameters import refuse_unknown_parameters
from rest.problems import Problem
from rest.renderers import JSONRenderer
from rest.schema import may_answer

T = TypeVar("T", bound=type)

COLUMNS = (
    *("id", "league.code", "league.name", "season", "kickoff", "kickoff_time_known", "day"),
    *("home_team.id", "home_team.name", "away_team.id", "away_team.name", "status", "score.home", "score.away"),
    *("shots.home", "shots.away", "shots.home_on_target", "shots.away_on_target"),
    *("closing_odds.home", "closing_odds.draw", "closing_odds.away", "prediction"),
)


def ask_again(view: T) -> T:
    """Nobody tells a client when football changes, so it asks again each time."""
    decorated: T = method_decorator(cache_control(no_cache=True), name="get")(view)
    return decorated


@ask_again
class MatchList(ListAPIView[Match]):
    queryset = Match.objects.with_names()
    serializer_class = FullMatchSerializer
    permission_classes = [MayWriteMatches]
    filter_backends = [StrictFilterBackend]
    filterset_class = MatchFilter
    pagination_class = MatchPagination
    csv_columns = COLUMNS

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Matches in the order of kickoff, 50 to a page, up to 500 with `page_size`.

        A league whose `shifted_weeks` is above 0 is a demonstration: real matches of years ago, whose `kickoff` and
        `day` were moved forward by that many weeks.
        """
        return super().get(request, *args, **kwargs)

    @extend_schema(request=NewMatch, responses={201: FullMatchSerializer})
    @may_answer("conflict", headers=["Location", "ETag"])
    def post(self, request: Request) -> Response:
        """Add a match: a fixture, or one that has its result already.

        What a person enters outranks what the sources of results say later. Predictions that it touches are made anew.
        409 if these teams meet at this home on that day already.
        """
        refuse_unknown_parameters(request, [])
        said = NewMatch(data=request.data)
        said.is_valid(raise_exception=True)
        with _in_the_clients_words():
            match = entry.add(values_of(said.validated_data))
        return _answer(request, match, HTTPStatus.CREATED, {"Location": _address(match)})


@ask_again
class MatchDetail(RetrieveAPIView[Match]):
    queryset = Match.objects.with_names()
    serializer_class = FullMatchSerializer
    permission_classes = [MayWriteMatches]
    filter_backends: list[type] = []
    lookup_url_kwarg = "match_id"
    csv_columns = COLUMNS

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """One match."""
        refuse_unknown_parameters(request, [])
        return super().get(request, *args, **kwargs)

    @extend_schema(request=MatchChange, responses=FullMatchSerializer)
    @may_answer("conflict", headers=["ETag"])
    def patch(self, request: Request, match_id: int) -> Response:
        """Correct a match, or enter its result.

        Send the ETag that the match had as JSON as `If-Match`, to be told (412) if somebody has changed it since then.
        What a person enters outranks what the sources of results say later. Predictions that it touches are made anew.
        """
        refuse_unknown_parameters(request, [])
        said = MatchChange(data=request.data)
        said.is_valid(raise_exception=True)
        if not 0 < match_id <= LARGEST_ID:
            raise _not_found(match_id)
        with _in_the_clients_words():
            try:
                match = entry.correct(
                    match_id,
                    values_of(said.validated_data),
                    check=lambda match: require_match(request, etag=_etag(match)),
                )
            except Match.DoesNotExist:
                raise _not_found(match_id) from None
        return _answer(request, match, HTTPStatus.OK)

    def get_object(self) -> Match:
        """Raises Problem (404)."""
        match_id = self.kwargs["match_id"]
        match = self.get_queryset().filter(pk=match_id).first()
        if match is None:
            raise _not_found(match_id)
        return match


def _address(match: Match) -> str:
    return reverse("match", args=[match.pk])


def _not_found(match_id: int) -> Problem:
    return Problem("not-found", f"There is no match {match_id}.")


def _etag(match: Match) -> str:
    """The ETag of the match's own address, where it is JSON."""
    return etag_of(JSONRenderer().render(FullMatchSerializer(match).data))


def _answer(request: Request, match: Match, status: int, headers: Mapping[str, str] | None = None) -> Response:
    response = Response(FullMatchSerializer(match).data, status=status, headers=headers)
    response.headers["Cache-Control"] = "no-cache"
    if request.accepted_renderer.format == JSONRenderer.format:
        response.headers["ETag"] = _etag(match)
    return response


@contextmanager
def _in_the_clients_words() -> Iterator[None]:
    """Raise what is wrong with a match as a problem, by the names that the client knows."""
    try:
        yield
    except ValidationError as error:
        errors = {field_of(name): words for name, words in error.message_dict.items()}
        raise serializers.ValidationError(errors) from error
    except entry.AlreadyThere as error:
        raise Problem("conflict", str(error), match=_address(error.match)) from error
    except (League.DoesNotExist, IntegrityError) as error:
        raise Problem("conflict", "A league or a team that is named here has been deleted meanwhile.") from error
