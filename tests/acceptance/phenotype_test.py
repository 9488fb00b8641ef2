"""What a node says of phenotypes, against a count of the same tables by other means
(phenotype_counts.py), and the figures and questions that the phenotype service was asked for."""
import collections
import fractions
import json
import math
import os
import pathlib
import re
import shutil
import subprocess
import sys
import time
import xml.etree.ElementTree

import phenotype_counts
from node import ROOT, Checks, Node, skip_without_corpus

ELONGATED = "CMPO:0000077"
LONG_MICROTUBULES = "CMPO:0000370"
# What idr0025 calls a place, and the cellular component that it is.
PLACES = (("mitochondria", "antibody localized in mitochondria", "GO:0005739"),
          ("nucleoli", "antibody localized in nucleoli", "GO:0005730"),
          ("plasma membrane", "antibody localized in plasma membrane", "GO:0005886"))
ANATOMICAL_ENTITY = "GO:0110165"


def start(build, data):
    """A node with the corpus harvested, indexed and in the matrix."""
    node = Node(build)
    ontologies = data / "ontologies"
    node.start(wait=300, genes=[data / "genes"], ontologies=[ontologies / name for name in (
        "cmpo.obo", "fbbi-2020-11-06.obo", "ncbitaxon-taxslim.obo.gz", "mp-2024-02-07.rebuilt.obo.gz",
        "go-2022-07-01.rebuilt.obo.gz", "fypo-basic-2016-01.obo.gz")])
    node.cli("source", "add", "idr", "--connector", "idr", "--location",
             os.environ.get("PARFOCAL_IDR", str(data / "idr")))
    run = node.cli("harvest", "idr")
    node.wait_indexed(300)
    deadline = time.monotonic() + 300
    newest = int(node.status()["catalogueSequence"])
    while time.monotonic() < deadline:
        revision = node.cli("phenotype", "coverage", "--study", "nothing")["revision"]
        if int(re.match(r"\d+", revision).group()) >= newest:
            return node, run
        time.sleep(0.5)
    raise RuntimeError("the matrix is behind after 300 s: %s of %d" % (revision, newest))


def terms_of(node, screen, *extra):
    answer = node.cli("phenotype", "terms", "--study", screen, *extra)
    return {row["term"]: row for row in answer.get("terms", [])}


def genes_of(node, term, *extra):
    return node.cli("phenotype", "genes", "--term", term, *extra)


def identifiers(answer, single=False):
    """{(study/screen, source identifier)} of the evidence of an answer."""
    found = set()
    for gene in answer.get("genes", []):
        for row in gene["evidence"]:
            if int(row["positive"]) > 0 and (not single or int(row["singleTarget"]) > 0):
                found |= {("%s/%s" % (row["study"], row["block"]), name) for name in row["sourceIdentifiers"]}
    return found


def screens_equal(checks, node, blocks):
    """Every screen, every term: image sets positive, negative, controls, failed; genes."""
    for block in blocks:
        screen = "%s/%s" % (block.study, block.name)
        counted = phenotype_counts.per_term(block)
        if not any(entry["tested"] or entry["controls"] for entry in counted.values()):
            continue
        compound = not block.genes_perturbed
        answered = terms_of(node, screen)
        for term, entry in sorted(counted.items()):
            row = answered.get(term, {})
            got = tuple(int(row.get(key, 0)) for key in ("positive", "negative", "controls", "failed"))
            want = (entry["positive"], entry["negative"], entry["controls"], entry["excluded"])
            if any(want) or any(got):
                checks.equal("%s %s: positive, negative, controls, failed" % (screen, term), got, want)
            if entry["genes"] and not compound:
                found = genes_of(node, term, "--exact", "--study", screen)
                checks.equal("%s %s: source identifiers" % (screen, term),
                             {name for gene in found["genes"] for name in gene["sourceIdentifiers"]}, entry["genes"])
        # The script goes by stated ids alone; the node knows terms of other ontologies by their words, too.
        extra = {term for term, row in answered.items() if term.startswith("CMPO:")
                 if term not in counted and int(row["positive"]) + int(row["negative"]) > 0}
        checks.equal("%s: terms that only the node has" % screen, extra, set())


