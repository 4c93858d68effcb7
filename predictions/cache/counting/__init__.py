"""What became of each question: counted in the process, summed over processes in Redis, kept by the minute for a day.

`count` is all that the way of a request meets; `start` runs in each web process, `flush` at the end of a command.
"""

from predictions.cache.counting.flushing import count, flush, start
from predictions.cache.counting.outcomes import Layer, Outcome
from predictions.cache.counting.reading import Counts, read, read_ever
from predictions.cache.counting.summary import Summary, summarise

__all__ = ["Counts", "Layer", "Outcome", "Summary", "count", "flush", "read", "read_ever", "start", "summarise"]
