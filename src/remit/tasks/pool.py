"""Pool a bare table of studies, and draw its forest plot."""

from pathlib import Path

from remit import synthesise
from remit.errors import UsageError
from remit.model.table import PooledTable
from remit.store import study_table
from remit.synthesise import Choices


def pool(
    path: str | Path,
    measure: str = "",
    subgroup: str = "",
    choices: Choices | None = None,
    plot: str | Path | None = None,
) -> PooledTable:
    """Return what the CSV file at `path` gives; with `plot`, write its forest plot there as SVG.

    Raises
    ------
    UsageError
        There is no such file, or a choice does not go with its columns.
    ReviewError
        The file cannot be read as it stands, or a row's numbers cannot be: nothing is written.
    """
    if plot is not None:
        plottable(Path(plot), Path(path))
    found = synthesise.pooled_table(study_table.read(path, measure, subgroup), choices)
    if plot is not None:
        from remit.report import forest_svg

        try:
            Path(plot).write_bytes(forest_svg.draw(found).encode())
        except OSError as error:
            raise UsageError(f"{plot} cannot be written: {str(error.strerror).lower()}; name another file") from None
    return found


def plottable(target: Path, table: Path) -> None:
    """Refuse a plot that is no .svg file, has no folder to stand in, or would replace the table."""
    if target.suffix.lower() != ".svg":
        raise UsageError(f"{target} is not an .svg file; name the plot, such as forest.svg")
    if not target.parent.is_dir():
        raise UsageError(f"there is no folder {target.parent}; make it first")
    if target.exists() and table.exists() and target.samefile(table):
        raise UsageError(f"{target} is the table itself; name another plot")
    if target.exists() and not target.is_file():
        raise UsageError(f"{target} is not a plain file; name another plot")
