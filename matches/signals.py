"""What the football tells whoever listens. Nothing in `matches` knows who does."""

from django.dispatch import Signal

# Sent once per atomic change, inside its transaction, after the ratings are up to date again.
# Arguments: changes, a tuple of `matches.services.LeagueChange`.
matches_changed = Signal()

# Sent inside the transaction of a write in bulk (QuerySet.update, bulk_update, bulk_create that updates). Of all other
# writes Django's post_save and post_delete tell: for leagues and teams these are inside the transaction as well.
# Arguments: league_ids or team_ids, a frozenset of those that may have changed.
leagues_changed = Signal()
teams_changed = Signal()

# Sent before a request is answered with names that are spelt like those it asks for, which are looked for among all
# there are. Who listens may refuse it with a Problem. Arguments: request; names, how many of its names are not known.
suggesting = Signal()
