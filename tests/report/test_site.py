"""The whole site: links lead somewhere, no title becomes markup, the same review gives the same bytes."""

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from remit import report
from remit.model.decision import Decision
from remit.model.place import Place
from remit.report import links

VOID = {"meta", "link", "br", "img", "input", "hr"}


class Page(HTMLParser):
    """Ids, addresses, elements and texts of a page."""

    def __init__(self, content):
        super().__init__()
        self.ids, self.hrefs, self.tags, self.attributes, self.text = [], [], [], [], []
        self.feed(content.decode())

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        for name, value in attrs:
            self.attributes.append((tag, name, value or ""))
            if name == "id":
                self.ids.append(value)
            if name == "href":
                self.hrefs.append(value)

    def handle_data(self, data):
        self.text.append(data)

    @property
    def words(self):
        return " ".join("".join(self.text).split())


@pytest.fixture(scope="module")
def parsed(pages):
    return {name: Page(content) for name, content in pages.items() if name.endswith(".html")}


def test_every_kind_of_page_is_there(pages):
    kinds = {re.sub(r"-.*", "", n) for n in pages}
    names = "index claims findings studies mechanisms gaps flow methods limits about"
    assert {f"{n}.html" for n in names.split()} | {"class", "question", "study", "site.css", "site.js"} == kinds


def test_every_internal_link_resolves_to_a_page_and_an_anchor(parsed, pages):
    broken = []
    for name, page in parsed.items():
        for href in page.hrefs:
            if href.startswith(("http", "data:")):
                continue
            target, _, anchor = href.partition("#")
            target = target or name
            if target not in pages or (anchor and "=" not in anchor and anchor not in parsed[target].ids):
                broken.append((name, href))
    assert broken == []


def test_ids_are_unique_on_each_page(parsed):
    assert {n: [i for i in set(p.ids) if p.ids.count(i) > 1] for n, p in parsed.items()} == {n: [] for n in parsed}


def test_a_hostile_title_stays_text(parsed):
    page = parsed["study-trial-03.html"]
    assert '<script>alert("x")</script>' in page.words
    for name, p in parsed.items():
        assert p.tags.count("script") == 1, name


def test_only_web_addresses_become_links(parsed):
    seen = [
        (n, h) for n, p in parsed.items() for h in p.hrefs if ":" in h and not h.startswith(("http://", "https://"))
    ]
    assert {h for _, h in seen} == {"data:,"}
    assert "javascript:alert(1)" in parsed["study-trial-03.html"].words


def test_nothing_is_fetched_and_no_handler_stands_in_the_markup(parsed):
    for page in parsed.values():
        assert not [a for a in page.attributes if a[1].startswith("on")]
        sources = [v for _, n, v in page.attributes if n == "src"]
        styles = [v for t, n, v in page.attributes if t == "link" and n == "href"]
        assert sources == ["site.js"] and set(styles) == {"data:,", "site.css"}


def test_no_address_outside_is_in_style_or_script(pages):
    assert b"url(" not in pages["site.css"] and b"@import" not in pages["site.css"]
    assert b"fetch(" not in pages["site.js"] and b"http" not in pages["site.js"].replace(
        b"http://www.w3.org/2000/svg", b""
    )


def test_the_same_review_gives_the_same_bytes(pages, review, findings, claims, problems, mechanism):
    flow = {"citations_results": 13, "new_studies": 12, "new_reports": 12}
    first = report.site(review, findings, claims, problems, mechanism, flow)
    assert first == report.site(review, findings, claims, problems, mechanism, flow)
    assert list(first) == sorted(first)


def test_a_flow_that_is_not_final_says_so(review, findings, claims, problems, mechanism):
    report_id = review.studies[0].study.reports[0].id
    where = Place("screening/full-text/r1.csv", 2)
    said = {"record": report_id, "stage": "full-text", "criterion": "", "reason": "", "date": "2020", "place": where}
    lines = tuple(Decision(verdict=v, by=by, **said) for v, by in (("include", "r1"), ("unsure", "r2")))
    flow = {"database_results": 5, "undecided_full_text": 1, "conflict_full_text": 1}
    pages = dict(
        report.site(replace(review, decisions=lines), findings, claims, problems, mechanism, flow),
    )
    said = pages["flow.html"].decode()
    assert "This flow is not final." in said
    assert "Undecided at full text: 1 (1 whose conflict is open)." in said
    assert "not agreed on yet" in pages["limits.html"].decode()
    assert "not final" not in dict(report.site(review, findings, claims, problems, mechanism, {}))["flow.html"].decode()


def test_every_finding_stands_on_one_page_and_is_listed(parsed, findings):
    for f in findings:
        anchor = links.finding_anchor(f.id)
        homes = [n for n, p in parsed.items() if anchor in p.ids and n != "findings.html"]
        assert len(homes) == 1, f.id
        assert f"{homes[0]}#{anchor}" in parsed["findings.html"].hrefs


def test_every_used_row_leads_to_its_study(parsed, findings):
    for f in findings:
        home = next(p for n, p in parsed.items() if links.finding_anchor(f.id) in p.ids and n != "findings.html")
        for u in f.used:
            anchor = links.row_anchor(u.place, u.key)
            assert f"study-{u.study}.html#{anchor}" in home.hrefs
            assert anchor in parsed[f"study-{u.study}.html"].ids


def test_left_out_rows_are_named_with_their_reason(parsed):
    words = parsed["class-car-t.html"].words
    assert "Left out: 3 values, and why" in words
    assert "Another study of the same patients is preferred" in words


def test_every_page_carries_notice_navigation_skip_link_and_language(parsed, pages):
    for name, page in parsed.items():
        assert "it does not recommend a treatment" in page.words, name
        assert "#main" in page.hrefs and "main" in page.ids
        assert b"<html lang=en>" in pages[name]
        assert page.tags.count("h1") == 1
        assert {"index.html", "findings.html", "methods.html"} <= set(page.hrefs)


def test_home_shows_pooled_single_and_empty_cells_apart(parsed):
    words = parsed["index.html"].words
    assert "78%" in words and "k 8 · n 297" in words
    assert "1 study · n 79" in words
    assert "no trial found" in words and "not asked" in words
    assert "car-t-cr moved from 0.75 to 0.78" in words
    assert "was uncertain" in words


def test_study_page_tells_source_flags_bias_and_correction(parsed):
    page = parsed["study-trial-03.html"]
    for part in (
        "secondary source",
        "possible misprint",
        "First reading, checked by Audit",
        "printed 0.93, used 0.64",
        "From enrolled to evaluable",
        "Clear inclusion criteria: low",
        "nothing stated",
        "not reached",
    ):
        assert part in page.words, part
    assert "One trial, two cuts" in parsed["study-trial-00.html"].words
    assert "study-trial-01.html" in parsed["study-trial-00.html"].hrefs


def test_limits_count_what_is_secondary_and_read_once(parsed):
    words = parsed["limits.html"].words
    assert "12 of 51 values" in words and "Read in a secondary source" in words
    assert "39 of 51 values" in words and "Read once" in words
    assert "a <b>secondary</b> source" in words


def test_the_site_is_small(pages):
    assert sum(map(len, pages.values())) < 400_000
