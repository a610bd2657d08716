"""A bare table of studies that someone brings, and what pooling it gave.

Natural scale: a proportion or survival between 0 and 1, a ratio or a difference. Analysis scale: logit, complementary
log-log, log or the difference itself.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from remit.model.finding import Pooled
from remit.model.place import Place
from remit.model.plain import Plain, finite, plain

Form = Literal["proportion", "two-arm", "interval", "effect", "survival"]
TableMeasure = Literal["PLO", "OR", "RR", "RD", "HR", "MD", "survival", "effect"]
RATIOS: tuple[TableMeasure, ...] = ("OR", "RR", "HR")
FORM_MEASURES: Mapping[Form, tuple[TableMeasure, ...]] = {
    "proportion": ("PLO",),
    "two-arm": ("OR", "RR", "RD"),
    "interval": ("HR", "OR", "RR", "MD"),
    "effect": ("effect", "HR", "OR", "RR", "MD"),
    "survival": ("survival",),
}
"""What each form of table can be pooled as; a form with several and no first guess needs the choice said."""
GUESSED: Mapping[Form, TableMeasure] = {"proportion": "PLO", "effect": "effect", "survival": "survival"}


@dataclass(frozen=True, slots=True, kw_only=True)
class TableRow:
    """One study as written; `values` holds the cells that were not blank, by column."""

    study: str
    level: str
    values: Mapping[str, float]
    place: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyTable:
    """A table as read: its form, its measure, its rows.

    `unused` names columns that nothing asked for; `read_as` what a column of another program's name was taken for.
    """

    file: str
    form: Form
    measure: TableMeasure
    columns: tuple[str, ...]
    subgroup: str
    rows: tuple[TableRow, ...]
    unused: tuple[str, ...] = ()
    read_as: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TableStudy:
    """One study's estimate with its own interval; weight in percent; `marks` say what was done to it."""

    study: str
    level: str
    place: Place
    events: int | None = None
    total: int | None = None
    events2: int | None = None
    total2: int | None = None
    estimate: float
    lower: float
    upper: float
    effect: float
    variance: float
    weight: float = 0.0
    marks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TableLevel:
    """One level of the subgroup column: its pooled estimate, or its single study's."""

    level: str
    k: int
    estimate: float
    lower: float
    upper: float
    effect: float
    se: float


@dataclass(frozen=True, slots=True, kw_only=True)
class TableWithout:
    """The pooled estimate without one study."""

    study: str
    k: int
    estimate: float
    lower: float
    upper: float
    tau2: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PooledTable:
    """What a table gave. `pooled` is None for one study; `method` and `in_r` say in words and in R how it was made."""

    table: StudyTable
    level: float
    studies: tuple[TableStudy, ...]
    pooled: Pooled | None
    levels: tuple[TableLevel, ...]
    difference_q: float | None
    difference_df: int | None
    difference_p: float | None
    without: tuple[TableWithout, ...]
    method: str
    in_r: str
    warnings: tuple[str, ...]

    @property
    def k(self) -> int:
        """Number of studies that entered."""
        return len(self.studies)

    @property
    def is_ratio(self) -> bool:
        """Whether the natural scale is a ratio, whose null is 1 and whose axis is logarithmic."""
        return self.table.measure in RATIOS

    @property
    def is_share(self) -> bool:
        """Whether the natural scale is a proportion or a survival, printed in percent."""
        return self.table.measure in ("PLO", "survival")

    def to_dict(self) -> dict[str, Plain]:
        """Return JSON values; null where a number is not finite."""
        out = finite(plain(self))
        assert isinstance(out, dict)
        rest = {k: v for k, v in out.items() if k != "table"}
        t = self.table
        about: dict[str, Plain] = {"file": t.file, "form": t.form, "measure": t.measure, "columns": list(t.columns)}
        return {**about, "subgroup": t.subgroup, "k": self.k, **rest}
