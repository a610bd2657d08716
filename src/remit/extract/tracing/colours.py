"""How much ink of one colour each pixel holds, with anti-aliasing and JPEG noise allowed for.

A pixel on the edge of a line is a mixture of paper and ink, so its colour lies between theirs: the share of ink is its
place on the way from one to the other. Where another ink of the figure explains a pixel better, it belongs to that.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from remit.errors import InputError
from remit.extract.tracing.named_colours import NAMED
from remit.extract.tracing.pixels import Array, Bytes

HEX = re.compile(r"#?([0-9a-fA-F]{6}|[0-9a-fA-F]{3})")
LUMA = np.array([0.299, 0.587, 0.114])
FAR = 85.0
APART = 60.0
MOST_INKS = 8
FLAT = 0.07
AREA = 0.004


@dataclass(frozen=True, slots=True)
class Ink:
    """Share of the wanted ink, 0 to 1, and whether something else than paper or that ink is drawn, both (h, w)."""

    share: Array
    other: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]
    colour: tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class _Drawn:
    """Pixels that are not paper: their colours, how far from paper they are, and the farthest of their neighbours."""

    rgb: Bytes
    own: Bytes
    around: Bytes


def parsed(text: str) -> tuple[int, int, int]:
    """Return red, green, blue of #c00000, #c00 or a plain name. Raises InputError otherwise."""
    word = NAMED.get(text.strip().lower(), text.strip())
    found = HEX.fullmatch(word)
    if found is None:
        raise InputError(f"colour {text!r}; expected #rrggbb or a name of CSS, such as navy or darkorange")
    digits = found[1] if len(found[1]) == 6 else "".join(2 * d for d in found[1])
    return int(digits[:2], 16), int(digits[2:4], 16), int(digits[4:], 16)


def written(colour: Iterable[float]) -> str:
    """Return a colour as #rrggbb."""
    return "#" + "".join(f"{round(min(255.0, max(0.0, c))):02x}" for c in list(colour)[:3])


def paper(rgb: Bytes) -> Array:
    """Return the colour most pixels have."""
    coarse = (rgb.reshape(-1, 3) >> 3).astype(np.int64)
    code = (coarse[:, 0] << 10) | (coarse[:, 1] << 5) | coarse[:, 2]
    held = np.bincount(code, minlength=32768)
    mine = rgb.reshape(-1, 3)[code == int(held.argmax())]
    return np.asarray(np.median(mine, axis=0), float)


def cleared(rgb: Bytes) -> Bytes:
    """Return a JPEG picture with its colours drawn together again.

    JPEG keeps brightness sharp and spreads colour over neighbours. A line's colour is told from brightness and colour
    summed over 5 × 5 pixels, which spreading leaves alone, and given back to each pixel by its own darkness.
    """
    ground = paper(rgb)
    d = rgb.astype(np.float64) - ground
    dark = -(d @ LUMA)
    tint = d + dark[..., None]
    around = ndimage.uniform_filter(dark, 5)
    colour = np.stack([ndimage.uniform_filter(tint[..., i], 5) for i in range(3)], axis=-1)
    part = around / (around * around + 4.0)
    mine = np.clip(dark, 0.0, None)[..., None] * colour * part[..., None]
    drawn = ground - dark[..., None] + np.where(around[..., None] > 1.5, mine, tint)
    return np.asarray(np.clip(np.round(drawn), 0, 255), np.uint8)


