"""The arithmetic of `batch_solve`, one data set at a time, in a form that numba compiles.

`compiled.load` compiles the functions below; until then they are plain Python. Each operation is done in the same
order as in `batch_solve` and `batch`, so results have the same bits with numba and without.
"""

import math

import numpy as np
import numpy.typing as npt

from remit.stats._check import FloatArray

BoolArray = npt.NDArray[np.bool_]
IntArray = npt.NDArray[np.intp]

RELATIVE = 1e-9  # a Newton step shorter than this share of tau2 is the last: what is left is of the order of its square
ABSOLUTE = 1e-18  # the same as a share of the smallest variance, for a tau2 next to 0
NEWTON, STEPS = 20, 120  # after NEWTON steps only halving is trusted
EPSILON = math.ulp(1.0)
NEAR = 0.03  # of the smallest variance: nearer to 0 the weights, and so the slope, hardly move
COMPILED = ("terms", "slopes_at", "height", "advance", "slope_root", "likeliest", "likeliest_columns", "q_terms",
            "q_root", "solve_q_columns", "mean_and_rest", "likeliest_of", "fit_into", "fit_columns",
            "fit_left_out", "one_fit")  # fmt: skip


def warm() -> None:
    """Call each function once, so that it is compiled."""
    y, v, k, powers = np.array([[0.0], [1.0]]), np.ones((2, 1)), np.zeros(1), np.array([1.0, 1.6])
    likeliest_columns(y, v, k, k + 1.0, np.ones(1, dtype=np.intp), True, k.copy(), np.ones(1, dtype=bool), powers)
    solve_q_columns(y, v, k + 1.0, k + 1.0, k.copy(), np.ones(1, dtype=bool))
    fit_columns(y, v, True, np.empty((8, 1)), powers)
    fit_left_out(y[:, 0].copy(), v[:, 0].copy(), True, np.empty((8, 2)), powers)
    one_fit(y[:, 0].copy(), v[:, 0].copy(), -1.0, 5.0, 0.001, powers)


def slopes_at(
    y: FloatArray, v: FloatArray, k: int, t: FloatArray, number: int, restricted: bool, work: FloatArray
) -> None:
    """Write twice the derivative of the (restricted) log-likelihood at the first `number` of t to work[0].

    Of the first k places; work has shape (5, looks or more). The loop over looks is the inner one, so that a processor
    takes several at once, each in the order of `batch_solve.slope`.
    """
    f, total, m, second, w = work[0], work[1], work[2], work[3], work[4]
    for i in range(number):
        f[i], total[i], m[i], second[i] = 0.0, 0.0, 0.0, 0.0
    for j in range(k):
        for i in range(number):
            w[i] = 1.0 / (v[j] + t[i])
            total[i] += w[i]
            m[i] += w[i] * y[j]
            second[i] += w[i] * w[i]
    for i in range(number):
        m[i] = m[i] / total[i]
    for j in range(k):
        for i in range(number):
            w[i] = (y[j] - m[i]) * (1.0 / (v[j] + t[i]))
            f[i] += w[i] * w[i]
    for i in range(number):
        f[i] = f[i] - total[i]
        if restricted:
            f[i] += second[i] / total[i]


def terms(y: FloatArray, v: FloatArray, w: FloatArray, k: int, t: float, restricted: bool) -> tuple[float, float]:
    """Return the slope at t and its derivative."""
    for j in range(k):
        w[j] = 1.0 / (v[j] + t)
    total, m, second, third = 0.0, 0.0, 0.0, 0.0
    for j in range(k):
        total += w[j]
        m += w[j] * y[j]
        second += w[j] * w[j]
        third += w[j] * w[j] * w[j]
    mean = m / total
    s, moved, cubes = 0.0, 0.0, 0.0
    for j in range(k):
        r = (y[j] - mean) * w[j]
        moved += w[j] * r
        r *= r
        s += r
        cubes += r * w[j]
    f = s - total
    curve = 2.0 * (moved * moved / total) - 2.0 * cubes + second
    if restricted:
        share = second / total
        f += share
        curve += share * share - 2.0 * (third / total)
    return f, curve


