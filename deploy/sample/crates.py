"""The two crate archives: one detached RO-Crate (JSON-LD) per study, after the GIDE profile, with the
habits of real archives: three spellings of one IRI, methods as free text, a description that only
repeats the accession, a licence that is a web page, sizes under a misspelt type.
"""

import json

from chance import pick, number
from terms import LABELS

MARK = "Synthetic record, made to test Parfocal; there are no such images."

PUBLISHERS = {
    "coastal": ("https://coastal.example/", "Coastal Image Archive (synthetic)", "CST"),
    "highland": ("https://highland.example/archive/", "Highland Image Archive (synthetic)", "HLD"),
}
LICENCES = [
    "https://creativecommons.org/licenses/by/4.0/",
    "https://creativecommons.org/licenses/by/4.0/",
    "https://creativecommons.org/publicdomain/zero/1.0/",
    "https://creativecommons.org/licenses/by-nc/4.0/",
    "https://creativecommons.org/licenses/by-sa/4.0/",
]
# Organism, what of it is looked at (its term), and a method: the plan of a study.
SAMPLES = [
    ("NCBITaxon:9606", "dividing HeLa cells", "CLO:0003684"),
    ("NCBITaxon:10090", "the cerebral cortex", "UBERON:0000956"),
    ("NCBITaxon:7955", "the beating embryonic heart", "UBERON:0000948"),
    ("NCBITaxon:4896", "the microtubule cytoskeleton", "GO:0015630"),
    ("NCBITaxon:7227", "the retina", "UBERON:0000966"),
    ("NCBITaxon:3702", "root tip cells", "GO:0000902"),
    ("NCBITaxon:9606", "A549 cells", "CLO:0001601"),
    ("NCBITaxon:10090", "the developing kidney", "UBERON:0002113"),
    ("NCBITaxon:9606", "the Golgi apparatus", "GO:0005794"),
    ("NCBITaxon:562", "growing colonies", "GO:0051301"),
    ("NCBITaxon:10090", "the small intestine", "UBERON:0000160"),
    ("NCBITaxon:9606", "mitochondria of HEK293 cells", "CLO:0001230"),
]
METHODS = [
    ("FBbi:00000369", "light-sheet imaging"),
    ("FBbi:00000251", "confocal imaging"),
    ("FBbi:00000253", "spinning disk imaging"),
    ("FBbi:00000254", "two-photon imaging"),
    ("FBbi:00000258", "transmission electron microscopy"),
    ("FBbi:00000246", "fluorescence imaging"),
    ("FBbi:00000257", "scanning electron microscopy"),
    ("FBbi:00000243", "bright-field imaging"),
    ("FBbi:00000247", "phase contrast imaging"),
]
QUESTIONS = ["over one day", "at single-cell resolution", "after heat shock", "in three dimensions",
             "with and without serum", "across forty individuals", "during regeneration"]
FAMILY = ["Aster", "Birch", "Clover", "Dogwood", "Elder", "Fern", "Gorse", "Hazel", "Iris", "Juniper"]
GIVEN = ["Ada", "Bruno", "Carla", "Dmitri", "Esra", "Femi", "Gita", "Hugo"]


def iri(curie, spelling):
    """One term in one of the spellings that archives use."""
    prefix, local = curie.split(":")
    if spelling == 0:
        return "obo:" + prefix + "_" + local
    if spelling == 1 and prefix == "FBbi":
        return "obo:Fbbi_" + local
    if spelling == 2 and prefix == "FBbi":
        return "obo:FBbi:" + local
    return "http://purl.obolibrary.org/obo/" + prefix + "_" + local


def plan(key):
    """What the study `key` is about: the same for every archive that holds it."""
    organism, subject, term = pick(key + "sample", SAMPLES)
    method, words = pick(key + "method", METHODS)
    title = f"{words[0].upper()}{words[1:]} of {subject} {pick(key + 'question', QUESTIONS)}"
    year = 2016 + number(key + "year", 10)
    return {
        "organism": organism, "subject": subject, "term": term, "method": method, "title": title,
        "date": f"{year}-{1 + number(key + 'month', 12):02d}-{1 + number(key + 'day', 28):02d}",
        "licence": pick(key + "licence", LICENCES),
        "authors": sorted({f"{pick(key + 'g%d' % i, GIVEN)} {pick(key + 'f%d' % i, FAMILY)}"
                           for i in range(1 + number(key + "authors", 3))}),
        "doi": "10.5072/sample." + key.lower(),
    }


