"""Mixtures of normal distributions: what mu, a new study and each study are, once tau is integrated out."""

import math

import numpy as np
from scipy.special import ndtr, ndtri

from remit.stats._check import FloatArray
from remit.stats._line import Posterior, inside, outward, summarise

NEGLIGIBLE = 1e-18
_ROOT = math.sqrt(2.0 * math.pi)


class NormalMixture:
    """Normal distributions with these means and standard deviations, in shares that sum to 1. Shapes (j,)."""

    def __init__(self, share: FloatArray, mean: FloatArray, sd: FloatArray) -> None:
        kept = share > NEGLIGIBLE
        self.share, self.means, self.sds = share[kept], mean[kept], sd[kept]
        order = np.argsort(self.sds)
        half = order[int(np.searchsorted(np.cumsum(self.share[order]), 0.5 * float(self.share.sum())))]
        self._middle = (float(self.means[half]), float(self.sds[half]))

    def density(self, x: float) -> float:
        """Return the density at one x."""
        return float(self._densities(np.array([x]))[0])

    def cdf(self, x: float) -> float:
        """Return the probability of at most x."""
        return float(self.share @ ndtr((x - self.means) / self.sds))

    def quantile(self, p: float) -> float:
        """Return the x that is exceeded with probability 1 - p;"""
        start, sd = self._middle
        return outward(lambda x: self.cdf(x) - p, start + float(ndtri(p)) * sd, sd)

    def mean(self) -> float:
        """Return the mean of the parts' means."""
        return float(self.share @ self.means)

    def sd(self) -> float:
        """Return the standard deviation: spread within parts and between them."""
        centre = self.mean()
        return math.sqrt(float(self.share @ (self.sds**2 + (self.means - centre) ** 2)))

    def mode(self) -> float:
        """Return the x of highest density."""
        looks = np.linspace(self.quantile(0.001), self.quantile(0.999), 201)
        at = int(np.argmax(self._densities(looks)))
        low, high = float(looks[max(at - 1, 0)]), float(looks[min(at + 1, looks.size - 1)])
        return inside(self._slope, low, high)

    def summary(self, level: float, has_mean: bool = True, has_sd: bool = True) -> Posterior:
        """Return mean, sd, median, mode and both intervals."""
        return summarise(self, self.mean() if has_mean else None, self.sd() if has_sd else None, level)

    def _densities(self, x: FloatArray) -> FloatArray:
        z = (x[:, None] - self.means) / self.sds
        return np.asarray(np.exp(-0.5 * z * z) @ (self.share / self.sds) / _ROOT, dtype=np.float64)

    def _slope(self, x: float) -> float:
        z = (x - self.means) / self.sds
        return -float((self.share / self.sds**2) @ (z * np.exp(-0.5 * z * z)))
