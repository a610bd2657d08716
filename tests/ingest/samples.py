# ruff: noqa: E501
"""Small files of each format, invented, each with the quirks its writers have."""

RIS = {
    "embase": (
        "\ufeffTY  - JOUR\nM3  - Article\nY1  - 2014\nVL  - 3\nIS  - 3\nSP  - 152\nEP  - 160\nSN  - 2226-7190\n"
        "SN  - 2226-7190\nJF  - Invented Haematology\nJO  - Invented Haematology\n"
        "UR  - http://www.embase.com/search/results?subaction=viewrecord&from=export&id=L1\nU2  - L1\nDB  - Embase\n"
        "L2  - http://dx.doi.org/10.1234%2FIH.5\nA1  - Liu R.\nA1  - van der Adler D.G.\nT1  - A title\nLA  - English\n"
        "KW  - child\nKW  - leukemia\nC5  - 24000000\nN2  - An abstract\nER  - \n"
    ),
    "cochrane": (
        'Provider: John Wiley & Sons, Ltd\nContent:text/plain; charset="UTF-8"\n\nTY  - JOUR\nAN  - CN-01000001\n'
        "AU  - Bone M\nTI  - A trial\nJA  - Inv J\nPY  - 2019\nC3  - PUBMED 30000001,EMBASE 600000001\n"
        "DO  - 10.1002/central/CN-01000001\nUR  - https://www.cochranelibrary.com/central/doi/10.1002/central/CN-01000001/full\n"
        'ER  - \n\n\nProvider: John Wiley & Sons, Ltd\nContent:text/plain; charset="UTF-8"\n\nTY  - JOUR\nAN  - CN-01000002\n'
        "TI  - Another trial\nER  - \n"
    ),
    "endnote": (
        "\nTY  - JOUR\nAB  - Of a\nER patient, and\nNF- kappaB too\nAU  - Bone, M.\nAN  - 21000000\nDP  - NLM\nDO  - 10.1/no\n"
        "KW  - Animals\nBone Marrow\nN1  - 1179-1926\nBone, Mary\nJournal Article\nPY  - 2011\nSP  - 349-69\nEP  - 69\n"
        "T2  - Inv Med\nTI  - On marrow\nID  - 7\nER  - \n"
    ),
    "scopus": (
        "TY  - JOUR\nTI  - Gut and brain\nT2  - Inv Neuro\nJ2  - Inv Neuro\nC7  - 104501\nPY  - 2020\nC2  - 31000000\n"
        "SN  - 03064530 (ISSN)\nAU  - Labs, A.\nN1  - Export Date: 7 December 2022\nM3  - Retracted\nER  - \n"
    ),
    "dimensions": (
        "TY  - JOUR\nAN  - pub.1149029839\nTI  - Fires\nAU  - Zhang, Y\nPY  - 2022\nJO  - Inv Env\n"
        "UR  - https://app.dimensions.ai/details/publication/pub.1149029839\nU1  - 35957633 [PMID]\nU1  - PMC9359172 [PMCID]\n"
        "AB  - First.\nMethod: second\n<div>\nER  - \n"
    ),
    "registry": (
        "TY  - WEB\r\nTI  - A trial\r\nPY  - 2011\r\nUR  - https://www.clinicaltrials.gov/study/NCT01388257\r\nAN  - NCT01388257\r\n"
        "DB  - ClinicalTrials.gov\r\nER  - \r\n"
    ),
    "loose": "TY - JOUR\nTI - One blank less\nAU - Bone, M\nER - \n",
    "nameless": "AU  - Bone, M\nTI  - No type\nER  - \n\nAU  - Stem, C\nTI  - None either\nER  - \n",
}

MEDLINE = """
PMID- 30689646
OWN - NLM
IS  - 1932-6203 (Electronic)
IS  - 1932-6203 (Linking)
VI  - 14
IP  - 1
DP  - 2019 Jan-Feb
TI  - A title that is folded over
      two lines.
PG  - e0209483
LID - 10.1371/Journal.pone.0209483 [doi]
AB  - BACKGROUND: One line and
      another. PMID- is not a field here.
FAU - Wu, Dan
AU  - Wu D
CN  - Invented Study Group
FAU - Zou, Chang
AU  - Zou C
LA  - eng
SI  - ClinicalTrials.gov/NCT01471782
SI  - GENBANK/AB000001
PT  - Journal Article
PT  - Retracted Publication
JT  - Invented One
MH  - Humans
MH  - Leukemia/*drug therapy
OT  - *blinatumomab
RIN - Inv One. 2020;1:2. PMID: 31000000
PMC - PMC6349415

PMID- 30687380
BTI - A book
AU  - Stem CY

OWN - ERIC
TI  - Paper title
AU  - Smith, Tom
JT  - Journal
AID - http://dx.doi.org/10.1000/123456789
OID - EJ1131633
DP  - 2000
ISSN - ISSN-1234-4567
"""