def height(y: FloatArray, v: FloatArray, w: FloatArray, k: int, t: float, restricted: bool) -> float:
    """Return the (restricted) log-likelihood at t, without constants."""
    total, m, s, logs = 0.0, 0.0, 0.0, 0.0
    for j in range(k):
        w[j] = 1.0 / (v[j] + t)
        total += w[j]
        m += w[j] * y[j]
    mean = m / total
    for j in range(k):
        r = y[j] - mean
        s += w[j] * (r * r)
        logs += math.log(w[j])
    twice = s - logs
    if restricted:
        twice += math.log(total)
    return -0.5 * twice


def advance(t: float, a: float, b: float, move: float, trusted: bool, least: float) -> tuple[float, bool]:
    """Return the next t and whether it is the last: Newton's step where it is trusted, else halving."""
    new = t + move
    if trusted and abs(move) <= RELATIVE * abs(new) + least:
        return min(max(new, a), b), True
    shut = b - a <= 2.0 * EPSILON * b + least
    if trusted and new > a and new < b:
        return new, shut
    return 0.5 * (a + b), shut


def slope_root(
    y: FloatArray,
    v: FloatArray,
    w: FloatArray,
    k: int,
    t: float,
    a: float,
    b: float,
    restricted: bool,
    least: float,
) -> tuple[float, bool]:
    """Return where the slope falls through 0 between a and b, beginning at t, and whether it was reached."""
    for step in range(STEPS):
        f, curve = terms(y, v, w, k, t, restricted)
        if f > 0.0:
            a = t
        else:
            b = t
        falls = curve < 0.0
        t, done = advance(t, a, b, -f / curve if falls else f, falls and step < NEWTON, least)
        if done:
            return t, True
    return t, False


def likeliest(
    y: FloatArray,
    v: FloatArray,
    w: FloatArray,
    k: int,
    t: FloatArray,
    number: int,
    restricted: bool,
    work: FloatArray,
) -> tuple[float, bool]:
    """Return the tau2 of highest (restricted) likelihood of one data set, and whether it was found.

    t holds 0 and the looks, `number` in all.
    """
    least = v[0]
    for j in range(1, k):
        least = min(least, v[j])
    least = ABSOLUTE * least
    slopes_at(y, v, k, t, number, restricted, work)
    rising = work[0, 0] > 0.0
    best, tops, top, ok = 0.0, 0 if rising else 1, 0.0, True
    for i in range(1, number):
        next_rising = work[0, i] > 0.0
        if rising and not next_rising:
            begin = t[i - 1] + (t[i] - t[i - 1]) * (work[0, i - 1] / (work[0, i - 1] - work[0, i]))
            root, solved = slope_root(y, v, w, k, begin, t[i - 1], t[i], restricted, least)
            ok = ok and solved
            if tops == 1:
                top = height(y, v, w, k, best, restricted)
            here = height(y, v, w, k, root, restricted) if tops else 0.0
            if tops == 0 or here > top:
                best, top = root, here
            tops += 1
        rising = next_rising
    return best, ok and tops > 0


def likeliest_columns(
    y: FloatArray,
    v: FloatArray,
    low: FloatArray,
    high: FloatArray,
    count: IntArray,
    restricted: bool,
    tau2: FloatArray,
    found: BoolArray,
    powers: FloatArray,
) -> None:
    """Write to `tau2` and `found`, shape (b,), for every column of effects and variances, shape (K, b)."""
    yy, vv, ww = np.empty(y.shape[0]), np.empty(y.shape[0]), np.empty(y.shape[0])
    t, work = np.zeros(powers.size + 1), np.empty((5, powers.size + 1))
    for i in range(y.shape[1]):
        number = count[i]
        if number == 0:
            tau2[i], found[i] = 0.0, True
            continue
        k = 0
        for j in range(y.shape[0]):
            if v[j, i] != np.inf:
                yy[k], vv[k] = y[j, i], v[j, i]
                k += 1
        for j in range(number - 1):
            t[j + 1] = min(low[i] * powers[j], high[i])
        t[number] = high[i]
        tau2[i], found[i] = likeliest(yy, vv, ww, k, t, number + 1, restricted, work)


