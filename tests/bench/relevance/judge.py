"""Judges the queries of relevance over the crates of the corpus, from their metadata alone.

  python3 judge.py CORPUS_DIR > judgements.tsv

Each query has one or more concepts. A crate gets 2 for a concept that its title, key words, stated terms
or cell lines have, 1 if only its description, sample or protocol has it, and the least of its concepts
for the query. What counts as having a concept was written down by a person for each query, before any
ranking was looked at: patterns over the words, species and methods by name, classes spelt out as lists
(PLANT, FISH, ...). The engine and its ontologies take no part in it.
"""
import json
import os
import re
import sys
import tarfile

SCAPANIA = r"scapania|riccia|diplophyllum|douinia|mannia|clevea|reboulia|bryum|hypnum|grimmia|physcomitr|plagiomnium"
PLANT = (r"arabidopsis|nicotiana|triticum|zea mays|hordeum|oryza|setaria|brassica|allium|daucus|coriandrum|cucumis|"
         r"cardamine|capsella|eruca|selaginella|digitalis|homalothecium|rhytidiadelphus|brachythecium|" + SCAPANIA)
FISH = (r"danio rerio|zebrafish|oryzias|medaka|nothobranchius|oncorhynchus|takifugu|acropoma|chaunax|chelidonichthys|"
        r"cololabis|helicolenus|pagrus|thunnus|scomber|sebastes|zeus faber")
BACTERIA = (r"escherichia|streptomyces|bacillus subtilis|myxococcus|microcystis|planktothrix|borreliella|synechocystis|"
            r"pseudomonas|clostridioides|bdellovibrio|bacteria latreille")
FUNGUS = r"saccharomyces|schizosaccharomyces|candida albicans|mycosarcoma|peltigera"
VIRUS = r"coronavirus 2|sars-cov-2|influenza|adenovirus|rhinovirus|herpes simplex|h1n1"
INSECT = r"drosophila|tribolium|aedes|apis mellifera|lepidoptera|trypoxylus|culicidae"
PRIMATE = r"macaca|callithrix|chlorocebus|cercopithecidae|monkey|marmoset|macaque"


class C:
    """A concept: words, species, methods, other stated terms."""

    def __init__(self, words=None, org=None, meth=None, term=None):
        c = lambda p: re.compile(p, re.I) if p else None
        self.words, self.org, self.meth, self.term = c(words), c(org), c(meth), c(term)

    def grade(self, r):
        if self.org and any(self.org.search(o) for o in r["org"]):
            return 2
        if self.meth and any(self.meth.search(m) for m in r["meth"]):
            return 2
        if self.term and any(self.term.search(t) for t in r["terms"]):
            return 2
        if self.words:
            if self.words.search(r["strong"]):
                return 2
            if self.words.search(r["weak"]):
                return 1
        return 0


def org(pattern, words=None):
    return C(words, org=pattern)


def meth(pattern, words=None):
    return C(words, meth=pattern)


MOUSE = org(r"mus musculus", r"\bmouse\b|\bmice\b|\bmurine\b")
HUMAN = org(r"homo sapiens", r"\bhumans?\b|\bpatients?\b")
FLY = org(r"drosophila", r"drosophila|fruit fl(y|ies)")
WORM = org(r"caenorhabditis", r"c\. ?elegans|caenorhabditis")
FISHES = org(FISH, r"zebrafish|medaka|\bfish\b")
ZEBRA = org(r"danio rerio", r"zebrafish")
YEAST = org(r"saccharomyces|schizosaccharomyces|candida", r"\byeast")
PLANTS = org(PLANT, r"arabidopsis|\bplants?\b|tobacco")
SHEET = meth(r"spim|light.?sheet", r"light.?sheet|\bspim\b|selective plane")
CONFOCAL = meth(r"confocal|airyscan", r"confocal")
EM = meth(r"electron micros|fib-sem|\btem\b|\bsem\b", r"electron microsc|\btem\b|\bsem\b|fib-sem|ultrastructur|cryo-?em|\bclem\b")
BRAIN = C(r"\bbrains?\b|cortex|cortical|hippocamp|cerebell|striat|telencephal|neocort|hypothalam", term=r"brain")
HEART = C(r"\bhearts?\b|cardiac|cardiomyo|myocard")
NUCLEI = C(r"\bnucle(us|i|ar)\b", term=r"^nucleus")
MITO = C(r"mitochond", term=r"mitochond")
CANCER = C(r"cancer|tumou?r|carcinoma|melanoma|glioma|leukem|lymphoma|sarcoma|metasta")
SEGM = C(r"segment(ation|ed)|\bmasks?\b|ground.?truth|annotated|annotation")
DIVISION = C(r"cell division|mitosis|mitotic|cytokinesis|spindle|chromosome segregation", term=r"cell division|mitotic|cytokinesis")
DEATH = C(r"apopto|cell death|necropto|pyropto|ferropto", term=r"apopto")
MIGRATION = C(r"migrat|motility", term=r"migration|motility")
EMBRYO = C(r"embry(o|os|onic)\b|gastrulat", term=r"embryo")
NEURON = C(r"neuron|neural|synap|axon|dendrit", term=r"neuron|synap|dendritic|axon")
ZIKA = C(VIRUS.replace("h1n1", r"h1n1|\bvirus|viral"), org=VIRUS)

