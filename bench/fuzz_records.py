"""Look for a file that makes a reader raise or hang, guided by which lines of it were reached.

Usage: python bench/fuzz_records.py [SECONDS, default 120] [SAMPLES-FOLDER]

The fuzzer (atheris) is installed into an environment of its own. It begins with the invented files of tests, and with
the real ones where a folder is named, and mutates them; the first byte chooses the format, or none. A run ends
with the number of inputs tried; an input that raises, or takes more than ten seconds, is written beside and named.
The fuzzer keeps some 60 kB for each input; the same inputs read without it leave nothing behind.
"""

import gzip
import os
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

HERE = Path(__file__).resolve().parent
PLACE = Path(tempfile.gettempdir()) / "remit-bench-fuzz"
FORMATS = [
    "",
    "ris",
    "medline",
    "wos",
    "bibtex",
    "pubmed-xml",
    "endnote-xml",
    "table",
    "xlsx",
    "refer",
    "cochrane-text",
    "ovid-text",
]
LONGEST = 20_000


def in_environment() -> None:
    """Run this script again with the fuzzer at hand, installing it the first time."""
    python = PLACE / "bin" / "python"
    if Path(sys.prefix).resolve() == PLACE.resolve():
        return
    if not (PLACE / "ready").exists():
        venv.create(PLACE, with_pip=True, clear=True)
        subprocess.run(
            [python, "-m", "pip", "-q", "install", "atheris", "numpy", "lxml", "openpyxl", "httpx"], check=True
        )
        (PLACE / "ready").touch()
    paths = os.pathsep.join([str(HERE.parent / "src"), str(HERE.parent / "tests" / "ingest")])
    os.execve(python, [str(python), *sys.argv], {**os.environ, "PYTHONPATH": paths})


def corpus(folder: Path, samples: Path | None) -> None:
    """Write the files to begin with, each after the byte that chooses its format."""
    import samples as invented

    texts = [*invented.RIS.values(), invented.MEDLINE, invented.WOS, invented.BIBTEX]
    texts += [invented.PUBMED, invented.ENDNOTE, *invented.CSV.values()]
    found = [text.encode() for text in texts]
    for path in sorted(samples.rglob("*")) if samples else []:
        if path.is_file() and path.suffix in (".ris", ".txt", ".csv", ".xml", ".bib", ".nbib", ".ciw", ".gz"):
            raw = path.read_bytes()
            found.append((gzip.decompress(raw) if path.suffix == ".gz" else raw)[:LONGEST])
    for at, text in enumerate(found):
        (folder / f"{at:04}").write_bytes(b"\x00" + text)


def main() -> None:
    import atheris

    with atheris.instrument_imports(include=["remit.ingest"]):
        from remit import ingest
        from remit.ingest import reading
        from remit.ingest.source import Source

    import io

    seconds = sys.argv[1] if len(sys.argv) > 1 else "120"
    folder = Path(tempfile.mkdtemp(prefix="remit-fuzz-"))
    corpus(folder, Path(sys.argv[2]) if len(sys.argv) > 2 else None)

    def one(data: bytes) -> None:
        if not data:
            return
        source = Source("fuzz", io.BytesIO(data[1:]))
        name = FORMATS[data[0] % len(FORMATS)] or reading.formats.guess(source, reading._look(source)).format
        for item in ingest.FORMATS[name].read(source) if name else ():
            assert item.number >= 1

    options = [f"-max_total_time={seconds}", f"-max_len={LONGEST}", "-timeout=10", "-rss_limit_mb=6000"]
    atheris.Setup([sys.argv[0], *options, f"-artifact_prefix={folder}/", str(folder)], one)
    atheris.Fuzz()


if __name__ == "__main__":
    in_environment()
    main()
