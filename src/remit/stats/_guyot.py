"""The algorithm of Guyot, Ades, Ouwens and Welton (2012), BMC Med Res Methodol 12:9, written from the paper.

In each interval of the risk table a number of censored people is guessed and spread evenly in time; deaths follow drop
by drop as the whole numbers that bring the rebuilt curve nearest to the one read; the guess is corrected by the excess
of people at the interval's end until they fit. The last interval takes the average rate of censoring before it, or
what the printed total of events asks for. Where the paper loops until the numbers fit, this stops after 50 rounds.
"""

import numpy as np

from remit.stats._check import FloatArray
from remit.stats._people import BoolArray
from remit.stats._spread import Spread

ROUNDS = 50


class _Walk:
    """The rebuilt curve so far, and people at risk, as whole numbers."""

    def __init__(self, spread: Spread) -> None:
        steps, edges = spread.steps, spread.table.edges
        self.edges: list[float] = edges.tolist()
        where = [np.flatnonzero(spread.interval == k) for k in range(spread.table.at_risk.size)]
        self.drops: list[list[tuple[float, float]]] = [
            list(zip(steps.time[w].tolist(), steps.level[w].tolist(), strict=True)) for w in where
        ]
        self.at_edge: list[float] = spread.at_edge.tolist()
        self.end = spread.end

    def interval(self, k: int, people: int, censored: int, level: float) -> tuple[list[int], int, float]:
        """Deaths at each drop of interval k, people left at its end, and the rebuilt level there."""
        start, width = self.edges[k], self.edges[k + 1] - self.edges[k]
        deaths, at_risk, gone = [], people, 0
        for time, target in self.drops[k]:
            share = (time - start) / width if width > 0.0 else 0.0
            due = min(int(censored * share + 0.5) - gone, at_risk)
            at_risk -= due
            gone += due
            died = 0
            if level > 0.0 and at_risk > 0:
                died = min(max(int(np.floor(at_risk * (1.0 - target / level) + 0.5)), 0), at_risk)
                level *= 1.0 - died / at_risk
            deaths.append(died)
            at_risk -= died
        return deaths, max(at_risk - (censored - gone), 0), level


def guyot(spread: Spread, asked: int | None, notes: list[str]) -> tuple[FloatArray, BoolArray]:
    """Return times and events of all people. Numbers at risk that cannot be met are moved; a note says so."""
    walk, at_risk = _Walk(spread), spread.table.at_risk
    last = spread.table.last
    people, level = int(at_risk[0]), 1.0
    deaths: list[list[int]] = []
    censored: list[int] = []
    for k in range(last):
        wanted = int(at_risk[k + 1])
        guess = round(people * walk.at_edge[k + 1] / walk.at_edge[k]) - wanted if walk.at_edge[k] > 0.0 else 0
        guess = max(guess, 0)
        for _ in range(ROUNDS):
            died, left, reached = walk.interval(k, people, guess, level)
            if left == wanted or (left < wanted and guess == 0):
                break
            guess = max(guess + left - wanted, 0)
        if left != wanted:
            notes.append(f"number at risk {wanted} at {walk.edges[k + 1]:g} not met: {left}")
        deaths.append(died)
        censored.append(people - sum(died) - left)
        people, level = left, reached
    died, inside = _last(walk, last, (people, level), (sum(censored), sum(map(sum, deaths))), asked)
    deaths.append(died)
    censored.append(inside)
    rest = people - sum(died) - inside
    time = [np.repeat(spread.steps.time, np.concatenate([np.asarray(d, dtype=np.intp) for d in deaths]))]
    for k, count in enumerate(censored):
        width = walk.edges[k + 1] - walk.edges[k]
        time.append(walk.edges[k] + (np.arange(count) + 0.5) / max(count, 1) * width)
    time.append(np.full(rest, walk.edges[-1]))
    joined = np.concatenate(time)
    return joined, np.arange(joined.size) < time[0].size


def _last(
    walk: _Walk, k: int, here: tuple[int, float], before: tuple[int, int], asked: int | None
) -> tuple[list[int], int]:
    """Deaths and censored people of the interval after the last printed number."""
    (people, level), (censored, deaths) = here, before
    span = walk.edges[k] - walk.edges[0]
    width = walk.edges[k + 1] - walk.edges[k]
    guess = min(round(censored * width / span), people) if span > 0.0 else 0
    for _ in range(ROUNDS):
        died, _, _ = walk.interval(k, people, guess, level)
        excess = 0 if asked is None else deaths + sum(died) - asked
        if excess == 0 or (excess < 0 and guess == 0):
            break
        moved = min(max(guess + excess, 0), people)
        if moved == guess:
            break
        guess = moved
    return died, min(guess, people - sum(died))
