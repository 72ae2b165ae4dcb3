"""REST framework and the OpenAPI document, as settings."""

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["agencies.api.keys.KeyAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["agencies.api.rendering.JsonRenderer"],
    "DEFAULT_PARSER_CLASSES": ["agencies.api.bodies.JsonParser"],
    "EXCEPTION_HANDLER": "agencies.api.problems.handle",
    "URL_FORMAT_OVERRIDE": None,
    "UNAUTHENTICATED_USER": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "nib_tracker",
    "VERSION": "1",
    "OAS_VERSION": "3.1.1",
    "DESCRIPTION": "Reads the plan, its targets, the ledger and progress; pushes quarterly figures. Where to begin: "
    "[the guide](/api/v1/docs/guide-api.md).\n\n"
    "Numbers are decimal strings, null is never zero, moments are RFC 3339. Everything is "
    "named by natural keys: codes of plans, targets and agencies, GB/T 2260 codes of districts, quarters like 2021Q3. "
    "HEAD is answered like GET without its body; any other method by 405 (`method_not_allowed`) with `Allow`. Lists "
    "give 100 rows a page and the address of the next one. Members, addresses, parameters and error codes may be added "
    "to version 1; nothing is taken away or given another meaning.",
    "SERVE_AUTHENTICATION": [],
    "SERVE_PERMISSIONS": [],
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "COMPONENT_SPLIT_PATCH": False,
    "SORT_OPERATIONS": False,
    "SORT_OPERATION_PARAMETERS": False,
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "PATH_CONVERTER_OVERRIDES": {
        "slug": {"type": "string", "pattern": "^[-a-zA-Z0-9_]+$"},
        "int": {"type": "integer", "minimum": 0},
    },
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enum_id_removal",
        "agencies.api.enumerations.name_enumerations",
        "agencies.api.answers.add_shared",
    ],
    "ENUM_NAME_OVERRIDES": {
        "Accumulation": "targets.rules.Accumulation",
        "AgencyKind": "agencies.models.Agency.Kind",
        "Bound": "targets.rules.Bound",
        "Combine": "targets.rules.Combine",
        "DeliveryFault": "reports.models.Delivery.Fault",
        "DeliveryState": "reports.models.Delivery.State",
        "DisabledBecause": "reports.models.WebhookEndpoint.Why",
        "EvidenceKind": "reports.models.Evidence.Kind",
        "GradingMethod": "targets.rules.GradingMethod",
        "JobState": "reports.models.Push.State",
        "LineKind": "targets.rules.LineKind",
        "Outcome": "reports.services.bulk.Outcome",
        "Role": "targets.rules.AssignmentRole",
        "Scope": "agencies.roles.Scope",
        "Stage": "targets.rules.Stage",
        "State": "reports.models.submissions.State",
        "Status": "targets.rules.Status",
        "WebhookEvent": "reports.models.OutboxEvent.Kind",
        "WebhookState": ["unverified", "active", "disabled"],
    },
    "TAGS": [
        {"name": name, "description": words}
        for name, words in {
            "about": "The API itself.",
            "system": "The system that calls.",
            "plans": "Plans, their lines and tasks.",
            "targets": "What was promised by when, and where the plan says it.",
            "agencies": "Who answers for it.",
            "assignments": "Which agency answers for which target.",
            "periods": "Quarters, and when each can be entered.",
            "submissions": "Packets: of one agency for one quarter. Handing them in.",
            "entries": "Lines of a packet: one for each target and district.",
            "evidence": "Files and links that support a line.",
            "doubts": "What is doubtful about lines.",
            "jobs": "Pushes that run in the worker.",
            "figures": "Accepted numbers.",
            "acceptances": "Blocks of the ledger.",
            "ledger": "The whole ledger at once.",
            "progress": "Where targets stand.",
            "webhooks": "Being told of what happens.",
        }.items()
    ],
    "WEBHOOKS": [
        f"reports.api.webhook_events.{name}"
        for name in (
            "WINDOW_OPENED",
            "LINE_RETURNED",
            "PACKET_ACCEPTED",
            "STATUS_CHANGED",
            "ADJUSTMENT_DECIDED",
            "VERIFY",
        )
    ],
}