def q_terms(y: FloatArray, v: FloatArray, k: int, t: float) -> tuple[float, float]:
    """Return Q with weights 1 / (v + t), and how fast it falls as t grows."""
    total, m = 0.0, 0.0
    for j in range(k):
        w = 1.0 / (v[j] + t)
        total += w
        m += w * y[j]
    mean = m / total
    q, fall = 0.0, 0.0
    for j in range(k):
        off = y[j] - mean
        r = off * (1.0 / (v[j] + t))
        q += r * off
        fall += r * r
    return q, fall


def q_root(y: FloatArray, v: FloatArray, k: int, least: float, high: float, target: float) -> tuple[float, bool]:
    """Return the tau2 at which Q equals `target`, and whether it was found."""
    t, a, b, done = 0.0, 0.0, high, False
    q, fall = q_terms(y, v, k, 0.0)
    if q <= target:
        return 0.0, True
    for step in range(STEPS):
        if step:
            q, fall = q_terms(y, v, k, t)
        if q > target:
            a = t
        else:
            b = t
        t, done = advance(t, a, b, (q / target - 1.0) * (q / fall), step < NEWTON, least)
        if done:
            break
    return t, done


def solve_q_columns(
    y: FloatArray, v: FloatArray, high: FloatArray, target: FloatArray, tau2: FloatArray, found: BoolArray
) -> None:
    """Write the tau2 at which Q equals `target` to `tau2`, shape (b,), for every column."""
    yy, vv = np.empty(y.shape[0]), np.empty(y.shape[0])
    for i in range(y.shape[1]):
        k, least = 0, np.inf
        for j in range(y.shape[0]):
            if v[j, i] != np.inf:
                yy[k], vv[k] = y[j, i], v[j, i]
                least = min(least, v[j, i])
                k += 1
        tau2[i], found[i] = q_root(yy, vv, k, ABSOLUTE * least, high[i], target[i])


def mean_and_rest(y: FloatArray, v: FloatArray, k: int, t: float) -> tuple[float, float, float, float]:
    """Return the sum of weights at t and of their squares, the weighted mean, and Q around it."""
    total, square, m, q = 0.0, 0.0, 0.0, 0.0
    for j in range(k):
        w = 1.0 / (v[j] + t)
        total += w
        square += w * w
        m += w * y[j]
    mean = m / total
    for j in range(k):
        r = y[j] - mean
        q += (1.0 / (v[j] + t)) * (r * r)
    return total, square, mean, q


def fit_into(
    y: FloatArray,
    v: FloatArray,
    w: FloatArray,
    k: int,
    t: FloatArray,
    restricted: bool,
    work: FloatArray,
    powers: FloatArray,
    out: FloatArray,
    i: int,
) -> bool:
    """Write the likeliest fit of the first k places to column i of `out`, and return whether it was found.

    Its rows: Q at 0, sum of weights and of their squares at 0, tau2; sum of weights, mean, Q and first effect there.
    Effects are taken from the first one on, and y is changed to these differences.
    """
    out[7, i] = y[0]
    for j in range(k - 1, -1, -1):
        y[j] -= y[0]
    out[1, i], out[2, i], _, out[0, i] = mean_and_rest(y, v, k, 0.0)
    tau2, found = likeliest_of(y, v, w, k, t, restricted, work, powers)
    out[3, i] = tau2
    out[4, i], _, out[5, i], out[6, i] = mean_and_rest(y, v, k, tau2)
    return found


