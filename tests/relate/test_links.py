"""Identifiers lead to their registries' pages."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from remit.relate import link
from remit.relate.links import PAGES


@pytest.mark.parametrize(
    ("curie", "page"),
    [
        ("NCBIGene:930", "https://www.ncbi.nlm.nih.gov/gene/930"),
        ("HGNC:1633", "https://www.genenames.org/data/gene-symbol-report/#!/hgnc_id/HGNC:1633"),
        ("UNIPROT:P15391", "https://www.uniprot.org/uniprotkb/P15391/entry"),
        ("MONDO:0004947", "https://purl.obolibrary.org/obo/MONDO_0004947"),
        ("MESH:D015452", "https://id.nlm.nih.gov/mesh/D015452.html"),
        ("CHEBI:45783", "https://purl.obolibrary.org/obo/CHEBI_45783"),
        ("CHEBI:CHEBI:45783", "https://purl.obolibrary.org/obo/CHEBI_45783"),
        ("CHEMBL:CHEMBL941", "https://www.ebi.ac.uk/chembl/explore/compound/CHEMBL941"),
        ("CHEMBL:941", "https://www.ebi.ac.uk/chembl/explore/compound/CHEMBL941"),
        ("NCIT:C62528", "https://evsexplore.semantics.cancer.gov/evsexplore/concept/ncit/C62528"),
        ("NCBITaxon:9606", "https://www.ncbi.nlm.nih.gov/datasets/taxonomy/9606/"),
        ("CL:0000084", "https://purl.obolibrary.org/obo/CL_0000084"),
        ("HP:0100806", "https://purl.obolibrary.org/obo/HP_0100806"),
        ("DOID:9952", "https://purl.obolibrary.org/obo/DOID_9952"),
        ("DRUGBANK:DB09052", "https://go.drugbank.com/drugs/DB09052"),
        ("doi:10.1056/NEJMoa2604166", "https://doi.org/10.1056/NEJMoa2604166"),
    ],
)
def test_a_curie_leads_to_its_page(curie, page):
    assert link(curie) == page


@pytest.mark.parametrize("word", ["", "CD19", "NCBIGene:", ":930", "MEDDRA:10082305", "NCBIGene"])
def test_what_has_no_page_has_no_address(word):
    assert link(word) == ""


@settings(derandomize=True)
@given(st.sampled_from(sorted(PAGES)), st.text(max_size=30))
def test_an_address_never_breaks_out_of_an_attribute(prefix, rest):
    page = link(f"{prefix}:{rest}")
    assert not set(page) & set(" \"'<>\\\n\t")
    assert page == "" or page.startswith("https://")
