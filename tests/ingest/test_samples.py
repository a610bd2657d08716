"""Real exports, where they are at hand: as many records out as in, and how many of them have each field.

The folder is named by REMIT_SAMPLES, or found beside the repository. Counts are those its README files state.
"""

import os
from pathlib import Path

import pytest

from remit import ingest
from remit.model.source_record import SourceRecord, Unread


def folder() -> Path | None:
    named = os.environ.get("REMIT_SAMPLES")
    place = Path(named) if named else Path(__file__).resolve().parents[2].parent / "shared" / "samples"
    return place if place.is_dir() else None


# file: format, source, records; then how many have abstract, authors, year, journal, pages, doi, pmid
EXPORTS = {
    "asreview_embase.ris": ("ris", "embase", 6, 6, 6, 6, 6, 6, 6, 3),
    "asreview_embase.csv": ("table", "embase", 6, 6, 6, 6, 6, 6, 6, 0),
    "asreview_ovid_psycinfo.ris": ("ris", "psycinfo", 6, 6, 6, 6, 6, 5, 6, 0),
    "asreview_scopus.ris": ("ris", "scopus", 6, 6, 6, 6, 6, 6, 6, 5),
    "asreview_proquest.ris": ("ris", "ptsdpubs", 6, 6, 6, 6, 6, 3, 6, 0),
    "asreview_pubmed_endnote.txt": ("ris", "pubmed", 6, 6, 6, 6, 6, 6, 6, 6),
    "asreview_web_of_science.txt": ("ris", "wos", 10, 10, 10, 10, 10, 10, 10, 0),
    "asreview_ris_issue_992.txt": ("ris", "", 19, 8, 3, 19, 19, 19, 3, 2),
    "asreview_faulty_year.ris": ("ris", "", 1, 1, 0, 0, 0, 0, 0, 0),
    "asreview_baseline_zotero.ris": ("ris", "lens", 100, 98, 100, 100, 100, 100, 100, 17),
    "baysren_Embase1.csv": ("table", "embase", 19, 19, 19, 19, 19, 16, 19, 14),
    "baysren_Scopus1.csv": ("table", "scopus", 19, 19, 19, 19, 19, 19, 19, 0),
    "ovid_multifile_1_to_1000.ris.gz": ("ris", "medline", 1000, 574, 997, 1000, 1000, 965, 275, 895),
    "ovid_multifile_3001_to_3130.ris": ("ris", "psycinfo", 130, 128, 130, 130, 130, 128, 71, 0),
    "citesource_20221207_gambling-harms_scopus_255.ris.gz": ("ris", "scopus", 255, 237, 253, 255, 255, 236, 253, 0),
    "citesource_20221207_gambling-harms_pubmed_176.ris.gz": ("ris", "", 176, 157, 175, 176, 176, 155, 176, 0),
    "citesource_20221207_gambling-harms_psycinfo_124.ris.gz": ("ris", "psycinfo", 124, 124, 124, 124, 122, 87, 118, 0),
    "citesource_20221207_gambling-harms_lens_49.ris.gz": ("ris", "lens", 49, 49, 48, 49, 43, 35, 44, 23),
    "citesource_Dimensions_246.ris.gz": ("ris", "dimensions", 246, 243, 246, 246, 236, 218, 246, 76),
    "asysd_zotero_export.bib.gz": ("bibtex", "wos", 1000, 776, 1000, 997, 1000, 884, 718, 0),
    "asysd_mendeley_export.xml.gz": ("endnote-xml", "", 1233, 1128, 1226, 1233, 1233, 1195, 1064, 0),
    "asysd_scopus.ris": ("ris", "scopus", 10, 10, 10, 10, 10, 10, 10, 5),
    "bwallace_protonbeam_level1_endnote.xml.gz": ("endnote-xml", "", 243, 240, 243, 242, 243, 16, 0, 0),
    "revtools_restoration_WoS.ciw": ("wos", "wos", 247, 215, 247, 247, 247, 246, 176, 55),
    "srdedupe_mini_wos.ciw": ("wos", "wos", 5, 5, 5, 5, 5, 5, 5, 0),
    "openrefine_ctgov_records.ris.gz": ("ris", "ctgov", 147, 147, 0, 147, 0, 0, 0, 0),
    "openrefine_ISRCTN_records.ris.gz": ("ris", "isrctn", 74, 74, 0, 74, 0, 0, 74, 0),
    "colrev/ebsco_bib.bib": ("bibtex", "", 2, 2, 2, 1, 2, 1, 0, 0),
    "colrev/eric_nbib.nbib": ("medline", "eric", 1, 1, 1, 1, 1, 1, 1, 0),
    "colrev/europe_pmc_bib.bib": ("bibtex", "europepmc", 2, 2, 2, 2, 1, 1, 2, 1),
    "colrev/ieee_csv.csv": ("table", "", 2, 2, 2, 0, 2, 0, 2, 0),
    "colrev/psycinfo_ris.ris": ("ris", "psycinfo", 1, 1, 1, 1, 1, 1, 1, 1),
    "colrev/scopus_bib.bib": ("bibtex", "scopus", 11, 0, 10, 11, 11, 9, 10, 0),
    "colrev/web_of_science_bib.bib": ("bibtex", "wos", 2, 0, 2, 2, 2, 2, 2, 0),
}
PUBMED = {
    "medline16n0902.xml.gz": ("pubmed-xml", "pubmed", 604, 526, 603, 604, 604, 604, 579, 604),
    "srdedupe_mini_pubmed.nbib": ("medline", "pubmed", 133, 133, 133, 133, 131, 130, 127, 133),
    "revtools_restoration_pubmed.nbib.gz": ("medline", "pubmed", 104, 96, 104, 104, 104, 86, 104, 104),
    "biopython_pubmed_result2.nbib.txt": ("medline", "pubmed", 4, 4, 4, 4, 4, 4, 3, 4),
    "biopython_pubmed1.xml": ("pubmed-xml", "pubmed", 2, 1, 2, 2, 2, 2, 1, 2),
}
FIELDS = ("abstract", "authors", "year", "journal", "pages", "doi", "pmid")


