"""Identifiers to pages: one line per prefix, after the patterns of identifiers.org and the registries themselves."""

from urllib.parse import quote

PAGES: dict[str, str] = {
    "chebi": "https://purl.obolibrary.org/obo/CHEBI_{id}",
    "chembl": "https://www.ebi.ac.uk/chembl/explore/compound/{id}",
    "cl": "https://purl.obolibrary.org/obo/CL_{id}",
    "doi": "https://doi.org/{id}",
    "doid": "https://purl.obolibrary.org/obo/DOID_{id}",
    "drugbank": "https://go.drugbank.com/drugs/{id}",
    "hgnc": "https://www.genenames.org/data/gene-symbol-report/#!/hgnc_id/HGNC:{id}",
    "hp": "https://purl.obolibrary.org/obo/HP_{id}",
    "mesh": "https://id.nlm.nih.gov/mesh/{id}.html",
    "mondo": "https://purl.obolibrary.org/obo/MONDO_{id}",
    "ncbigene": "https://www.ncbi.nlm.nih.gov/gene/{id}",
    "ncbitaxon": "https://www.ncbi.nlm.nih.gov/datasets/taxonomy/{id}/",
    "ncit": "https://evsexplore.semantics.cancer.gov/evsexplore/concept/ncit/{id}",
    "nct": "https://clinicaltrials.gov/study/{id}",
    "pmid": "https://pubmed.ncbi.nlm.nih.gov/{id}/",
    "uniprot": "https://www.uniprot.org/uniprotkb/{id}/entry",
}
"""Page of each prefix, lower case. `{id}` is what follows the colon."""


def link(curie: str) -> str:
    """Return the page of `curie`, such as NCBIGene:930, or "" where its prefix has none or it is no CURIE.

    A prefix repeated in the identifier (`CHEBI:CHEBI:45783`, `CHEMBL:25`) is mended as its registry writes it.
    """
    prefix, colon, rest = curie.strip().partition(":")
    name = prefix.strip().lower()
    rest = rest.strip()
    page = PAGES.get(name)
    if not colon or not rest or page is None:
        return ""
    if rest.lower().startswith(name + ":"):
        rest = rest[len(name) + 1 :]
    if name == "chembl" and rest.isdigit():
        rest = f"CHEMBL{rest}"
    return page.replace("{id}", quote(rest, safe="/()-._"))
