"""The Lua scripts: steps of the protocol that must not be interleaved with anybody else's.

Each is written for one place, and runs for many in one call: for each by itself, as if it were alone. None begins with
`#!lua`, since Redis refuses such scripts as a whole when it is out of memory, even those that only delete. All keys of
one place belong to one match, and so to one slot of a Redis Cluster. MGET instead of GET, because it takes a key of
another type, which somebody else must have put there, for a missing one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from hashlib import sha1
from typing import Any, NamedTuple

from redis import Redis
from redis.exceptions import NoScriptError

PLACES_PER_CALL = 25
"""Redis serves nobody else during a call, which takes it some 0.3 ms; more at once take no less time for each. On a
Redis Cluster it would have to be 1, or the places of one slot."""

_EACH = """
local function step(KEYS, ARGV)
%s
end
-- ARGV: how many keys and how many arguments each place has, then the arguments. Returns what came of each place.
local keys, arguments, results = tonumber(ARGV[1]), tonumber(ARGV[2]), {}
for place = 1, #KEYS / keys do
  local key, argument = (place - 1) * keys, (place - 1) * arguments + 2
  local done, result = pcall(
    step, {unpack(KEYS, key + 1, key + keys)}, {unpack(ARGV, argument + 1, argument + arguments)}
  )
  if not done and type(result) ~= 'table' then
    result = {err = tostring(result)}
  end
  -- A table ends where there is nothing.
  results[place] = result or false
end
return results
"""


class Script(NamedTuple):
    step: str
    """What is done for a place, whose keys and arguments alone are KEYS and ARGV in it."""
    source: str
    sha: str

    @classmethod
    def of(cls, step: str) -> Script:
        source = _EACH % step
        return cls(step, source, sha1(source.encode(), usedforsecurity=False).hexdigest())


class Call(NamedTuple):
    """A script for one place."""

    script: Script
    keys: Sequence[str]
    arguments: Sequence[bytes | str | int]


CLAIM = Script.of("""
-- Look again, then take the lease, which is had already if an earlier reply got lost. KEYS: entry, generation, lease.
-- ARGV: the first 16 bytes of the entry that the caller saw, a generation to mint, a token, their lives in ms.
-- Returns the entry if it is another one than the caller saw, the generation, and whether the lease was taken.
local found = redis.call('MGET', KEYS[1], KEYS[2], KEYS[3])
local entry, generation, lease = found[1], found[2], found[3]
if entry and string.sub(entry, 1, 16) ~= ARGV[1] then
  return {entry, generation, 0}
end
if not generation or #generation ~= 16 then
  generation = ARGV[2]
  redis.call('SET', KEYS[2], generation, 'PX', ARGV[4])
elseif lease and string.sub(lease, 1, 16) == generation and lease ~= generation .. ARGV[3] then
  return {false, generation, 0}
end
redis.call('SET', KEYS[3], generation .. ARGV[3], 'PX', ARGV[5])
return {false, generation, 1}
""")

FILL = Script.of("""
-- Store the entry if its generation is still the current one; drop the lease if it is the caller's own.
-- KEYS: entry, generation, lease; further entries. ARGV: generation, token, value, its life in ms, the generation's in
-- ms; value and life of each further entry.
local found = redis.call('MGET', KEYS[2], KEYS[3])
if found[2] == ARGV[1] .. ARGV[2] then
  redis.call('DEL', KEYS[3])
end
if found[1] ~= ARGV[1] then
  return 0
end
redis.call('SET', KEYS[1], ARGV[3], 'PX', ARGV[4])
for number = 4, #KEYS do
  redis.call('SET', KEYS[number], ARGV[2 * number - 2], 'PX', ARGV[2 * number - 1])
end
if redis.call('PTTL', KEYS[2]) < tonumber(ARGV[4]) then
  redis.call('PEXPIRE', KEYS[2], ARGV[5])
end
return 1
""")

RELEASE = Script.of("""
-- Drop the lease if it is the caller's own and, if asked to, the generation that it was taken under.
-- KEYS: lease, generation. ARGV: generation, token, 1 to drop the generation too.
local found = redis.call('MGET', KEYS[1], KEYS[2])
if found[1] == ARGV[1] .. ARGV[2] then
  redis.call('DEL', KEYS[1])
end
if ARGV[3] == '1' and found[2] == ARGV[1] then
  redis.call('DEL', KEYS[2])
end
""")

MINT = Script.of("""
-- The generation, minted if there is none. KEYS: generation. ARGV: a generation to mint, its life in ms.
local generation = redis.call('MGET', KEYS[1])[1]
if not generation or #generation ~= 16 then
  generation = ARGV[1]
  redis.call('SET', KEYS[1], generation, 'PX', ARGV[2])
end
return generation
""")

CHARGE = Script.of("""
-- Charge a consumer, unless it would owe more than may be owed; more than that at once only if it owes nothing.
-- KEYS: toll. ARGV: now, the time that pays for a unit, the most that may be owed, in microseconds; units, negative to
-- give back. Returns the microseconds until the same would pass; 0: charged.
local now, each, most, units = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local before = math.max(tonumber(redis.call('MGET', KEYS[1])[1] or '') or now, now)
local after = before + units * each
if units > 0 and after > now + most and before > now then
  return math.ceil(math.min(after - most, before) - now)
end
if after > now then
  redis.call('SET', KEYS[1], string.format('%.0f', after), 'PX', math.ceil((after - now) / 1000))
else
  redis.call('DEL', KEYS[1])
end
return 0
""")


def run(client: Redis, calls: Sequence[Call]) -> list[Any]:
    """What each call returned, or the redis.ResponseError it met. One round trip; two if the server lost its scripts.

    Those of one script are executed in this order. Raises redis.RedisError when the server can't be reached.
    """
    alike: dict[tuple[str, int, int], list[int]] = defaultdict(list)
    for number, (script, keys, arguments) in enumerate(calls):
        alike[script.sha, len(keys), len(arguments)].append(number)
    groups = [
        numbers[begin : begin + PLACES_PER_CALL]
        for numbers in alike.values()
        for begin in range(0, len(numbers), PLACES_PER_CALL)
    ]
    answers = _send(client, [[calls[number] for number in group] for group in groups], by_sha=True)
    # A restarted server knows no scripts. EVAL teaches it what it runs.
    if lost := [place for place, answer in enumerate(answers) if isinstance(answer, NoScriptError)]:
        again = _send(client, [[calls[number] for number in groups[place]] for place in lost], by_sha=False)
        for place, answer in zip(lost, again, strict=True):
            answers[place] = answer
    results: list[Any] = [None] * len(calls)
    for group, answer in zip(groups, answers, strict=True):
        # What refuses to run a script at all has refused it to each.
        for number, result in zip(group, answer if isinstance(answer, list) else [answer] * len(group), strict=True):
            results[number] = result
    return results


def _send(client: Redis, groups: Sequence[Sequence[Call]], *, by_sha: bool) -> list[Any]:
    with client.pipeline(transaction=False) as pipe:
        for group in groups:
            script, first_keys, first_arguments = group[0]
            command, name = ("EVALSHA", script.sha) if by_sha else ("EVAL", script.source)
            keys = [key for call in group for key in call.keys]
            arguments = [argument for call in group for argument in call.arguments]
            sizes = (len(first_keys), len(first_arguments))
            pipe.execute_command(command, name, len(keys), *keys, *sizes, *arguments)  # type: ignore[no-untyped-call]
        return pipe.execute(raise_on_error=False)
