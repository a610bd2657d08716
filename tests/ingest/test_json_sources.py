"""Records out of the JSON and XML of Europe PMC, OpenAlex, Crossref and trial registries."""

import gzip
import io
import json
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from remit.ingest import (
    any_json,
    crossref,
    ctgov,
    europepmc,
    json_stream,
    openalex,
    registries,
    registry_results,
    registry_results_xml,
)
from remit.ingest.json_stream import Broken, Element, elements
from remit.ingest.json_tree import Node, leaves, named
from remit.ingest.registry_ids import found_in
from remit.model.source_record import SourceRecord, Unread


def bytes_of(value) -> io.BytesIO:
    return io.BytesIO(json.dumps(value).encode())


def samples() -> Path:
    named = os.environ.get("REMIT_SAMPLES")
    place = Path(named) if named else Path(__file__).resolve().parents[2].parent / "shared" / "samples"
    if not place.is_dir():
        pytest.skip("sample files are not here; name their folder in REMIT_SAMPLES")
    return place


def test_a_preprint_id_is_no_pubmed_id():
    answer = {
        "hitCount": 2,
        "resultList": {
            "result": [
                {
                    "id": "PPR123456",
                    "source": "PPR",
                    "title": "Early <i>word</i>.",
                    "doi": "10.1101/ABC",
                    "pubYear": "2020",
                },
                {"id": "777", "source": "MED", "title": "Later word", "authorString": "Ay B, Cee DE, The Group."},
            ]
        },
    }
    early, later = europepmc.read_json(bytes_of(answer))
    assert (early.pmid, early.key, early.kind, early.title) == ("", "PPR:PPR123456", "Preprint", "Early word.")
    assert early.doi == "10.1101/abc"
    assert (later.pmid, later.authors) == ("777", ("Ay, B", "Cee, DE", "The Group"))


def test_europe_pmc_carries_retractions_and_corrections():
    ties = [
        {"id": "9", "source": "MED", "reference": "J. 2021;1:2", "type": "Retraction in"},
        {"id": "8", "source": "MED", "reference": "J. 2020;1:2", "type": "Erratum in"},
        {"id": "7", "source": "PPR", "type": "Preprint of"},
    ]
    (record,) = europepmc.read_json(
        bytes_of([{"id": "1", "source": "MED", "title": "T", "commentCorrectionList": {"commentCorrection": ties}}])
    )
    assert record.retracted
    assert [t.relation for t in record.related] == ["retracted-by", "corrected-by", "other"]
    assert record.related[0].ref == "J. 2021;1:2 (PMID 9)"


def test_xml_and_json_of_europe_pmc_give_the_same_record():
    xml = b"""<responseWrapper><resultList><result><id>5</id><source>MED</source><pmid>5</pmid>
    <title>A &lt;b&gt;T&lt;/b&gt;</title>
    <authorList><author><lastName>Ay</lastName><firstName>Bee</firstName></author></authorList><pubYear>2019</pubYear></result>
    </resultList></responseWrapper>"""
    value = {
        "resultList": {
            "result": [
                {
                    "id": "5",
                    "source": "MED",
                    "pmid": "5",
                    "title": "A <b>T</b>",
                    "authorList": {"author": [{"lastName": "Ay", "firstName": "Bee"}]},
                    "pubYear": "2019",
                }
            ]
        }
    }
    (a,), (b,) = europepmc.read_xml(io.BytesIO(xml)), europepmc.read_json(bytes_of(value))
    assert (
        (a.title, a.authors, a.year, a.pmid) == (b.title, b.authors, b.year, b.pmid) == ("A T", ("Ay, Bee",), 2019, "5")
    )


