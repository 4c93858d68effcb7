"""The page is parsed as a browser would, and its charts as XML."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from html.parser import HTMLParser
from xml.etree import ElementTree as ET

import pytest
from pytest_django import Settings

from predictions.ml.evaluation import Evaluation
from predictions.ml.evaluation.forecasts import Forecaster
from predictions.report.page import page
from predictions.report.words import figure, signed

NOW = datetime(2026, 3, 4, 5, 6, tzinfo=UTC)
VOID = {"meta", "br", "hr", "img", "link", "input"}


class Page(HTMLParser):
    """Its elements, the text without tags, and the cells of its tables."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.tables: list[list[list[str]]] = []
        self.feed(html)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)
        if tag == "table":
            self.tables.append([])
        elif tag == "tr":
            self.tables[-1].append([])
        elif tag in ("td", "th"):
            self.tables[-1][-1].append("")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if not {"style", "title"} & set(self.open):
            self.text += data
        if {"td", "th"} & set(self.open):
            self.tables[-1][-1][-1] += data


@pytest.fixture(scope="session")
def html(evaluation: Evaluation) -> str:
    return page(evaluation, now=NOW)


@pytest.fixture(scope="session")
def parsed(html: str) -> Page:
    return Page(html)


def test_it_needs_nothing_from_elsewhere(html: str, parsed: Page) -> None:
    attributes = {name for _, attrs in parsed.seen for name in attrs}

    assert not {"src", "href", "srcset", "xlink:href"} & attributes
    assert not {"script", "link", "iframe", "img", "object"} & {tag for tag, _ in parsed.seen}
    assert not re.search(r"url\(|@import|https?://", html)


def test_it_says_whose_figures_they_are_and_how_measured(parsed: Page) -> None:
    text = " ".join(parsed.text.split())

    assert "1,800 matches, seasons 2011/12 to 2013/14, leagues xx.0, xx.1." in text
    assert "not of a model that is in service" in text
    assert "fitted to what was played before the first day of that season" in text
    assert "2,000 bootstrap resamples" in text
    assert "too few matches before them to learn from: 2010/11" in text
    assert "on 4 March 2026, 05:06 UTC" in text


def test_the_verdicts_are_no_bolder_than_the_intervals(evaluation: Evaluation, parsed: Page) -> None:
    text = " ".join(parsed.text.split())

    assert evaluation.overall.against[Forecaster.BASE_RATES].rps_difference.high < 0
    assert "Better than the base rates: −" in text
    interval = evaluation.overall.against[Forecaster.BOOKMAKERS].rps_difference
    assert interval.low < 0 < interval.high
    assert "No clear difference from the bookmakers: " in text


def test_the_tables_hold_the_figures(evaluation: Evaluation, parsed: Page) -> None:
    overall, seasons, leagues, both = parsed.tables[:4]
    model = evaluation.overall.model
    base = evaluation.by_season[2012].against[Forecaster.BASE_RATES]

    assert overall[1][:4] == ["Model", "1,800", figure(model.rps), figure(model.log_loss)]
    assert [row[0] for row in overall[2:]] == ["Model with odds", "Bookmakers", "Elo alone", "Base rates"]
    assert [row[0] for row in seasons[1:]] == ["2011/12", "2012/13", "2013/14"]
    assert seasons[2][1:3] == ["600", figure(evaluation.by_season[2012].model.rps)]
    assert seasons[2][-1].startswith(f"{figure(base.other.rps)}{signed(base.rps_difference.mean)} [")
    assert [row[0] for row in leagues[1:]] == ["xx.0", "xx.1"]
    assert [row[0] for row in both[1:]][:2] == ["xx.0 2011/12", "xx.0 2012/13"]


def test_a_comparison_on_fewer_matches_says_so(evaluation: Evaluation, parsed: Page) -> None:
    compared = evaluation.by_season[2012].against[Forecaster.BOOKMAKERS]
    [cell] = [cell for cell in parsed.tables[1][2] if figure(compared.other.rps) in cell]

    assert cell.endswith(f"{compared.matches} matches, model {figure(compared.model.rps)}")


def test_each_chart_is_well_formed_and_has_a_name(html: str) -> None:
    charts = re.findall(r"<svg.*?</svg>", html, re.DOTALL)

    assert len(charts) == 6
    for chart in charts:
        parsed = ET.fromstring(chart)  # noqa: S314 (made by this very test)
        assert parsed.get("role") == "img"
        named = parsed.get("aria-label") or next(
            one.text for one in parsed.iter("title") if one.get("id") == parsed.get("aria-labelledby")
        )
        assert "in the table below" in str(named)


def test_points_lie_within_their_charts(html: str) -> None:
    for chart in re.findall(r"<svg.*?</svg>", html, re.DOTALL):
        parsed = ET.fromstring(chart)  # noqa: S314 (made by this very test)
        _, _, width, height = map(float, str(parsed.get("viewBox")).split())
        points = [(float(str(one.get("cx"))), float(str(one.get("cy")))) for one in parsed.iter("circle")]
        assert points
        assert all(0 < x < width and 0 < y < height for x, y in points)


def test_no_two_elements_have_the_same_id(parsed: Page) -> None:
    ids = [attrs["id"] for _, attrs in parsed.seen if "id" in attrs]

    assert len(ids) == len(set(ids)) > 5


def test_without_odds_the_bookmakers_are_no_column(without_odds: Evaluation) -> None:
    parsed = Page(page(without_odds, now=NOW))

    assert parsed.tables[1][0] == ["Season", "Matches", "Model", "Elo alone", "Base rates"]
    assert "leagues xx.0." in " ".join(parsed.text.split())


def test_names_are_escaped(evaluation: Evaluation) -> None:
    part = evaluation.by_league["xx.0"]
    html = page(evaluation._replace(by_league={"<b>&": part}), now=NOW)

    assert "&lt;b&gt;&amp;" in html
    assert "<b>&" not in html


def test_places_are_numbers_whatever_the_language(evaluation: Evaluation, html: str, settings: Settings) -> None:
    settings.LANGUAGE_CODE = "de"

    assert re.findall(r"<svg.*?</svg>", page(evaluation, now=NOW), re.DOTALL) == re.findall(
        r"<svg.*?</svg>", html, re.DOTALL
    )
