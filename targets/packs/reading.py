"""Reads a plan pack; whatever is wrong with it is told all at once."""

from collections.abc import Iterator
from difflib import get_close_matches
from pathlib import Path as FilePath
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from .checks import findings
from .errors import Finding, PackError, PackErrors, Path, field_name
from .schema import PlanPack
from .source import Source, load

NOT_SINGLE = "should be a single value, not a list or a mapping"
SENTENCES = {
    "missing": "is missing",
    "tuple_type": "should be a list",
    "model_type": "should be a mapping of keys and values",
}


def read_pack(source: FilePath | str, name: str = "") -> PlanPack:
    """A pack from a file (a `Path`) or from its text (a `str`); `name` is what errors call the file.

    PackErrors holds everything that is wrong: YAML, keys, values, and what refers to something that is not there.
    """
    read = load(source, name or (str(source) if isinstance(source, FilePath) else "<text>"))
    pack, schema_findings = _validated(read.data)
    found = [*read.findings, *schema_findings, *findings(read.data)]
    if pack is None or found:
        raise PackErrors([_located(read, finding) for finding in found])
    return pack


def _validated(data: Any) -> tuple[PlanPack | None, list[Finding]]:
    try:
        return PlanPack.model_validate(data), []
    except ValidationError as error:
        return None, [Finding(detail["loc"], _words(detail)) for detail in error.errors()]


def _located(read: Source, finding: Finding) -> PackError:
    path = finding.path
    return PackError(read.file, read.line(path), field_name(read.data, path), finding.words)


def _words(detail: ErrorDetails) -> str:
    kind = detail["type"]
    if kind == "extra_forbidden":
        return _unknown_key(detail["loc"])
    if kind == "enum":
        return _unknown_word(detail["input"], detail["ctx"]["expected"])
    if kind in SENTENCES:
        return SENTENCES[kind]
    return NOT_SINGLE if kind.endswith("_type") else detail["msg"]


def _unknown_key(path: Path) -> str:
    key = str(path[-1])
    known = list(_model_at(path[:-1]).model_fields)
    close = get_close_matches(key, known, n=1)
    return (
        f"is not a key here; did you mean {close[0]}?" if close else f"is not a key here; keys are {', '.join(known)}"
    )


def _unknown_word(given: Any, expected: str) -> str:
    words = [word.strip("' ") for word in expected.replace(" or ", ",").split(",")]
    close = get_close_matches(str(given), words, n=1)
    question = f"; did you mean {close[0]}?" if close else ""
    return f"{given!r} is not one of {', '.join(words)}{question}"


def _model_at(path: Path) -> type[BaseModel]:
    """The model that describes the mapping at a path."""
    model: type[BaseModel] = PlanPack
    for step in path:
        if isinstance(step, str):
            model = next(_models_in(model.model_fields[step].annotation))
    return model


def _models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in get_args(annotation):
        yield from _models_in(argument)
