"""The table of searches adds up with the flow."""

import csv

from remit import screen, store


def test_each_search_is_a_line_and_the_lines_add_up_with_the_flow(tmp_path):
    root = tmp_path / "r"
    store.new(root, "r", "R")
    held = store.read(root)
    rows = list(csv.reader(screen.search_table(held).splitlines()))
    assert rows[0][0] == "1 Database name / 3 Study registries"
    assert len(rows) == 1 + len(held.searches)
    flow = screen.flow(held)
    assert all(int(r[4]) == int(r[5]) + int(r[6]) for r in rows[1:])
    assert sum(int(r[6]) for r in rows[1:]) == flow["duplicates"]
    assert sum(int(r[4]) for r in rows[1:]) == sum(n for _, _, _, n in flow.sources)
