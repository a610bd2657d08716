"""Records read in a second of CPU time, beside other readers in the same run; and the memory at 10,000 and 100,000.

Usage: python bench/parsers.py SAMPLES-FOLDER [records, default 5000 [speed [turns, default 3]]]

Peers are installed into an environment of their own under the system's temporary folder. For each format the records of
real exports are repeated up to the number wanted; readers take turns, and the best of each counts: take more turns
where other work disturbs the machine. With `speed` memory is not measured.
"""

import gzip
import os
import subprocess
import sys
import tempfile
import time
import venv
import warnings
from pathlib import Path

HERE = Path(__file__).resolve().parent
PLACE = Path(tempfile.gettempdir()) / "remit-bench-parsers"
NEEDED = ["numpy", "scipy", "PyYAML", "Jinja2"]


def in_environment() -> None:
    """Run this script again with the peers at hand, installing them the first time."""
    python = PLACE / "bin" / "python"
    if Path(sys.prefix).resolve() == PLACE.resolve():
        return
    import parsers_peers

    if not (PLACE / "ready").exists():
        venv.create(PLACE, with_pip=True, clear=True)
        subprocess.run([python, "-m", "pip", "-q", "install", *NEEDED, *parsers_peers.PACKAGES], check=True)
        (PLACE / "ready").touch()
    paths = os.pathsep.join([str(HERE.parent / "src"), str(HERE)])
    environment = {**os.environ, "PYTHONPATH": paths, "OMP_NUM_THREADS": "1"}
    os.execve(python, [str(python), *sys.argv], environment)


def repeated(samples: Path, scratch: Path, wanted: int) -> dict[str, Path]:
    """Write one file for each format, of about that many records."""
    exports, pubmed = samples / "exports", samples / "pubmed"
    made: dict[str, Path] = {}

    def write(name, parts, count, before=b"", after=b""):
        times = max(1, wanted // count)
        path = scratch / name
        with path.open("wb") as file:
            file.write(before)
            for _ in range(times):
                file.write(parts)
            file.write(after)
        return path

    def bytes_of(path):
        raw = path.read_bytes()
        return gzip.decompress(raw) if path.suffix == ".gz" else raw

    ovid = bytes_of(exports / "ovid_multifile_1_to_1000.ris.gz")
    made["ris (Ovid)"] = write("ovid.ris", ovid.rstrip() + b"\n\n", 1000)
    zotero = bytes_of(exports / "citesource_20221207_gambling-harms_pubmed_176.ris.gz")
    made["ris (Zotero)"] = write("zotero.ris", zotero.rstrip() + b"\r\n\r\n", 176)
    made["medline"] = write("pubmed.nbib", bytes_of(pubmed / "srdedupe_mini_pubmed.nbib").strip() + b"\r\n\r\n", 133)
    baseline = bytes_of(pubmed / "medline16n0902.xml.gz")
    start, end = baseline.find(b"<MedlineCitation "), baseline.rfind(b"</MedlineCitation>") + 18
    body = baseline[start:end].replace(b"<MedlineCitation ", b"<PubmedArticle><MedlineCitation ")
    body = body.replace(b"</MedlineCitation>", b"</MedlineCitation></PubmedArticle>")
    head = b'<?xml version="1.0" encoding="UTF-8"?>\n<PubmedArticleSet>\n'
    path = write("baseline.xml", body + b"\n", 604, head, b"</PubmedArticleSet>\n")
    with path.open("rb") as file, gzip.open(scratch / "baseline.xml.gz", "wb", compresslevel=1) as packed:
        packed.write(file.read())
    made["pubmed-xml"] = scratch / "baseline.xml.gz"
    endnote = bytes_of(samples / "dedupe" / "sweep_copper_endnote_gold.xml.gz")
    start, end = endnote.find(b"<record>"), endnote.rfind(b"</record>") + 9
    head = b'<?xml version="1.0" encoding="UTF-8" ?><xml><records>'
    made["endnote-xml"] = write("endnote.xml", endnote[start:end], 505, head, b"</records></xml>")
    zotero = bytes_of(exports / "asysd_zotero_export.bib.gz")
    made["bibtex"] = numbered(write("zotero.bib", zotero.rstrip() + b"\n\n", 1000))
    wos = bytes_of(exports / "revtools_restoration_WoS.ciw").strip()
    start = wos.find(b"PT ")
    made["wos"] = write("wos.ciw", wos[start:].removesuffix(b"EF"), 247, wos[:start], b"EF\n")
    head, _, rows = bytes_of(exports / "baysren_Scopus1.csv").partition(b"\n")
    made["table"] = write("scopus.csv", rows.rstrip() + b"\n", 19, head + b"\n")
    return made


def numbered(path: Path) -> Path:
    """Give each BibTeX entry a key of its own, as peers drop those whose key was there before."""
    parts = path.read_text(encoding="utf-8").split("\n@")
    path.write_text("\n@".join(part.replace("{", f"{{k{i}_", 1) for i, part in enumerate(parts)), encoding="utf-8")
    return path


def ours(path):
    from remit import ingest

    return sum(1 for _ in ingest.read(path))


def seconds(work, path):
    start = time.process_time()
    got = work(path)
    return time.process_time() - start, got if isinstance(got, int) else len(got)


def speeds(samples: Path, wanted: int, turns: int) -> None:
    import parsers_peers as peers

    warnings.filterwarnings("ignore")
    print("| format | remit, records/s | " + "peer, records/s (ratio) | " * 3 + "\n|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as scratch:
        for name, path in repeated(samples, Path(scratch), wanted).items():
            readers = [ours, *peers.PEERS[name.split(" ")[0]]]
            best: dict[str, float | str] = {}
            for _ in range(turns):
                for reader in readers:
                    use = path
                    if path.suffix == ".gz" and reader.__name__ == "bio_entrez":
                        use = path.with_suffix("")
                    try:
                        took, count = seconds(reader, use)
                        best[reader.__name__] = max(best.get(reader.__name__, 0.0), count / took)
                    except Exception as error:
                        best[reader.__name__] = f"{type(error).__name__}"
            mine = best.pop("ours")
            cells = [
                f"{peer} {rate:,.0f} (×{mine / rate:.1f})" if isinstance(rate, float) else f"{peer}: {rate}"
                for peer, rate in best.items()
            ]
            print(f"| {name} | {mine:,.0f} |", " | ".join(cells), "|", flush=True)


def memory(samples: Path) -> None:
    print("\n| format | peak MB at 10,000 | at 100,000 |\n|---|---|---|")
    peaks: dict[str, list[float]] = {}
    for wanted in (10_000, 100_000):
        with tempfile.TemporaryDirectory() as scratch:
            for name, path in repeated(samples, Path(scratch), wanted).items():
                done = subprocess.run([sys.executable, __file__, "--peak", path], capture_output=True, text=True)
                peaks.setdefault(name, []).append(float(done.stdout or "nan"))
    for name, (low, high) in peaks.items():
        print(f"| {name} | {low:.0f} | {high:.0f} |", flush=True)


def main() -> None:
    if sys.argv[1] == "--peak":
        ours(sys.argv[2])
        status = Path("/proc/self/status").read_text()
        print(int(status.partition("VmHWM:")[2].split()[0]) / 1024)
        return
    samples = Path(sys.argv[1])
    speeds(samples, int(sys.argv[2]) if len(sys.argv) > 2 else 5000, int(sys.argv[4]) if len(sys.argv) > 4 else 3)
    if len(sys.argv) < 4:
        memory(samples)


if __name__ == "__main__":
    in_environment()
    main()
