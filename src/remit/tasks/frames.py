"""Findings, estimates and values as data frames (needs the extra `frames`)."""

from typing import TYPE_CHECKING, Literal

from remit.errors import UsageError
from remit.model.observation import Contrast, Count, Median, Survival
from remit.tasks.results import Results

if TYPE_CHECKING:
    import narwhals as nw
    from narwhals._native import NativeDataFrame

Table = Literal["findings", "estimates", "values"]
Backend = Literal["polars", "pandas", "pyarrow"]
Cell = str | int | float | None


def frame(opened: Results, table: Table = "findings", backend: Backend = "polars") -> "nw.DataFrame[NativeDataFrame]":
    """Return one row per finding, per study estimate that entered, or per value as extracted.

    The frame is a narwhals frame; `.to_native()` gives the polars, pandas or pyarrow one.
    Raises UsageError when narwhals or the backend is not installed.
    """
    try:
        import narwhals as nw
    except ImportError as missing:
        raise UsageError("data frames need narwhals: pip install 'remit[frames]'") from missing
    rows = {"findings": _findings, "estimates": _estimates, "values": _values}[table](opened)
    columns: dict[str, list[Cell]] = {name: [row[name] for row in rows] for name in (rows[0] if rows else {})}
    try:
        return nw.from_dict(columns, backend=backend)
    except ImportError as missing:
        raise UsageError(f"{backend} is not installed: pip install {backend}") from missing


def _findings(opened: Results) -> list[dict[str, Cell]]:
    out: list[dict[str, Cell]] = []
    for f in opened.findings.values():
        p = f.pooled
        row: dict[str, Cell] = {
            "finding": f.id,
            "title": f.analysis.title,
            "kind": f.analysis.kind,
            "k": f.k,
            "n": f.n,
            "estimate": f.estimate,
            "lower": f.lower,
            "upper": f.upper,
            "prediction_lower": p.prediction_lower if p else None,
            "prediction_upper": p.prediction_upper if p else None,
            "tau2": p.tau2 if p else None,
            "i2": p.i2 if p else None,
            "certainty": f.certainty.level if f.certainty else None,
            "sentence": f.sentence,
        }
        out.append(row)
    return out


def _estimates(opened: Results) -> list[dict[str, Cell]]:
    names = ("study", "arm", "comparator", "report", "key", "basis", "scale", "months", "events", "total")
    more = ("estimate", "lower", "upper", "effect", "variance", "weight", "route")
    return [
        {"finding": f.id, **{n: getattr(u, n) for n in (*names, *more)}}
        for f in opened.findings.values()
        for u in f.used
    ]


def _values(opened: Results) -> list[dict[str, Cell]]:
    out: list[dict[str, Cell]] = []
    for data, row in opened.review.rows():
        value: float | None
        if isinstance(row, Count):
            table, value, total = "counts", row.proportion, row.total
        elif isinstance(row, Survival):
            table, value, total = "survival", row.probability, row.total
        elif isinstance(row, Median):
            table, value, total = "medians", row.median, row.total
        else:
            assert isinstance(row, Contrast)
            table, value, total = "contrasts", row.estimate, row.total_arm
        out.append(
            {
                "study": data.study.id,
                "table": "curves" if row.curve else table,
                "key": row.key,
                "arm": row.arm,
                "outcome": row.outcome,
                "months": row.months,
                "events": row.events if isinstance(row, Count) else None,
                "total": total,
                "value": value,
                "lower": row.lower,
                "upper": row.upper,
                "report": row.source.report,
                "locator": row.source.locator,
                "source": row.source.kind,
                "flags": ";".join(row.flags),
            }
        )
    return out
