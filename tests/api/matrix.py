"""Which key may call what: one row an endpoint, method and object, one column a caller.

Callers: keys of the bureau's systems with one scope each: r read, w write:entries, s submit, h webhooks; a all of them;
e a key of east with all of them; p an approver of the bureau, signed in, without a key; x an expired key; - no key.
Objects: own = the bureau's, or what is common to all (a job: that of the system a); none = nothing of that name;
cross = east's, or east's below an address of the bureau; - = the address names nothing.
A method without rows is answered with 405 (401 for who has no key that holds). Other statuses than 200, 201, 204, 401,
403, 404: 409 east's packet is not in that state; 422 the webhook's address leads nowhere.
"""

TABLE = """
endpoint                           r    w    s    h    a    e    p    x    -
api                 GET    -     200  200  200  200  200  200  200  200  200
api_accept_trusted  POST   own   403  403  200  403  200  404  401  401  401
api_accept_trusted  POST   none  403  403  404  403  404  404  401  401  401
api_accept_trusted  POST   cross 403  403  404  403  404  409  401  401  401
api_acceptance      GET    own   200  403  403  403  200  200  401  401  401
api_acceptance      GET    none  404  403  403  403  404  404  401  401  401
api_acceptances     GET    -     200  403  403  403  200  200  401  401  401
api_action_lines    GET    -     200  403  403  403  200  200  401  401  401
api_agencies        GET    -     200  403  403  403  200  200  401  401  401
api_assignments     GET    -     200  403  403  403  200  200  401  401  401
api_correction      POST   own   403  201  403  403  201  404  401  401  401
api_correction      POST   none  403  404  403  403  404  404  401  401  401
api_correction      POST   cross 403  404  403  403  404  409  401  401  401
api_correction      DELETE own   403  204  403  403  204  404  401  401  401
api_correction      DELETE none  403  404  403  403  404  404  401  401  401
api_correction      DELETE cross 403  404  403  403  404  409  401  401  401
api_deliveries      GET    own   403  403  403  200  200  404  401  401  401
api_deliveries      GET    none  403  403  403  404  404  404  401  401  401
api_deliveries      GET    cross 403  403  403  404  404  200  401  401  401
api_delivery_resend POST   own   403  403  403  200  200  404  401  401  401
api_delivery_resend POST   none  403  403  403  404  404  404  401  401  401
api_delivery_resend POST   cross 403  403  403  404  404  404  401  401  401
api_districts       GET    -     200  403  403  403  200  200  401  401  401
api_doubts          GET    -     200  403  403  403  200  200  401  401  401
api_entries         GET    own   200  403  403  403  200  404  401  401  401
api_entries         GET    none  404  403  403  403  404  404  401  401  401
api_entries         GET    cross 404  403  403  403  404  200  401  401  401
api_entries         PUT    own   403  200  403  403  200  404  401  401  401
api_entries         PUT    none  403  404  403  403  404  404  401  401  401
api_entries         PUT    cross 403  404  403  403  404  200  401  401  401
api_entry           GET    own   200  403  403  403  200  404  401  401  401
api_entry           GET    none  404  403  403  403  404  404  401  401  401
api_entry           GET    cross 404  403  403  403  404  200  401  401  401
api_entry           PATCH  own   403  200  403  403  200  404  401  401  401
api_entry           PATCH  none  403  404  403  403  404  404  401  401  401
api_entry           PATCH  cross 403  404  403  403  404  200  401  401  401
api_error           GET    own   200  200  200  200  200  200  200  200  200
api_error           GET    none  404  404  404  404  404  404  404  404  404
api_errors          GET    -     200  200  200  200  200  200  200  200  200
api_evidence        GET    own   200  403  403  403  200  404  401  401  401
api_evidence        GET    none  404  403  403  403  404  404  401  401  401
api_evidence        GET    cross 404  403  403  403  404  200  401  401  401
api_evidence        POST   own   403  201  403  403  201  404  401  401  401
api_evidence        POST   none  403  404  403  403  404  404  401  401  401
api_evidence        POST   cross 403  404  403  403  404  201  401  401  401
api_evidence_file   GET    own   200  403  403  403  200  404  401  401  401
api_evidence_file   GET    none  404  403  403  403  404  404  401  401  401
api_evidence_file   GET    cross 404  403  403  403  404  200  401  401  401
api_evidence_piece  DELETE own   403  204  403  403  204  404  401  401  401
api_evidence_piece  DELETE none  403  404  403  403  404  404  401  401  401
api_evidence_piece  DELETE cross 403  404  403  403  404  404  401  401  401
api_figures         GET    -     200  403  403  403  200  200  401  401  401
api_job             GET    own   404  404  404  404  200  404  401  401  401
api_job             GET    none  404  404  404  404  404  404  401  401  401
api_job             GET    cross 404  404  404  404  404  200  401  401  401
api_job_rows        GET    own   404  404  404  404  200  404  401  401  401
api_job_rows        GET    none  404  404  404  404  404  404  401  401  401
api_job_rows        GET    cross 404  404  404  404  404  200  401  401  401
api_ledger          GET    -     200  403  403  403  200  200  401  401  401
api_periods         GET    -     200  403  403  403  200  200  401  401  401
api_plan            GET    own   200  403  403  403  200  200  401  401  401
api_plan            GET    none  404  403  403  403  404  404  401  401  401
api_plans           GET    -     200  403  403  403  200  200  401  401  401
api_progress        GET    -     200  403  403  403  200  200  401  401  401
api_schema          GET    -     200  200  200  200  200  200  200  200  200
api_submission      GET    own   200  403  403  403  200  404  401  401  401
api_submission      GET    none  404  403  403  403  404  404  401  401  401
api_submission      GET    cross 404  403  403  403  404  200  401  401  401
api_submissions     GET    -     200  403  403  403  200  200  401  401  401
api_submit          POST   own   403  403  200  403  200  404  401  401  401
api_submit          POST   none  403  403  404  403  404  404  401  401  401
api_submit          POST   cross 403  403  404  403  404  409  401  401  401
api_system          GET    -     200  200  200  200  200  200  401  401  401
api_target          GET    own   200  403  403  403  200  200  401  401  401
api_target          GET    none  404  403  403  403  404  404  401  401  401
api_targets         GET    -     200  403  403  403  200  200  401  401  401
api_tasks           GET    -     200  403  403  403  200  200  401  401  401
api_webhook         GET    own   403  403  403  200  200  404  401  401  401
api_webhook         GET    none  403  403  403  404  404  404  401  401  401
api_webhook         GET    cross 403  403  403  404  404  200  401  401  401
api_webhook         PATCH  own   403  403  403  200  200  404  401  401  401
api_webhook         PATCH  none  403  403  403  404  404  404  401  401  401
api_webhook         PATCH  cross 403  403  403  404  404  200  401  401  401
api_webhook         DELETE own   403  403  403  204  204  404  401  401  401
api_webhook         DELETE none  403  403  403  404  404  404  401  401  401
api_webhook         DELETE cross 403  403  403  404  404  204  401  401  401
api_webhook_secret  POST   own   403  403  403  200  200  404  401  401  401
api_webhook_secret  POST   none  403  403  403  404  404  404  401  401  401
api_webhook_secret  POST   cross 403  403  403  404  404  200  401  401  401
api_webhook_verify  POST   own   403  403  403  422  422  404  401  401  401
api_webhook_verify  POST   none  403  403  403  404  404  404  401  401  401
api_webhook_verify  POST   cross 403  403  403  404  404  422  401  401  401
api_webhooks        GET    -     403  403  403  200  200  200  401  401  401
api_webhooks        POST   -     403  403  403  201  201  201  401  401  401
api_withdraw        POST   own   403  403  200  403  200  404  401  401  401
api_withdraw        POST   none  403  403  404  403  404  404  401  401  401
api_withdraw        POST   cross 403  403  404  403  404  409  401  401  401
"""
