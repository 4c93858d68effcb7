from itertools import groupby, islice

from django.db import migrations, models
from django.db.models import F, Q
from django.db.models.deletion import CASCADE
from django.db.models.lookups import GreaterThan, LessThan

from predictions.models.verbatim import VerbatimJSONField

FOREIGN_KEY = """
    ALTER TABLE {} ADD CONSTRAINT published_prediction_match
    FOREIGN KEY (match_id) REFERENCES matches_match (id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED
"""


def move(apps, schema_editor):
    """From one row a match to one a match and model. Of what was said the columns tell all.

    Of which teams it was said nobody knows any more: of those that are the match's now.
    """
    new = apps.get_model('predictions', 'PublishedPrediction')
    rows = (
        new(
            match_id=row.match_id,
            model_version=row.model_version,
            home_team_id=row.home_team_id,
            away_team_id=row.away_team_id,
            trained_at=row.trained_at,
            home=row.home,
            draw=row.draw,
            away=row.away,
            said={
                'probabilities': {'home': row.home, 'draw': row.draw, 'away': row.away},
                'expected_goals': {'home': row.expected_goals_home, 'away': row.expected_goals_away},
            },
            made_at=row.made_at,
        )
        for row in apps.get_model('predictions', 'FormerPrediction')
        .objects.annotate(home_team_id=F('match__home_team_id'), away_team_id=F('match__away_team_id'))
        .order_by('match_id')
        .iterator()
    )
    create(new, rows, schema_editor)


def move_back(apps, schema_editor):
    """Of each match what was said last of those that are its teams now."""
    new, former = (apps.get_model('predictions', name) for name in ('PublishedPrediction', 'FormerPrediction'))
    said = new.objects.filter(home_team_id=F('match__home_team_id'), away_team_id=F('match__away_team_id'))
    by_match = groupby(said.order_by('match_id', 'made_at', 'id').iterator(), lambda row: row.match_id)
    rows = (
        former(
            match_id=match_id,
            model_version=row.model_version,
            trained_at=row.trained_at,
            home=row.home,
            draw=row.draw,
            away=row.away,
            expected_goals_home=row.said['expected_goals']['home'],
            expected_goals_away=row.said['expected_goals']['away'],
            made_at=row.made_at,
        )
        for match_id, [*_, row] in by_match
    )
    create(former, rows, schema_editor)


def create(model, rows, schema_editor):
    while chunk := list(islice(rows, 1000)):
        model.objects.bulk_create(chunk)
    # Only now: a table with rows whose foreign key is still to be checked can't be altered. SQLite needs none, see 0003.
    if schema_editor.connection.vendor == 'postgresql':
        schema_editor.execute(FOREIGN_KEY.format(model._meta.db_table))


def are_probabilities(prefix):
    home, draw, away = (f'{prefix}{outcome}' for outcome in ('home', 'draw', 'away'))
    total = F(home) + F(draw) + F(away)
    return Q(GreaterThan(total, 1 - 1e-6), LessThan(total, 1 + 1e-6)) & Q(
        **{f'{name}__range': (0, 1) for name in (home, draw, away)}
    )


class Migration(migrations.Migration):

    dependencies = [
        ('matches', '0001_initial'),
        ('predictions', '0004_model_artefact'),
    ]

    operations = [
        migrations.RenameModel('PublishedPrediction', 'FormerPrediction'),
        migrations.CreateModel(
            name='PublishedPrediction',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('match', models.ForeignKey(db_constraint=False, db_index=False, on_delete=CASCADE, related_name='published_predictions', to='matches.match')),
                ('model_version', models.CharField(max_length=40)),
                ('home_team_id', models.BigIntegerField(help_text="The match's home team when this was said.")),
                ('away_team_id', models.BigIntegerField(help_text="The match's away team when this was said.")),
                ('trained_at', models.DateTimeField(help_text='When that model was trained.')),
                ('home', models.FloatField(help_text='The probability that the home team wins.')),
                ('draw', models.FloatField(help_text='The probability of a draw.')),
                ('away', models.FloatField(help_text='The probability that the away team wins.')),
                ('with_market_home', models.FloatField(help_text="The same by who also knows the match's own odds.", null=True)),
                ('with_market_draw', models.FloatField(null=True)),
                ('with_market_away', models.FloatField(null=True)),
                ('said', VerbatimJSONField(help_text='All that was said, as the answer shows it.')),
                ('made_at', models.DateTimeField()),
            ],
            options={
                'ordering': ['match_id', 'made_at'],
                'indexes': [models.Index(fields=['model_version'], name='published_model_version')],
                'constraints': [
                    models.UniqueConstraint(fields=('match', 'model_version'), name='published_once_by_each_model'),
                    models.CheckConstraint(condition=are_probabilities(''), name='published_are_probabilities'),
                    models.CheckConstraint(
                        condition=Q(with_market_home__isnull=True, with_market_draw__isnull=True, with_market_away__isnull=True)
                        | Q(with_market_home__isnull=False, with_market_draw__isnull=False, with_market_away__isnull=False)
                        & are_probabilities('with_market_'),
                        name='published_with_market_all_or_none',
                    ),
                ],
            },
        ),
        migrations.RunPython(move, move_back),
        migrations.DeleteModel('FormerPrediction'),
    ]
