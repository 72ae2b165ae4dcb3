"""Whether somebody still owes a second factor: a plan may require one per role."""

from __future__ import annotations

from itertools import chain

from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled

from agencies.models import User
from targets.models import Plan

FACTORS = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]


def required_of(user: User) -> bool:
    """Whether any plan requires a second factor of a role that this person holds. One or two statements."""
    roles = set(chain.from_iterable(Plan.objects.values_list("second_factor_roles", flat=True)))
    return bool(roles) and any(role in roles for role, _agency in user.roles)


def owes(user: User) -> bool:
    """Whether the person must set one up before anything else."""
    return required_of(user) and not is_mfa_enabled(user, FACTORS)
