"""What commands share: the DIR argument, progress on standard error, numbers as text, JSON out."""

import argparse
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from remit.errors import UsageError

if TYPE_CHECKING:
    from remit.model.finding import Finding

SLOW = 1.0


class Subparsers(Protocol):
    """The part of argparse's sub-command collection that commands use."""

    def add_parser(self, name: str, *, help: str, description: str) -> argparse.ArgumentParser:
        """Add a sub-command."""


def directory(command: argparse.ArgumentParser) -> None:
    """Add the DIR argument."""
    command.add_argument("dir", metavar="DIR", help="the review folder, such as reviews/pediatric-b-all")


def as_json(command: argparse.ArgumentParser) -> None:
    """Add --json."""
    command.add_argument("--json", action="store_true", help="print JSON")


def folder(text: str) -> Path:
    """Return the review folder named on the command line. Raises UsageError when it is none."""
    path = Path(text)
    if not path.is_dir():
        raise UsageError(f"{text} is not a folder; name a review folder, or start one with: remit new {text}")
    if not (path / "review.yaml").is_file():
        raise UsageError(f"{text} holds no review.yaml; name a review folder, or start one with: remit new DIR")
    return path


def progress() -> Callable[[str], None]:
    """Return a teller of steps that stays quiet until a second has passed."""
    started = time.monotonic()

    def say(step: str) -> None:
        if time.monotonic() - started > SLOW:
            print(f"… {step}", file=sys.stderr, flush=True)

    return say


def dump(value: object) -> None:
    """Print `value` as JSON."""
    print(json.dumps(value, indent=1, ensure_ascii=False, sort_keys=False))


def estimate(finding: "Finding") -> str:
    """Return a finding's estimate with its interval as words, a percentage for rates and two decimals for ratios."""
    if finding.estimate is None or finding.lower is None or finding.upper is None:
        return "no study"
    return span(finding.estimate, finding.lower, finding.upper, finding.analysis.kind == "contrast")


def number(value: float, ratio: bool) -> str:
    """Return a ratio with two decimals, a rate as a percentage."""
    return f"{value:.2f}" if ratio else f"{value:.1%}"


def span(value: float, lower: float, upper: float, ratio: bool) -> str:
    """Return an estimate with its interval."""
    return f"{number(value, ratio)} [{number(lower, ratio)}, {number(upper, ratio)}]"
