"""What the document shows of the ledger and of progress."""

PROGRESS = {
    "plan": "infrastructure-2020",
    "target": "5g-base-stations",
    "period": "2021Q3",
    "scope": "city",
    "unit": "stations",
    "accumulation": "running_total",
    "value": "24100",
    "numerator": None,
    "denominator": None,
    "stage": None,
    "actual_on": None,
    "expected": "19821.167883",
    "completion": "0.708824",
    "pace": "1.215872",
    "elapsed": "0.582976",
    "status": "ahead",
    "reason_code": "pace_ahead",
    "reason": "24,100 stations against 19,821.17 stations expected by Sept. 30, 2021: pace 121.5%, at or above 105%.",
    "reported": 1,
    "reporters": 1,
    "stale": 0,
    "rests_on": 349,
    "is_sample": False,
}

PERIOD = {
    "plan": "infrastructure-2020",
    "code": "2021Q3",
    "starts_on": "2021-07-01",
    "ends_on": "2021-09-30",
    "opens_at": "2021-10-01T00:00:00+08:00",
    "due_at": "2021-10-16T00:00:00+08:00",
    "grace_until": "2021-10-21T00:00:00+08:00",
    "closes_at": "2021-10-31T00:00:00+08:00",
    "extended_until": None,
    "is_open": True,
}

ASSIGNMENT = {
    "plan": "infrastructure-2020",
    "target": "charging-piles",
    "agency": "pudong-gov",
    "district": "310115",
    "scope": "310115",
    "role": "district",
    "reports": True,
    "counts": True,
    "share": "0.18",
    "trusted": False,
    "ended_on": None,
}

FIGURE = {
    "block": 349,
    "position": 1,
    "plan": "infrastructure-2020",
    "target": "5g-base-stations",
    "scope": "econ-info",
    "agency": "econ-info",
    "district": None,
    "period": "2021Q3",
    "unit": "stations",
    "accumulation": "running_total",
    "value": "24100",
    "numerator": None,
    "denominator": None,
    "stage": None,
    "actual_on": None,
    "words": "",
    "reason": "",
    "entered_by": "wang.li",
    "accepted_at": "2021-10-18T09:41:27.381955+08:00",
    "is_sample": False,
}

ACCEPTANCE = {
    "number": 349,
    "hash": "67d2546b1c4e1f0f8d0a5c7e3c1b9f2a4e6d8c0b2a4f6e8d0c2b4a6f8e0d2c4b",
    "previous_hash": "0f3a9d5c7b1e2f4a6c8e0b2d4f6a8c0e2b4d6f8a0c2e4b6d8f0a2c4e6b8d0f2a",
    "plan": "infrastructure-2020",
    "agency": "econ-info",
    "period": "2021Q3",
    "accepted_at": "2021-10-18T09:41:27.381955+08:00",
    "accepted_by": "chen.min",
    "accepted_by_name": "Chen Min",
    "submitted_by": "zhao.yu",
    "submitted_by_name": "Zhao Yu",
    "reason": "",
    "figure_count": 1,
    "is_sample": False,
}

ACCEPTANCE_DETAIL = {
    **ACCEPTANCE,
    "content": (
        '[349,"infrastructure-2020","econ-info","2021Q3","zhao.yu","chen.min","2021-10-18T01:41:27.381955+00:00","",1]\n'
        '["5g-base-stations","econ-info","2021Q3","24100",null,null,"",null,"","","wang.li"]\n'
    ),
    "recomputed_hash": ACCEPTANCE["hash"],
    "holds": True,
}

DOUBTED = {
    "plan": "infrastructure-2020",
    "agency": "pudong-gov",
    "period": "2021Q3",
    "target": "charging-piles",
    "district": "310115",
    "scope": "310115",
    "state": "draft",
    "unit": "piles",
    "value": "1825",
    "numerator": None,
    "denominator": None,
    "stage": None,
    "doubts": [{"code": "falls", "words": "The running total falls: 1,825, after 17,400 in Q2 2021."}],
    "explanation": "",
}
