"""Tables as people make and damage them: headings that are not in the first row, quotation marks that never close."""

import csv
import io
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from remit import ingest
from remit.ingest import rows
from remit.model.source_record import SourceRecord


def read(tmp_path, data, name="a.csv", **words):
    path = tmp_path / name
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    got = list(ingest.read(path, **words))
    records = [r for r in got if isinstance(r, SourceRecord)]
    return records, [r for r in got if not isinstance(r, SourceRecord)]


def titles(records):
    return [(r.title, r.year) for r in records]


@pytest.mark.parametrize("mark", [",", "\t", ";"])
@pytest.mark.parametrize("more", [1, 3, 500])
def test_a_quotation_mark_that_is_never_closed_spoils_its_own_row_only(tmp_path, mark, more):
    lines = ["Title,Authors,Year", "A,B,2020", '"Bad unclosed,D,2021', *(f"E{n},F,2022" for n in range(more))]
    records, unread = read(tmp_path, "\n".join(lines).replace(",", mark) + "\n")
    assert titles(records) == [("A", 2020), ("Bad unclosed", 2021), *((f"E{n}", 2022) for n in range(more))]
    assert [(u.number, u.line) for u in unread] == [(2, 3)] and "never closed" in unread[0].seen


def test_an_unclosed_mark_before_rows_in_quotes_of_their_own(tmp_path):
    text = (
        'Title,Abstract,Year\n"Bad, x,2020\n"C ""quoted""","Two\nlines, with, commas",2021\n"D, too","E",2022\n'
        'G,"Abstract, cut,2023\nH,"I",2024\n'
    )
    records, unread = read(tmp_path, text)
    assert [r.year for r in records] == [2020, 2021, 2022, None, 2024]
    assert records[3].abstract == "Abstract, cut,2023"
    assert (records[1].title, records[1].abstract) == ('C "quoted"', "Two\nlines, with, commas")
    assert [u.line for u in unread] == [2, 6]


CELL = st.text('ab ,;\t"\n', max_size=8).map(str.strip)


@given(st.lists(st.lists(CELL, min_size=3, max_size=3), max_size=8), st.sampled_from(",;\t"), st.booleans())
def test_rows_written_as_they_should_be_are_read_as_the_csv_module_reads_them(table, mark, quoted):
    held = io.StringIO()
    style = csv.QUOTE_ALL if quoted else csv.QUOTE_MINIMAL
    csv.writer(held, delimiter=mark, quoting=style, lineterminator="\n").writerows(table)
    lines = held.getvalue().splitlines(keepends=True)
    got = list(rows.rows(iter(lines), mark, 3, 1))
    assert [(row.cells, row.fault) for row in got] == [(cells, "") for cells in csv.reader(lines, delimiter=mark)]
    assert [row.line for row in got][:1] == [1] * bool(lines)


@given(st.lists(st.text('ab,"\n', max_size=10), max_size=12), st.integers(1, 4))
def test_no_line_is_lost_or_read_twice(lines, width):
    text = [line.replace("\n", "") + "\n" for line in lines]
    got = list(rows.rows(iter(text), ",", width, 1))
    letters = "".join(c for row in got for cell in row.cells for c in cell if c in "ab")
    assert letters == "".join(c for line in text for c in line if c in "ab")
    assert [row.line for row in got] == sorted(row.line for row in got)


def test_the_last_row_with_an_unclosed_mark(tmp_path):
    records, unread = read(tmp_path, 'Title,Authors,Year\nA,B,2020\n"Last,C,2021\n')
    assert titles(records) == [("A", 2020), ("Last", 2021)] and [u.line for u in unread] == [3]


def test_a_cell_of_many_lines_that_is_closed_is_one_cell(tmp_path):
    text = 'Title,Year,Abstract\nA,2020,"Background: a, b\nC,2021,D\nE,2022,F"\nB,2021,"said ""yes"""\n'
    records, unread = read(tmp_path, text)
    assert titles(records) == [("A", 2020), ("B", 2021)] and unread == []
    assert records[0].abstract == "Background: a, b\nC,2021,D\nE,2022,F"


def test_marks_within_a_cell_without_marks_are_text(tmp_path):
    records, unread = read(tmp_path, 'Title,Year\n5" tubes,2020\nA "b" c,2021\n')
    assert titles(records) == [('5" tubes', 2020), ('A "b" c', 2021)] and unread == []


def test_columns_of_the_same_name_are_told_apart_and_kept(tmp_path):
    text = "Title,Title,Year,DOI,DOI,\nFirst,Second,2020,10.1000/a,10.1000/b,x\n"
    (one,), _ = read(tmp_path, text)
    assert one.other == (("Title.2", "Second"), ("DOI.2", "10.1000/b"), ("column 6", "x"))
    assert ingest.sniff(tmp_path / "a.csv").columns == {
        "Title": "title",
        "Title.2": "title",
        "Year": "year",
        "DOI": "doi",
        "DOI.2": "doi",
        "column 6": "other",
    }
    (one,), _ = read(tmp_path, text, columns={"Title": "other", "Title.2": "title"})
    assert (one.title, one.other[0]) == ("Second", ("Title", "First"))


def test_a_column_whose_place_another_has_is_kept(tmp_path):
    text = (
        "Title,Original Title,Publication Year,Date of Publication,Pages,Article Number\nA,Un,2020,13 Jan 2020,1-9,e5\n"
    )
    (one,), _ = read(tmp_path, text)
    assert one.other == (("Original Title", "Un"), ("Date of Publication", "13 Jan 2020"), ("Article Number", "e5"))


