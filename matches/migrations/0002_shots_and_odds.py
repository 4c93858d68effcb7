"""Ratings of shots and of past odds. What ratings are stored is thrown away: they are computed anew after the migration
(see matches.apps), since no column can be filled without all of history.
"""

from __future__ import annotations

from typing import Any

from django.core.validators import MinValueValidator
from django.db import migrations, models

OLD = ("attack_home", "attack_away", "defence_home", "defence_away")
NEW = (
    *("pi_home", "pi_away", "attack", "defence", "shots_elo", "shots_attack", "shots_defence"),
    *("market", "shots_known", "market_known"),
)
LEVELS = ("log_shots_home", "log_shots_away", "mean_goals", "mean_chances", "market_home_advantage")
HELP = {
    "market": "Strength in the log-odds of bookmakers for past matches.",
    "shots_known": "Share of the recent matches of which the shots are known.",
    "market_known": "Share of the recent matches of which the odds are known.",
    "log_shots_home": "The same of the goals that its chances and goals are worth.",
    "log_shots_away": "The same of the goals that its chances and goals are worth.",
    "mean_goals": "Moving average of the goals in a match whose shots are known.",
    "mean_chances": "Moving average of its chances: shots by what they tend to be worth.",
    "market_home_advantage": "Home advantage in the log-odds of bookmakers.",
}
ODDS = "Decimal odds nearest to kickoff: closing ones where they are known, else those of the days before."


def forget(apps: Any, schema_editor: Any) -> None:
    for name in ("TeamSnapshot", "LeagueSnapshot"):
        apps.get_model("matches", name).objects.all().delete()


def number(model: str, name: str) -> migrations.AddField:
    field = models.FloatField(default=0.0, help_text=HELP.get(name, ""))
    return migrations.AddField(model, name, field, preserve_default=False)


class Migration(migrations.Migration):
    dependencies = [("matches", "0001_initial")]

    operations = [
        migrations.RunPython(forget, migrations.RunPython.noop, elidable=True),
        *(migrations.RemoveField("teamsnapshot", name) for name in OLD),
        *(number("teamsnapshot", name) for name in NEW),
        *(number("leaguesnapshot", name) for name in LEVELS),
        *(
            migrations.AlterField(
                "match",
                f"closing_odds_{outcome}",
                models.FloatField(blank=True, null=True, help_text=ODDS, validators=[MinValueValidator(1.0)]),
            )
            for outcome in ("home", "draw", "away")
        ),
        # Backwards this comes first: the columns that come back can't be filled either.
        migrations.RunPython(migrations.RunPython.noop, forget, elidable=True),
    ]
