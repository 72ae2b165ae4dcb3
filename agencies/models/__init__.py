"""Who: districts, agencies, people, their roles, the systems that speak for them, and what they did."""

from .audit import AuditEvent
from .names import Named, in_language
from .people import Invitation, Membership, User
from .places import Agency, AgencyGroup, District
from .systems import ApiKey, IdempotentCall, System

__all__ = [
    "Agency", "AgencyGroup", "ApiKey", "AuditEvent", "District", "IdempotentCall", "Invitation", "Membership", "Named",
    "System", "User", "in_language",
]  # fmt: skip
