"""YAML text as plain data in which every scalar is text, with the line on which each value stands."""

from pathlib import Path as FilePath
from typing import Any

import yaml

from .errors import Finding, PackError, PackErrors, Path


class Source:
    """One parsed file: `data`, the `lines` of its values by path, and what YAML allows but a pack does not."""

    def __init__(self, file: str, root: yaml.Node) -> None:
        self.file = file
        self.lines: dict[Path, int] = {}
        self.findings: list[Finding] = []
        self.data = self._value(root, ())

    def line(self, path: Path) -> int:
        """The line of a value; for one that is missing, the line of what should hold it."""
        while path not in self.lines:
            path = path[:-1]
        return self.lines[path]

    def _value(self, node: yaml.Node, path: Path) -> Any:
        self.lines.setdefault(path, node.start_mark.line + 1)
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            return [self._value(item, (*path, index)) for index, item in enumerate(node.value)]
        if node.value == "" and getattr(node, "style", None) is None:
            self.findings.append(Finding(path, "is empty; give a value or leave the key out"))
        return node.value

    def _mapping(self, node: yaml.MappingNode, path: Path) -> dict[str, Any]:
        data: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = key_node.value
            line = key_node.start_mark.line + 1
            if not isinstance(key, str):
                self.findings.append(Finding(path, f"has a key on line {line} that is not a text"))
            elif key in data:
                first = self.lines[(*path, key)]
                self.findings.append(
                    Finding((*path, key), f"stands twice in the same mapping, on lines {first} and {line}")
                )
            else:
                self.lines[(*path, key)] = line
                data[key] = self._value(value_node, (*path, key))
        return data


def load(source: FilePath | str, name: str) -> Source:
    """Parses a file or a text; PackErrors where there is no YAML mapping to look at."""
    text = source if isinstance(source, str) else _file_text(source, name)
    root = _root(text, name)
    if not isinstance(root, yaml.MappingNode):
        raise _refusal(name, 1, "this is not a plan pack: it should be a mapping with the keys plan, agencies, lines")
    return Source(name, root)


def _file_text(path: FilePath, name: str) -> str:
    try:
        return path.read_bytes().decode("utf-8")
    except OSError as error:
        raise _refusal(name, 1, f"cannot be read: {error.strerror}") from None
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise _refusal(name, line, f"is not UTF-8 (byte {error.start + 1}); save the file as UTF-8") from None


def _root(text: str, name: str) -> yaml.Node | None:
    try:
        _refuse_aliases(text, name)
        return yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.reader.ReaderError as error:
        line = text[: error.position].count("\n") + 1
        raise _refusal(name, line, f"has a character that YAML does not allow: #x{error.character:04x}") from None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        raise _refusal(name, line, f"YAML cannot be read: {error.problem or error.context}") from None


def _refuse_aliases(text: str, name: str) -> None:
    """Anchors would let one line stand for many others, and a file refer to itself."""
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        anchor = getattr(event, "anchor", None)
        if anchor and event.start_mark:
            raise _refusal(name, event.start_mark.line + 1, f"uses the YAML anchor {anchor!r}; write the value out")


def _refusal(name: str, line: int, words: str) -> PackErrors:
    return PackErrors([PackError(name, line, "", words)])
