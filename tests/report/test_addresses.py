"""Which addresses may become links."""

import pytest

from remit.model.place import Place
from remit.report import links, words


@pytest.mark.parametrize("good", ["https://example.org/a?b=1&c=2#d", "http://example.org", " https://example.org/x "])
def test_web_addresses_pass(good):
    assert links.http(good) == good.strip()


@pytest.mark.parametrize(
    "bad",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "//example.org",
        "example.org",
        "https://",
        "https://a b",
        'https://a"onclick=x',
        "https://a\nb",
        "file:///etc/passwd",
        "http://[::1",
        "",
    ],
)
def test_everything_else_is_refused(bad):
    assert links.http(bad) == ""


def test_identifiers_lead_to_their_registers():
    assert links.doi("10.1056/NEJMoa1709866") == "https://doi.org/10.1056/NEJMoa1709866"
    assert links.doi("10.1/x y") == links.doi("javascript:1") == ""
    assert links.pubmed("29385370") == "https://pubmed.ncbi.nlm.nih.gov/29385370/"
    assert links.pubmed("PMC1") == ""
    assert links.registry("NCT02435849") == "https://clinicaltrials.gov/study/NCT02435849"
    assert links.registry("ChiCTR1") == ""


def test_anchors_name_table_and_key():
    assert links.row_anchor(Place("studies/eliana/counts.csv", 3), "c1") == "counts-c1"
    assert links.study_page("eliana") == "study-eliana.html"
    assert links.slug("../../x y") == "x-y"


def test_words():
    assert words.listed(["a", "b", "c"]) == "a, b and c"
    assert words.tight("89 %, 95 % CI 80 to 95 %") == "89%, 95% CI 80 to 95%"
    assert (words.small("CAR T cells"), words.small("Kinase inhibitors")) == ("CAR T cells", "kinase inhibitors")
    assert (words.stop("a"), words.stop("a."), words.stop("")) == ("a.", "a.", "")
    assert words.flag("unheard-of") == "unheard of"