def inks(rgb: Bytes, greys: bool = True) -> tuple[tuple[Array, int], ...]:
    """Return the full inks a picture is drawn with and their pixel counts, most used first.

    Colours that are a mixture of paper and a stronger ink are edges of lines, unless they fill areas of their own.
    """
    ground = paper(rgb)
    flat = rgb.reshape(-1, 3)
    code = ((flat[:, 0].astype(np.int64) >> 4) << 8) | ((flat[:, 1].astype(np.int64) >> 4) << 4) | (flat[:, 2] >> 4)
    held = np.bincount(code, minlength=4096)
    found: list[tuple[Array, int]] = []
    least = max(12, flat.shape[0] // 20_000)
    for c in np.argsort(-held, kind="stable")[:60]:
        if held[c] < least:
            break
        colour = np.asarray(np.median(flat[code == c], axis=0), float)
        if float(np.linalg.norm(colour - ground)) < APART:
            continue
        found.append((colour, int(held[c])))
    return _without_edges(found, ground, _drawn(rgb, ground) if greys else None)[:MOST_INKS]


def _without_edges(
    found: list[tuple[Array, int]], ground: Array, drawn: _Drawn | None
) -> tuple[tuple[Array, int], ...]:
    """Drop near repeats of a more used colour, and mixtures of paper with an ink at least a third as common.

    A mixture that stands for itself, with none of the stronger ink beside it, is an ink: grey beside black.
    """
    kept: list[tuple[Array, int]] = []
    for colour, n in found:
        near = [k for k, _ in kept if float(np.linalg.norm(colour - k)) < APART]
        mixed = [
            k for k, m in found if m * 3 > n and _strength(k, ground) > _strength(colour, ground) + 20.0
            and _off_line(colour, k, ground) < 25.0
        ]  # fmt: skip
        if not near and (not mixed or (drawn is not None and _alone(colour, mixed, ground, drawn))):
            kept.append((colour, n))
    return tuple(kept)


def _drawn(rgb: Bytes, ground: Array) -> _Drawn:
    low, high = np.clip(ground, 0, 255).astype(np.uint8), np.clip(np.ceil(ground), 0, 255).astype(np.uint8)
    strength = np.max(np.maximum(rgb, high) - np.minimum(rgb, low), axis=-1)
    strength = np.asarray(strength - np.max(high - low), np.uint8)
    at = strength > 20
    return _Drawn(rgb[at], strength[at], ndimage.maximum_filter(strength, 3)[at])


def _alone(colour: Array, stronger: Sequence[Array], ground: Array, drawn: _Drawn) -> bool:
    """Whether most pale pixels away from stronger ones are of one colour: a line of its own, not edges of many."""
    own = float(np.abs(colour - ground).max())
    most = max(float(np.abs(k - ground).max()) for k in stronger)
    pale = drawn.rgb[(drawn.around < 0.5 * (own + most)) & (drawn.own > 0.4 * own)]
    mine = np.abs(pale.astype(np.int16) - colour.astype(np.int16)).max(axis=-1) <= 12
    return bool(mine.sum() > max(60, 0.4 * pale.shape[0]))


def _strength(colour: Array, ground: Array) -> float:
    return float(np.linalg.norm(colour - ground))


def _off_line(colour: Array, ink: Array, ground: Array) -> float:
    d, k = colour - ground, ink - ground
    return float(np.linalg.norm(d - k * min(1.0, max(0.0, float(d @ k) / float(k @ k)))))


def shares(rgb: Bytes, colour: Sequence[float], greys: bool = True) -> Ink:
    """Return the share of ink of `colour` in each pixel. Raises InputError when the colour is that of the paper."""
    ground = paper(rgb)
    drawn = inks(rgb, greys)
    wanted = _full(drawn, np.asarray(colour, float), ground)
    if _strength(wanted, ground) < 40.0:
        raise InputError(
            f"colour {written(colour)} is that of the paper ({written(ground)}); expected that of a curve; {_seen(rgb)}"
        )
    d = rgb.astype(np.float64) - ground
    share, off = _on(d, wanted - ground)
    strength = np.sqrt((d * d).sum(axis=-1))
    rival = np.full(share.shape, np.inf)
    for ink, _ in drawn:
        if float(np.linalg.norm(ink - wanted)) < APART:
            continue
        part, away = _on(d, ink - ground)
        pale = _strength(ink, ground) < _strength(wanted, ground) and _off_line(ink, wanted, ground) < 30.0
        if pale:
            away = np.where((np.abs(part - 1.0) < 0.15) & (ndimage.maximum_filter(share, 3) < 0.8), away, np.inf)
        rival = np.minimum(rival, np.where(part > 0.15, away, np.inf))
    mine = (off <= rival + 4.0) & (off < FAR) & (share < 1.35)
    strong = [k for k, _ in drawn if _strength(k, ground) > 1.4 * _strength(wanted, ground)]
    if any(_off_line(wanted, k, ground) < 30.0 for k in strong):
        aside = np.sqrt(np.maximum(strength**2 - (share * _strength(wanted, ground)) ** 2, 0.0))
        mine &= (ndimage.maximum_filter(np.where(aside < 40.0, share, 0.0), 3) < 1.35) | (share < 0.1)
    other = ~mine & (strength > 45.0)
    return Ink(np.where(mine, np.clip(share, 0.0, 1.0), 0.0), other, _ints(wanted))


def soft_shares(rgb: Bytes, colour: Sequence[float]) -> Ink:
    """Return the share of ink in each pixel of a cleared JPEG, where only the direction of a colour can be relied on.

    Raises
    ------
    InputError
        The colour is that of the paper.
    """
    ground, drawn = paper(rgb), [ink for ink, _ in inks(rgb)]
    wanted = _nearest_hue(drawn, np.asarray(colour, float), ground)
    if _strength(wanted, ground) < 40.0:
        return shares(rgb, colour)
    d = rgb.astype(np.float64) - ground
    strength = np.sqrt((d * d).sum(axis=-1)) + 1e-9
    k = wanted - ground
    share, turn = d @ k / float(k @ k), _turn(d, strength, k)
    rival = np.full(share.shape, np.inf)
    for ink in [*drawn, np.zeros(3)]:
        other = ink - ground
        apart = float(_turn(other[None], np.array([_strength(ink, ground)]), k)[0])
        if apart > 0.15 or float(other @ k) < 0.0:
            rival = np.minimum(rival, _turn(d, strength, other))
    mine = (share > 0.0) & (turn < 0.5) & (turn <= rival + 0.02)
    return Ink(np.where(mine, np.clip(share, 0.0, 1.0), 0.0), ~mine & (strength > 45.0), _ints(wanted))


def without_fill(share: Array) -> tuple[Array, float]:
    """Return the shares with pale areas of the ink, such as a shaded confidence band, taken for paper; and their share.

    A pale area is flat: its pixels hold as much ink as those around them, less than a line does.
    """
    flat = (ndimage.maximum_filter(share, 3) - ndimage.minimum_filter(share, 3) < FLAT) & (share > 0.08) & (share < 0.7)
    if flat.sum() < AREA * share.size:
        return share, 0.0
    level = min(0.7, float(np.quantile(share[flat], 0.98)) + 0.04)
    return np.clip((share - level) / (1.0 - level), 0.0, 1.0), float(flat.mean())


def _turn(d: Array, strength: Array, k: Array) -> Array:
    """Sine of the angle to a direction, 1 beyond a right angle."""
    along = np.clip(d @ k / (strength * float(np.linalg.norm(k))), -1.0, 1.0)
    return np.where(along > 0.0, np.sqrt(1.0 - along * along), 1.0)


def _nearest_hue(drawn: Sequence[Array], colour: Array, ground: Array) -> Array:
    """The drawn ink of a hue: thin lines lose colour in JPEG, so none may be near the colour that is named."""
    near = [ink for ink in drawn if float(np.linalg.norm(ink - colour)) < APART]
    if near:
        return min(near, key=lambda ink: float(np.linalg.norm(ink - colour)))
    tint = _tint(colour - ground)
    alike = [ink for ink in drawn if _strength(ink, ground) > 120.0 and _same_hue(_tint(ink - ground), tint)]
    return min(alike, key=lambda ink: float(np.linalg.norm(ink - colour))) if alike else colour


def _tint(d: Array) -> Array:
    return np.asarray(d - d @ LUMA, float)


def _same_hue(a: Array, b: Array) -> bool:
    long = float(np.linalg.norm(a)), float(np.linalg.norm(b))
    if min(long) < 25.0:
        return max(long) < 40.0
    return float(a @ b) > 0.9 * long[0] * long[1]


def _on(d: Array, k: Array) -> tuple[Array, Array]:
    """Place along, and distance from, the way from paper to an ink."""
    along = d @ k / float(k @ k)
    off = d - np.clip(along, 0.0, 1.0)[..., None] * k
    return np.asarray(along, float), np.sqrt((off * off).sum(axis=-1))


def _full(drawn: Sequence[tuple[Array, int]], colour: Array, ground: Array) -> Array:
    """The ink of the figure that `colour` is, or is a pale edge of."""
    best = [ink for ink, _ in drawn if float(np.linalg.norm(ink - colour)) < APART]
    if best:
        return min(best, key=lambda ink: float(np.linalg.norm(ink - colour)))
    stronger = [ink for ink, _ in drawn if _off_line(colour, ink, ground) < 25.0]
    return min(stronger, key=lambda ink: _off_line(colour, ink, ground)) if stronger else colour


def at(rgb: Bytes, x: float, y: float) -> tuple[int, int, int]:
    """Return the strongest ink within three pixels of a place. Raises InputError where only paper is."""
    ground = paper(rgb)
    r, c = int(y), int(x)
    if not (0 <= r < rgb.shape[0] and 0 <= c < rgb.shape[1]):
        raise InputError(f"seed {x:g},{y:g} lies outside the figure of {rgb.shape[1]} × {rgb.shape[0]}")
    for reach in (2, 3):
        near = rgb[max(0, r - reach) : r + reach + 1, max(0, c - reach) : c + reach + 1].reshape(-1, 3).astype(float)
        strength = np.linalg.norm(near - ground, axis=1)
        if strength.max() > 45.0:
            return _ints(near[int(strength.argmax())])
    raise InputError(f"seed {x:g},{y:g} lies on bare paper; expected a place on the curve; {_seen(rgb)}")


def _ints(colour: Array) -> tuple[int, int, int]:
    return round(float(colour[0])), round(float(colour[1])), round(float(colour[2]))


def _seen(rgb: Bytes) -> str:
    said = ", ".join(f"{written(c)} ({n} pixels)" for c, n in inks(rgb))
    return f"colours drawn: {said or 'none'}"