def corpus_equal(checks, node, blocks, closure):
    """Identifiers of every term over the corpus, exact and rolled up."""
    exact, rolled = collections.defaultdict(set), collections.defaultdict(set)
    for block in blocks:
        if not block.genes_perturbed:
            continue
        for term, entry in phenotype_counts.per_term(block).items():
            pairs = {("%s/%s" % (block.study, block.name), gene) for gene in entry["genes"]}
            exact[term] |= pairs
            for above in closure.ancestors(term):
                rolled[above] |= pairs
    for term in sorted(rolled):
        if not term.startswith("CMPO:") or not rolled[term]:
            continue
        checks.equal("%s over the corpus" % term, identifiers(genes_of(node, term)), rolled[term])
        if exact[term]:
            checks.equal("%s over the corpus, exact" % term, identifiers(genes_of(node, term, "--exact")), exact[term])


def figures(checks, node, closure):
    """Elongated cell: the figures of the three screens."""
    def count(study, *extra):
        return int(genes_of(node, ELONGATED, "--study", study, *extra)["totalSourceIdentifiers"])

    checks.equal("idr0001 screenA, the term itself", count("idr0001/screenA", "--exact"), 39)
    checks.equal("idr0001 screenA, with pear-shaped cell below it", count("idr0001/screenA"), 48)
    checks.equal("idr0008 screenB", count("idr0008/screenB"), 72)
    single = count("idr0012/screenA", "--single-target")
    checks.true("idr0012 screenA, one target", single >= 97, str(single))
    checks.true("long microtubules are no long cells", ELONGATED not in closure.ancestors(LONG_MICROTUBULES))
    answer = genes_of(node, ELONGATED, "--explain")
    seen = {term for expansion in answer["explain"]["terms"] for term in expansion.get("seen", [])}
    checks.true("nor does the node count them", LONG_MICROTUBULES not in seen and ELONGATED in seen, str(seen))


def questions(checks, node, blocks):
    profile = node.cli("phenotype", "profile", "KIF11", "--organism", "NCBITaxon:9606")["profiles"][0]
    negative = sum(int(term["negative"]) for term in profile["terms"])
    controls = {"%s/%s" % (s["study"], s["block"]): int(s["controls"]) for s in profile["screens"] if int(s["controls"])}
    counted_negative, counted_controls = 0, collections.Counter()
    for block in blocks:
        for row in block.rows:
            if any(symbol == "KIF11" for _, symbol in row.genes):
                counted_controls["%s/%s" % (block.study, block.name)] += row.control
                if not (row.control or row.failed or not row.imaged):
                    counted_negative += len({term for _, term in row.negative if term})
    checks.equal("KIF11: tested negatives", negative, counted_negative)
    checks.equal("KIF11: as a control", controls, {k: v for k, v in counted_controls.items() if v})

    block = next(b for b in blocks if (b.study, b.name) == ("idr0094", "screenA"))
    hits = {row.compound for row in block.rows if row.positive and not row.control}
    tested = {row.compound for row in block.rows if (row.positive or row.negative) and not row.control}
    without = node.cli("phenotype", "compounds", "--without-effect", "--study", "idr0094/screenA")
    with_effect = node.cli("phenotype", "compounds", "--term", "CMPO:0000161", "--study", "idr0094/screenA")
    # One compound may have several names in the table; the node knows it by its id and has them all.
    names = lambda answer: {name for hit in answer.get("compounds", []) for name in [hit["name"], *hit["sourceIdentifiers"]]}
    checks.equal("idr0094: hits that the node lacks", hits - names(with_effect), set())
    checks.equal("idr0094: hits that are none", (names(with_effect) & tested) - hits -
                 {name for hit in with_effect["compounds"] if hits & set(hit["sourceIdentifiers"])
                  for name in [hit["name"], *hit["sourceIdentifiers"]]}, set())
    checks.equal("idr0094: compounds without effect", names(without) & tested, tested - names(with_effect))
    scores = [score for hit in with_effect["compounds"] for row in hit["evidence"] for score in row["scores"]]
    checks.true("idr0094: scores have decimal points", scores and all(re.fullmatch(r"-?\d+(\.\d+)?", s) for s in scores),
                str(scores[:3]))
    controls = sum(int(row["controls"]) for row in node.cli("phenotype", "coverage", "--study", "idr0094/screenA")["screens"])
    checks.equal("idr0094: control wells", controls, sum(1 for row in block.rows if row.control and row.compound))
    # A control of which nothing is stated but that it is one is no fact of the matrix; a search finds it.
    for study in ("idr0001", "idr0012"):
        block = next(b for b in blocks if (b.study, b.name) == (study, "screenA"))
        listed = node.cli("phenotype", "evidence", "--study", study + "/screenA", "--which", "controls")["items"]
        checks.equal("%s: controls listed, whatever was done" % study, len({item["imageSet"] for item in listed}),
                     sum(1 for row in block.rows
                         if row.control and (row.compound or row.genes or row.positive or row.negative)))


