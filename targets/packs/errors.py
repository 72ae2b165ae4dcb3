"""What is wrong with a plan pack, and where."""

from typing import Any, NamedTuple

Path = tuple[str | int, ...]


class PackError(NamedTuple):
    """One thing that is wrong: the file, its line (from 1), the field, and a sentence."""

    file: str
    line: int
    field: str
    words: str

    def __str__(self) -> str:
        field = f"{self.field}: " if self.field else ""
        return f"{self.file}:{self.line}: {field}{self.words}"


class PackErrors(ValueError):
    """Everything that is wrong with one file, in the order of its lines."""

    def __init__(self, errors: list[PackError]) -> None:
        self.errors = sorted(set(errors))
        super().__init__("\n".join(str(error) for error in self.errors))


class Finding(NamedTuple):
    """One thing that is wrong, at a path into the file's data."""

    path: Path
    words: str


def field_name(data: Any, path: Path) -> str:
    """A path as people read it, from the last item that has a code: `targets[5g-base-stations].goal`."""
    parts: list[str] = []
    for depth, step in enumerate(path):
        if isinstance(step, str):
            parts.append(step)
            continue
        code = _code_at(data, path[: depth + 1])
        if code:
            parts = [f"{path[depth - 1]}[{code}]"]
        else:
            parts[-1] += f"[{step + 1}]"
    return ".".join(parts)


def _code_at(data: Any, path: Path) -> str:
    for step in path:
        data = data[step]
    code = data.get("code", "") if isinstance(data, dict) else ""
    return code if isinstance(code, str) else ""
