"""Between-study variance of many data sets at once: the iterative estimators, vectorised.

Data sets are columns: effects and variances have shape (K, b), a place without a study holds effect 0 and variance
infinity, so its weight is exactly 0. Sums run down the studies one after another, so a data set has the same bits
alone, in any batch, and in `batch_kernels`, which does the same arithmetic one data set at a time.

The slope of the likelihood is looked at from 0 to the largest tau2 the data can give, in steps of a ratio of 1.6; each
crossing from above to below is solved by Newton's method inside its bracket, and the highest is kept.
"""

import numpy as np

from remit.stats._check import FloatArray
from remit.stats.batch_kernels import ABSOLUTE, EPSILON, NEAR, NEWTON, RELATIVE, STEPS, BoolArray, IntArray
from remit.stats.tau2 import FINE

BLOCK = 32_768  # numbers in one working array: small enough to stay in the processor's cache
POWERS: FloatArray = np.multiply.accumulate(np.concatenate(([1.0], np.full(511, FINE))))


def down(values: FloatArray) -> FloatArray:
    """Return sums over studies, the axis before the last, one study after another.

    A single column would be summed in pairs by `reduce`, so it goes through `accumulate`, which never is.
    """
    if values.shape[-1] == 1:
        return np.asarray(np.add.accumulate(values, axis=-2)[..., -1, :], dtype=np.float64)
    return np.asarray(np.add.reduce(values, axis=-2), dtype=np.float64)


def looks(y: FloatArray, v: FloatArray, k: FloatArray) -> tuple[FloatArray, FloatArray, IntArray]:
    """Return the first look above 0, the last one, and how many there are, 0 where tau2 can only be 0.

    The last look is the bound of `tau2._largest`, beyond which both likelihoods fall.
    """
    here = np.isfinite(v)
    least = v.min(axis=0)
    spread = np.where(here, v, 0.0).max(axis=0) - least
    off = np.where(here, y - down(y) / k, 0.0)
    s2 = down(off * off) / np.maximum(k - 1.0, 1.0)
    high = (0.5 * (s2 + np.sqrt(s2 * s2 + 4.0 * s2 * spread)) - least) * (1.0 + 1e-9) + 1e-12 * s2
    low = np.minimum(NEAR * least, 0.5 * high)
    can = high > 0.0
    ratio = np.where(can, high, 1.0) / np.where(can, low, 1.0)
    count = np.searchsorted(POWERS, ratio, side="left") + 1
    return low, high, np.where(can, np.minimum(count, POWERS.size), 0).astype(np.intp)


def likeliest(y: FloatArray, v: FloatArray, k: FloatArray, restricted: bool) -> tuple[FloatArray, BoolArray]:
    """Return the tau2 of highest (restricted) likelihood, shape (b,), and whether each was found."""
    low, high, count = looks(y, v, k)
    tau2, found = np.zeros(k.size), count == 0
    todo = np.flatnonzero(count)
    if todo.size == 0:
        return tau2, found
    yy, vv = y.take(todo, axis=1), v.take(todo, axis=1)
    slopes = _slopes(yy, vv, low[todo], high[todo], count[todo], restricted)
    rising = slopes > 0.0
    at, column = np.nonzero(rising[:-1] & ~rising[1:])
    last, first = high[todo][column], low[todo][column]
    left = np.where(at == 0, 0.0, np.minimum(first * POWERS[np.maximum(at - 1, 0)], last))
    right = np.where(at + 1 == count[todo][column], last, np.minimum(first * POWERS[at], last))
    begin = between(left, right, slopes[at, column], slopes[at + 1, column])
    root, solved = solve_slope(yy.take(column, axis=1), vv.take(column, axis=1), left, right, begin, restricted)
    at_zero = np.flatnonzero(~rising[0])
    column = np.concatenate((at_zero, column))
    root = np.concatenate((np.zeros(at_zero.size), root))
    solved = np.concatenate((np.ones(at_zero.size, dtype=bool), solved))
    best, ok = _highest(yy, vv, column, root, solved, restricted)
    tau2[todo], found[todo] = best, ok
    return tau2, found