def found(*parts):
    place = folder()
    if place is None:
        pytest.skip("real exports are not here; name their folder in REMIT_SAMPLES")
    got = list(ingest.read(place.joinpath(*parts)))
    return [r for r in got if isinstance(r, SourceRecord)], [r for r in got if isinstance(r, Unread)]


@pytest.mark.parametrize(("part", "name"), [*(("exports", n) for n in EXPORTS), *(("pubmed", n) for n in PUBMED)])
def test_as_many_records_as_the_file_has(part, name):
    format, source, count, *filled = {**EXPORTS, **PUBMED}[name]
    records, unread = found(part, name)
    assert len(records) == count
    assert [r.number for r in records] == list(range(1, count + 1))
    assert {r.format for r in records} == {format}
    sources = [r.source for r in records]
    assert max(sorted(set(sources)), key=sources.count) == source
    assert all(r.title for r in records)
    assert [sum(bool(getattr(r, field)) for r in records) for field in FIELDS] == filled
    told = name.endswith("ebsco_bib.bib") or name == "medline16n0902.xml.gz"  # a broken entry; a deleted citation
    assert len(unread) == (1 if told else 0)


def test_single_answers_of_efetch():
    place = folder()
    if place is None:
        pytest.skip("real exports are not here; name their folder in REMIT_SAMPLES")
    paths = sorted((place / "pubmed" / "efetch_metapub").glob("*.xml"))
    for path in paths:
        records, unread = found("pubmed", "efetch_metapub", path.name)
        assert (len(records), len(unread)) == ((0, 1) if path.stem == "37909814" else (1, 0)), path.name
        assert all(r.pmid == path.stem and r.title and r.year for r in records)


def test_tricky_fields_of_pubmed():
    records, _ = found("pubmed", "medline16n0902.xml.gz")
    by = {r.pmid: r for r in records}
    assert by["17942999"].abstract.startswith("PURPOSE: An auditory")
    assert by["17942999"].keywords[-1] == "Pitch Perception/*physiology"
    assert sum("VernacularTitle" in dict(r.other) or r.title[:1] != "[" for r in records) >= 18
    assert {n[:3] for r in records for n in r.registry} <= {"NCT", "ISR", "200", "201"}


def test_the_same_record_from_xml_and_text_is_the_same():
    xml, _ = found("pubmed", "biopython_pubmed4.xml")
    assert xml[0].title == (
        "Leucocyte telomere length, genetic variants at the TERT gene region and risk of pancreatic cancer."
    )


def test_ovid_doi_and_notes():
    records, _ = found("exports", "ovid_multifile_1_to_1000.ris.gz")
    assert records[0].doi == "10.1016/j.toxicon.2018.11.007"
    assert records[0].issn == ("1879-3150", "0041-0101")
    relations = {one.relation for r in records for one in r.related}
    assert {"comment-in", "comment-on", "corrected-by"} <= relations
    assert {r.source for r in records} == {"medline", "central"}
