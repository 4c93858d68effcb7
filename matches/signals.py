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