WOS = """FN Clarivate Analytics Web of Science
VR 1.0
PT J
AU Bone, M
   Stem, C
AF Bone, Mary
   Stem, Cy
TI Do magnets
   matter?
SO INVENTED SCIENCE
DE Magnets; Lakes
ID IRON; WATER-
   QUALITY
AB One
   and two.
C1 [Bone, Mary] Univ A, B.
   [Stem, Cy] Univ C, D.
SN 0111-9119
EI 1111-3333
PY 2019
VL 3
BP 1
EP 9
DI 10.1016/J.INV.2019.01.001
UT WOS:000444488888888
PM 31000000
ER

PT C
AU Bone, M
TI Second
QQ A tag of next year
AR 104501
UT WOS:000444488888889
ER

EF
"""

BIBTEX = r"""@comment{nothing}
@string{ih = "Invented Haematology"}
@article{bone stem 2019,
  title = {{B}linatumomab in {\'e}tudes of na{\"\i}ve mice: 5\% \& more},
  author = {Bone, Mary and Tom van der Stem and {Invented Study Group} and others},
  journal = ih # { Letters},
  year = 2019, month = jan,
  pages = {134--137},
  doi = {https://doi.org/10.1016/j.inv\_2019},
  keywords = {one, two (a, b), three},
  abstract = {A {nested {brace}} and an @ sign},
}

@article{bone stem 2019,
  title = "A {"}quoted{"} title",
  unknown-field = {kept},
  year = {2020},
}
@misc{broken,
  title = {Never closed,
  note = {x}

@inproceedings{ WOS:000223334444221,
Title = {Last &apos;one&apos;},
Unique-ID = {WOS:000223334444221},
}
"""

PUBMED = """<?xml version="1.0"?>
<!DOCTYPE PubmedArticleSet PUBLIC "-//NLM//DTD PubMedArticle, 1st January 2025//EN" "https://dtd.example/pubmed.dtd">
<PubmedArticleSet>
<PubmedArticle><MedlineCitation Status="MEDLINE" Owner="NLM"><PMID Version="1">1</PMID>
<DateRevised><Year>2020</Year><Month>01</Month><Day>02</Day></DateRevised>
<Article PubModel="Print"><Journal><ISSN IssnType="Print">1043-1578</ISSN><JournalIssue CitedMedium="Print"><Volume>17</Volume>
<Issue>1</Issue><PubDate><MedlineDate>1998 Dec-1999 Jan</MedlineDate></PubDate></JournalIssue><Title>Invented One</Title>
</Journal><ArticleTitle>Doped SnO<sub>2</sub> &amp; <i>E. coli</i> in &lt;5 children.</ArticleTitle>
<Pagination><StartPage>113</StartPage><EndPage>125</EndPage></Pagination>
<ELocationID EIdType="doi" ValidYN="Y">10.1000/ABC</ELocationID>
<Abstract><AbstractText Label="AIMS">One <b>bold</b> aim.</AbstractText><AbstractText>No label.</AbstractText>
<CopyrightInformation>C</CopyrightInformation></Abstract>
<AuthorList CompleteYN="Y"><Author ValidYN="Y"><LastName>Bone</LastName><ForeName>Mary J</ForeName><Initials>MJ</Initials>
<AffiliationInfo><Affiliation>Univ A</Affiliation></AffiliationInfo></Author><Author><CollectiveName>Invented Group</CollectiveName>
</Author><Author><LastName>Stem</LastName><ForeName>Cy</ForeName><Suffix>Jr</Suffix></Author></AuthorList>
<Language>eng</Language><DataBankList><DataBank><DataBankName>ClinicalTrials.gov</DataBankName><AccessionNumberList>
<AccessionNumber>NCT01471782</AccessionNumber></AccessionNumberList></DataBank></DataBankList>
<PublicationTypeList><PublicationType UI="D016428">Journal Article</PublicationType></PublicationTypeList>
<VernacularTitle>Titre</VernacularTitle></Article>
<MeshHeadingList><MeshHeading><DescriptorName MajorTopicYN="N">Child</DescriptorName><QualifierName MajorTopicYN="Y">drug therapy
</QualifierName></MeshHeading></MeshHeadingList>
<CommentsCorrectionsList><CommentsCorrections RefType="RetractionIn"><RefSource>Inv One. 2000;1:1</RefSource><PMID>9</PMID>
</CommentsCorrections></CommentsCorrectionsList></MedlineCitation>
<PubmedData><ArticleIdList><ArticleId IdType="pubmed">1</ArticleId><ArticleId IdType="pmc">PMC1234567</ArticleId></ArticleIdList>
</PubmedData></PubmedArticle>
<PubmedArticle><MedlineCitation><PMID>2</PMID><Article><ArticleTitle>Second</ArticleTitle></Article></MedlineCitation></PubmedArticle>
</PubmedArticleSet>
"""

