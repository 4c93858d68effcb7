"""Who may write."""

from __future__ import annotations

from typing import Any

from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

PERMISSIONS = {"POST": "matches.add_match", "PATCH": "matches.change_match"}


class MayWriteMatches(BasePermission):
    """Reading is open. Writing takes a key whose user has Django's permission: 401 without a key, else 403."""

    def has_permission(self, request: Request, view: Any) -> bool:
        method = request.method or ""
        # A method that the view does not know is answered as such, whoever asks.
        if method in SAFE_METHODS or method not in view.allowed_methods:
            return True
        if request.user.has_perm(PERMISSIONS[method]):
            return True
        self.message = (
            f"This takes the permission {PERMISSIONS[method]}, which the key's user does not have."
            if request.user.is_authenticated
            else "This key only reads: it has no user whose permissions would count."
        )
        return False
