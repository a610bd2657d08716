"""A small review with records to screen, made anew for each test."""

import pytest

from remit import store
from remit.model.source_record import SourceRecord
from remit.store import texts

REVIEW = """format: 2
review: small
title: Small
version: "1"
date: 2026-01-01
licence: CC0-1.0
cite: c
notice: This review informs; it does not recommend a treatment for a patient.
living: {status: active, schedule: monthly, retirement: never}
people:
  - {id: ada, name: Ada, role: screening}
  - {id: ben, name: Ben, role: screening}
  - {id: cal, name: Cal, role: adjudication}
"""
CRITERIA = """
criteria:
  - {id: inc, effect: include, text: Children given blinatumomab}
  - {id: exc-adults, effect: exclude, text: Adults only}
  - {id: exc-animal, effect: exclude, text: Not in people}
screening: {readers: 2, recall: 0.9, confidence: 0.9, order: stored}
"""
HOSTILE = "<script>document.title='broken'</script><img src=x onerror=alert(1)>"


@pytest.fixture
def review(tmp_path):
    root = tmp_path / "small"
    store.new(root, "small", "Small")
    (root / "review.yaml").write_text(REVIEW)
    protocol = (root / "protocol.yaml").read_text()
    (root / "protocol.yaml").write_text(_without_criteria(protocol) + CRITERIA)
    (root / "searches").mkdir(exist_ok=True)
    for old in (root / "searches").glob("*.yaml"):
        old.unlink()
    (root / "searches" / "hand.yaml").write_text("search: hand\nsource: Hand\nroute: database\nhits: 5\n")
    rows = [f'a{i},hand,"{title}",Doe,2020,J,,,,' for i, title in enumerate(_titles(), 1)]
    header = "key,search,title,first_author,year,journal,doi,pmid,registry,url"
    (root / "records" / "records.csv").write_text("\n".join([header, *rows]) + "\n")
    for old in (root / "screening").rglob("*.csv"):
        old.unlink()
    (root / "records" / "pairs.csv").write_text("key,record,other,why,verdict,by,date\np1,a3,a4,title,,,\n")
    texts.write(root, {"a2": SourceRecord(title=HOSTILE, abstract="Children had blinatumomab.\nTwo parts.")})
    return root


def _titles():
    return ["Blinatumomab in children", "hostile", "One cohort of mice", "One cohort of mice.", "Adults"]


def _without_criteria(protocol: str) -> str:
    kept, inside = [], False
    for row in protocol.splitlines():
        if row and not row.startswith((" ", "#", "-")):
            inside = row.startswith(("criteria:", "screening:"))
        if not inside:
            kept.append(row)
    return "\n".join(kept) + "\n"
