"""How far two people agreed on the records both decided, and where they did not.

Kappa takes chance agreement from each person's own share of inclusions, PABAK fixes it at a half, AC1 takes it from
the shares together; where inclusions are rare, kappa can be low although nearly all decisions agree.

Sources: Cohen (1960), Educ Psychol Meas 20:37-46, with the large-sample variance of Fleiss, Cohen and Everitt (1969),
Psychol Bull 72:323-327; Byrt, Bishop and Carlin (1993), J Clin Epidemiol 46:423-429 (PABAK); Gwet (2008), Br J Math
Stat Psychol 61:29-48 (AC1 and its variance).
"""

from collections.abc import Mapping
from dataclasses import dataclass

from remit.errors import InputError
from remit.stats.exact import wilson
from remit.stats.interval import Interval, normal_quantile


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """Agreement of two people on whether a record goes on. `both`, `first_only`, `second_only`, `neither` say go on.

    `kappa` is None where both gave one and the same answer throughout, so that nothing was left to chance. Intervals
    are at `level`; the share agreed has Wilson's, PABAK the same carried over, kappa and AC1 normal ones within -1, 1.
    """

    first: str
    second: str
    both: int
    first_only: int
    second_only: int
    neither: int
    agreed: float
    agreed_interval: Interval
    kappa: float | None
    kappa_interval: Interval | None
    pabak: float
    pabak_interval: Interval
    ac1: float
    ac1_interval: Interval
    conflicts: tuple[str, ...]
    level: float

    @property
    def n(self) -> int:
        """Records both decided."""
        return self.both + self.first_only + self.second_only + self.neither


def agreement(
    first: str, second: str, one: Mapping[str, bool], other: Mapping[str, bool], level: float = 0.95
) -> Agreement:
    """Return the agreement of two people, by name, from whether each record each decided goes on.

    Raises
    ------
    InputError
        There is no record both decided.
    """
    shared = [r for r in one if r in other]
    if not shared:
        raise InputError(f"{first} and {second} have decided no record in common; agreement needs at least one")
    a = sum(one[r] and other[r] for r in shared)
    b = sum(one[r] and not other[r] for r in shared)
    c = sum(other[r] and not one[r] for r in shared)
    n = len(shared)
    d = n - a - b - c
    po = (a + d) / n
    share = wilson(a + d, n, level)
    z = normal_quantile(level)
    kappa, kappa_se = _kappa(a, b, c, d)
    ac1, ac1_se = _ac1(a, b, c, d)
    return Agreement(
        first=first,
        second=second,
        both=a,
        first_only=b,
        second_only=c,
        neither=d,
        agreed=po,
        agreed_interval=share,
        kappa=kappa,
        kappa_interval=None if kappa is None else _within(kappa, z * kappa_se, level),
        pabak=2 * po - 1,
        pabak_interval=Interval(2 * share.lower - 1, 2 * share.upper - 1, level),
        ac1=ac1,
        ac1_interval=_within(ac1, z * ac1_se, level),
        conflicts=tuple(r for r in shared if one[r] != other[r]),
        level=level,
    )


def _within(value: float, half: float, level: float) -> Interval:
    return Interval(max(value - half, -1.0), min(value + half, 1.0), level)


def _kappa(a: int, b: int, c: int, d: int) -> tuple[float | None, float]:
    """Kappa and its standard error, or None where chance agreement is complete."""
    n = a + b + c + d
    p1, q1 = (a + b) / n, (a + c) / n
    po, pe = (a + d) / n, p1 * q1 + (1 - p1) * (1 - q1)
    if pe >= 1.0:
        return None, 0.0
    kappa = (po - pe) / (1 - pe)
    same = sum(p * (1 - (x + y) * (1 - kappa)) ** 2 for p, x, y in ((a / n, p1, q1), (d / n, 1 - p1, 1 - q1)))
    apart = (1 - kappa) ** 2 * (b / n * (q1 + 1 - p1) ** 2 + c / n * (1 - q1 + p1) ** 2)
    variance = (same + apart - (kappa - pe * (1 - kappa)) ** 2) / (n * (1 - pe) ** 2)
    return kappa, max(variance, 0.0) ** 0.5


def _ac1(a: int, b: int, c: int, d: int) -> tuple[float, float]:
    """AC1 and its standard error, with no correction for a finite number of records."""
    n = a + b + c + d
    share = (2 * a + b + c) / (2 * n)
    po, pe = (a + d) / n, 2 * share * (1 - share)
    ac1 = (po - pe) / (1 - pe)
    if n < 2:
        return ac1, 0.0
    total = 0.0
    for count, agreed, on in ((a, 1.0, 1.0), (b, 0.0, 0.5), (c, 0.0, 0.5), (d, 1.0, 0.0)):
        chance = share * (1 - on) + (1 - share) * on
        own = (agreed - pe) / (1 - pe) - 2 * (1 - ac1) * (chance - pe) / (1 - pe)
        total += count * (own - ac1) ** 2
    return ac1, (total / (n * (n - 1))) ** 0.5
