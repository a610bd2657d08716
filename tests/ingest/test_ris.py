"""RIS: the dialects, and what is told when a file is not as it should be."""

import pytest

from remit import ingest
from remit.errors import UsageError
from remit.model.source_record import SourceRecord, Unread


def read(tmp_path, text, name="export.ris", **words):
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return list(ingest.read(path, **words))


OVID = """1.
TY  - JOUR
ID  - 30439442
T1  - Blinatumomab in first relapse.
A1  - Marrow, Ann B
A1  - Stem, Cy
Y1  - 2018//
N2  - Background: none. The
ER status of no patient was known.
JF  - Journal of invented haematology
JA  - J Inv Haem
VL  - 157
SP  - 53
EP  - 65
SN  - 1879-3150
SN  - 0041-0101
N1  - Comment in: Inv Med. 2019;1:2
DO  - https://dx.doi.org/10.1016%2Fj.inv.2018.11.007
L2  - http://ovidsp.ovid.com/ovidweb.cgi?T=JS&PAGE=reference&D=medp&NEWS=N&AN=30439442
ER  -

Link to the Ovid Full Text or citation: https://example.org/30439442

2.
TY  - JOUR
T1  - Another report
ER  -
NL  - https://example.org/2
"""


def test_ovid_counters_links_and_folded_lines_are_understood(tmp_path):
    one, two = read(tmp_path, OVID)
    assert one.title == "Blinatumomab in first relapse."
    assert one.abstract == "Background: none. The\nER status of no patient was known."
    assert one.authors == ("Marrow, Ann B", "Stem, Cy")
    assert (one.year, one.journal, one.pages) == (2018, "Journal of invented haematology", "53-65")
    assert (one.doi, one.pmid, one.source) == ("10.1016/j.inv.2018.11.007", "30439442", "medline")
    assert one.issn == ("1879-3150", "0041-0101")
    assert [r.relation for r in one.related] == ["comment-in"]
    assert ("JA", "J Inv Haem") in one.other and ("NL", "https://example.org/2") in two.other
    assert (one.number, two.number) == (1, 2)


def test_a_record_without_its_end_is_given_and_said(tmp_path):
    record, note = read(tmp_path, "TY  - JOUR\nTI  - Cut sho")
    assert isinstance(record, SourceRecord) and record.title == "Cut sho"
    assert isinstance(note, Unread) and "ends inside record 1" in note.seen


def test_an_unknown_format_is_refused(tmp_path):
    with pytest.raises(UsageError, match="ris"):
        read(tmp_path, OVID, format="word")
    with pytest.raises(UsageError, match="name a file"):
        list(ingest.read(tmp_path / "absent.ris"))


def test_prose_is_no_record(tmp_path):
    (note,) = read(tmp_path, "Dear colleague, please find nothing attached.", "letter.txt")
    assert isinstance(note, Unread) and "name its format" in note.advice


def test_a_file_of_one_empty_record_counts_from_one(tmp_path):
    got = read(tmp_path, "TY  - JOUR\n")
    assert got and all(isinstance(note, Unread) and note.number == 1 for note in got)


def test_records_that_lack_their_end_are_not_run_together(tmp_path):
    got = read(tmp_path, "TY  - JOUR\nTI  - One\nPY  - 2001\nTY  - JOUR\nTI  - Two\nPY  - 2002\nER  - \n" * 2)
    assert [r.title for r in got if isinstance(r, SourceRecord)] == ["One", "Two", "One", "Two"]


USUAL = "TY  - JOUR\nTI  - First\nPY  - 2020\nER  - \n"


@pytest.mark.parametrize("tag", ["{} - {}", "  {}  - {}", "\t{}  - {}", "{}- {}", "{}  -{}", "{}\t- {}", "    {} - {}"])
@pytest.mark.parametrize("ended", [True, False])
def test_a_record_written_otherwise_than_the_rest_is_read(tmp_path, tag, ended):
    lines = [("TY", "JOUR"), ("TI", "Second"), ("AU", "Doe, J"), ("AB", "A non-\nT- cell"), *([("ER", "")] * ended)]
    other = "".join(tag.format(name, text) + "\n" for name, text in lines)
    got = read(tmp_path, USUAL + other + USUAL.replace("First", "Third"))
    assert [r.title for r in got] == ["First", "Second", "Third"]
    assert (got[1].kind, got[1].authors, got[1].abstract, got[1].other) == ("JOUR", ("Doe, J",), "A non-\nT- cell", ())
    assert read(tmp_path, other)[0].title == "Second"


def test_fields_written_otherwise_than_the_type_are_read(tmp_path):
    got = read(tmp_path, USUAL + "TY  - JOUR\nTI - Second\nPY - 2021\nER - \n" + USUAL)
    assert [(r.title, r.year) for r in got] == [("First", 2020), ("Second", 2021), ("First", 2020)]


@pytest.mark.parametrize(
    ("note", "numbers"),
    [
        ("NCT02101853", ("NCT02101853",)),
        ("ClinicalTrials.gov: NCT02101853.", ("NCT02101853",)),
        ("Trial registration number ISRCTN12345678", ("ISRCTN12345678",)),
        ("EudraCT Number: 2014-000296-18", ("2014-000296-18",)),
        ("Some words\nTrial registration: DRKS00000001\nMore", ("DRKS00000001",)),
        ("Comment on the trial NCT02101853 by others", ()),
        ("NCT02101853 was compared with ours", ()),
    ],
)
def test_a_note_that_is_the_number_of_a_trial(tmp_path, note, numbers):
    (one,) = read(tmp_path, f"TY  - JOUR\nTI  - A\nN1  - Other\nN1  - {note}\nER  - \n")
    assert one.registry == numbers
    assert any(note.split("\n")[0] in text for _, text in one.other)


def test_a_file_of_blanks_is_called_so(tmp_path):
    (note,) = read(tmp_path, " \n\t\n ")
    assert note.seen == "nothing but blanks"
