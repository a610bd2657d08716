"""A second reading of JSON answers and registry files, for bench/parsers_agree.py: title, abstract, DOI.

No other program reads these. Here each is read whole by the plain `json` module, or by lxml, and the three texts are
taken by the names the sources' own documents give them; nothing of `remit` is used.
"""

import gzip
import json
from html.parser import HTMLParser
from pathlib import Path


class _Text(HTMLParser):
    """The text of a piece of HTML; what heads a section stands apart from it."""

    def __init__(self):
        super().__init__()
        self.parts = []

    def handle_data(self, data):
        self.parts.append(data)

    def handle_starttag(self, tag, attrs):
        self.parts.append(" " if tag[0] == "h" else "")

    def handle_endtag(self, tag):
        self.handle_starttag(tag, ())


def _text(html):
    reader = _Text()
    reader.feed(html or "")
    reader.close()
    return "".join(reader.parts)


def plain_json(path):
    raw = Path(path).read_bytes()
    value = json.loads(gzip.decompress(raw) if raw[:2] == b"\x1f\x8b" else raw)
    if "resultList" in value:
        return [(_text(r.get("title")), _text(r.get("abstractText")), r.get("doi", "")) for r in _results(value)]
    if "FullStudiesResponse" in value:
        return [_full(study["Study"]) for study in value["FullStudiesResponse"]["FullStudies"]]
    reading = {"protocolSection": _version_2, "isrctn": _isrctn, "a2_eudract_number": _euctr, "ctNumber": _ctis}
    return [next(read for key, read in reading.items() if key in value)(value)]


def _results(value):
    return value["resultList"].get("result", [])


def _version_2(study):
    held = study["protocolSection"]
    names = held["identificationModule"]
    title = names.get("officialTitle") or names["briefTitle"]
    return title, held.get("descriptionModule", {}).get("briefSummary", ""), ""


def _full(study):
    held = study["ProtocolSection"]
    names = held["IdentificationModule"]
    return names.get("OfficialTitle") or names["BriefTitle"], held["DescriptionModule"]["BriefSummary"], ""


def _isrctn(trial):
    said = trial["trialDescription"]
    title = said.get("scientificTitle") or said["title"]
    return title, said.get("studyHypothesis") or said.get("plainEnglishSummary", ""), trial["externalRefs"]["doi"]


def _euctr(trial):
    return trial["a3_full_title_of_the_trial"], trial["e21_main_objective_of_the_trial"], ""


def _ctis(trial):
    return _first(trial, "fullTitle"), _first(trial, "mainObjective"), ""


def _first(value, name):
    """The first text of that name, looking as a person reads: what is authorised before other applications."""
    if isinstance(value, list):
        return next((text for one in value if (text := _first(one, name))), "")
    if not isinstance(value, dict):
        return ""
    if isinstance(value.get(name), str):
        return value[name]
    order = sorted(value, key=lambda key: not key.startswith("authorized"))
    return next((text for key in order if (text := _first(value[key], name))), "")


def plain_europepmc(path):
    from lxml import etree

    rows = etree.parse(str(path), etree.XMLParser(resolve_entities=False, no_network=True)).iter("result")
    return [(_text(r.findtext("title")), _text(r.findtext("abstractText")), r.findtext("doi") or "") for r in rows]


def plain_ctgov(path):
    from lxml import etree

    studies = etree.parse(str(path), etree.XMLParser(resolve_entities=False, no_network=True)).iter("clinical_study")
    return [
        (s.findtext("official_title") or s.findtext("brief_title"), s.findtext("brief_summary/textblock") or "", "")
        for s in studies
    ]
