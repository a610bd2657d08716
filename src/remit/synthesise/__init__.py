"""From rows to findings: which rows answer an analysis, one estimate per family, pooled.

`findings` is the room's door: nouns in, nouns out, certainty and words still to come.
"""

from remit.synthesise.finding import findings

__all__ = ["findings"]