def _highest(
    y: FloatArray, v: FloatArray, column: IntArray, root: FloatArray, solved: BoolArray, restricted: bool
) -> tuple[FloatArray, BoolArray]:
    """Return for each column its candidate of highest likelihood; the smaller tau2 where two are level."""
    b = y.shape[1]
    number = np.bincount(column, minlength=b)
    best, ok = np.zeros(b), np.zeros(b, dtype=bool)
    best[column], ok[column] = root, solved
    for i in np.flatnonzero(number > 1):
        mine = np.flatnonzero(column == i)
        order = mine[np.argsort(root[mine])]
        copies = np.full(order.size, i)
        heights = log_likelihood(y.take(copies, axis=1), v.take(copies, axis=1), root[order], restricted)
        best[i], ok[i] = root[order[int(np.argmax(heights))]], bool(solved[mine].all())
    return best, ok


def _slopes(
    y: FloatArray, v: FloatArray, low: FloatArray, high: FloatArray, count: IntArray, restricted: bool
) -> FloatArray:
    """Return the slope at 0 and at each look, shape (looks + 1, b); 0 beyond the last."""
    most = int(count.max())
    slopes = np.zeros((most + 1, count.size))
    slopes[0] = slope(y, v, slopes[0], restricted)
    active = np.arange(count.size)
    i = 0
    while i < most:
        still = count[active] > i
        if not still.all():
            active, y, v = active[still], y.compress(still, axis=1), v.compress(still, axis=1)
        step = max(1, min(most - i, BLOCK // y.size))
        t = np.minimum(low[active] * POWERS[i : i + step, None], high[active])
        number = np.arange(i, i + step)[:, None]
        t = np.where(number == count[active] - 1, high[active], t)
        slopes[i + 1 : i + 1 + step, active] = np.where(number < count[active], slope(y, v, t, restricted), 0.0)
        i += step
    return slopes


def between(left: FloatArray, right: FloatArray, f_left: FloatArray, f_right: FloatArray) -> FloatArray:
    """Return where the straight line through two points of opposite sign crosses 0."""
    return np.asarray(left + (right - left) * (f_left / (f_left - f_right)), dtype=np.float64)


def slope(y: FloatArray, v: FloatArray, t: FloatArray, restricted: bool) -> FloatArray:
    """Return twice the derivative of the (restricted) log-likelihood at t, shape (b,) or (looks, b)."""
    w = v + t[..., None, :]
    np.divide(1.0, w, out=w)
    total = down(w)
    work = w * y
    mean = down(work) / total
    np.subtract(y, mean[..., None, :], out=work)
    work *= w
    work *= work
    f = down(work) - total
    if restricted:
        w *= w
        f += down(w) / total
    return np.asarray(f, dtype=np.float64)


def slope_and_curve(y: FloatArray, v: FloatArray, t: FloatArray, restricted: bool) -> tuple[FloatArray, FloatArray]:
    """Return `slope` at t, shape (b,), and its derivative."""
    w = v + t
    np.divide(1.0, w, out=w)
    total = down(w)
    work = w * y
    mean = down(work) / total
    np.subtract(y, mean, out=work)
    work *= w
    moved = down(w * work)
    work *= work
    f = down(work) - total
    work *= w
    squares = w * w
    second = down(squares)
    curve = 2.0 * (moved * moved / total) - 2.0 * down(work) + second
    if restricted:
        share = second / total
        f += share
        squares *= w
        curve += share * share - 2.0 * (down(squares) / total)
    return f, curve


def log_likelihood(y: FloatArray, v: FloatArray, t: FloatArray, restricted: bool) -> FloatArray:
    """Return the (restricted) log-likelihood at t, shape (b,), without constants."""
    here = np.isfinite(v)
    w = 1.0 / (v + t)
    total = down(w)
    r = y - down(w * y) / total
    twice = down(w * (r * r)) - down(np.log(np.where(here, w, 1.0)))
    if restricted:
        twice = twice + np.log(total)
    return np.asarray(-0.5 * twice, dtype=np.float64)


def solve_slope(
    y: FloatArray, v: FloatArray, left: FloatArray, right: FloatArray, begin: FloatArray, restricted: bool
) -> tuple[FloatArray, BoolArray]:
    """Return where the slope falls through 0 between `left` and `right`, shape (b,), and whether it was reached.

    Newton's method starts at `begin`.
    """
    a, b, t = left, right, begin
    least = ABSOLUTE * v.min(axis=0) if v.size else t
    root, solved, active = t.copy(), np.zeros(t.size, dtype=bool), np.arange(t.size)
    for step in range(STEPS):
        if active.size == 0:
            break
        f, curve = slope_and_curve(y, v, t, restricted)
        down_here = curve < 0.0
        move = -f / np.where(down_here, curve, -1.0)
        t, a, b, done = _advance(t, a, b, f > 0.0, move, down_here & (step < NEWTON), least)
        if done.any():
            root[active[done]], solved[active[done]] = t[done], True
            keep = ~done
            active, y, v = active[keep], y.compress(keep, axis=1), v.compress(keep, axis=1)
            t, a, b, least = t[keep], a[keep], b[keep], least[keep]
    return root, solved


def solve_q(y: FloatArray, v: FloatArray, k: FloatArray, target: FloatArray) -> tuple[FloatArray, BoolArray]:
    """Return the tau2 at which Q equals `target`, shape (b,), exactly 0 where Q(0) does not exceed it.

    1 / Q is concave, so Newton's method on it climbs to the root from below; the bracket is that of `tau2.solve_q`.
    """
    root, solved = np.zeros(k.size), np.ones(k.size, dtype=bool)
    q, _ = q_and_fall(y, v, root)
    active = np.flatnonzero(q > target)
    if active.size == 0:
        return root, solved
    solved[active] = False
    b = q_bound(y, v, k, target)[active]
    y, v, target = y.take(active, axis=1), v.take(active, axis=1), target[active]
    least = ABSOLUTE * v.min(axis=0)
    t, a = np.zeros(active.size), np.zeros(active.size)
    for step in range(STEPS):
        q, fall = q_and_fall(y, v, t)
        move = (q / target - 1.0) * (q / fall)
        t, a, b, done = _advance(t, a, b, q > target, move, np.full(t.size, step < NEWTON), least)
        if done.any():
            root[active[done]], solved[active[done]] = t[done], True
            keep = ~done
            active, y, v, target = active[keep], y.compress(keep, axis=1), v.compress(keep, axis=1), target[keep]
            t, a, b, least = t[keep], a[keep], b[keep], least[keep]
            if active.size == 0:
                break
    return root, solved


def q_bound(y: FloatArray, v: FloatArray, k: FloatArray, target: FloatArray) -> FloatArray:
    """Return a tau2 above the one at which Q equals `target`, as in `tau2.solve_q`."""
    off = np.where(np.isfinite(v), y - down(y) / k, 0.0)
    s = down(off * off)
    return np.asarray((s / target - v.min(axis=0)) * (1.0 + 1e-9) + 1e-12 * s, dtype=np.float64)


def q_and_fall(y: FloatArray, v: FloatArray, t: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return Q with weights 1 / (v + t), and how fast it falls as t grows."""
    w = v + t
    np.divide(1.0, w, out=w)
    work = w * y
    mean = down(work) / down(w)
    np.subtract(y, mean, out=work)
    r = w * work
    q = down(r * work)
    r *= r
    return q, down(r)


def _advance(
    t: FloatArray, a: FloatArray, b: FloatArray, up: BoolArray, move: FloatArray, trusted: BoolArray, least: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray, BoolArray]:
    """Return the next t, the narrowed bracket and which are done: Newton's step where it is trusted, else halving."""
    a, b = np.where(up, t, a), np.where(up, b, t)
    new = t + move
    short = trusted & (np.abs(move) <= RELATIVE * np.abs(new) + least)
    inside = trusted & (new > a) & (new < b)
    middle = 0.5 * (a + b)
    shut = b - a <= 2.0 * EPSILON * b + least
    new = np.where(short, np.minimum(np.maximum(new, a), b), np.where(inside, new, middle))
    return new, a, b, short | shut
