"""Writes a plan pack as canonical text: the same pack always gives the same bytes."""

import re
from datetime import date
from decimal import Decimal
from typing import Any

import yaml

from .schema import PackModel, PlanPack, Unit

HEADER = "# Plan pack. Schema: docs/plan-pack.md\n"
# Written on one line; everything else is written as a block.
ON_ONE_LINE = {
    "access",
    "aliases",
    "assignments",
    "checkpoints",
    "citations",
    "convenors",
    "grading",
    "issuer",
    "members",
    "name",
    "short",
    "tile",
    "unit",
    "units",
    "windows",
}
LISTS_OF_ONE_LINERS = {"assignments", "checkpoints", "citations", "convenors", "districts", "agencies", "groups"}
NO_FOLDING = 10**9
RESOLVER = yaml.resolver.Resolver()


class _Dumper(yaml.SafeDumper):
    """Indents lists under their key, as the file is written by hand."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)


def write_pack(pack: PlanPack) -> str:
    """The canonical text of a pack; `read_pack` of it gives an equal pack."""
    sections = [_section(key, value) for key, value in _entries(pack)]
    return HEADER + "\n".join(sections)


def _section(key: str, value: Any) -> str:
    node = _mapping([(key, _node(key, value))])
    text = yaml.serialize(node, Dumper=_Dumper, allow_unicode=True, width=NO_FOLDING)
    return _with_blank_lines(text)


def _with_blank_lines(text: str) -> str:
    """One blank line before each item that spreads over several lines, except right under its key."""
    return re.sub(r"(?m)(?<!:\n)^( *- code: )", r"\n\1", text)


def _entries(model: PackModel) -> list[tuple[str, Any]]:
    """Keys and values of a model in file order, without optional ones that equal their default."""
    fields = type(model).model_fields
    pairs = ((name, getattr(model, name)) for name in fields)
    written = {name for name in fields if fields[name].is_required()} | model.always_written
    return [(name, value) for name, value in pairs if name in written or value != fields[name].default]


def _node(key: str, value: Any, *, flow: bool = False) -> yaml.Node:
    flow = flow or key in ON_ONE_LINE
    if isinstance(value, Unit):
        return _unit(value)
    if isinstance(value, PackModel):
        return _mapping([(name, _node(name, item, flow=flow)) for name, item in _entries(value)], flow)
    if isinstance(value, tuple):
        return _sequence(key, value)
    return _scalar(value)


def _sequence(key: str, items: tuple[Any, ...]) -> yaml.Node:
    one_liners = key in LISTS_OF_ONE_LINERS
    nodes = [_node(key, item, flow=one_liners) for item in items]
    of_words = all(isinstance(item, str | Unit) for item in items)
    return yaml.SequenceNode("tag:yaml.org,2002:seq", nodes, flow_style=of_words)


def _unit(unit: Unit) -> yaml.Node:
    words = _scalar(unit.words)
    return _mapping([("open", words)], flow=True) if unit.open else words


def _mapping(pairs: list[tuple[str, yaml.Node]], flow: bool = False) -> yaml.Node:
    nodes = [(_plain(key), node) for key, node in pairs]
    return yaml.MappingNode("tag:yaml.org,2002:map", nodes, flow_style=flow)


def _scalar(value: Any) -> yaml.Node:
    if isinstance(value, bool):
        return _plain("true" if value else "false")
    if isinstance(value, Decimal):
        return _plain(decimal_text(value))
    if isinstance(value, int | date):
        return _plain(str(value))
    return yaml.ScalarNode("tag:yaml.org,2002:str", str(value))


def _plain(text: str) -> yaml.Node:
    """A scalar without quotes, even where YAML would read it as a number, a date or a word for true."""
    tag: str = RESOLVER.resolve(yaml.ScalarNode, text, (True, False))  # type: ignore[no-untyped-call]
    return yaml.ScalarNode(tag, text)


def decimal_text(value: Decimal) -> str:
    """A number in plain digits without trailing zeros: 34000, 0.8."""
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