ENDNOTE = """<?xml version="1.0" encoding="UTF-8"?><xml><records><record><database name="a.enl" path="C:\\a.enl">a.enl</database>
<source-app name="EndNote" version="20.0">EndNote</source-app><rec-number>258</rec-number><ref-type name="Journal Article">17</ref-type>
<contributors><authors><author><style face="normal">Bone, M.</style></author><author>Stem,C.A.</author></authors></contributors>
<titles><title><style face="normal">Zinc and </style><style face="italic">E. coli</style></title><secondary-title>Inv Res</secondary-title>
</titles><periodical><full-title>Inv Res</full-title></periodical><pages>53-60</pages><volume>7</volume><number>1</number>
<keywords><keyword>copper</keyword><keyword> zinc</keyword></keywords><dates><year>2018</year></dates><isbn>2213-4220&#xD;2213-4239
</isbn><accession-num>L1</accession-num><abstract>An abstract</abstract><notes>A note</notes>
<urls><related-urls><url>https://www.embase.com/a</url></related-urls></urls>
<electronic-resource-num>https://doi.org/10.1016/J.IMR.2018.01.001</electronic-resource-num>
<remote-database-name>Embase</remote-database-name></record>
<record><rec-number>2</rec-number><titles><title>Second</title></titles></record></records></xml>
"""

CSV = {
    "embase": (
        "\ufeffTitle,Author Names,Source,Abstract,Emtree Medical Index Terms,Open URL Link\n"
        '"A, title","Liu R., van Adler D.G.","Inv Ultrasound (2014) 3:3 (152-160). Date of Publication: 2014","One\nand two",'
        '"child, cyst (diagnosis, surgery)",http://x.example/?id=doi:10.4103%2F2303-9027.138783&atitle=Dup\n'
    ),
    "scopus": (
        "Authors,Title,Year,Source title,Volume,Issue,Art. No.,Page start,Page end,DOI,Author Keywords,Source,EID\n"
        '"Bone M., Stem C.",T,2015,Inv Notes,8,1,797,,,10.1186/S13104,a; b,Scopus,2-s2.0-84950252162\n'
    ),
    "semicolons": "Titel;title;authors;year\nx;Umlaut \u00e4;Bone, Mary;2001\n",
    "tabs": "PT\tAU\tTI\tSO\tPY\tID\tUT\nJ\tBone, M; Stem, C\tT\tINV\t2019\tIRON; LAKE\tWOS:1\n",
}

REFER = """%0 Journal Article
%T A title that goes
on
%A Bone, Mary
%A Stem, C
%D 2020
%J Invented Science
%V 3
%N 2
%P 11-19
%R 10.1000/X
%K one
two
%X First.

Second.
%Z NCT02101853
%I A publisher
%@ 0111-9119

%0 Book
%T Second
%A Roe, J

"""
COCHRANE = """Record #1 of 2
ID: CN-01000001
AU: Bone M
AU: Stem C
TI: A trial
SO: Invented Blood
YR: 2020
VL: 3
PG: 1-9
XR: PUBMED 30000001
KY: one; two
DOI: 10.1000/y
AB: First
second
US: https://www.cochranelibrary.com/central/doi/10.1002/central/CN-01000001/full
CC: HAEM

Record #2 of 2
ID: CN-01000002
TI: B trial
"""
OVID = """<1>
Unique Identifier
  12345678
Title
  A title of interest.
Authors
  Bone M; Stem C.
Source
  Invented Blood. 12(3):45-50, 2020 Jan.
Institution
  Univ A
Abstract
  Text here
  and there.

<2>
Unique Identifier
  12345679
Title
  B title.
Source
  A conference, no date
"""
