"""What the document shows of plans and targets."""

PLAN = {
    "code": "infrastructure-2020",
    "name": "Action plan for new infrastructure",
    "name_zh": "新型基础设施建设行动方案",
    "name_en": "Action plan for new infrastructure",
    "document": "市府〔2020〕1号",
    "issuer": "the city government",
    "issued_on": "2020-04-29",
    "starts_on": "2020-01-01",
    "ends_on": "2022-12-31",
    "first_period": "2020Q2",
    "last_period": "2022Q4",
    "time_zone": "Asia/Shanghai",
    "grading_method": "pace",
    "grading_ahead": "1.05",
    "grading_on_track": "0.95",
    "grading_behind": "0.8",
    "grading_gap_behind": "30",
}

TARGET = {
    "plan": "infrastructure-2020",
    "line": "new-network",
    "task": "new-network-1",
    "code": "5g-base-stations",
    "position": 1,
    "name": "5G base stations",
    "name_zh": "5G基站",
    "name_en": "5G base stations",
    "bound": "reach",
    "aspirational": False,
    "goal": "34000",
    "goal_upper": None,
    "tolerance": None,
    "baseline": "0",
    "unit": "stations",
    "accumulation": "running_total",
    "combine": "lead",
    "due_on": "2022-12-31",
    "in_force_from": "2020-01-01",
    "measures": "Outdoor stations newly built and put into service since 1 January 2020.",
    "evidence_required": False,
    "retired_on": None,
    "citations": [
        {
            "clause": "new-network-1.1",
            "words": "三年内新建3.4万个5G基站",
            "sentence": "三年内新建3.4万个5G基站，加快独立组网建设。",
        }
    ],
}

TARGET_DETAIL = {
    **TARGET,
    "commitments": [
        {
            "goal": "34000",
            "goal_upper": None,
            "due_on": "2022-12-31",
            "in_force_from": "2020-01-01",
            "decided_at": "2020-04-29T00:00:00+08:00",
            "decided_by": None,
            "decision": "市府〔2020〕1号",
            "in_force": True,
        }
    ],
    "checkpoints": [{"on": "2020-12-31", "value": "14000", "stage": None}],
    "assignments": [
        {
            "agency": "econ-info",
            "district": None,
            "scope": "econ-info",
            "role": "lead",
            "reports": True,
            "counts": True,
            "share": None,
            "trusted": False,
            "ended_on": None,
        }
    ],
}