def test_an_inverted_index_becomes_text_again():
    work = {
        "id": "https://openalex.org/W1",
        "doi": "https://doi.org/10.1/X",
        "title": "T",
        "publication_year": 2022,
        "is_retracted": True,
        "ids": {"pmid": "https://pubmed.ncbi.nlm.nih.gov/42"},
        "abstract_inverted_index": {"the": [0, 2], "more": [1], "better": [3], "NCT01234567": [4], "far": [10**9]},
        "authorships": [{"author": {"display_name": "Ann B. Cee"}}],
    }
    (record,) = openalex.read(bytes_of({"meta": {"count": 1}, "results": [work]}))
    assert record.abstract == "the more the better NCT01234567"
    assert (record.doi, record.pmid, record.key, record.retracted) == ("10.1/x", "42", "W1", True)
    assert (record.authors, record.registry) == (("Cee, Ann B.",), ("NCT01234567",))


@given(st.lists(st.text(st.characters(categories=["L", "N"]), min_size=1), max_size=40))
def test_any_text_survives_inversion(words):
    index: dict[str, list[int]] = {}
    for place, word in enumerate(words):
        index.setdefault(word, []).append(place)
    assert openalex.in_order(index) == " ".join(words)


def test_crossref_notices_name_what_they_retract():
    work = {
        "DOI": "10.1/Notice",
        "type": "journal-article",
        "title": ["Retraction: T"],
        "publisher": "P",
        "issued": {"date-parts": [[2021, 3]]},
        "abstract": "<jats:title>Abstract</jats:title><jats:sec>"
        "<jats:title>Aim</jats:title><jats:p>p &lt; 0.05, x < y</jats:p></jats:sec>",
        "update-to": [{"DOI": "10.1/Old", "type": "retraction"}],
        "author": [{"family": "Ay", "given": "B"}, {"name": "The Group"}],
    }
    (record,) = crossref.read(bytes_of({"status": "ok", "message": {"items": [work]}}))
    assert record.abstract == "Aim: p < 0.05, x < y"
    assert [(t.relation, t.ref) for t in record.related] == [("retracts", "doi 10.1/old")]
    assert not record.retracted
    assert (record.authors, record.year) == (("Ay, B", "The Group"), 2021)
    (single,) = any_json.read(
        bytes_of({"status": "ok", "message": {**work, "updated-by": [{"DOI": "10.1/N", "type": "retraction"}]}})
    )
    assert single.retracted


def study(number: str, **more) -> dict:
    names = {"nctId": number, "briefTitle": "Brief", "officialTitle": "Official", **more}
    return {"protocolSection": {"identificationModule": names}, "hasResults": False}


def test_secondary_ids_link_registries():
    second = [{"id": "2014-002606-20", "type": "EUDRACT_NUMBER"}, {"id": "ISRCTN12345678"}, {"id": "U10CA180886"}]
    (record,) = ctgov.read_json(bytes_of({"studies": [study("NCT00000001", secondaryIdInfos=second)]}))
    assert record.registry == ("NCT00000001", "2014-002606-20", "ISRCTN12345678")
    assert ("secondaryId", "U10CA180886") in record.other
    assert record.title == "Official"
    assert ("briefTitle", "Brief") in record.other
    assert found_in("EudraCT 2014-002606-20; CTIS 2022-500244-37-00, nct01234567.") == (
        "2014-002606-20",
        "2022-500244-37-00",
        "NCT01234567",
    )


LEAVES = st.none() | st.booleans() | st.integers(0, 9) | st.text("ab ", max_size=3)
TREES = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("abc", max_size=2), inner, max_size=3)
)


@given(
    st.dictionaries(st.text("abc", min_size=1, max_size=2), TREES, max_size=4), st.text("abc", min_size=1, max_size=1)
)
def test_what_nobody_takes_is_kept(value, key):
    every = [(named(path), text) for path, text in leaves(value)]
    assert list(Node(value).rest()) == every
    node = Node(value)
    node.drop(key)
    assert list(node.rest()) == [(named(p), t) for p, t in leaves(value) if p[0] != key]


