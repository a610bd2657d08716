"""Bias tools as data: one YAML file each beside this module, read once."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files

import yaml

from remit.errors import InputError
from remit.model.appraisal import Tool, ToolQuestion

TOOLS = ("jbi-case-series", "rob2")


@cache
def tool(tool_id: str) -> Tool:
    """Return the tool of that id. Raises InputError, naming the tools there are, for another id."""
    raw = _raw(tool_id)
    answers = _texts(raw["answers"])
    return Tool(
        id=str(raw["id"]),
        name=str(raw["name"]),
        version=str(raw["version"]),
        source=str(raw["source"]),
        domains={str(k): str(v) for k, v in _mapping(raw["domains"]).items()},
        questions=tuple(
            ToolQuestion(id=str(q["id"]), domain=str(q["domain"]), text=str(q["text"]), answers=answers)
            for q in map(_mapping, _list(raw["questions"]))
        ),
    )


@cache
def critical(tool_id: str) -> tuple[str, ...]:
    """Return the domains that decide a tool's overall judgement; empty where all of them do."""
    raw = _raw(tool_id)
    return _texts(raw["critical"]) if "critical" in raw else ()


@cache
def _raw(tool_id: str) -> Mapping[str, object]:
    if tool_id not in TOOLS:
        raise InputError(f"no bias tool is called {tool_id!r}; use one of {', '.join(TOOLS)}")
    text = files("remit.appraise").joinpath(f"{tool_id}.yaml").read_text(encoding="utf-8")
    return _mapping(yaml.load(text, Loader=yaml.BaseLoader))


def _mapping(value: object) -> Mapping[str, object]:
    assert isinstance(value, dict)
    return value


def _list(value: object) -> list[object]:
    assert isinstance(value, list)
    return value


def _texts(value: object) -> tuple[str, ...]:
    return tuple(str(v) for v in _list(value))
