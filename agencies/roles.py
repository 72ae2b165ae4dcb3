"""Roles and what each may do, as data.

A membership gives one person one role, in one agency or (for office roles) everywhere.
Nothing else in the code decides rights by role: it asks for a capability.
"""

from enum import StrEnum


class Role(StrEnum):
    REPORTER = "reporter"
    APPROVER = "approver"
    SUPERVISOR = "supervisor"
    PLAN_MANAGER = "plan_manager"
    AUDITOR = "auditor"
    OPERATOR = "operator"


class Can(StrEnum):
    """One capability. `own` capabilities hold for the membership's agency only."""

    READ_PROGRESS = "read_progress"
    READ_OWN_PACKETS = "read_own_packets"
    READ_ALL_PACKETS = "read_all_packets"
    ENTER = "enter"
    SUBMIT = "submit"
    REVIEW = "review"
    EXTEND = "extend"
    MANAGE_PLAN = "manage_plan"
    READ_AUDIT = "read_audit"
    KEEP_MEMBERS = "keep_members"
    OPERATE = "operate"


AGENCY_ROLES = frozenset({Role.REPORTER, Role.APPROVER})
OFFICE_ROLES = frozenset(Role) - AGENCY_ROLES

CAPABILITIES: dict[Role, frozenset[Can]] = {
    Role.REPORTER: frozenset({Can.READ_PROGRESS, Can.READ_OWN_PACKETS, Can.ENTER}),
    Role.APPROVER: frozenset({Can.READ_PROGRESS, Can.READ_OWN_PACKETS, Can.ENTER, Can.SUBMIT, Can.KEEP_MEMBERS}),
    Role.SUPERVISOR: frozenset({Can.READ_PROGRESS, Can.READ_ALL_PACKETS, Can.REVIEW, Can.EXTEND}),
    Role.PLAN_MANAGER: frozenset({Can.READ_PROGRESS, Can.MANAGE_PLAN}),
    Role.AUDITOR: frozenset({Can.READ_PROGRESS, Can.READ_ALL_PACKETS, Can.READ_AUDIT}),
    Role.OPERATOR: frozenset({Can.OPERATE}),
}