def fit_columns(y: FloatArray, v: FloatArray, restricted: bool, out: FloatArray, powers: FloatArray) -> int:
    """Write the fit of every column of effects and variances, shape (K, b), to `out`, shape (8, b), as `fit_into` does.

    Return the first column whose tau2 was not found, -1 where all were.
    """
    yy, vv, w = np.empty(y.shape[0]), np.empty(y.shape[0]), np.empty(y.shape[0])
    t, work, failed = np.empty(powers.size + 1), np.empty((5, powers.size + 1)), -1
    for i in range(y.shape[1]):
        k = 0
        for j in range(y.shape[0]):
            if v[j, i] != np.inf:
                yy[k], vv[k] = y[j, i], v[j, i]
                k += 1
        if not fit_into(yy, vv, w, k, t, restricted, work, powers, out, i) and failed < 0:
            failed = i
    return failed


def fit_left_out(y: FloatArray, v: FloatArray, restricted: bool, out: FloatArray, powers: FloatArray) -> int:
    """Write the fit without each study in turn to `out`, shape (8, k), and return as `fit_columns` does."""
    k = y.size - 1
    yy, vv, w = np.empty(k), np.empty(k), np.empty(k)
    t, work, failed = np.empty(powers.size + 1), np.empty((5, powers.size + 1)), -1
    for i in range(k + 1):
        for j in range(k):
            at = j + (1 if j >= i else 0)
            yy[j], vv[j] = y[at], v[at]
        if not fit_into(yy, vv, w, k, t, restricted, work, powers, out, i) and failed < 0:
            failed = i
    return failed


def likeliest_of(
    y: FloatArray,
    v: FloatArray,
    w: FloatArray,
    k: int,
    t: FloatArray,
    restricted: bool,
    work: FloatArray,
    powers: FloatArray,
) -> tuple[float, bool]:
    """Return the tau2 of highest (restricted) likelihood, as `batch_solve.looks` and `likeliest` find it."""
    least, most, total = v[0], v[0], 0.0
    for j in range(k):
        least, most = min(least, v[j]), max(most, v[j])
        total += y[j]
    middle, s2 = total / k, 0.0
    for j in range(k):
        off = y[j] - middle
        s2 += off * off
    s2 = s2 / max(k - 1.0, 1.0)
    high = (0.5 * (s2 + math.sqrt(s2 * s2 + 4.0 * s2 * (most - least))) - least) * (1.0 + 1e-9) + 1e-12 * s2
    if high <= 0.0:
        return 0.0, True
    low = min(NEAR * least, 0.5 * high)
    ratio, number = high / low, 0
    while number < powers.size and powers[number] < ratio:
        number += 1
    number = min(number + 1, powers.size)
    t[0] = 0.0
    for j in range(number - 1):
        t[j + 1] = min(low * powers[j], high)
    t[number] = high
    return likeliest(y, v, w, k, t, number + 1, restricted, work)


def one_fit(
    y: FloatArray, v: FloatArray, given: float, lower: float, upper: float, powers: FloatArray
) -> tuple[float, float, float, float, float, float, float, float, float, bool]:
    """Return the REML fit of one data set with both ends of tau2, and whether all were found.

    `given` is used as tau2 where it is not below 0. The numbers: Q, sum of weights and of their squares at 0; tau2, sum
    of weights, mean and Q there; and the tau2 at which Q equals `lower` and `upper`.
    """
    k = y.size
    total0, square0, _, q = mean_and_rest(y, v, k, 0.0)
    tau2, ok = given, True
    if given < 0.0:
        t, work = np.empty(powers.size + 1), np.empty((5, powers.size + 1))
        tau2, ok = likeliest_of(y, v, np.empty(k), k, t, True, work, powers)
    total, _, mean, rest = mean_and_rest(y, v, k, tau2)
    least, middle, s = v[0], 0.0, 0.0
    for j in range(k):
        least = min(least, v[j])
        middle += y[j]
    middle /= k
    for j in range(k):
        off = y[j] - middle
        s += off * off
    ends = np.empty(2)
    for i in range(2):
        target = lower if i == 0 else upper
        bound = (s / target - least) * (1.0 + 1e-9) + 1e-12 * s
        ends[i], reached = q_root(y, v, k, ABSOLUTE * least, bound, target)
        ok = ok and reached
    return q, total0, square0, tau2, total, mean, rest, ends[0], ends[1], ok