def test_who_portal_trials_keep_their_other_numbers():
    xml = (
        b"<Trials_downloaded_from_ICTRP><Trial><TrialID>EUCTR2014-002606-20-AT</TrialID>"
        b"<Public_title>T</Public_title><Secondary_ID>NCT02464969;CV185</Secondary_ID>"
        b"<Date_registration>20/05/2016</Date_registration></Trial></Trials_downloaded_from_ICTRP>"
    )
    (record,) = registries.read_ictrp(io.BytesIO(xml))
    assert record.registry == ("2014-002606-20", "NCT02464969")
    assert record.year == 2016


def test_one_bad_record_loses_nothing_else():
    text = b'{"studies": [{"protocolSection": {}}, {"protocolSection": {bad}, "x": "]}"}, 7, {"protocolSection": {}}]}'
    got = list(ctgov.read_json(io.BytesIO(text)))
    assert [type(g) for g in got] == [SourceRecord, Unread, Unread, SourceRecord]
    assert [g.number for g in got] == [1, 2, 3, 4]
    unbalanced = (
        b'{"studies": [{"protocolSection": {bad], "x": "]}"}}, {"protocolSection": {}}, {"protocolSection": {}}]}'
    )
    assert [type(g) for g in ctgov.read_json(io.BytesIO(unbalanced))][-1] is SourceRecord


@given(st.binary(max_size=200))
def test_no_bytes_end_in_a_traceback(content):
    for reader in (any_json.read, europepmc.read_json, europepmc.read_xml, ctgov.read_xml):
        list(reader(io.BytesIO(content)))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text('ab 1<"', max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("ab", max_size=3), inner, max_size=3),
    max_leaves=12,
)
KEYS = [
    "id",
    "source",
    "title",
    "protocolSection",
    "identificationModule",
    "ids",
    "abstract_inverted_index",
    "author",
    "DOI",
]


@given(st.dictionaries(st.sampled_from(KEYS), JSON, max_size=5))
def test_any_shape_reads_as_some_record(value):
    for record in (
        europepmc.record,
        openalex.record,
        crossref.record,
        ctgov.record,
        registries.ctis,
        registries.isrctn,
    ):
        assert isinstance(record(value, 1), SourceRecord)


@given(st.lists(st.dictionaries(st.text('ab[]{}"', max_size=4), JSON, max_size=3), max_size=6), st.integers(0, 400))
def test_half_a_file_gives_its_first_half(values, cut):
    whole = json.dumps({"results": values}).encode()
    got = list(elements(io.BytesIO(whole[:cut])))
    read = [g.value for g in got if isinstance(g, Element)]
    if cut >= len(whole):
        assert read == values
    elif any(isinstance(g, Broken) for g in got):
        assert [v for v in read if v in values] == read


def test_texts_and_values_of_any_length_are_cut_and_told(monkeypatch):
    monkeypatch.setattr(json_stream, "CHUNK", 1000)
    monkeypatch.setattr(json_stream, "TEXT_LIMIT", 2000)
    monkeypatch.setattr(json_stream, "LARGEST", 20_000)
    long = [{"t": "a" * 5000, "n": ["b" * 2001]}, {"t": 'x\\"' * 20_000}, {"t": "last"}]
    for text in (json.dumps({"results": long}), json.dumps(long), "\n".join(map(json.dumps, long))):
        got = list(elements(io.BytesIO(text.encode())))
        first, told, skipped, last = got
        assert first == Element(1, 1, {"t": "a" * 2000, "n": ["b" * 2000]})
        assert isinstance(told, Broken) and "its last 3,001 were left out" in told.seen and told.number == 1
        assert isinstance(skipped, Broken) and "a value of more than 20,000" in skipped.seen
        assert isinstance(last, Element) and last.value == {"t": "last"}