Q = []


def q(kind, text, *concepts, ids=None):
    Q.append((kind, text, concepts, ids))


# Plain names of one thing.
q("method", "light sheet", SHEET)
q("method", "SPIM", SHEET)
q("method", "lightsheet microscopy", SHEET)
q("method", "confocal microscopy", CONFOCAL)
q("method", "electron microscopy", EM)
q("method", "FIB-SEM", meth(r"fib-?sem|focus+ed ion beam", r"fib-?sem|focus+ed.ion.beam"))
q("method", "super resolution", meth(r"sted|stimulat\w+ emission|storm|palm|structured illumination|super-?resol|ansom",
                                    r"super-?resolution|\bsted\b|\bstorm\b|\bpalm\b|\bsim\b|nanoscop|structured illumination"))
q("method", "STED", meth(r"\bsted\b|stimulat\w+ emission", r"\bsted\b|stimulated emission depletion"))
q("method", "two photon", meth(r"two-?photon|multi-?photon", r"two-?photon|multi-?photon|2-photon"))
q("method", "expansion microscopy", C(r"expansion microscopy|\bexm\b|u-exm"))
q("method", "FRET", meth(r"fret", r"\bfret\b|fluorescence resonance energy"))
q("method", "Raman imaging", meth(r"raman|inelastic scattering", r"raman"))
q("method", "phase contrast", meth(r"phase contrast", r"phase.?contrast"))
q("method", "DIC", meth(r"differential interference|\bdic\b", r"\bdic\b|differential interference"))
q("method", "atomic force microscopy", meth(r"atomic force", r"atomic force|\bafm\b"))
q("method", "optical coherence tomography", meth(r"\boct\b|optical coherence", r"optical coherence tomography"))
q("method", "time lapse", meth(r"time.?lapse", r"time.?lapse|live.?(cell )?imaging"))
q("method", "spinning disk", meth(r"spinning dis[ck]", r"spinning.?dis[ck]"))
q("method", "cell painting", C(r"cell painting"))
q("method", "IHC", C(r"immunohisto|\bihc\b"))
q("method", "in situ hybridization", C(r"in.?situ hybridi[sz]ation|\bfish\b|rnascope|\bsmfish\b|merfish"))
q("method", "H&E", C(r"h&e|h ?& ?e\b|ha?ematoxylin"))
q("method", "TIRF", meth(r"evanescent|tirf", r"\btirf|total internal reflection"))
# Species and classes of them.
q("organism", "mouse", MOUSE)
q("organism", "zebrafish", ZEBRA)
q("organism", "drosophila", FLY)
q("organism", "C. elegans", WORM)
q("organism", "fish", FISHES)
q("organism", "plants", PLANTS)
q("organism", "bacteria", org(BACTERIA, r"bacteri"))
q("organism", "fungi", org(FUNGUS, r"\bfung(us|i|al)\b|yeast"))
q("organism", "insects", org(INSECT, r"insect|drosophila|beetle|mosquito|honey ?bee"))
q("organism", "virus", ZIKA)
q("organism", "primates", org(PRIMATE + r"|homo sapiens", r"primate|monkey|macaque|marmoset"))
q("organism", "liverworts", org(SCAPANIA.replace("|bryum|hypnum|grimmia|physcomitr|plagiomnium", ""), r"liverwort|marchantia"))
q("organism", "slime mould", org(r"dictyostelium", r"dictyostelium|slime mou?ld"))
q("organism", "budding yeast", org(r"saccharomyces cerevisiae", r"budding yeast|cerevisiae"))
q("organism", "malaria parasite", org(r"plasmodium", r"plasmodium|malaria"))
q("organism", "SARS-CoV-2", org(r"coronavirus 2", r"sars-?cov-?2|covid"))
q("organism", "dog", org(r"canis", r"\bdogs?\b|canine|mdck"))
# Cell lines.
q("line", "HeLa", C(r"\bhela\b", term=r"hela|clo_0003684"))
q("line", "U2OS", C(r"u-?2[ -]?os\b", term=r"u-?2 ?os|clo_0009454|efo_0002869"))
q("line", "U-2 OS", C(r"u-?2[ -]?os\b", term=r"u-?2 ?os|clo_0009454|efo_0002869"))
q("line", "MDCK cells", C(r"\bmdck|madin", term=r"mdck|clo_0007646"))
q("line", "HEK293", C(r"hek ?-?293", term=r"hek ?293|clo_0001230|clo_0037271"))
# Two and three things at once.
q("mixed", "light sheet mouse brain", SHEET, MOUSE, BRAIN)
q("mixed", "mouse heart", MOUSE, HEART)
q("mixed", "electron microscopy of plants", EM, PLANTS)
q("mixed", "confocal arabidopsis root", CONFOCAL, org(r"arabidopsis", r"arabidopsis"), C(r"\broots?\b"))
q("mixed", "zebrafish light sheet", ZEBRA, SHEET)
q("mixed", "drosophila embryo", FLY, EMBRYO)
q("mixed", "mitochondria electron microscopy", MITO, EM)
q("mixed", "human cancer histology", HUMAN, CANCER, C(r"histolog|histopatholog|h&e|pathology|tissue section"))
q("mixed", "yeast mitosis", YEAST, DIVISION)
q("mixed", "cell migration dictyostelium", MIGRATION, org(r"dictyostelium", r"dictyostelium"))
q("mixed", "neurons zebrafish", NEURON, FISHES)
q("mixed", "tumour organoids", CANCER, C(r"organoid|spheroid"))
q("mixed", "mouse retina", MOUSE, C(r"retina", term=r"retina"))
q("mixed", "oocyte meiosis", C(r"oocyte|\beggs?\b"), C(r"meio(sis|tic)", term=r"meio"))
q("mixed", "two photon calcium imaging mouse", meth(r"two-?photon|multi-?photon", r"two-?photon|multi-?photon|2-photon"), C(r"calcium|gcamp|ca2\+", term=r"calcium"), MOUSE)
q("mixed", "nuclei segmentation", NUCLEI, SEGM)
q("mixed", "segmentation masks of nuclei", NUCLEI, SEGM)
q("mixed", "ground truth cell tracking", C(r"track"), C(r"cell"), SEGM)
q("mixed", "knockout mouse kidney", C(r"knock-?outs?|\bko\b|-/-|null mutant|deficient"), MOUSE, C(r"kidney|renal"))
q("mixed", "siRNA screen mitosis", C(r"sirna|rnai|knock-?down"), C(r"screen"), DIVISION)
q("mixed", "biofilm bacteria", C(r"biofilm"), org(BACTERIA, r"bacteri"))
q("mixed", "muscle regeneration", C(r"muscle|myotube|myoblast|satellite cell"), C(r"regenerat"))
# Things and processes.
q("topic", "apoptosis", C(r"apopto", term=r"apopto"))
q("topic", "cell death", DEATH)
q("topic", "cytokinesis", C(r"cytokines[ie]s|cytokinetic", term=r"cytokine(sis|tic)"))
q("topic", "actin cytoskeleton", C(r"\bactins?\b|actomyosin", term=r"actin"))
q("topic", "microtubules", C(r"microtubul|tubulin", term=r"microtubul"))
q("topic", "G protein", C(r"\bg[- ]proteins?\b|gpcr|g-?protein.coupled"))
q("topic", "Golgi", C(r"golgi", term=r"golgi"))
q("topic", "endoplasmic reticulum", C(r"endoplasmic reticulum|\ber\b", term=r"endoplasmic"))
q("topic", "lipid droplets", C(r"lipid droplet"))
q("topic", "autophagy", C(r"autophag|mitophag", term=r"autophag"))
q("topic", "phase separation", C(r"phase.separat|condensate|stress granule"))
q("topic", "wound healing", C(r"wound"))
q("topic", "Alzheimer", C(r"alzheimer|neurofibrillary|amyloid"))
q("topic", "pancreatic cancer", C(r"pancrea"), CANCER)
q("topic", "cilia", C(r"\bcili(a|um|ary|ated)\b|ciliogenesis", term=r"cilium"))
q("topic", "spatial transcriptomics", C(r"spatial transcriptomic|visium|xenium|merfish"))
q("topic", "optogenetics", C(r"optogenetic|light-?induc"))
q("topic", "genome-wide screen", C(r"genome-?wide"), C(r"screen"))
q("topic", "protein localisation", C(r"locali[sz]ation (of|atlas)|protein locali[sz]ation|subcellular locali", term=r"protein localization"))
# Questions in everyday words.
q("question", "which studies show how cells divide", DIVISION)
q("question", "images of the brain of mice", BRAIN, MOUSE)
q("question", "data for training nucleus segmentation", NUCLEI, SEGM)
q("question", "how do bacteria swim", org(BACTERIA, r"bacteri"), C(r"swim|motil|flagell|gliding"))
q("question", "kidney tissue of patients", C(r"kidney|renal"), HUMAN)
q("question", "coral or jellyfish or other sea animals", C(r"coral|jellyfish|cnidari|\bmarine\b|plankton|sea urchin|starfish|ascidian|annelid|hydra", org=r"ciona|platynereis|owenia|plankton|priapul|pycnogonum|notocomplana|coryne"))
# Mistyped.
q("typo", "drosofila", FLY)
q("typo", "mitocondria", MITO)
q("typo", "zebrafsh", ZEBRA)
q("typo", "flourescence", meth(r"fluorescence", r"fluorescence|fluorescent"))
# Identifiers and people.
q("id", "S-BIAD1538", ids=["S-BIAD1538"])
q("id", "idr0036", ids=["idr0036"])
q("id", "ssbd-repos-000020", ids=["ssbd-repos-000020"])
q("id", "CellBinDB", ids=["S-BIAD1538"])


