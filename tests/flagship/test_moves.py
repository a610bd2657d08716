"""Adding one invented study to a copy of the shipped review moves exactly the findings it should."""

import json
import shutil

import pytest

pytestmark = pytest.mark.flagship

STUDY = """\
study: invented-trial
name: INVENTED
family: invented-trial
family_reason: one invented trial
design: single-arm
phase: "2"
populations: [relapsed-refractory]
age_group: children
lineage: b-all
enrolled: 40
treated: 40
reports:
  - {id: invented-2026, kind: article, title: An invented trial, first_author: Nobody, year: 2026, url: "https://example.org/x"}
arms:
  - id: ino
    label: Inotuzumab
    role: experimental
    agents: [inotuzumab-ozogamicin]
    class: antibody-drug-conjugate
    targets: [CD22]
    n: 40
"""
SEARCH = """\
search: told-by-post
source: A letter
route: citation
query: ""
date: 2026-11-22
hits: 1
"""
COUNTS = (
    "key,arm,outcome,months,events,total,proportion,lower,upper,level,basis,population,scale,threshold,"
    "report,locator,url,source,extracted_by,checked_by,flags,note\n"
    "c1,ino,cr-cri,2,30,40,,,,,treated,all treated,,,invented-2026,Table 2,https://example.org/x,primary,r1,,,\n"
)


def add_study(root):
    folder = root / "studies" / "invented-trial"
    folder.mkdir()
    (folder / "study.yaml").write_text(STUDY, encoding="utf-8")
    (folder / "counts.csv").write_text(COUNTS, encoding="utf-8")
    (root / "searches" / "told-by-post.yaml").write_text(SEARCH, encoding="utf-8")
    insert(
        root / "records" / "records.csv",
        "invented-2026,told-by-post,An invented trial,Nobody,2026,,,,,https://example.org/x",
    )
    insert(
        root / "screening" / "full-text" / "r1.csv", "zz-invented,invented-2026,include,inc-targeted,a test,2026-11-22"
    )


def insert(path, row):
    head, *rows = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join([head, *sorted([*rows, row], key=lambda r: r.split(",")[0])]) + "\n", encoding="utf-8")


def test_one_new_study_moves_the_findings_it_enters_and_no_other(flagship):
    code, said = flagship.run("show", "--json", "--moved")
    assert code == 0
    assert json.loads(said) == []
    add_study(flagship.root)
    code, said = flagship.run("show", "--json", "--moved")
    assert code == 0
    moved = {row["id"] for row in json.loads(said)}
    assert moved == {
        "antibody-drug-conjugate-rr-remission",
        "antibody-drug-conjugate-rr-remission-all-designs",
        "antibody-drug-conjugate-rr-response",
        "inotuzumab-ozogamicin-rr-remission",
    }
    code, said = flagship.run("show", "inotuzumab-ozogamicin-rr-remission")
    assert code == 0
    assert "studies/invented-trial/counts.csv:2" in said
    assert "moved since the last build" in said


def test_building_writes_what_moved_and_then_nothing_is_stale(flagship, tmp_path):
    add_study(flagship.root)
    code, _ = flagship.run("status")
    assert code == 1
    code, said = flagship.run("build", "--out", str(tmp_path / "site"))
    assert code == 0
    assert "inotuzumab-ozogamicin-rr-remission" in said
    code, said = flagship.run("check", "--quiet")
    assert code == 0, said
    assert (tmp_path / "site" / "study-invented-trial.html").is_file()
    shutil.rmtree(tmp_path / "site")


def test_two_builds_give_the_same_bytes_and_a_third_does_nothing(flagship, tmp_path):
    one, two = tmp_path / "one", tmp_path / "two"
    assert flagship.run("build", "--out", str(one))[0] == 0
    assert flagship.run("build", "--out", str(two))[0] == 0
    names = sorted(p.relative_to(one).as_posix() for p in one.rglob("*") if p.is_file())
    assert names == sorted(p.relative_to(two).as_posix() for p in two.rglob("*") if p.is_file())
    for name in names:
        assert (one / name).read_bytes() == (two / name).read_bytes(), name
    code, said = flagship.run("build", "--out", str(two))
    assert code == 0
    assert "unchanged since the last build" in said


def test_a_build_never_overwrites_files_it_did_not_write(flagship, tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("years of work", encoding="utf-8")
    code, said = flagship.run("build", "--out", str(tmp_path / "mine"))
    assert code == 2
    assert "thesis" in said or "no build wrote" in said
    assert (tmp_path / "mine" / "thesis.txt").read_text(encoding="utf-8") == "years of work"
