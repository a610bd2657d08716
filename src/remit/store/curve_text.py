"""A curve to text: curves/<curve>.yaml, which says whose it is, and its table of steps."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from remit.errors import UsageError
from remit.model.curve import Ticks
from remit.store.write import quoted


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A curve about to be written: `words` by key of the YAML, in order (blank ones are left out), and its numbers."""

    words: Mapping[str, str]
    time: tuple[float, ...]
    survival: tuple[float, ...]
    risk: tuple[tuple[float, int], ...] = ()
    censored: tuple[float, ...] = ()
    ticks: Ticks = "picture"
    warnings: tuple[str, ...] = ()

    def yaml(self) -> str:
        """The text that says whose curve it is."""
        lines = [f"{key}: {quoted(word)}" for key, word in self.words.items() if word]
        if self.risk:
            lines.append("risk: [" + ", ".join(f"{{time: {_plain(t)}, n: {n}}}" for t, n in self.risk) + "]")
        if self.censored:
            lines += ["censored: [" + ", ".join(_plain(t) for t in self.censored) + "]", f"ticks: {self.ticks}"]
        if self.warnings:
            lines += ["warnings:", *(f"  - {quoted(w)}" for w in dict.fromkeys(self.warnings))]
        return "\n".join(lines) + "\n"

    def steps(self) -> str:
        """The table of its points, as `remit trace` writes it."""
        lines = [f"time_{self.words['unit']},survival"]
        lines += [f"{t:.10g},{s:.10g}" for t, s in zip(self.time, self.survival, strict=True)]
        return "\n".join(lines) + "\n"


def _plain(time: float) -> str:
    """Return a time in plain decimals, as the folder reads it: never 1e-05."""
    return f"{time:.8f}".rstrip("0").rstrip(".")


def files(root: str | Path, study: str, curve: str) -> tuple[Path, Path]:
    """Return the YAML and the table of a curve."""
    folder = Path(root) / "studies" / study / "curves"
    return folder / f"{curve}.yaml", folder / f"{curve}.csv"


def write(root: str | Path, study: str, draft: Draft) -> None:
    """Write a curve into its study's folder, the table first. UsageError where the files cannot be written."""
    about, table = files(root, study, draft.words["curve"])
    try:
        about.parent.mkdir(exist_ok=True)
        table.write_bytes(draft.steps().encode())
        about.write_bytes(draft.yaml().encode())
    except OSError as error:
        raise UsageError(f"{about} cannot be written: {str(error.strerror).lower()}") from None