def test_a_table_without_headings_is_told_and_can_be_named(tmp_path):
    text = 'Some paper,"Doe, J",2020\nOther paper,"Roe, J",2021\n'
    records, unread = read(tmp_path, text)
    assert records == [] and "no headings: Some paper, Doe, J, 2020" in unread[0].seen
    assert "--column title='column 1'" in unread[0].advice
    records, unread = read(tmp_path, text, columns={"column 1": "title", "column 3": "year"})
    assert titles(records) == [("Some paper", 2020), ("Other paper", 2021)] and unread == []


def test_a_table_without_a_title_is_told(tmp_path):
    records, unread = read(tmp_path, "Titel;Autoren;DOI\nEins;B;10.1000/a\n")
    assert len(records) == 1 and "no column is taken for the title: Titel, Autoren, DOI" in unread[0].seen
    assert read(tmp_path, "Titel;Autoren;DOI\nEins;B;10.1000/a\n", columns={"Titel": "title"})[1] == []


@pytest.mark.parametrize("name", ["a.csv", "export"])
def test_headings_below_other_lines_are_found_and_their_line_is_said(tmp_path, name):
    text = '\n"Search results, Database X"\nExported 2024-01-01\n\nTitle,Authors,Year,DOI\nA paper,B,2020,10.1000/x\n'
    (one,), unread = read(tmp_path, text, name)
    assert (one.title, one.year, unread) == ("A paper", 2020, [])
    guess = ingest.sniff(tmp_path / name)
    assert "heading row, line 5," in guess.why and guess.columns["Title"] == "title"


def test_a_row_above_the_headings_is_told(tmp_path):
    _, unread = read(tmp_path, "Lost,B,2019\nTitle,Authors,Year\nA,B,2020\n")
    assert [(u.line, u.seen) for u in unread] == [(1, "Lost,B,2019")]


def test_what_is_shown_is_what_is_read(tmp_path):
    read(tmp_path, "sep=;\nTitel;Authors;Year\nA,1;B;2020\n")
    guess = ingest.sniff(tmp_path / "a.csv", columns={"Titel": "title"})
    assert guess.columns == {"Titel": "title", "Authors": "authors", "Year": "year"}
    (one,), _ = read(tmp_path, "sep=;\nTitel;Authors;Year\nA,1;B;2020\n", columns={"Titel": "title"})
    assert one.title == "A,1"


def test_a_cell_that_begins_with_at_is_no_bibtex(tmp_path):
    records, _ = read(tmp_path, "Title,Authors,Year\n=1+1,A,2020\n@SUM(1),B,2021\n")
    assert [(r.format, r.title) for r in records] == [("table", "=1+1"), ("table", "@SUM(1)")]


def book(sheets):
    openpyxl = pytest.importorskip("openpyxl")
    made = openpyxl.Workbook()
    made.remove(made.active)
    for name, table in sheets.items():
        sheet = made.create_sheet(name)
        for row in table:
            sheet.append(row)
    held = io.BytesIO()
    made.save(held)
    return held.getvalue()


def said_to_be(data, size):
    """A workbook whose sheets say that they are of another size."""
    held = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(held, "w") as new:
        for member in old.infolist():
            text = old.read(member)
            if member.filename.startswith("xl/worksheets/sheet"):
                begin, end = text.index(b"<dimension"), text.index(b"/>", text.index(b"<dimension"))
                text = text[:begin] + f'<dimension ref="{size}"'.encode() + text[end:]
            new.writestr(member, text)
    return held.getvalue()


ROWS = [["Title", "Year"], *([f"Paper {n}", 2020] for n in range(5))]


@pytest.mark.parametrize("size", ["A1", "A1:B3", "A1:B6"])
def test_a_sheet_is_as_large_as_it_is(tmp_path, size):
    records, unread = read(tmp_path, said_to_be(book({"S": ROWS}), size), "a.xlsx")
    assert titles(records) == [(f"Paper {n}", 2020) for n in range(5)] and unread == []


def test_sheets_with_the_same_headings_are_read_and_the_others_told(tmp_path):
    data = book({"Notes": [["See below"]], "One": ROWS, "Two": ROWS[:3], "Three": [["Name", "Place"], ["A", "B"]]})
    records, unread = read(tmp_path, data, "a.xlsx")
    assert [r.number for r in records] == list(range(1, 8))
    assert [u.seen for u in unread] == ["sheet 'One' was read, and not: 'Notes', 'Three'"]
    guess = ingest.sniff(tmp_path / "a.xlsx")
    assert "sheet 'One', headings in row 1" in guess.why and guess.columns == {"Title": "title", "Year": "year"}


def test_formulas_that_were_never_worked_out_are_told_by_record(tmp_path):
    records, unread = read(tmp_path, book({"S": [["Title", "Year"], ["A", 2019], ["=A1&B1", 2020]]}), "a.xlsx")
    assert titles(records) == [("A", 2019), ("", 2020)]
    assert [(u.number, u.line, u.seen) for u in unread] == [(2, 3, "a formula without a value in Title: =A1&B1")]


def test_a_sheet_with_lines_above_its_headings(tmp_path):
    data = book({"S": [["Export of", "today"], [], *ROWS]})
    records, _ = read(tmp_path, data, "a.xlsx")
    assert len(records) == 5 and "headings in row 3" in ingest.sniff(tmp_path / "a.xlsx").why
