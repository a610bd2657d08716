"""Duplicates beside two peers, and at scale.

    .venv/bin/python bench/duplicates.py SAMPLES [--peers FOLDER] [--model FS_V1.JSON]
                                         [--scale 10000,100000,1000000] [--peer-scale 10000]

SAMPLES holds the gold sets (a folder a set: records.csv.gz and gold.json). bib-dedupe 0.11.0 and srdedupe 0.1.1 are
installed into FOLDER (default: a temporary one). srdedupe's package lacks the model it needs, `models/fs_v1.json` of
its repository: without --model it is left out; pairs it decides to be duplicates count as merged. Every program runs in
a process of its own on one thread; CPU seconds are of that process and its children, memory is its peak.

Printed for each set: precision, recall and F1 of merged pairs, distinct records wrongly merged, pairs left to a person,
CPU seconds, records a CPU second. F1* takes the
gold pairs whose two records bear different DOIs for what their DOIs say: two documents.
"""

import argparse
import csv
import gzip
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
import venv
from collections import Counter
from itertools import combinations
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "src"))

from duplicates_made import made

from remit.model.source_record import SourceRecord

PEERS = ("bib-dedupe==0.11.0", "srdedupe==0.1.1")
FIELDS = (
    *("ID", "ENTRYTYPE", "title", "author", "year", "journal", "booktitle", "volume", "number", "pages", "doi"),
    "abstract",
)
ONE = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "NUMEXPR_NUM_THREADS": "1"}


def record(row):
    """A row of a gold set as a record."""
    return SourceRecord(
        key=row["ID"],
        kind=row["ENTRYTYPE"],
        title=row["title"],
        abstract=row["abstract"],
        authors=tuple(a for a in row["author"].split(" and ") if a),
        year=int(row["year"]) if row["year"].isdigit() else None,
        journal=row["journal"] or row["booktitle"],
        volume=row["volume"],
        issue=row["number"],
        pages=row["pages"],
        doi=row["doi"],
    )


def each_row(file):
    csv.field_size_limit(10**9)
    with gzip.open(file, "rt", encoding="utf-8", newline="") as lines:
        yield from csv.DictReader(lines)


def rows_of(file):
    return list(each_row(file))


def run_remit(file, _):
    """Groups, pairs left to a person, and CPU seconds: rows are read as they are needed, and their reading counts."""
    from remit.dedupe.find import duplicates

    ids = []

    def incoming():
        for row in each_row(file):
            ids.append(row["ID"])
            yield record(row)

    start = time.process_time()
    found = duplicates(incoming())
    seconds = time.process_time() - start
    groups = {}
    for i, kept in enumerate(found.kept):
        groups.setdefault(kept, []).append(ids[i])
    return [g for g in groups.values() if len(g) > 1], len(found.alike), seconds


def run_bib(file, _):
    import pandas
    from bib_dedupe.bib_dedupe import block, cluster, match, prep

    table = pandas.DataFrame(rows_of(file))
    start = time.process_time()
    matched = match(block(prep(table, cpu=1, verbosity_level=0), cpu=1, verbosity_level=0), cpu=1, verbosity_level=0)
    groups = cluster(matched, verbosity_level=0)
    seconds = time.process_time() - start
    return groups, int((matched["duplicate_label"] == "maybe").sum()), seconds


def run_sr(file, scratch):
    from srdedupe.engine import PipelineConfig, run_pipeline

    rows = rows_of(file)
    ris, out = Path(scratch) / "in.ris", Path(scratch) / "out"
    tags = (("T2", "journal"), ("PY", "year"), ("VL", "volume"), ("IS", "number"), ("DO", "doi"), ("AB", "abstract"))
    with ris.open("w", encoding="utf-8") as text:
        for row in rows:
            first, _, last = row["pages"].replace("--", "-").partition("-")
            lines = ["TY  - JOUR", f"TI  - {row['title']}"]
            lines += [f"AU  - {a}" for a in row["author"].split(" and ") if a]
            lines += [f"{tag}  - {row[name]}" for tag, name in tags if row[name]]
            lines += [f"SP  - {first}"] * bool(first) + [f"EP  - {last}"] * bool(last)
            text.write("\n".join(" ".join(line.split("\n")) for line in lines) + "\nER  -\n\n")
    start = time.process_time()
    config = PipelineConfig(fpr_alpha=0.01, t_low=0.3, output_dir=out, fs_model_path=os.environ["SRDEDUPE_MODEL"])
    result = run_pipeline(input_path=ris, config=config)
    seconds = time.process_time() - start
    if not result.success:
        raise SystemExit(result.error_message)
    read = [json.loads(line)["rid"] for line in (out / "stage1" / "canonical_records.jsonl").open()]
    assert len(read) == len(rows), (len(read), len(rows))
    at = {rid: row["ID"] for rid, row in zip(read, rows, strict=True)}
    decisions = [json.loads(line) for line in (out / "stage4" / "pair_decisions.jsonl").open()]
    group = {r: {r} for r in read}
    for d in decisions:
        if d["decision"] == "AUTO_DUP" and group[d["rid_a"]] is not group[d["rid_b"]]:
            group[d["rid_a"]] |= group[d["rid_b"]]
            group.update(dict.fromkeys(group[d["rid_a"]], group[d["rid_a"]]))
    together = {id(g): [at[r] for r in g] for g in group.values() if len(g) > 1}
    return list(together.values()), sum(d["decision"] == "REVIEW" for d in decisions), seconds


RUNS = {"remit": run_remit, "bib-dedupe": run_bib, "srdedupe": run_sr}