def tail(hits, size, marked, population):
    """P(X >= hits), exact: sums of products of whole numbers."""
    ways = sum(math.comb(marked, k) * math.comb(population - marked, size - k)
               for k in range(hits, min(size, marked) + 1))
    return float(fractions.Fraction(ways, math.comb(population, size)))


def enrichment(checks, node, blocks):
    """Genes that show a term more often than the wells of their screen; p and q by other means."""
    block = next(b for b in blocks if (b.study, b.name) == ("idr0008", "screenB"))
    answer = node.cli("phenotype", "enrich", "--term", ELONGATED, "--study", "idr0008/screenB")
    rows = answer["genes"]
    counted = [row for row in block.rows if row.genes and not row.control and not row.failed]
    shows = [row for row in counted if any(term == ELONGATED for _, term in row.positive)]
    checks.equal("enriched genes: wells of the background", {(int(r["backgroundHits"]), int(r["backgroundSize"])) for r in rows},
                 {(len(shows), len(counted))})
    checks.equal("enriched genes: all pages are read", len(rows), int(answer["totalSize"]))
    exact = [tail(int(r["listHits"]), int(r["listSize"]), int(r["backgroundHits"]), int(r["backgroundSize"])) for r in rows]
    worst = max(abs(r["p"] - p) for r, p in zip(rows, exact))
    checks.true("enriched genes: p", worst <= 1e-9, str(worst))
    ranked, q = sorted(exact), {}
    for rank in range(len(ranked), 0, -1):
        q[ranked[rank - 1]] = min(q.get(ranked[min(rank, len(ranked) - 1)], 1.0), ranked[rank - 1] * len(ranked) / rank)
    checks.equal("enriched genes: hypotheses", int(answer["tested"]), len(rows))
    worst = max(abs(r["q"] - q[p]) for r, p in zip(rows, exact))
    checks.true("enriched genes: q", worst <= 1e-9, str(worst))


def likeness(checks, node):
    """Information content from a background of one's own, and all pages of a ranked list."""
    whole = node.cli("phenotype", "similar", "RRAS2", "--organism", "human", "--limit", "0")
    checks.equal("similar genes: all pages", len(whole["genes"]), int(whole["totalSize"]))
    few = node.cli("phenotype", "similar", "RRAS2", "--organism", "human", "--limit", "3")
    checks.equal("similar genes: the first ones", few["genes"], whole["genes"][:3])
    screen = "idr0013/screenB"
    given = node.cli("phenotype", "similar", "RRAS2", "--organism", "human", "--limit", "3", "--background-study", screen)
    coverage = node.cli("phenotype", "coverage", "--study", screen)["screens"]
    checks.equal("background of a screen: its genes with a finding", int(given["backgroundSize"]),
                 sum(int(row["genesWithFinding"]) for row in coverage))
    # A term's information content there, from a count of the same genes.
    for match in given.get("genes", [])[:3]:
        for shared in match["shared"]:
            below = genes_of(node, shared["term"], "--study", screen)
            want = math.log2(int(given["backgroundSize"]) / max(1, int(below["totalSize"])))
            checks.true("background: bits of " + shared["term"], abs(shared["informationContent"] - want) < 1e-9,
                        "%r, %r" % (shared["informationContent"], want))


