"""Subheadings: what is said of a heading's subject, in two thesauri and three ways of writing.

MeSH subheadings have a name and a code of two letters; PubMed takes both, Ovid and the Cochrane Library the code.
PubMed also searches the narrower subheadings, the others do not. Emtree's are written by Ovid as a code and by
Embase.com as a link: dd_ae of a drug, dm_si of a disease.

Sources: NLM, "MeSH Qualifiers" (name, abbreviation, hierarchy); Embase Indexing Guide, appendix "Embase subheadings";
queries of Embase.com such as 'anastrozole'/exp/dd_ae,dd_to,dd_ct,dd_it and 'autoimmune disease'/exp/dm_si.
"""

MESH = {
    "abnormalities": "ab",
    "administration & dosage": "ad",
    "adverse effects": "ae",
    "agonists": "ag",
    "analogs & derivatives": "aa",
    "analysis": "an",
    "anatomy & histology": "ah",
    "antagonists & inhibitors": "ai",
    "biosynthesis": "bi",
    "blood": "bl",
    "blood supply": "bs",
    "cerebrospinal fluid": "cf",
    "chemical synthesis": "cs",
    "chemically induced": "ci",
    "chemistry": "ch",
    "classification": "cl",
    "complications": "co",
    "congenital": "cn",
    "cytology": "cy",
    "deficiency": "df",
    "diagnosis": "di",
    "diagnostic imaging": "dg",
    "diet therapy": "dh",
    "drug effects": "de",
    "drug therapy": "dt",
    "economics": "ec",
    "education": "ed",
    "embryology": "em",
    "enzymology": "en",
    "epidemiology": "ep",
    "ethics": "es",
    "ethnology": "eh",
    "etiology": "et",
    "genetics": "ge",
    "growth & development": "gd",
    "history": "hi",
    "immunology": "im",
    "injuries": "in",
    "innervation": "ir",
    "instrumentation": "is",
    "isolation & purification": "ip",
    "legislation & jurisprudence": "lj",
    "metabolism": "me",
    "methods": "mt",
    "microbiology": "mi",
    "mortality": "mo",
    "nursing": "nu",
    "organization & administration": "og",
    "parasitology": "ps",
    "pathogenicity": "py",
    "pathology": "pa",
    "pharmacokinetics": "pk",
    "pharmacology": "pd",
    "physiology": "ph",
    "physiopathology": "pp",
    "poisoning": "po",
    "prevention & control": "pc",
    "psychology": "px",
    "radiation effects": "re",
    "radiotherapy": "rt",
    "rehabilitation": "rh",
    "secondary": "sc",
    "secretion": "se",
    "standards": "st",
    "statistics & numerical data": "sn",
    "supply & distribution": "sd",
    "surgery": "su",
    "therapeutic use": "tu",
    "therapy": "th",
    "toxicity": "to",
    "transmission": "tm",
    "transplantation": "tr",
    "trends": "td",
    "ultrastructure": "ul",
    "urine": "ur",
    "veterinary": "ve",
    "virology": "vi",
}
_WITH_NARROWER = "ae ah ai an ch co cy di em ep et ge me mi og pa pd ph sn su th tu"
DRUG = frozenset(["ad", "ae", "an", "cb", "cm", "cr", "ct", "do", "dt", "ec", "it", "pd", "pe", "pk", "pr", "to"])
DISEASE = frozenset(["cn", "co", "di", "dm", "dr", "dt", "ep", "et", "pc", "rh", "rt", "si", "su", "th"])


def mesh_code(name: str) -> str:
    """Return the code of a MeSH subheading given by name or code; blank for one that is not known."""
    said = " ".join(name.lower().replace(" and ", " & ").split())
    return MESH.get(said, said if said in MESH.values() else "")


def has_narrower(code: str) -> bool:
    """Whether MeSH has subheadings below this one."""
    return code in _WITH_NARROWER.split()


def of_embase(code: str) -> str:
    """Return Ovid's code of an Embase.com link; blank for one that is not known."""
    link, _, rest = code.lower().partition("_")
    return rest if rest in {"dd": DRUG, "dm": DISEASE}.get(link, frozenset[str]()) else ""


def for_embase(code: str) -> tuple[str, ...]:
    """Return the Embase.com links of Ovid's code: one of drugs, one of diseases, or both; none for one not known."""
    said = code.lower()
    drug = (f"dd_{said}",) if said in DRUG else ()
    return (*drug, f"dm_{said}") if said in DISEASE else drug
