"""The pages as a reader sees them: wide and on a phone, by day and by night, with names of any length."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.db import connections
from django.utils import timezone
from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright
from pytest_django.live_server_helper import LiveServer

from matches.models import League, Match, Team
from predictions import services
from predictions.ml.active import forget_active_model
from predictions.models import TrainedModel
from predictions.published import Publication, publish
from tests.predictions.asking import finish, upcoming

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
# No sandbox, since there is none for root. All else keeps the browser from talking to anybody of its own accord.
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
WIDE: ViewportSize = {"width": 1280, "height": 900}
PHONE: ViewportSize = {"width": 360, "height": 740}
Scheme = Literal["light", "dark"]
# What axe is to look for where. Of one page only colours and sizes differ from window to window; None: all it knows.
WINDOWS: list[tuple[ViewportSize, Scheme, list[str] | None]] = [
    (WIDE, "light", None),
    (WIDE, "dark", ["color-contrast"]),
    (PHONE, "light", ["target-size", "scrollable-region-focusable"]),
    (PHONE, "dark", ["color-contrast"]),
]

pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason="There is no Chromium here. On Debian: apt-get install chromium"),
    pytest.mark.django_db(transaction=True),
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        # Playwright runs an event loop in this thread, where Django would not touch the database then.
        patch.setitem(os.environ, "DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield browser
        browser.close()
        # Within that loop Django has had connections of their own.
        connections.close_all()


@pytest.fixture
def addresses(league: League, model: object) -> dict[str, str]:
    """Pages of each kind, with what is hardest to show: long names, short ones, one without a blank."""
    now = timezone.now()
    League.objects.update(time_zone="Europe/Berlin", shifted_weeks=575)
    coming = upcoming(5)
    for number, match in enumerate(coming):
        Match.objects.filter(pk=match.pk).update(
            kickoff=now + timedelta(hours=24 + number), kickoff_time_known=number != 1
        )
    Team.objects.filter(pk=coming[0].home_team_id).update(name="W" * 100)
    Team.objects.filter(pk=coming[0].away_team_id).update(name="1. Fußball- und Sportverein " * 3)
    played = upcoming(6)[-1]
    said = services.compute([played.pk], now=now)[played.pk].body
    played.kickoff = now - timedelta(hours=2)
    finish(played, 2, 1)
    publish([_publication(played, said, now - timedelta(hours=3))])
    _measure()
    return {
        "home": "/",
        "coming": f"/matches/{coming[0].pk}/",
        "played": f"/matches/{played.pk}/",
        "problem": "/problems/invalid-parameters/",
        "nothing": "/nothing/",
    }


@pytest.fixture
def many_leagues(addresses: dict[str, str]) -> None:
    """So that the list of leagues is longer than a phone is wide."""
    now = timezone.now()
    for number in range(4):
        league = League.objects.create(code=f"xx.{number}", name=f"League of the Far North {number}", country="xx")
        home, away = (Team.objects.create(name=f"{name} {number}", country="xx") for name in ("Here", "There"))
        fields = {"league": league, "season": now.year, "home_team": home, "away_team": away}
        Match.objects.create(**fields, kickoff=now - timedelta(days=3), status="finished", home_goals=1, away_goals=0)
        Match.objects.create(**fields, kickoff=now + timedelta(days=2))


def _measure() -> None:
    """As if the active model had been put to the test, which the small league is too small for."""
    shares = {"most_probable": (0.4, 0.5, 0.7), "home": (0.2, 0.5, 0.8), "draw": (0.2, 0.3), "away": (0.1, 0.6)}
    row = TrainedModel.objects.get(status=TrainedModel.Status.ACTIVE)
    row.scores = {
        "calibration": [
            {"of": of, "matches": 900, "predicted": share, "observed": share - 0.02, "low": share - 0.08, "high": share}
            for of, some in shares.items()
            for share in some
        ]
    }
    row.save()
    forget_active_model()


def _publication(match: Match, said: bytes, made_at: datetime) -> Publication:
    return Publication(match.pk, match.home_team_id, match.away_team_id, json.loads(said), "model-1", made_at, made_at)


@pytest.fixture
def requested() -> list[str]:
    """Every address that a page has asked for."""
    return []


@pytest.fixture
def page(browser: Browser, requested: list[str], live_server: LiveServer) -> Iterator[Page]:
    """A window from which nobody can be reached but the service."""
    context = browser.new_context(viewport=WIDE, base_url=live_server.url)
    page = context.new_page()
    page.route("**", lambda route: route.continue_() if _is_ours(route.request.url, live_server) else route.abort())
    page.on("request", lambda sent: requested.append(sent.url))
    yield page
    context.close()


def _is_ours(url: str, server: LiveServer) -> bool:
    return url.startswith(server.url)


def test_all_fits_and_can_be_read_by_everybody_wide_and_on_a_phone_by_day_and_by_night(
    page: Page, addresses: dict[str, str], many_leagues: None, tmp_path: Path
) -> None:
    found: dict[str, list[str]] = {}
    for name, address in addresses.items():
        page.goto(address)
        for summary in page.locator("summary").all():
            summary.click()
        for viewport, scheme, rules in WINDOWS:
            page.set_viewport_size(viewport)
            page.emulate_media(color_scheme=scheme)
            window = f"{name}-{viewport['width']}-{scheme}"
            found[window] = [*_too_wide(page), *_violations(page, rules)]
            page.screenshot(path=tmp_path / f"{window}.png", full_page=True)
    assert {window: complaints for window, complaints in found.items() if complaints} == {}
    assert len(found) == 4 * len(addresses)


def test_nothing_is_asked_of_anybody_else_and_the_browser_has_no_complaint(
    page: Page, addresses: dict[str, str], requested: list[str], live_server: LiveServer
) -> None:
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    del addresses["nothing"]
    for address in addresses.values():
        response = page.goto(address)
        assert response is not None
        assert response.status == 200
    assert [url for url in requested if not _is_ours(url, live_server)] == []
    assert any(url.endswith("site.css") for url in requested)
    assert complaints == []


def _too_wide(page: Page) -> list[str]:
    """What reaches beyond the window, but for what scrolls by itself or is meant to be heard only."""
    found: list[str] = page.evaluate(
        """() => {
            const width = document.documentElement.clientWidth;
            const scrolls = e => e.closest(".scroll, .chips, pre, .hidden, .skip");
            const far = [...document.querySelectorAll("body *")].filter(e => {
                const box = e.getBoundingClientRect();
                return !scrolls(e) && (box.right > width + 1 || box.left < -1);
            }).map(e => e.outerHTML.slice(0, 200));
            return document.documentElement.scrollWidth > width ? [...far, "the page itself"] : far;
        }"""
    )
    return found


def _violations(page: Page, rules: list[str] | None) -> list[str]:
    """What axe finds, with where; by all of its rules unless some are named."""
    options = {"runOnly": {"type": "rule", "values": rules}} if rules else None
    violations: list[dict[str, Any]] = Axe().run(page, options=options).response["violations"]
    return [f"{one['id']}: {node['html'][:200]}" for one in violations for node in one["nodes"]]


def test_a_reader_finds_the_way_from_match_to_match(page: Page, addresses: dict[str, str]) -> None:
    page.set_viewport_size(PHONE)
    page.goto("/")
    # Anywhere on the card.
    card = page.locator(".fixture").nth(1)
    card.scroll_into_view_if_needed()
    box = card.bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + 5, box["y"] + box["height"] - 5)
    page.wait_for_url("**/matches/*/")
    assert page.locator(".grid td.home, .grid td.draw, .grid td.away").count() == 25
    assert page.locator(".chart .here").count() == 1
    page.locator(".crumbs a").last.click()
    page.wait_for_url("**/leagues/en.1/")
    page.get_by_role("link", name="2–1").click()
    page.wait_for_url(f"**{addresses['played']}")
    assert "It ended in a home win" in page.locator(".verdict").inner_text()


def test_the_keyboard_gets_everywhere(page: Page, addresses: dict[str, str]) -> None:
    page.goto("/")
    page.keyboard.press("Tab")
    assert page.locator(":focus").inner_text() == "Skip to the content"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**/matches/*/")
