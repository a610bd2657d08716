"""Build a review: findings into its folder, and a site beside it, only where something changed."""

from dataclasses import dataclass
from pathlib import Path

from remit import relate, report, screen, store, synthesise
from remit.compare import Move
from remit.errors import ReviewError
from remit.tasks.curves import usable
from remit.tasks.firm import firmness
from remit.tasks.results import Results, Say, open_review, quiet
from remit.tasks.show import moves
from remit.tasks.stamp import current, engine, write_site


@dataclass(frozen=True, slots=True)
class Built:
    """What a build did. `changed` is False when inputs, engine and output were as the last build left them."""

    site: Path
    changed: bool
    files: int
    bytes: int
    findings: int
    moves: tuple[Move, ...]
    warnings: int


def build(path: str | Path, out: str | Path | None = None, say: Say = quiet) -> Built:
    """Write `findings/` and the site of the review at `path`; the site goes to `out`, or to `site/` in the folder.

    Raises
    ------
    ReviewError
        The review has errors: nothing is written.
    UsageError
        `out` holds files that no build of ours wrote.
    """
    folder = Path(path)
    site = Path(out) if out is not None else folder / "site"
    inputs, tool = store.digest(folder), engine()
    last = current(site, inputs, tool)
    if last is not None and store.findings.digest(folder) == last["findings_sha256"]:
        return Built(
            site, False, int(last["files"]), int(last["bytes"]), int(last["findings"]), (), int(last["warnings"])
        )
    opened = open_review(folder, say)
    if opened.errors:
        raise ReviewError(opened.errors)
    moved = moves(folder, opened)
    say(f"drawing {len(opened.findings)} findings")
    pages = pages_of(opened)
    say("writing")
    store.findings.write(folder, tuple(opened.findings.values()), opened.claims)
    counts = {"findings": len(opened.findings), "warnings": len(opened.warnings)}
    size = write_site(site, pages, inputs, tool, store.findings.digest(folder), counts)
    return Built(site, True, len(pages), size, len(opened.findings), moved, len(opened.warnings))


def pages_of(opened: Results) -> dict[str, bytes]:
    """Return the site of an opened review: relative path to content."""
    findings = tuple(opened.findings.values())
    mechanism = relate.mechanism_map(opened.review, findings)
    flow = screen.flow(opened.review)
    curves = usable(opened.curves)
    courses = synthesise.courses(opened.review, findings, curves)
    firm = firmness(opened.review, findings)
    return dict(
        report.site(
            opened.review,
            findings,
            opened.claims,
            opened.problems,
            mechanism,
            flow,
            firm=firm,
            courses=courses,
            two_arms=synthesise.two_arms(opened.review, findings, curves),
            rebuilt=opened.curves,
        )
    )
