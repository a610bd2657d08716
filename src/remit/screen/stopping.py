"""When screening may stop: a recall and a confidence set beforehand, and a test that the log alone answers.

Two rules. `sampled` is exact: once inclusions have become rare, the records left are looked at in an order that knows
nothing of them, and a hypergeometric test says when too many missed ones would have shown. Looking after every record
is paid for: the risk of each look is set so that all looks together keep the promise (see `Sample`). `ranked` asks
nothing extra: it takes any run at the end of the ranked order as if drawn at random, and so rests on the ranking
being no worse than chance; looking repeatedly is not corrected for.

Words: *found* are records included, or not settled, so far; *recall* is found over found and missed; a look is one
reading of the test.

Sources: Callaghan and Müller-Hansen (2020), Syst Rev 9:273 (both forms of the test); the correction for looks is ours,
exact by the law of the urn.
"""

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from math import floor
from typing import Literal

import numpy as np

from remit.errors import InputError
from remit.screen import urn

Rule = Literal["sampled", "ranked", "none"]
LOOKS = 12
STEPS = 8
PATIENCE, PATIENCE_SHARE = 50, Fraction(1, 20)
Seen = tuple[str, bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What a rule says of a log: whether to stop, and what may be left.

    `risk` is the probability of a log like this one if recall were below the target, `allowed` the most it may be;
    both are None where the rule has nothing to test yet. `left` relevant records (the median) and at most `left_upper`
    (at `confidence`) remain among `remaining` undecided ones. `sample` is how many of the random order were looked at,
    `needed` how many more without another inclusion would let it stop; None before the sample has begun.
    """

    rule: Rule
    recall: float
    confidence: float
    met: bool
    screened: int
    found: int
    remaining: int
    risk: float | None
    allowed: float | None
    left: int
    left_upper: int
    sample: int | None = None
    needed: int | None = None

    @property
    def sentence(self) -> str:
        """The verdict in words for a reader of the review."""
        return _sentence(self)


def missed_bound(found: int, recall: float) -> int:
    """Return the fewest missed records with which `found` would be less than `recall` of all."""
    target = Fraction(str(recall))
    return floor(found / target) - found + 1


def stop(decided: Sequence[Seen], records: Collection[str], rule: Rule, recall: float, confidence: float) -> Verdict:
    """Return what the rule says now.

    Parameters
    ----------
    decided
        Each record decided, in the order of first decision, with whether it goes on (included or not settled).
    records
        Every record there is to decide.
    rule, recall, confidence
        As the protocol set them, shares above 0 and below 1.

    Raises
    ------
    InputError
        A share is not above 0 and below 1, a record was decided twice, or one decided is not among `records`.
    """
    for name, share in (("recall", recall), ("confidence", confidence)):
        if not 0 < share < 1:
            raise InputError(f"{name} {share:g}; expected a share above 0 and below 1, such as 0.95")
    known = set(records)
    ids = {r for r, _ in decided}
    if len(ids) < len(decided) or not ids <= known:
        raise InputError("decided names a record twice, or one that is not among records; give each record once")
    if rule == "sampled" and (begun := sample_begins([on for _, on in decided], len(known))) is not None:
        return _sampled(decided, known, begun, recall, confidence)
    return _ranked([on for _, on in decided], len(known), rule, recall, confidence)


def sample_begins(found: Sequence[bool], total: int) -> int | None:
    """Return how many decisions came before the random order begins, or None while the ranked order goes on.

    It begins after the first run without an inclusion of 50 records, or of a twentieth of all if that is more, that
    follows an inclusion. The log alone says so: nothing is stored.
    """
    patience = max(PATIENCE, floor(total * PATIENCE_SHARE))
    run, any_found = 0, False
    for i, on in enumerate(found):
        run, any_found = (0, True) if on else (run + 1, any_found)
        if any_found and run >= patience:
            return i + 1
    return None


def random_order(records: Collection[str], seed: str) -> list[str]:
    """Return the records in an order that knows nothing of them: by the SHA-256 of the seed and the id."""
    return sorted(records, key=lambda r: hashlib.sha256(f"{seed}\0{r}".encode()).digest())


def sample_order(decided: Sequence[Seen], records: Collection[str]) -> list[str] | None:
    """Return the records still to look at in the random order, or None while the ranked order goes on."""
    begun = sample_begins([on for _, on in decided], len(records))
    if begun is None:
        return None
    done = {r for r, _ in decided}
    return [r for r in random_order(set(records) - {r for r, _ in decided[:begun]}, SEED) if r not in done]


SEED = "remit stopping sample 1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """The looks of one random sample: stop at the first draw `draws[j]` by which `j` or fewer were found.

    `nominal` is the risk of each look, the largest at which all looks together stop wrongly with at most the risk
    asked for, whatever number was missed: `worst` is that probability, computed and not approximated.
    """

    draws: tuple[int, ...]
    nominal: float
    worst: float


@lru_cache(maxsize=256)
def plan(found: int, urn_size: int, recall: float, risk: float) -> Sample:
    """Return the looks for a sample from `urn_size` records after `found` were found before it.

    Notes
    -----
    With K missed in the urn, a stop with j found is wrong when (found + j) < recall (found + K). At most 12 looks are
    planned; past the last, every record must be read. The probability of a wrong stop falls in K once K is wrong at
    every look, so the greatest over all K is the greatest up to there.
    """
    best, tried, low, high = _looks(found, urn_size, recall, 0.0), risk, 0.0, risk
    for _ in range(STEPS):
        looks = _looks(found, urn_size, recall, tried)
        if looks.worst <= risk:
            best, low = looks, tried
            if low == high or looks.worst > 0.99 * risk:
                break
        else:
            high = tried
        aimed = tried * 0.997 * risk / looks.worst if looks.worst > 0 else high
        tried = aimed if low < aimed < high else (low + high) / 2
    return best


def _looks(found: int, urn_size: int, recall: float, nominal: float) -> Sample:
    bad = [missed_bound(found + j, recall) + j for j in range(LOOKS)]
    draws = [urn.draws_to_doubt(j, urn_size, k, nominal) for j, k in enumerate(bad)]
    for j in range(1, LOOKS):
        draws[j] = max(draws[j], draws[j - 1])
    tried = range(bad[0], min(bad[-1], urn_size) + 1)
    worst = max((_wrong_stop(draws, bad, urn_size, k) for k in tried), default=0.0)
    return Sample(draws=tuple(draws), nominal=nominal, worst=worst)


def _wrong_stop(draws: Sequence[int], bad: Sequence[int], total: int, relevant: int) -> float:
    """The probability of stopping at a look that is wrong when `relevant` are in the urn.

    Once more were found than the last look allows, no look stops: those states are left out.
    """
    state = np.zeros(min(relevant + 1, LOOKS))
    state[0] = 1.0
    at, wrong = 0, 0.0
    for j, n in enumerate(draws[: relevant + 1]):
        if relevant < bad[j]:
            break
        state = _after(state, total - at, relevant, n - at)
        at = n
        wrong += float(state[j])
        state[: j + 1] = 0.0
    return wrong


def _after(state: urn.Floats, total: int, relevant: int, drawn: int) -> urn.Floats:
    """The law of how many were found after `drawn` more records of the `total` left in the urn."""
    if drawn == 0:
        return state
    before = np.arange(state.size)
    gained = before[None, :] - before[:, None]
    rest = relevant - before[:, None]
    ways = urn.log_choose(rest, gained) + urn.log_choose(total - rest, drawn - gained) - urn.log_choose(total, drawn)
    return np.asarray(state @ np.exp(ways), dtype=float)


def _sampled(decided: Sequence[Seen], records: set[str], begun: int, recall: float, confidence: float) -> Verdict:
    before = {r for r, _ in decided[:begun]}
    verdict = dict(decided)
    found_before = sum(on for _, on in decided[:begun])
    order = random_order(records - before, SEED)
    looked: list[bool] = []
    for record in order:
        if record not in verdict:
            break
        looked.append(verdict[record])
    looks = plan(found_before, len(order), recall, 1 - confidence)
    running = np.concatenate([[0], np.cumsum(looked)]) if looked else np.zeros(1)
    met = any(n <= len(looked) and running[n] <= j for j, n in enumerate(looks.draws))
    now, found = int(running[-1]), sum(verdict.values())
    beyond = found - found_before - now
    enough = looks.draws[now] if now < LOOKS else len(order)
    bad = missed_bound(found_before + now, recall) + now
    left, upper = _left_in_urn(now, len(order), len(looked), looks.nominal, beyond)
    return Verdict(
        rule="sampled",
        recall=recall,
        confidence=confidence,
        met=met or len(verdict) == len(records),
        screened=len(verdict),
        found=found,
        remaining=len(records) - len(verdict),
        risk=urn.at_most(now, len(order), bad, len(looked)),
        allowed=looks.nominal,
        left=min(left, len(records) - len(verdict)),
        left_upper=min(upper, len(records) - len(verdict)),
        sample=len(looked),
        needed=0 if met else max(enough - len(looked), 0),
    )


def _left_in_urn(found: int, total: int, drawn: int, risk: float, beyond: int) -> tuple[int, int]:
    """The median and the upper bound of relevant records still in the urn after a look."""

    def most(doubt: float) -> int:
        low, high = found, total - drawn + found
        while low < high:
            middle = (low + high + 1) // 2
            low, high = (middle, high) if urn.at_most(found, total, middle, drawn) > doubt else (low, middle - 1)
        return max(low - found - beyond, 0)

    return most(0.5), most(risk)


def _ranked(found: Sequence[bool], total: int, rule: Rule, recall: float, confidence: float) -> Verdict:
    remaining = total - len(found)
    risk = _least_risk(found, total, missed_bound(sum(found), recall)) if any(found) else None
    return Verdict(
        rule=rule,
        recall=recall,
        confidence=confidence,
        met=remaining == 0 or (rule == "ranked" and risk is not None and risk < 1 - confidence),
        screened=len(found),
        found=sum(found),
        remaining=remaining,
        risk=risk if rule == "ranked" else None,
        allowed=1 - confidence if rule == "ranked" else None,
        left=_most_left(found, total, 0.5),
        left_upper=_most_left(found, total, 1 - confidence),
    )


def _least_risk(found: Sequence[bool], total: int, missed: int) -> float:
    """The least probability, over every start, of so few found since it if `missed` more were still to find.

    Of all starts only those right after an inclusion, and the very first, need be tried: a later start with the same
    finds leaves a smaller sample and so a greater probability.
    """
    hits = np.flatnonzero(np.asarray(found, bool))
    starts = [0, *(int(h) + 1 for h in hits)]
    n = len(found)
    risks = [urn.at_most(len(hits) - i, total - s, len(hits) - i + missed, n - s) for i, s in enumerate(starts)]
    return min(risks)


def _most_left(found: Sequence[bool], total: int, doubt: float) -> int:
    """The most missed records that the ranked order so far leaves in doubt."""
    low, high = 0, total - len(found)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if _least_risk(found, total, middle) > doubt else (low, middle - 1)
    return low


def _sentence(v: Verdict) -> str:
    goal = f"a recall of {v.recall:.0%} with {v.confidence:.0%} confidence"
    count = f"{v.found} found among {v.screened} of {v.screened + v.remaining} records"
    if v.remaining == 0:
        return f"Every record was decided: {count}."
    if v.met and v.rule == "sampled":
        return (
            f"Screening may stop with {goal}: {count}; had more been missed than that allows, a random sample of "
            f"{v.sample} records would have shown it, all looks at it counted."
        )
    if v.met:
        return (
            f"Screening may stop with {goal}, if the order was no worse than chance: {count}; "
            f"so long a run with so few would have had a probability of {v.risk:.3f} at most."
        )
    if v.sample is not None:
        return f"Go on: {count}; {v.needed} more of the random sample without another to include would reach {goal}."
    if v.rule == "none":
        return f"{count}; no rule to stop by is set, so every record is to be decided."
    if v.rule == "sampled":
        return f"Go on: {count}; the sample that can show {goal} begins once inclusions have become rare."
    return f"Go on: {count}; {goal} is not shown yet."