def test_a_line_each_and_deep_nesting():
    text = (
        b'{"id": "https://openalex.org/W1", "title": "A"}\n{broken\n{"id": "https://openalex.org/W2", "title": "B"}\n'
    )
    got = list(any_json.read(io.BytesIO(text)))
    assert [getattr(g, "title", None) for g in got] == ["A", None, "B"]
    assert got[1].line == 2
    deep = b'{"results": [' + b"[" * 200_000 + b"]" * 200_000 + b', {"id": "https://openalex.org/W3"}]}'
    assert [type(g) for g in any_json.read(io.BytesIO(deep))] == [Unread, SourceRecord]


def raw_results(path: Path) -> list[dict]:
    return json.loads(path.read_text(encoding="utf-8"))["resultList"]["result"]


def test_europe_pmc_samples_lose_nothing():
    for path in sorted((samples() / "europepmc").glob("*.json")):
        raw = raw_results(path)
        with path.open("rb") as stream:
            got = list(any_json.read(stream))
        assert [g.key for g in got] == [f"{r['source']}:{r['id']}" for r in raw], path.name
        for mine, theirs in zip(got, raw, strict=True):
            assert mine.doi == theirs.get("doi", "").lower()
            assert mine.pmid == theirs.get("pmid", "")
            assert "".join(mine.title.split()) == "".join(europepmc._TAG.sub("", theirs.get("title", "")).split())
            assert bool(mine.abstract) == bool(theirs.get("abstractText"))
    with (samples() / "europepmc" / "search_cancer.xml").open("rb") as stream:
        xml = list(europepmc.read_xml(stream))
    lite = [europepmc.record(r, 1) for r in raw_results(samples() / "europepmc" / "search_cancer.json")]
    assert [(x.key, x.title, x.doi, x.authors) for x in xml] == [(x.key, x.title, x.doi, x.authors) for x in lite]


def test_registry_samples_lose_nothing():
    for path in sorted((samples() / "ctgov").glob("v2_*.json")):
        raw = json.loads(path.read_text(encoding="utf-8"))["protocolSection"]
        with path.open("rb") as stream:
            (got,) = any_json.read(stream)
        assert got.key == raw["identificationModule"]["nctId"] == path.stem.removeprefix("v2_")
        assert got.title == raw["identificationModule"]["officialTitle"]
        assert got.abstract == raw["descriptionModule"]["briefSummary"].strip()
        cited = [r for r in raw.get("referencesModule", {}).get("references", []) if r.get("pmid")]
        assert sum("PMID" in t.ref for t in got.related) == len(cited)
    for path in sorted((samples() / "ctgov").glob("legacy_*.xml")):
        with path.open("rb") as stream:
            (got,) = ctgov.read_xml(stream)
        assert got.key == path.stem.removeprefix("legacy_")
        assert got.title and got.abstract
    with gzip.open(samples() / "ctgov" / "legacy_fullstudies_NCT02028676.json.gz") as stream:
        (got,) = any_json.read(stream)
    assert (got.key, got.title[:20]) == ("NCT02028676", "A Randomised Trial o")


def test_one_trial_in_seven_states_has_one_number():
    got = []
    for path in sorted((samples() / "ctgov" / "other_registries").glob("*.json")):
        with path.open("rb") as stream:
            got += list(any_json.read(stream))
    assert len(got) == 13
    states = [g for g in got if g.source == "euctr"]
    assert len(states) == 7
    assert {g.registry[0] for g in states} == {"2014-002606-20"}
    assert {"ISRCTN76463425", "NCT01727609"} <= {n for g in got for n in g.registry}