def evidence(checks, node):
    """From a number to the bytes as received."""
    hit = genes_of(node, ELONGATED, "--exact", "--study", "idr0001/screenA")["genes"][0]
    subject = hit["gene"] or hit["sourceIdentifiers"][0]
    items = node.cli("phenotype", "evidence", subject, "--organism", hit["organism"], "--term", ELONGATED, "--exact",
                     "--study", "idr0001/screenA")["items"]
    checks.equal("evidence of a gene", len(items), sum(int(row["positive"]) for row in hit["evidence"]))
    raw = node.cli("show", items[0]["imageSet"], "--raw", as_json=False).stdout
    checks.true("raw record names the gene", hit["sourceIdentifiers"][0] in raw, raw[:200])


def network(checks, node):
    """The union of three screens in three species as human genes, in two formats."""
    folder = node.directory
    for name in ("graphml", "cx2", "sif", "tsv", "json"):
        node.cli("phenotype", "network", "--term", ELONGATED, "--pool-to", "NCBITaxon:9606", "--format", name, "-o",
                 str(folder / ("net." + name)), as_json=False)
    tree = xml.etree.ElementTree.parse(folder / "net.graphml")
    space = "{http://graphml.graphdrawing.org/xmlns}"
    nodes, edges = len(tree.findall(".//%snode" % space)), len(tree.findall(".//%sedge" % space))
    checks.true("network has genes and edges", nodes > 50 and edges > 50, "%d nodes, %d edges" % (nodes, edges))
    print("network of %s: %d nodes, %d edges" % (ELONGATED, nodes, edges))
    # Debian's packages are for Debian's Python.
    opened = subprocess.run(["/usr/bin/python3", "-B", str(pathlib.Path(__file__).parent / "network_open.py"), str(folder)],
                            capture_output=True, text=True, check=True)
    found = json.loads(opened.stdout)
    if not found:
        print("networkx or igraph is not installed: the files were not opened with them")
    for name, credited in found.pop("credits", {}).items():
        checks.true("%s: every edge says whom to credit for each of its studies" % name, credited)
    for name, counts in sorted(found.items()):
        checks.equal("opened by " + name, counts, [nodes, edges])


def lists(checks, node):
    """Gene lists as people have them."""
    path = node.directory / "list.txt"
    path.write_text("\ufeffKIF11\r\n1-Mar\r\n\r\nKIF11\r\nEG5\r\nFBgn0000018\r\nno such gene\r\n" + "x" * 5000 + "\r\n")
    answer = node.cli("phenotype", "profile", "--genes", str(path), "--organism", "NCBITaxon:9606")
    outcomes = {p["asked"][:12]: p["resolution"]["outcome"] for p in answer["profiles"]}
    checks.equal("every entry is answered once", len(answer["profiles"]), 6)
    checks.equal("KIF11", outcomes["KIF11"], "ONE")
    checks.true("a date is no gene", outcomes["1-Mar"] in ("AMBIGUOUS", "DAMAGED", "ONE"), outcomes["1-Mar"])
    checks.equal("nonsense", outcomes["no such gene"], "UNKNOWN")
    # GENE33 and its like are names of real genes; these are of none.
    path.write_text("".join("no gene %d\n" % i for i in range(10000)))
    began = time.monotonic()
    result = node.cli("phenotype", "profile", "--genes", str(path), check=False, as_json=False)
    checks.equal("10,000 entries that are none are an answer each", result.stdout.count("no gene "), 10000)
    checks.equal("and nothing found is an exit code of its own", result.returncode, 1)
    print("10,000 entries: %.1f s" % (time.monotonic() - began))