def child(name, file):
    """Run one program on one file and print what it found as JSON."""
    with tempfile.TemporaryDirectory() as scratch:
        shown, sys.stdout = sys.stdout, sys.stderr
        groups, left, seconds = RUNS[name](file, scratch)
        sys.stdout = shown
    own, below = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    seconds += below.ru_utime + below.ru_stime
    peak = max(own.ru_maxrss, below.ru_maxrss) / 1024
    print(json.dumps({"groups": groups, "left": left, "seconds": seconds, "peak": peak}))


def ask(name, file, pythons):
    command = [pythons[name], __file__, "--child", name, str(file)]
    ended = subprocess.run(command, env=ONE, capture_output=True, text=True, check=False)
    if ended.returncode:
        print(f"{name} failed on {file}: {ended.stderr[-300:]}")
        return None
    return json.loads(ended.stdout.splitlines()[-1])


def pairs(groups):
    return {tuple(sorted(p)) for g in groups for p in combinations(g, 2)}


def score(found, gold, apart):
    """Precision, recall, F1 of pairs, F1 with the pairs of `apart` as two documents, records wrongly merged."""
    got, want = pairs(found["groups"]), pairs(gold)
    document = {record: n for n, group in enumerate(gold) for record in group}
    wrong = sum(len({document.get(r, r) for r in group}) - 1 for group in found["groups"])
    right = len(got & want)
    f1 = [2 * len(got & b) / max(1, len(got) + len(b)) for b in (want, want - apart)]
    return right / max(1, len(got)), right / len(want), *f1, wrong


def install(folder):
    place = Path(folder)
    python = place / "bin" / "python"
    if not python.exists():
        venv.create(place, with_pip=True)
        subprocess.run([python, "-m", "pip", "-q", "install", *PEERS], check=True, capture_output=True)
    return str(python)


def sets(samples, names, pythons):
    print(f"{'set':20s} {'program':12s} {'P':>6s} {'R':>6s} {'F1':>6s} {'F1*':>6s} wrong  left    CPU s  rec/s   MB")
    for place in sorted(p.parent for p in Path(samples).glob("*/gold.json")):
        gold = json.loads((place / "gold.json").read_text())
        rows = rows_of(place / "records.csv.gz")
        doi = {row["ID"]: row["doi"].lower() for row in rows}
        apart = {p for p in pairs(gold) if doi[p[0]] and doi[p[1]] and doi[p[0]] != doi[p[1]]}
        for name in names:
            found = ask(name, place / "records.csv.gz", pythons)
            if found is None:
                continue
            p, r, f, f_apart, wrong = score(found, gold, apart)
            seconds = found["seconds"]
            print(
                f"{place.name:20s} {name:12s} {p:6.4f} {r:6.4f} {f:6.4f} {f_apart:6.4f} {wrong:5d} {found['left']:5d} "
                f"{seconds:8.2f} {len(rows) / seconds:6.0f} {found['peak']:5.0f}",
                flush=True,
            )
        print(f"{place.name:20s} F1* takes {len(apart)} gold pairs with two DOIs for two documents")


def scale(sizes, names, pythons, peer_most):
    print(
        f"\n{'records':>9s} {'program':12s} {'P':>7s} {'R':>7s} wrong  left     CPU s  rec/s    MB   (invented records)"
    )
    for size in sizes:
        with tempfile.TemporaryDirectory() as scratch:
            file, truth = Path(scratch) / "records.csv.gz", []
            with gzip.open(file, "wt", encoding="utf-8", newline="", compresslevel=1) as text:
                out = csv.DictWriter(text, FIELDS)
                out.writeheader()
                for n, (r, document) in enumerate(made(size)):
                    truth.append(document)
                    out.writerow(row(n, r))
            for name in names if size <= peer_most else ("remit",):
                found = ask(name, file, pythons)
                if found is None:
                    continue
                counts = [Counter(truth[int(i)] for i in g) for g in found["groups"]]
                two = lambda many: sum(c * (c - 1) // 2 for c in many)  # noqa: E731
                right, got = sum(two(c.values()) for c in counts), two(len(g) for g in found["groups"])
                wrong = sum(len(c) - 1 for c in counts)
                print(
                    f"{size:9d} {name:12s} {right / max(1, got):7.5f} {right / two(Counter(truth).values()):7.5f} "
                    f"{wrong:5d} {found['left']:5d} {found['seconds']:9.1f} {size / found['seconds']:6.0f} "
                    f"{found['peak']:5.0f}",
                    flush=True,
                )


def row(n, r):
    people = " and ".join(r.authors)
    cells = (n, "article", r.title, people, r.year or "", r.journal, "", r.volume, r.issue, r.pages, r.doi, r.abstract)
    return dict(zip(FIELDS, cells, strict=True))


def main():
    if sys.argv[1:2] == ["--child"]:
        child(*sys.argv[2:4])
        return
    words = argparse.ArgumentParser()
    words.add_argument("samples")
    words.add_argument("--peers")
    words.add_argument("--model")
    words.add_argument("--scale", default="10000,100000,1000000")
    words.add_argument("--peer-scale", type=int, default=10_000)
    args = words.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        peer = install(args.peers or scratch)
        pythons = {"remit": sys.executable, "bib-dedupe": peer, "srdedupe": peer}
        names = ["remit", "bib-dedupe"]
        if args.model:
            ONE["SRDEDUPE_MODEL"] = args.model
            names.append("srdedupe")
        sets(args.samples, names, pythons)
        scale([int(n) for n in args.scale.split(",")], names, pythons, args.peer_scale)


if __name__ == "__main__":
    main()
