"""Enumerations of the OpenAPI document as parts with a name: a generated client has one type for each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from drf_spectacular.plumbing import deep_import_string
from drf_spectacular.settings import spectacular_settings

Schema = dict[str, Any]


def name_enumerations(result: dict[str, Any], **_how: Any) -> dict[str, Any]:
    """Hook of drf-spectacular. Names are those of the setting ENUM_NAME_OVERRIDES; without one it stays in place."""
    names = {values: name for name, values in _named().items()}
    schemas, used = result["components"]["schemas"], {}
    for holder in [*schemas.values(), *_parameters(result)]:
        for place, found in _enumerations(holder):
            values = tuple(value for value in found["enum"] if value is not None)
            name = names.get(frozenset(values))
            if name:
                used[name] = {"type": "string", "enum": list(values)}
            place.update(_reference(name, found) if name else found)
    schemas.update(sorted(used.items()))
    return result


def _named() -> Mapping[str, frozenset[str]]:
    return {name: frozenset(map(str, _values(of))) for name, of in spectacular_settings.ENUM_NAME_OVERRIDES.items()}


def _values(of: Any) -> list[str]:
    """`of`: the values, or where their enumeration stands."""
    return [one.value for one in deep_import_string(of)] if isinstance(of, str) else of


def _parameters(result: Mapping[str, Any]) -> Iterator[Schema]:
    for methods in result["paths"].values():
        for told in methods.values():
            yield from told.get("parameters", ())


def _enumerations(of: Schema) -> Iterator[tuple[Schema, Schema]]:
    """Every enumeration inside: the place, emptied, and what stood there."""
    if "enum" in of:
        found = dict(of)
        of.clear()
        yield of, found
        return
    for part in (*of.get("properties", {}).values(), of.get("items"), of.get("schema")):
        if isinstance(part, dict):
            yield from _enumerations(part)


def _reference(name: str, found: Schema) -> Schema:
    reference = {"$ref": f"#/components/schemas/{name}"}
    others = {key: value for key, value in found.items() if key not in ("enum", "type")}
    return {"oneOf": [reference, {"type": "null"}], **others} if None in found["enum"] else reference | others