def localisations(checks, node, data):
    """Where proteins are is a matrix of its own: antibodies of idr0025, counted in its table."""
    table = phenotype_counts.Table(next((data / "idr").glob("idr0025*/screenA/*-annotation.csv*")))
    gene, control = table.column("Gene Identifier"), table.column("Control Type")
    for place, phenotype, term in PLACES:
        columns = [i for i, name in enumerate(table.header) if re.fullmatch(r"Phenotype \d+", name)]
        want = {row[gene] for row in table.rows
                if row[gene] and not row[control] and any(row[i] == phenotype for i in columns)}
        answer = node.cli("phenotype", "genes", "--kind", "localisation", "--term", term, "--exact", "--study",
                          "idr0025/screenA")
        checks.true("%s: there are some" % place, len(want) >= 3, str(len(want)))
        checks.equal("%s: genes whose antibody is seen there" % place,
                     {name for hit in answer["genes"] for name in hit["sourceIdentifiers"]}, want)
        below = node.cli("phenotype", "genes", "--kind", "localisation", "--term", ANATOMICAL_ENTITY, "--study",
                         "idr0025/screenA")
        checks.equal("%s: rolled up to the root of places" % place,
                     want - {name for hit in below["genes"] for name in hit["sourceIdentifiers"]}, set())
    nothing = node.cli("phenotype", "genes", "--term", "CMPO:0000005", "--study", "idr0025/screenA")
    checks.equal("no phenotype comes of it", nothing.get("genes", []), [])


def modalities(checks, node):
    """Images of one gene by modality, split by role: one command, against a search for every number."""
    for gene, curie in (("KIF11", "HGNC:6388"), ("ACAT1", "HGNC:93")):
        lines = node.cli("genes", "images", gene, "--organism", "human", as_json=False).stdout
        checks.true("%s: named by its id" % gene, curie in lines, lines[:200])
        result = subprocess.run([str(node.build / "services/cli/parfocal"), "--node", "127.0.0.1:%d" % node.port, "--json",
                                 "genes", "images", gene, "--organism", "human"], capture_output=True, text=True)
        roles = {}
        for line in result.stdout.splitlines():
            answer = json.loads(line)
            roles[answer["role"]] = answer["answer"]
        checks.equal("%s: a line for each role" % gene, len(roles), 6)
        for role, field in (("perturbed", "perturbed_gene"), ("antibody target", "antibody_target")):
            condition = '%s = "%s"' % (field, curie)
            checks.equal("%s %s: image sets" % (gene, role), int(roles[role]["totalSize"]), node.total(condition, level="imageset"))
            for value in roles[role]["facets"][0]["values"]:
                if int(value["exactCount"]):
                    checks.equal("%s %s by %s" % (gene, role, value["label"]), int(value["exactCount"]), node.total(
                        condition + ' AND imaging_method.exact = "%s"' % value["value"], level="imageset"))
        checks.true("%s: images of the role asked for" % gene,
                    int(roles["perturbed" if gene == "KIF11" else "antibody target"]["totalSize"]) > 0, result.stdout[:300])


def main():
    data = skip_without_corpus()
    checks = Checks("phenotype")
    closure = phenotype_counts.Closure(data / "ontologies/cmpo.obo",
                                       phenotype_counts.bad_edges(ROOT / "deploy/vocabulary/bad-edges.tsv"))
    blocks = list(phenotype_counts.blocks(data / "idr"))
    node, run = start(sys.argv[1], data)
    try:
        checks.equal("run complete", run.get("state"), "COMPLETE")
        figures(checks, node, closure)
        screens_equal(checks, node, blocks)
        corpus_equal(checks, node, blocks, closure)
        questions(checks, node, blocks)
        enrichment(checks, node, blocks)
        likeness(checks, node)
        evidence(checks, node)
        network(checks, node)
        lists(checks, node)
        localisations(checks, node, data)
        modalities(checks, node)
        species = {row["organism"]: row for row in node.cli("phenotype", "coverage")["species"]}
        print("pairs with support in two studies: %s; by source identifier alone: %d" % (
            {k: v["pairsInTwoStudies"] for k, v in species.items()},
            len(phenotype_counts.pairs_in_two_studies(blocks))))
    finally:
        if os.environ.get("PARFOCAL_KEEP"):
            print("kept: %s on port %d" % (node.directory, node.port))
            node.stop()
        else:
            node.cleanup()
    checks.finish()


if __name__ == "__main__":
    main()
