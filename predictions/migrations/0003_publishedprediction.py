from django.db import migrations, models
from django.db.models import F, Q
from django.db.models.deletion import CASCADE
from django.db.models.lookups import GreaterThan, LessThan

FOREIGN_KEY = """
    ALTER TABLE predictions_publishedprediction ADD CONSTRAINT published_prediction_match
    FOREIGN KEY (match_id) REFERENCES matches_match (id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED
"""


def add_foreign_key(apps, schema_editor):
    """SQLite can't add one, nor needs it: there nobody writes between two statements of somebody else's transaction."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(FOREIGN_KEY)


class Migration(migrations.Migration):

    dependencies = [
        ('matches', '0001_initial'),
        ('predictions', '0002_invalidation'),
    ]

    operations = [
        migrations.CreateModel(
            name='PublishedPrediction',
            fields=[
                ('match', models.OneToOneField(db_constraint=False, on_delete=CASCADE, primary_key=True, related_name='published_prediction', serialize=False, to='matches.match')),
                ('model_version', models.CharField(max_length=40)),
                ('trained_at', models.DateTimeField(help_text='When that model was trained.')),
                ('home', models.FloatField(help_text='The probability that the home team wins.')),
                ('draw', models.FloatField(help_text='The probability of a draw.')),
                ('away', models.FloatField(help_text='The probability that the away team wins.')),
                ('expected_goals_home', models.FloatField(help_text='How many goals the home team scores on average.')),
                ('expected_goals_away', models.FloatField(help_text='How many goals the away team scores on average.')),
                ('made_at', models.DateTimeField()),
            ],
            options={
                'ordering': ['match'],
                'constraints': [
                    models.CheckConstraint(condition=Q(home__range=(0, 1), draw__range=(0, 1), away__range=(0, 1)), name='published_probabilities_in_range'),
                    models.CheckConstraint(condition=Q(GreaterThan(F('home') + F('draw') + F('away'), 1 - 1e-6), LessThan(F('home') + F('draw') + F('away'), 1 + 1e-6)), name='published_probabilities_sum_to_1'),
                    models.CheckConstraint(condition=Q(expected_goals_home__range=(0, 99), expected_goals_away__range=(0, 99)), name='published_goals_in_range'),
                ],
            },
        ),
        migrations.RunPython(add_foreign_key, migrations.RunPython.noop),
    ]
