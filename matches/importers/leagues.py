"""The competitions that the publishers cover: what they are called where, and in which time zone they are played."""

from __future__ import annotations

from dataclasses import dataclass

from matches.models import League
from matches.models.league import SECONDS_OTHERS, SECONDS_TOP

TOP = frozenset({"en.1", "de.1", "es.1", "it.1", "fr.1"})


@dataclass(frozen=True, slots=True)
class KnownLeague:
    """A competition. `code` is openfootball's name for it, `division` football-data's, where that publishes it."""

    code: str
    name: str
    time_zone: str
    division: str | None = None
    one_year: bool = False
    """Its seasons lie within one calendar year."""
    once: bool = False
    """Two teams never meet twice at the same home in a season: there are no play-offs, no further rounds."""

    @property
    def country(self) -> str:
        return self.code.split(".")[0]

    @property
    def tier(self) -> int:
        return int(self.code.split(".")[1])


KNOWN = (
    KnownLeague("en.1", "English Premier League", "Europe/London", "E0", once=True),
    KnownLeague("en.2", "English Championship", "Europe/London", "E1"),
    KnownLeague("en.3", "English League One", "Europe/London", "E2"),
    KnownLeague("en.4", "English League Two", "Europe/London", "E3"),
    KnownLeague("en.5", "English National League", "Europe/London", "EC"),
    KnownLeague("sco.1", "Scottish Premiership", "Europe/London", "SC0"),
    KnownLeague("sco.2", "Scottish Championship", "Europe/London", "SC1"),
    KnownLeague("sco.3", "Scottish League One", "Europe/London", "SC2"),
    KnownLeague("sco.4", "Scottish League Two", "Europe/London", "SC3"),
    KnownLeague("de.1", "Deutsche Bundesliga", "Europe/Berlin", "D1", once=True),
    KnownLeague("de.2", "Deutsche 2. Bundesliga", "Europe/Berlin", "D2", once=True),
    KnownLeague("de.3", "Deutsche 3. Liga", "Europe/Berlin", once=True),
    KnownLeague("it.1", "Italian Serie A", "Europe/Rome", "I1", once=True),
    KnownLeague("it.2", "Italian Serie B", "Europe/Rome", "I2"),
    KnownLeague("es.1", "Primera División de España", "Europe/Madrid", "SP1", once=True),
    KnownLeague("es.2", "Segunda División de España", "Europe/Madrid", "SP2"),
    KnownLeague("fr.1", "French Ligue 1", "Europe/Paris", "F1", once=True),
    KnownLeague("fr.2", "French Ligue 2", "Europe/Paris", "F2"),
    KnownLeague("nl.1", "Netherlands Eredivisie", "Europe/Amsterdam", "N1"),
    KnownLeague("be.1", "Belgium First Division A", "Europe/Brussels", "B1"),
    KnownLeague("pt.1", "Portuguese Primeira Liga", "Europe/Lisbon", "P1", once=True),
    KnownLeague("tr.1", "Turkish Süper Lig", "Europe/Istanbul", "T1", once=True),
    KnownLeague("tr.2", "Turkish 1. Lig", "Europe/Istanbul"),
    KnownLeague("gr.1", "Super League Greece", "Europe/Athens", "G1"),
    KnownLeague("at.1", "Österreichische Bundesliga", "Europe/Vienna"),
    KnownLeague("at.2", "Österreichische 2. Liga", "Europe/Vienna"),
    KnownLeague("ch.1", "Swiss Super League", "Europe/Zurich"),
    KnownLeague("ch.2", "Swiss Challenge League", "Europe/Zurich"),
    KnownLeague("cz.1", "Czech First League", "Europe/Prague"),
    KnownLeague("hu.1", "Hungarian NB I", "Europe/Budapest"),
    KnownLeague("ru.1", "Russian Premier League", "Europe/Moscow", once=True),
    KnownLeague("ru.2", "Russian First League", "Europe/Moscow"),
    KnownLeague("eg.1", "Egyptian Premier League", "Africa/Cairo"),
    KnownLeague("ma.1", "Botola Pro", "Africa/Casablanca"),
    KnownLeague("dz.1", "Algerian Ligue 1", "Africa/Algiers"),
    KnownLeague("au.1", "Australian A-League", "Australia/Sydney"),
    KnownLeague("mx.1", "Liga MX", "America/Mexico_City"),
    KnownLeague("ar.1", "Argentine Primera División", "America/Argentina/Buenos_Aires", one_year=True),
    KnownLeague("br.1", "Brasileiro Série A", "America/Sao_Paulo", one_year=True, once=True),
    KnownLeague("br.2", "Brasileiro Série B", "America/Sao_Paulo", one_year=True, once=True),
    KnownLeague("co.1", "Colombian Primera A", "America/Bogota", one_year=True),
    KnownLeague("cn.1", "Chinese Super League", "Asia/Shanghai", one_year=True),
    KnownLeague("jp.1", "J1 League", "Asia/Tokyo", one_year=True, once=True),
)
BY_CODE = {league.code: league for league in KNOWN}
BY_DIVISION = {league.division: league for league in KNOWN if league.division}


def in_one_year(code: str) -> bool:
    """Whether a league's seasons lie within one calendar year; a league not known here is taken to start in summer."""
    return code in BY_CODE and BY_CODE[code].one_year


def meet_once(code: str) -> bool:
    """Whether two teams meet only once at the same home in a season."""
    return code in BY_CODE and BY_CODE[code].once


def stored(codes: set[str]) -> dict[str, League]:
    """The leagues of these codes by code; known ones are created where missing, others left out."""
    leagues = {league.code: league for league in League.objects.filter(code__in=codes)}
    for code in sorted(codes - leagues.keys()):
        if (known := BY_CODE.get(code)) is not None:
            leagues[code], _ = League.objects.get_or_create(
                code=code,
                defaults={
                    "name": known.name,
                    "country": known.country,
                    "tier": known.tier,
                    "time_zone": known.time_zone,
                    "cache_ttl": SECONDS_TOP if code in TOP else SECONDS_OTHERS,
                },
            )
    return leagues