def test_posted_results_of_the_samples_are_whole():
    counted = {}
    for path in sorted((samples() / "ctgov").glob("v2_*.json")):
        raw = json.loads(path.read_text(encoding="utf-8")).get("resultsSection")
        with path.open("rb") as stream:
            (got,) = registry_results.read(stream)
        if raw is None:
            assert isinstance(got, Unread)
            continue
        text = json.dumps(raw)
        assert sum(len(o.measurements) for o in got.outcomes) == sum(
            len(c["measurements"])
            for o in raw["outcomeMeasuresModule"]["outcomeMeasures"]
            for k in o.get("classes", [])
            for c in k["categories"]
        )
        assert sum(len(o.comparisons) for o in got.outcomes) == text.count('"nonInferiorityType"')
        places = [m.locator for o in got.outcomes for m in o.measurements]
        assert len(set(places)) == len(places)
        counted[got.numbers[0]] = got
    assert len(counted) == 7
    trial = counted["NCT00567567"]
    assert len(trial.outcomes) == 17
    assert sum(not o.measurements for o in trial.outcomes) == 3
    assert (sum(e.serious for e in trial.events), sum(not e.serious for e in trial.events)) == (75, 152)
    first = trial.outcomes[0]
    assert [(m.value, m.lower, m.upper, m.denominator) for m in first.measurements] == [
        ("48.8", "41.1", "56.5", "179"),
        ("61.8", "53.8", "69.8", "176"),
    ]
    assert (first.comparisons[0].parameter, first.comparisons[0].value) == ("Log Rank Test Statistic", "6.9883")
    na = [m for o in counted["NCT02552212"].outcomes for m in o.measurements if m.value == "NA"]
    assert [m.comment for m in na] == ["Values were below the level of quantification."]


def test_posted_results_of_the_older_xml_are_whole():
    for path in sorted((samples() / "ctgov").glob("legacy_*.xml")):
        text = path.read_text(encoding="utf-8")
        with path.open("rb") as stream:
            (got,) = registry_results_xml.read(stream)
        if "<clinical_results>" not in text:
            assert isinstance(got, Unread)
            continue
        posted = text[text.index("<outcome_list>") : text.index("</outcome_list>")]
        assert len(got.outcomes) == posted.count("<outcome>")
        assert sum(len(o.measurements) for o in got.outcomes) == posted.count("<measurement ")
        assert sum(len(o.comparisons) for o in got.outcomes) == posted.count("<analysis>")
        assert len(got.events) + 2 == text.count("<event>")
        if path.stem.endswith("NCT01207388"):
            first = got.outcomes[0].measurements[0]
            assert (first.value, first.lower, first.upper, first.denominator) == ("77.9", "69.1", "85.1", "113")
            assert got.threshold == "5"


RESULTS_XML = b"""<clinical_study><id_info><nct_id>NCT00000001</nct_id></id_info><clinical_results>
<outcome_list><outcome><type>Primary</type><title>T</title><group_list><group group_id="O1"><title>G</title></group>
</group_list><measure><units>months</units><param>Median</param><analyzed_list><analyzed><units>Participants</units>
<count_list><count group_id="O1" value="9"/></count_list></analyzed></analyzed_list><class_list><class><title>C</title>
<category_list><category><measurement_list><measurement group_id="O1" value="NA" lower_limit="2">Not reached
</measurement></measurement_list></category></category_list></class></class_list></measure></outcome></outcome_list>
<reported_events><serious_events><category_list><category><title>Total</title><event_list><event><sub_title>Total</sub_title>
<counts group_id="E1" subjects_affected="3" subjects_at_risk="9"/></event></event_list></category><category><title>Blood
</title><event_list><event><sub_title vocab="V">Anemia</sub_title><counts group_id="E1" subjects_at_risk="9"/></event>
</event_list></category></category_list></serious_events></reported_events></clinical_results></clinical_study>"""


def test_results_of_the_older_xml_keep_comments_and_places():
    (got,) = registry_results_xml.read(io.BytesIO(RESULTS_XML))
    (value,) = got.outcomes[0].measurements
    assert (value.value, value.comment, value.lower, value.denominator) == ("NA", "Not reached", "2", "9")
    assert (value.class_title, value.locator) == ("C", "outcome.measure.class.category.O1")
    assert [(kind, c.affected) for kind, c in got.totals] == [("serious", "3")]
    assert (got.events[0].term, got.events[0].vocabulary) == ("Anemia", "V")
    assert got.affected("Anemia", "E1", serious=True) is None
