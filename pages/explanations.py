"""What each kind of problem means, and what to do about it, for whoever meets one in an answer of the API."""

from __future__ import annotations

from typing import NamedTuple


class Explanation(NamedTuple):
    meaning: str
    remedy: str
    again: str
    """Whether the same request may succeed later."""


_NO = "Not as it is: change the request first."
_LATER = "Yes, after the seconds that the header Retry-After names."

EXPLANATIONS: dict[str, Explanation] = {
    "malformed-request": Explanation(
        "The request could not be taken apart: its body is no JSON, is nested too deep, has a member twice or holds "
        "bytes that are no UTF-8, its If-Match names no ETag in quotation marks, or its Host header names a host that "
        "this service does not go by.",
        "Compare what is sent with the example in the API's description. A service behind a new name needs that name "
        "in its setting ALLOWED_HOSTS.",
        _NO,
    ),
    "invalid-parameters": Explanation(
        "The request was understood, but a value in it is not one that can be asked for: a date that does not exist, "
        "a parameter that nobody knows, a number out of range.",
        "The member errors names each field or parameter and says what is wrong with it. Parameters that are "
        "misspelt, or there twice, are refused rather than ignored, since the answer would be about something else.",
        _NO,
    ),
    "not-authenticated": Explanation(
        "Writing needs an API key, and the request brought none, or one that is wrong or has been revoked.",
        "Send the key in the header Authorization, as in “Bearer pk_…”. Reading needs no key, but a wrong one is "
        "refused there too, so that you hear of it. Whoever runs the service hands out keys.",
        _NO,
    ),
    "forbidden": Explanation(
        "It is known who asks, and that they may not do this.",
        "Ask whoever runs the service to give the key's user the permission that is named in the answer.",
        _NO,
    ),
    "not-found": Explanation(
        "There is no match, league, team, model or page with this name or number.",
        "Look it up in the list it belongs to. A look-up by team names suggests what may have been meant, in the "
        "member suggestions.",
        "Once it exists. That a match is not there is remembered for a minute at the most, and not past its creation.",
    ),
    "method-not-allowed": Explanation(
        "There is something at this address, but it can't be had or changed by that method.",
        "The header Allow names the methods that can be used.",
        _NO,
    ),
    "not-acceptable": Explanation(
        "The request asks for a form of the answer that there is not: the header Accept, or the parameter format, "
        "names none of those that are offered.",
        "Ask for application/json, which everything can be had as, or leave the header out.",
        _NO,
    ),
    "conflict": Explanation(
        "What the request would create, or turn something into, is there already: two teams meet once a day in one "
        "season of a league.",
        "The answer names what is there. Change that instead.",
        "Only if what is in the way is changed or deleted.",
    ),
    "precondition-failed": Explanation(
        "The request was to be carried out only if nothing had changed, by the header If-Match, and something has.",
        "Fetch it again, look at what is new, and decide anew, with the new ETag.",
        "With the ETag of what is there now.",
    ),
    "content-too-large": Explanation(
        "The body of the request is larger than any sensible one.",
        "Send less at once. A batch of predictions holds up to 500 matches.",
        _NO,
    ),
    "unsupported-media-type": Explanation(
        "The body of the request is of a type that can't be read here.",
        "Send JSON, with the header Content-Type: application/json.",
        _NO,
    ),
    "too-many-requests": Explanation(
        "Your key, or your address if you sent none, has asked for more that had to be computed, or that does not "
        "exist, than is meant for one. What comes from the cache is free, and so is waiting for what somebody else "
        "has computed.",
        "Wait as long as Retry-After says, ask for what you need in batches, and keep the answers for as long as "
        "their Cache-Control allows. A key has more to spend than an address.",
        _LATER,
    ),
    "internal-error": Explanation(
        "Something happened that nobody foresaw. It has been written to the service's log.",
        "Tell whoever runs the service when it happened and at which address.",
        "Perhaps. If it fails twice, it will most likely fail again.",
    ),
    "unavailable": Explanation(
        "Something that the answer depends on is away: the database, or the ratings of a match.",
        "Nothing on your side. What you have kept may be used until it is back: the header stale-if-error of earlier "
        "answers says for how long.",
        _LATER,
    ),
    "no-active-model": Explanation(
        "No trained model is in service, so that nothing can be predicted. Matches, teams and tables can be had.",
        "Whoever runs the service trains one with manage.py train_model, or activates an earlier one.",
        _LATER,
    ),
    "not-ready": Explanation(
        "Only the probe /readyz answers this: the service runs, but something that it can't do without is missing. "
        "The member checks says what.",
        "Whoever routes requests should send them elsewhere meanwhile.",
        "Yes: a probe is meant to be repeated.",
    ),
    "overloaded": Explanation(
        "More people ask at this moment for predictions that are not in the cache than the service computes at once. "
        "What is in the cache goes on being answered.",
        "Ask again shortly. By then somebody may have had your answer computed.",
        _LATER,
    ),
}
