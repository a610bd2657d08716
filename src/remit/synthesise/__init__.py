"""From rows to findings: which rows answer an analysis, one estimate per family, pooled.

`findings` is the room's door: nouns in, nouns out, certainty and words still to come. `multiverse`, `leave_one_out` and
`influence` look at one analysis in every other defensible way; `pooled_table` pools a table without a review.
"""

from remit.synthesise.courses import courses
from remit.synthesise.finding import findings
from remit.synthesise.firm import firmness
from remit.synthesise.left import influence, leave_one_out
from remit.synthesise.table import Choices, pooled_table
from remit.synthesise.two_arms import two_arms
from remit.synthesise.vary import multiverse, multiverses

__all__ = [
    "Choices", "courses", "findings", "firmness", "influence", "leave_one_out", "multiverse", "multiverses",
    "pooled_table", "two_arms",
]  # fmt: skip
