"""What the football tells whoever listens. Nothing in `matches` knows who does."""

from django.dispatch import Signal

# Sent once per atomic change, inside its transaction, after the ratings are up to date again.
# Arguments: changes, a tuple of `matches.services.LeagueChange`.
matches_changed = Signal()