def crate(archive, accession, key, quirk=""):
    """The crate of one study. `quirk` names what is odd about it."""
    base, publisher, _ = PUBLISHERS[archive]
    about = plan(key)
    spelling = number(accession, 4)
    page = base + "studies/" + accession
    description = f"{MARK} {about['title']}: a study of {about['subject']} in {LABELS[about['organism']]}."
    root = {
        "@id": page, "@type": ["Dataset"], "identifier": accession, "name": about["title"] + " (synthetic)",
        "description": accession if quirk == "no description" else description,
        "datePublished": about["date"], "license": about["licence"],
        "keywords": ["synthetic", "Parfocal sample", about["subject"]],
        "publisher": {"@id": base.rstrip("/") if quirk == "no slash" else base},
        "cite-as": "https://doi.org/" + about["doi"],
        "author": [], "about": [], "measurementMethod": [], "size": [],
        "thumbnailUrl": [page + "/thumbnail.png"],
    }
    graph = [root, {"@id": root["publisher"]["@id"], "@type": ["Organization"], "name": publisher}]

    for at, name in enumerate(about["authors"]):
        person = "#person-%d" % at
        root["author"].append({"@id": person})
        graph.append({"@id": person, "@type": ["Person"], "name": name,
                      "email": name.lower().replace(" ", ".") + "@people.example",
                      "affiliation": [{"@id": "#institute"}]})
    graph.append({"@id": "#institute", "@type": ["Organization"], "name": "Institute of Invented Biology"})

    paper = "https://doi.org/10.5072/paper." + key.lower()
    root["citation" if archive == "highland" else "seeAlso"] = [{"@id": paper}]
    graph.append({"@id": paper, "@type": ["ScholarlyArticle"], "name": about["title"]})

    if quirk != "no organism":
        taxon = iri(about["organism"], spelling)
        root["about"].append({"@id": taxon})
        graph.append({"@id": taxon, "@type": ["Taxon"], "scientificName": LABELS[about["organism"]]})
    sample = {"@id": "#sample", "@type": ["BioSample"], "name": about["subject"], "description": MARK}
    if about["term"].startswith("CLO"):
        sample["hasCellLine"] = [{"@id": iri(about["term"], 3)}]
    graph.append(sample)
    root["about"].append({"@id": "#sample"})
    subject = iri(about["term"], 3)
    root["about"].append({"@id": subject})
    graph.append({"@id": subject, "@type": ["DefinedTerm"], "name": LABELS[about["term"]]})

    if quirk == "free method":
        root["measurementMethod"].append({"@id": "#method"})
        graph.append({"@id": "#method", "@type": ["DefinedTerm"], "name": "hand-built moonlight scope"})
    elif quirk != "no method":
        method = iri(about["method"], spelling)
        root["measurementMethod"].append({"@id": method})
        graph.append({"@id": method, "@type": ["DefinedTerm"], "name": LABELS[about["method"]]})
    if quirk == "unknown licence":
        root["license"] = base + "terms-of-use.html"
    if quirk == "no licence":
        root["license"] = None

    kind = "QuantitiveValue" if archive == "highland" else "QuantitativeValue"
    for what, code, value in (("bytes", "UO_0000233", (1 + number(key + "bytes", 900)) * 10**9),
                              ("file count", "UO_0000189", 10 + number(key + "files", 4000))):
        entity = "#" + what.replace(" ", "-")
        root["size"].append({"@id": entity})
        graph.append({"@id": entity, "@type": [kind], "unitCode": "http://purl.obolibrary.org/obo/" + code,
                      "unitText": what, "value": value})
    descriptor = {"@id": "ro-crate-metadata.json", "@type": "CreativeWork", "about": {"@id": page},
                  "conformsTo": {"@id": "https://w3id.org/ro/crate/1.2"}}
    context = ["https://w3id.org/ro/crate/1.2/context",
               {"obo": "http://purl.obolibrary.org/obo/", "dwc": "http://rs.tdwg.org/dwc/terms/",
                "scientificName": {"@id": "dwc:scientificName"}}]
    return json.dumps({"@context": context, "@graph": [descriptor] + graph}, indent=1) + "\n"


COASTAL_QUIRKS = {3: "no description", 7: "free method", 11: "no organism", 15: "unknown licence", 19: "no method"}
HIGHLAND_QUIRKS = {4: "no slash", 9: "no licence", 14: "free method", 21: "no description"}
SHARED = range(1, 5)   # Studies that both archives hold: coastal n is highland 26 + n.
DELETED = 12           # Of highland, in its second state.
CHANGED = 6


def coastal():
    """{file name: text}: 29 crates, and one that is cut off in the middle."""
    files = {}
    for n in range(1, 31):
        accession = "CST-%04d" % n
        text = crate("coastal", accession, "K%04d" % n, COASTAL_QUIRKS.get(n, ""))
        if n == 30:
            text = text[: len(text) // 2]
        files[accession + "-ro-crate-metadata.json"] = text
    return files


def highland(state):
    """{file name: text}: 30 crates; in state 2 one is gone and one has another title."""
    files = {}
    for n in range(1, 31):
        if state == 2 and n == DELETED:
            continue
        accession = "HLD-%04d" % n
        key = "K%04d" % (n - 26 if n - 26 in SHARED else n + 100)
        text = crate("highland", accession, key, HIGHLAND_QUIRKS.get(n, ""))
        if state == 2 and n == CHANGED:
            text = text.replace(" (synthetic)\"", " (synthetic), revised\"", 1)
        files[accession + "-ro-crate-metadata.json"] = text
    return files
