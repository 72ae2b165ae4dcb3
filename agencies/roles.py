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
    SYSTEM_READ = "system_read"
    SYSTEM_ENTER = "system_enter"
    SYSTEM_SUBMIT = "system_submit"
    SYSTEM_WEBHOOKS = "system_webhooks"


class Scope(StrEnum):
    """What a connected system may be allowed to do, as API keys name it."""

    READ = "read"
    WRITE_ENTRIES = "write:entries"
    SUBMIT = "submit"
    WEBHOOKS = "webhooks"


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
    KEEP_SYSTEMS = "keep_systems"
    KEEP_WEBHOOKS = "keep_webhooks"
    OPERATE = "operate"


AGENCY_ROLES = frozenset({Role.REPORTER, Role.APPROVER})  # of people
SCOPES: dict[Scope, Role] = {
    Scope.READ: Role.SYSTEM_READ,
    Scope.WRITE_ENTRIES: Role.SYSTEM_ENTER,
    Scope.SUBMIT: Role.SYSTEM_SUBMIT,
    Scope.WEBHOOKS: Role.SYSTEM_WEBHOOKS,
}
SYSTEM_ROLES = frozenset(SCOPES.values())  # of an agency's connected systems
OFFICE_ROLES = frozenset(Role) - AGENCY_ROLES - SYSTEM_ROLES

CAPABILITIES: dict[Role, frozenset[Can]] = {
    Role.REPORTER: frozenset({Can.READ_PROGRESS, Can.READ_OWN_PACKETS, Can.ENTER}),
    Role.APPROVER: frozenset(
        {
            Can.READ_PROGRESS,
            Can.READ_OWN_PACKETS,
            Can.ENTER,
            Can.SUBMIT,
            Can.KEEP_MEMBERS,
            Can.KEEP_SYSTEMS,
            Can.KEEP_WEBHOOKS,
        }
    ),
    Role.SUPERVISOR: frozenset({Can.READ_PROGRESS, Can.READ_ALL_PACKETS, Can.REVIEW, Can.EXTEND}),
    Role.PLAN_MANAGER: frozenset({Can.READ_PROGRESS, Can.MANAGE_PLAN}),
    Role.AUDITOR: frozenset({Can.READ_PROGRESS, Can.READ_ALL_PACKETS, Can.READ_AUDIT}),
    Role.OPERATOR: frozenset({Can.OPERATE, Can.KEEP_SYSTEMS, Can.KEEP_WEBHOOKS}),
    # a system that only writes sees what it writes to
    Role.SYSTEM_READ: frozenset({Can.READ_PROGRESS, Can.READ_OWN_PACKETS}),
    Role.SYSTEM_ENTER: frozenset({Can.READ_OWN_PACKETS, Can.ENTER}),
    Role.SYSTEM_SUBMIT: frozenset({Can.READ_OWN_PACKETS, Can.SUBMIT}),
    Role.SYSTEM_WEBHOOKS: frozenset({Can.KEEP_WEBHOOKS}),
}