def crates(corpus):
    with tarfile.open(os.path.join(corpus, "sources", "gide", "crates.tar.gz")) as archive:
        for member in archive:
            if not member.name.endswith(".json"):
                continue
            name = os.path.basename(member.name).replace("-ro-crate-metadata.json", "")
            yield name, json.load(archive.extractfile(member))["@graph"]


def text(value):
    if isinstance(value, str):
        return value
    return " ".join(text(v) for v in value) if isinstance(value, list) else "" if value is None else str(value)


def read(graph):
    by = {e["@id"]: e for e in graph}
    listed = lambda v: v if isinstance(v, list) else [] if v is None else [v]
    about = next(e for e in graph if e["@id"].endswith("ro-crate-metadata.json"))["about"]["@id"]
    root = by[about]
    refs = lambda key: [by.get(v["@id"], v) if isinstance(v, dict) else {"name": v} for v in listed(root.get(key))]
    label = lambda e: text(e.get("name") or e.get("scientificName") or e.get("@id"))
    kinds = lambda e: listed(e.get("@type"))
    r = {"org": [], "meth": [], "terms": []}
    weak = [text(root.get("description"))]
    for e in refs("about"):
        if "Taxon" in kinds(e):
            r["org"].append(label(e))
        elif "BioSample" in kinds(e):
            weak += [label(e), text(e.get("description"))]
        else:
            r["terms"].append(label(e))
        r["terms"] += [text(v.get("@id")) if isinstance(v, dict) else text(v) for v in listed(e.get("hasCellLine"))]
    for e in refs("measurementMethod"):
        if "LabProtocol" in kinds(e):
            weak += [label(e), text(e.get("description"))]
        else:
            r["meth"].append(label(e))
    keywords = [label(k) for k in refs("keywords")]
    r["strong"] = " | ".join([text(root.get("name"))] + keywords + r["terms"])
    r["weak"] = " | ".join(weak)
    return r


def main():
    records = {name: read(graph) for name, graph in crates(sys.argv[1])}
    print("# query\tkind\taccession\tgrade")
    for kind, words, concepts, ids in Q:
        for name in sorted(records):
            grade = 2 if ids and name in ids else 0 if ids else min(c.grade(records[name]) for c in concepts)
            if grade:
                print("%s\t%s\t%s\t%d" % (words, kind, name, grade))


if __name__ == "__main__":
    main()
