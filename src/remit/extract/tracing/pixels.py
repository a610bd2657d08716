"""Raster figures as arrays: PNG and JPEG, refused by size before they are decoded, large scans averaged down."""

import io
import math
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import numpy.typing as npt

from remit.errors import InputError, UsageError

if TYPE_CHECKING:
    from PIL import Image

Array: TypeAlias = npt.NDArray[np.float64]
Bytes: TypeAlias = npt.NDArray[np.uint8]
MOST_PIXELS = 120_000_000
MOST_SIDE = 40_000
WORKING_SIDE = 2_600


@dataclass(frozen=True, slots=True)
class Picture:
    """Red, green and blue, shape (height, width, 3), 0 to 255; a pixel is `scale` of the figure; JPEG is `soft`."""

    rgb: Bytes
    scale: float
    notes: tuple[str, ...]
    soft: bool = False


def opened(data: bytes, name: str) -> Picture:
    """Return the picture in `data`.

    Raises
    ------
    InputError
        No PNG or JPEG, damaged, or of more than 120 million pixels (known before anything is decoded).
    UsageError
        The extra for figures is not installed.
    """
    try:
        from PIL import Image
    except ImportError:
        raise UsageError("reading PNG and JPEG needs pillow; install remit with its extra: figures") from None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(data), formats=("PNG", "JPEG")) as image:
                width, height = image.size
                _refuse_large(width, height, name)
                return _decoded(image, max(1, math.ceil(max(width, height) / WORKING_SIDE)))
    except Image.DecompressionBombError:
        raise InputError(f"{name}: the picture is too large to open; expected at most {MOST_PIXELS:,} pixels") from None
    except (OSError, ValueError, SyntaxError, EOFError, MemoryError, OverflowError) as error:
        if isinstance(error, InputError):
            raise
        said = str(error).splitlines()[0][:120] if str(error) else type(error).__name__
        raise InputError(f"{name}: not a readable PNG or JPEG ({said}); export the figure again as PNG") from None


def _refuse_large(width: int, height: int, name: str) -> None:
    if width * height > MOST_PIXELS or max(width, height) > MOST_SIDE:
        raise InputError(
            f"{name}: {width} × {height} pixels; expected at most {MOST_PIXELS:,} in all; scale the picture down first"
        )
    if min(width, height) < 30:
        raise InputError(f"{name}: {width} × {height} pixels is too small to hold a curve; export it larger")


def _decoded(image: "Image.Image", factor: int) -> Picture:
    from PIL import Image as images
    from PIL import ImageOps

    full, soft = image.size, image.format == "JPEG"
    if factor > 1 and soft:
        image.draft("RGB", (full[0] // factor, full[1] // factor))
    image.load()
    small = ImageOps.exif_transpose(image)
    if small.mode in ("P", "1", "I", "I;16", "CMYK", "YCbCr", "PA"):
        small = small.convert("RGBA" if "transparency" in small.info else "RGB")
    left = max(1, round(factor * max(small.size) / max(full)))
    if left > 1:
        small = small.reduce(left)
    if small.mode in ("RGBA", "LA"):
        white = images.new("RGBA", small.size, (255, 255, 255, 255))
        white.alpha_composite(small.convert("RGBA"))
        small = white
    rgb = np.asarray(small.convert("RGB"), dtype=np.uint8)
    scale = max(full) / max(rgb.shape[:2])
    notes = (
        (f"the picture of {full[0]} × {full[1]} pixels was averaged down {scale:.3g} times before tracing",)
        if scale > 1.001
        else ()
    )
    return Picture(rgb, scale, notes, soft)
