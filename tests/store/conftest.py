"""A small invented review on disk, and a way to break it."""

from collections.abc import Callable
from pathlib import Path

import pytest

COUNTS = (
    "key,arm,outcome,months,events,total,proportion,lower,upper,level,basis,population,scale,threshold,"
    "report,locator,url,source,extracted_by,checked_by,flags,note\n"
)
SURVIVAL = (
    "key,arm,outcome,months,measure,probability,lower,upper,level,se,total,basis,population,transplant,"
    "report,locator,url,source,extracted_by,checked_by,flags,note\n"
)
MEDIANS = (
    "key,arm,outcome,median,lower,upper,level,total,basis,population,transplant,"
    "report,locator,url,source,extracted_by,checked_by,flags,note\n"
)
CONTRASTS = (
    "key,arm,comparator,outcome,months,measure,estimate,lower,upper,level,p,events_arm,total_arm,"
    "events_comparator,total_comparator,basis,population,transplant,"
    "report,locator,url,source,extracted_by,checked_by,flags,note\n"
)

FILES = {
    "review.yaml": """\
format: 2
review: invented
title: An invented review
version: 1.0
date: 2020-01-02
people:
  - {id: ab, name: A. B., role: extraction}
  - {id: cd, name: C. D., role: checking}
""",
    "protocol.yaml": """\
questions:
  - id: main
    title: Does it work?
    populations: [relapsed]
criteria:
  - {id: inc-trial, effect: include, text: A trial}
  - {id: exc-adults, effect: exclude, text: Adults only}
populations:
  - {id: relapsed, name: Relapsed}
classes:
  - {id: car-t, name: CAR T cells}
  - {id: chemotherapy, name: Chemotherapy}
agents:
  - {id: cells-a, name: Cells A}
  - {id: drug-b, name: Drug B}
scales:
  - {id: ctcae-5, name: CTCAE 5}
outcomes:
  - {id: cr, name: Remission, kind: proportion, direction: higher-is-better, group: efficacy, importance: 9}
  - {id: crs, name: CRS, kind: proportion, direction: lower-is-better, group: harm, importance: 7, graded: yes}
  - {id: os, name: Survival, kind: time-to-event, direction: higher-is-better, group: efficacy, importance: 9}
analyses:
  - id: "{class}-cr"
    each: {class: [car-t, chemotherapy]}
    title: Remission with {class}
    question: main
    class: "{class}"
    kind: proportion
    outcomes: [cr]
    where: {class: ["{class}"], design: ["!registry"]}
    basis: [infused, treated]
    important: [0.5, 0.7]
    allow: {mixed-ages: few trials}
  - {id: os-24, title: Survival, question: main, kind: survival, outcomes: [os], months: 24, window: 1}
  - {id: hr, title: Ratio, question: main, kind: contrast, measure: HR, outcomes: [os], versus: {role: [control]}}
matrix:
  - {column: Remission, analysis: "{class}-cr"}
claims:
  - id: more-than-half
    statement: More than half reach remission.
    kind: rate
    test: {kind: all, tests: [{kind: threshold, finding: car-t-cr, op: ">", threshold: 0.5}]}
    recorded: uncertain
    recorded_on: 2020-01-02
    why: two trials
amendments:
  - {date: 2020-01-03, what: an outcome, why: needed}
""",
    "certainty.yaml": """\
signatures:
  - {analysis: car-t-cr, level: low, reason: few people, by: cd, date: 2020-01-02}
""",
    "horizon.csv": (
        "key,registry,name,agents,classes,population,phase,design,planned,status,completion,primary_outcome,url,"
        "seen_on\nh1,NCT00000009,Coming,cells-z,car-t,children,2,single-arm,40,recruiting,,,https://example.org/h,\n"
    ),
    "searches/hand.yaml": "search: hand\nsource: by hand\nroute: citation\n",
    "records/records.csv": (
        "key,search,title,first_author,year,journal,doi,pmid,registry,url\n"
        "alpha-2018,hand,Alpha,Ay,2018,J,10.0/a,1,NCT00000001,https://example.org/a\n"
        "beta-2019,hand,Beta,Bee,2019,J,,,,\n"
        'gamma-2017,hand,"Gamma, in adults",Gee,2017,J,,,,\n'
    ),
    "screening/full-text/ab.csv": (
        "key,record,verdict,criterion,reason,date\n"
        "d1,alpha-2018,include,inc-trial,,2020-01-02\n"
        "d2,beta-2019,include,inc-trial,,2020-01-02\n"
        "d3,gamma-2017,exclude,exc-adults,all over 18,2020-01-02\n"
    ),
    "studies/alpha/study.yaml": """\
study: alpha
name: ALPHA
family: alpha
design: single-arm
populations: [relapsed]
age_group: children
age_min: 1
age_max: 17.5
lineage: b-all
reports:
  - {id: alpha-2018, kind: article, year: 2018, url: "https://example.org/a"}
arms:
  - {id: all, label: "Cells A, infused", role: experimental, agents: [cells-a], class: car-t, targets: [CD19], n: 30}
  - {id: low, label: Low dose, role: experimental, agents: [cells-a], class: car-t, n: 9, part_of: all}
ledger:
  - {stage: enrolled, n: 40, arm: all, report: alpha-2018, locator: abstract}
""",
    "studies/alpha/counts.csv": COUNTS
    + "c1,all,cr,,24,30,0.8,0.61,0.92,0.95,infused,infused,,,alpha-2018,Table 2,https://example.org/a,primary,ab,cd,,\n"
    "c2,all,crs,,3,30,,,,,infused,infused,ctcae-5,,alpha-2018,Table 3,,primary,ab,,no-address,\n"
    'c10,all,other:liver,,1,30,,,,,infused,infused,,,alpha-2018,Table 3,,label,ab,,no-address,"one, mild"\n',
    "studies/alpha/survival.csv": SURVIVAL
    + "s1,all,os,24,survival,0.62,0.41,0.65,0.95,,30,infused,all,censored,alpha-2018,p 5,https://example.org/a,primary,ab,,,\n",
    "studies/alpha/medians.csv": MEDIANS
    + "m1,all,os,19.1,9,NR,0.95,30,infused,all,not-stated,alpha-2018,p 5,https://example.org/a,primary,ab,,,\n"
    "m2,low,os,NR,,,,9,infused,low,not-stated,alpha-2018,p 5,https://example.org/a,primary,ab,,,\n",
    "studies/alpha/corrections.yaml": """\
corrections:
  - {table: survival, key: s1, column: upper, expect: "0.65", use: "0.85", reason: misprint, by: cd, date: 2020-01-02}
""",
    "studies/alpha/bias.yaml": """\
appraisals:
  - tool: jbi-case-series
    version: "2020"
    by: ab
    date: 2020-01-02
    answers:
      q1: {answer: "yes", support: stated in the methods}
""",
    "studies/beta/study.yaml": """\
study: beta
name: BETA
family: beta
design: randomised
populations: [relapsed]
age_group: children
lineage: b-all
reports:
  - {id: beta-2019, kind: article, year: 2019}
arms:
  - {id: new, label: Drug B, role: experimental, agents: [drug-b], class: chemotherapy, n: 50}
  - {id: old, label: Usual, role: control, agents: [], class: chemotherapy, n: 51}
""",
    "studies/beta/contrasts.csv": CONTRASTS
    + "k1,new,old,os,,HR,0.7,0.5,0.98,0.95,.04,20,50,30,51,randomised,all,not-censored,beta-2019,p 3,https://example.org/b,primary,"
    "ab,,,\n",
    "mechanisms/agents.csv": (
        "key,name,class,modality,targets,identifiers,first_approval,pediatric_approval,urls\n"
        "cells-a,Cells A,car-t,cells,CD19,CHEMBL1,,,https://example.org/m\n"
    ),
    "mechanisms/edges.csv": (
        "key,subject,relation,object,class,note,urls\ne1,cells-a,binds,CD19,car-t,,https://example.org/m\n"
    ),
    "mechanisms/resistance.csv": (
        "key,class,agent,mechanism,frequency,urls\nr1,car-t,cells-a,loss of CD19,1 of 3,https://example.org/m\n"
    ),
    "mechanisms/entities.csv": "key,name,kind,curie,synonyms,url\nn1,CD19,gene,NCBIGene:930,B4;CVID3,\n",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An invented review of two studies that reads without a problem."""
    root = tmp_path / "review"
    for name, text in FILES.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode("utf-8"))
    return root


@pytest.fixture
def change(folder: Path) -> Callable[[str, str, str], None]:
    """Replace the one place in a file where some words stand."""

    def replace(file: str, old: str, new: str) -> None:
        path = folder / file
        text = path.read_bytes().decode("utf-8")
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {file}"
        path.write_bytes(text.replace(old, new).encode("utf-8"))

    return replace
