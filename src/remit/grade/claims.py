"""Claims and their verdicts: what the numbers say about a sentence the review decided beforehand to test.

supported      the whole interval lies on the claimed side
contradicted   the whole interval lies on the other side
uncertain      the estimate lies on the claimed side and the interval crosses; or there is no study
not supported  the estimate lies on the other side and the interval crosses

A claim of several tests takes the weakest verdict, and the certainty of its weakest finding.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from remit.errors import InputError
from remit.grade.mover import difference
from remit.grade.say import interval, value
from remit.model.certainty import LEVELS, Level
from remit.model.finding import ClaimResult, Finding, SubgroupLevel
from remit.model.protocol import AnalysisKind, Claim, Test, VerdictWord
from remit.model.review import Review

WEAKEST_FIRST: tuple[VerdictWord, ...] = ("contradicted", "not supported", "uncertain", "supported")


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What one test gave; `level` is None where no study entered, `compared` is True for findings set side by side."""

    verdict: VerdictWord
    estimate: float | None = None
    lower: float | None = None
    upper: float | None = None
    reason: str
    findings: tuple[str, ...]
    level: Level | None
    compared: bool = False


def claims(findings: Sequence[Finding], review: Review) -> tuple[ClaimResult, ...]:
    """Return the verdict of every claim of the protocol, in its order, with the numbers that gave it."""
    by_id = {f.id: f for f in findings}
    return tuple(_result(c, by_id) for c in review.protocol.claims)


def verdict(estimate: float, lower: float, upper: float, op: str, threshold: float) -> VerdictWord:
    """Return the verdict of an interval against a threshold; an empty `op` asks for any difference."""
    if op == "":
        return "uncertain" if lower <= threshold <= upper else "supported"
    if op == "<":
        estimate, lower, upper, threshold = -estimate, -upper, -lower, -threshold
    if lower > threshold:
        return "supported"
    if upper < threshold:
        return "contradicted"
    return "uncertain" if estimate > threshold else "not supported"


def _result(claim: Claim, findings: Mapping[str, Finding]) -> ClaimResult:
    found = tried(claim.test, findings)
    level, reason = found.level, found.reason
    if level is not None and claim.kind == "comparative" and found.compared and level != "very low":
        level = "very low"
        reason = f"{reason}; a comparison across studies without a concurrent control: certainty very low"
    return ClaimResult(
        claim=claim.id,
        verdict=found.verdict,
        findings=found.findings,
        estimate=found.estimate,
        lower=found.lower,
        upper=found.upper,
        certainty=level or "",
        reason=reason,
        recorded=claim.recorded,
    )


def tried(asked: Test, findings: Mapping[str, Finding]) -> Outcome:
    """Return what one test gives."""
    if asked.kind == "all":
        return _all(asked, findings)
    names = tuple(n for n in (asked.finding, asked.versus) if n)
    for name in names:
        f = findings.get(name)
        if f is None:
            return _nothing(names, f"there is no finding {name}")
        if f.estimate is None or f.lower is None or f.upper is None:
            return _nothing(names, f"no study entered {name}")
    way = {"threshold": _threshold, "difference": _difference, "subgroup": _subgroup}[asked.kind]
    try:
        return way(asked, findings, names)
    except InputError as e:
        return _nothing(names, f"no difference can be worked out: {e}")


def _p(value: float) -> str:
    return "p < 0.001" if value < 0.001 else f"p = {value:.3f}"


def _asked(op: str) -> str:
    return {">": "(claimed: more than", "<": "(claimed: less than"}.get(op, "(claimed: other than")


def _nothing(names: tuple[str, ...], why: str) -> Outcome:
    return Outcome(verdict="uncertain", reason=why, findings=names, level=None)


def _threshold(asked: Test, findings: Mapping[str, Finding], names: tuple[str, ...]) -> Outcome:
    f = findings[asked.finding]
    estimate, lower, upper = _numbers(f)
    kind = f.analysis.kind
    word = verdict(estimate, lower, upper, asked.op, asked.threshold)
    reason = f"{_shown(f)} {_asked(asked.op)} {value(asked.threshold, kind)}): {_why(word)}"
    return Outcome(
        verdict=word, estimate=estimate, lower=lower, upper=upper, reason=reason, findings=names, level=_level(f)
    )


