"""What other programs read of the same files, for bench/parsers.py and bench/parsers_agree.py: title, abstract, DOI.

Each peer takes a path and returns its records as (title, abstract, doi); it may raise, which the tables then say.
"""

import csv
import gzip
import sys
from pathlib import Path

import parsers_plain as second

PACKAGES = ["rispy", "nbib", "biopython", "bibtexparser", "pybtex", "pubmed_parser", "wosfile", "lxml", "openpyxl"]


def rispy(path):
    import rispy as peer

    with Path(path).open(encoding="utf-8-sig") as file:
        entries = peer.load(file)
    return [
        (
            e.get("title") or e.get("primary_title") or "",
            e.get("abstract") or e.get("notes_abstract") or "",
            e.get("doi") or "",
        )
        for e in entries
    ]


def nbib(path):
    import nbib as peer

    return [(r.get("title", ""), r.get("abstract", ""), r.get("doi", "")) for r in peer.read_file(str(path))]


def bio_medline(path):
    from Bio import Medline

    with Path(path).open(encoding="utf-8") as file:
        return [
            (r.get("TI", ""), r.get("AB", ""), _doi(r.get("LID", ""), *r.get("AID", []))) for r in Medline.parse(file)
        ]


def _doi(*values):
    for value in [values[0]] if isinstance(values[0], str) else values[0]:
        if "[doi]" in value:
            return next(part for part in value.replace("[doi]", " [doi]").split("[doi]") if part).split()[-1]
    return next((v.replace(" [doi]", "") for v in values[1:] if "[doi]" in v), "")


def pubmed_parser(path):
    import pubmed_parser as peer

    rows = peer.parse_medline_xml(str(path), reference_list=False)
    return [(r["title"], r["abstract"], r["doi"]) for r in rows if not r.get("delete")]


def bio_entrez(path):
    from Bio import Entrez

    with Path(path).open("rb") as file:
        read = Entrez.read(file)
    out = []
    for one in read["PubmedArticle"]:
        article = one["MedlineCitation"]["Article"]
        text = " ".join(map(str, article.get("Abstract", {}).get("AbstractText", [])))
        doi = next((str(i) for i in article["ELocationID"] if i.attributes.get("EIdType") == "doi"), "")
        out.append((str(article["ArticleTitle"]), text, doi))
    return out


def lxml_xpath(path):
    """Not a program but a floor: three fields by lxml, each record forgotten."""
    from lxml import etree

    out = []
    with bytes_of(path) as file:
        for _, e in etree.iterparse(file, tag=("PubmedArticle", "MedlineCitation"), no_network=True):
            if e.tag == "MedlineCitation" and e.getparent().tag == "PubmedArticle":
                continue
            title = "".join(e.find(".//ArticleTitle").itertext())
            abstract = " ".join("".join(a.itertext()) for a in e.iterfind(".//Abstract/AbstractText"))
            doi = next((d.text for d in e.iterfind(".//ELocationID[@EIdType='doi']")), None)
            doi = doi or e.findtext("PubmedData/ArticleIdList/ArticleId[@IdType='doi']") or ""
            out.append((title, abstract, doi))
            e.clear()
            while e.getprevious() is not None:
                del e.getparent()[0]
    return out


def lxml_endnote(path):
    from lxml import etree

    out = []
    with bytes_of(path) as file:
        for _, e in etree.iterparse(file, tag="record", no_network=True):
            found = [e.find("titles/title"), e.find("abstract"), e.find("electronic-resource-num")]
            out.append(tuple("".join(f.itertext()) if f is not None else "" for f in found))
            e.clear()
            while e.getprevious() is not None:
                del e.getparent()[0]
    return out


def bibtexparser(path):
    import bibtexparser as peer

    library = peer.parse_file(str(path))
    rows = ({f.key.lower(): str(f.value) for f in e.fields} for e in library.entries)
    return [(r.get("title", ""), r.get("abstract", ""), r.get("doi", "")) for r in rows]


def pybtex(path):
    from pybtex.database import parse_file

    rows = parse_file(str(path), "bibtex").entries.values()
    return [(r.fields.get("title", ""), r.fields.get("abstract", ""), r.fields.get("doi", "")) for r in rows]


def wosfile(path):
    import wosfile as peer

    rows = peer.records_from([str(path)])
    return [(r.get("TI") or "", r.get("AB") or "", r.get("DI") or "") for r in rows]


def dict_reader(path):
    csv.field_size_limit(sys.maxsize)
    with Path(path).open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    low = [{(k or "").lower(): v for k, v in row.items()} for row in rows]
    return [(r.get("title") or "", r.get("abstract") or "", r.get("doi") or "") for r in low]


def openpyxl(path):
    from openpyxl import load_workbook

    rows = load_workbook(path, read_only=True).worksheets[0].iter_rows(values_only=True)
    head = [str(cell).lower() for cell in next(rows)]
    at = [head.index(name) if name in head else None for name in ("title", "abstract", "doi")]
    return [tuple("" if i is None or row[i] is None else str(row[i]) for i in at) for row in rows]


def bytes_of(path):
    return gzip.open(path) if str(path).endswith(".gz") else Path(path).open("rb")


def packed(path, folder):
    """Return the path of the file in gzip, since pubmed_parser reads nothing else."""
    path = Path(path)
    if path.suffix == ".gz":
        return path
    out = Path(folder) / f"{path.name}.gz"
    out.write_bytes(gzip.compress(path.read_bytes()))
    return out


def plain(path, folder):
    """Return the path of the file unpacked, since most peers read no gzip."""
    path = Path(path)
    if path.suffix != ".gz":
        return path
    out = Path(folder) / path.stem
    out.write_bytes(gzip.decompress(path.read_bytes()))
    return out


PEERS = {
    "ris": (rispy,),
    "medline": (nbib, bio_medline),
    "pubmed-xml": (pubmed_parser, bio_entrez, lxml_xpath),
    "endnote-xml": (lxml_endnote,),
    "bibtex": (bibtexparser, pybtex),
    "wos": (wosfile,),
    "table": (dict_reader,),
    "xlsx": (openpyxl,),
    "json": (second.plain_json,),
    "europepmc-xml": (second.plain_europepmc,),
    "ctgov-xml": (second.plain_ctgov,),
}
