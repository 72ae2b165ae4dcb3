"""Examples of the document."""

from __future__ import annotations

from drf_spectacular.utils import OpenApiExample

PUSH = (
    OpenApiExample(
        "Three lines",
        {
            "rows": [
                {"target": "5g-base-stations", "district": "310115", "value": "5230"},
                {"target": "charging-piles", "district": "310115", "value": 18250.5, "words": "含专用桩"},
                {"target": "iot-nodes", "district": "310115", "value": None, "nothing_because": "本季度无新增"},
            ]
        },
        request_only=True,
        media_type="application/json",
    ),
    OpenApiExample(
        "Saved, with one row rejected",
        {
            "atomic": False,
            "dry_run": False,
            "counts": {"created": 1, "changed": 0, "unchanged": 0, "rejected": 1},
            "rows": [
                {
                    "index": 0, "target": "5g-base-stations", "district": "310115", "outcome": "created",
                    "version": 2, "code": None, "field": None, "words": None, "doubts": [],
                },
                {
                    "index": 1, "target": "charging-piles", "district": "310115", "outcome": "rejected",
                    "version": None, "code": "negative", "field": "value",
                    "words": "this quarter's value: “-3” cannot be stored (negative).", "doubts": [],
                },
            ],
        },
        response_only=True,
        status_codes=["200"],
    ),
)  # fmt: skip
LINE = (
    OpenApiExample(
        "A line that was entered",
        {
            "target": "5g-base-stations", "district": "310115", "scope": "310115", "state": "draft", "version": 2,
            "unit": "个", "accumulation": "running_total", "value": "5230", "numerator": None, "denominator": None,
            "stage": None, "actual_on": None, "words": "", "nothing_because": "", "doubts": [], "explanation": "",
            "correction_reason": "", "return_reason": "", "returned_until": None, "evidence": 0,
        },
        response_only=True,
        status_codes=["200"],
    ),
)  # fmt: skip