def _difference(asked: Test, findings: Mapping[str, Finding], names: tuple[str, ...]) -> Outcome:
    first, second = findings[asked.finding], findings[asked.versus]
    d = difference(_numbers(first), _numbers(second))
    kind = first.analysis.kind
    word = verdict(d.estimate, d.lower, d.upper, asked.op, asked.threshold)
    reason = (
        f"{_shown(first)} minus {_shown(second)} is {_gap(d.estimate, d.lower, d.upper, kind)} "
        f"{_asked(asked.op)} {_points(asked.threshold, kind)}): {_why(word)}"
    )
    if _share_people(first, second):
        reason += "; the two share people and are taken as independent, which widens the interval"
    return Outcome(
        verdict=word,
        estimate=d.estimate,
        lower=d.lower,
        upper=d.upper,
        reason=reason,
        findings=names,
        level=_weakest([_level(first), _level(second)]),
        compared=True,
    )


def _share_people(first: Finding, second: Finding) -> bool:
    """Whether an arm, or two studies of one family, stand in both findings."""
    return any(a.arm == b.arm if a.study == b.study else a.family == b.family for a in first.used for b in second.used)


def _subgroup(asked: Test, findings: Mapping[str, Finding], names: tuple[str, ...]) -> Outcome:
    f = findings[asked.finding]
    split = next((s for s in f.subgroups if s.by == asked.by), None)
    levels: dict[str, SubgroupLevel] = {v.level: v for v in split.levels} if split is not None else {}
    missing = [name for name in (asked.level, asked.versus_level) if name not in levels]
    if missing:
        return _nothing(names, f"no study of {f.id} has {asked.by} {' or '.join(missing)}")
    a, b = levels[asked.level], levels[asked.versus_level]
    d = difference((a.estimate, a.lower, a.upper), (b.estimate, b.lower, b.upper))
    kind = f.analysis.kind
    word = verdict(d.estimate, d.lower, d.upper, asked.op, asked.threshold)
    shown = [f"{v.level} {_ci(v.estimate, v.lower, v.upper, kind)} (k = {v.k})" for v in (a, b)]
    p = f", test of subgroups {_p(split.p)}" if split is not None and split.p is not None else ""
    reason = f"{shown[0]} minus {shown[1]} is {_gap(d.estimate, d.lower, d.upper, kind)}{p}: {_why(word)}"
    return Outcome(
        verdict=word,
        estimate=d.estimate,
        lower=d.lower,
        upper=d.upper,
        reason=reason,
        findings=names,
        level=_level(f),
        compared=True,
    )


def _all(asked: Test, findings: Mapping[str, Finding]) -> Outcome:
    found = [tried(t, findings) for t in asked.tests]
    if not found:
        return _nothing((), "the claim has no test")
    weakest = min(found, key=lambda o: WEAKEST_FIRST.index(o.verdict))
    return Outcome(
        verdict=weakest.verdict,
        estimate=weakest.estimate,
        lower=weakest.lower,
        upper=weakest.upper,
        reason="; ".join(f"({i}) {o.verdict}: {o.reason}" for i, o in enumerate(found, 1)),
        findings=tuple(dict.fromkeys(name for o in found for name in o.findings)),
        level=_weakest([o.level for o in found]),
        compared=any(o.compared for o in found),
    )


def _numbers(f: Finding) -> tuple[float, float, float]:
    assert f.estimate is not None and f.lower is not None and f.upper is not None
    return f.estimate, f.lower, f.upper


def _level(f: Finding) -> Level | None:
    return f.certainty.level if f.certainty is not None else None


def _weakest(levels: Sequence[Level | None]) -> Level | None:
    """Return the lowest level; None where any finding has none."""
    known = [v for v in levels if v is not None]
    return min(known, key=LEVELS.index) if known and len(known) == len(levels) else None


def _shown(f: Finding) -> str:
    return f"{f.id} {_ci(*_numbers(f), f.analysis.kind)}, k = {f.k}"


def _ci(estimate: float, lower: float, upper: float, kind: AnalysisKind) -> str:
    return f"{value(estimate, kind)} (95 % CI {interval(lower, upper, kind)})"


def _points(number: float, kind: AnalysisKind) -> str:
    return f"{number:.2f}" if kind == "contrast" else f"{100 * number:.1f} points"


def _gap(estimate: float, lower: float, upper: float, kind: AnalysisKind) -> str:
    if kind == "contrast":
        return f"{estimate:.2f} (95 % CI {lower:.2f} to {upper:.2f})"
    return f"{100 * estimate:.1f} points (95 % CI {100 * lower:.1f} to {100 * upper:.1f})"


def _why(word: VerdictWord) -> str:
    return {
        "supported": "the interval lies wholly on the claimed side",
        "contradicted": "the interval lies wholly on the other side",
        "uncertain": "the estimate lies on the claimed side and the interval crosses",
        "not supported": "the estimate lies on the other side and the interval crosses",
    }[word]
