"""What ends a run."""


class RunError(Exception):
    """The run cannot start or go on. The message is one line that says why and what to do."""
