"""Systems that are read by a source definition, through a whole node: what the Mouse Phenotyping
Consortium, OpenCell and the Human Protein Atlas recorded, against a count of the same files by other
means. Localisation must stay out of the phenotype matrix."""
import collections
import csv
import gzip
import json
import re
import sys
import time

from node import ROOT, Checks, Node, skip_without_corpus


def hits(folder):
    """{gene: {MP term}} and the number of calls, of every list of phenotype calls."""
    terms, calls = collections.defaultdict(set), 0
    for path in sorted(folder.glob("*hits*.json")):
        for call in json.loads(path.read_text(encoding="utf-8")):
            calls += 1
            if call["phenotype"]["id"].startswith("MP:"):
                terms[call["mgiGeneAccessionId"]].add(call["phenotype"]["id"])
    return terms, calls


def wait_for_matrix(node):
    deadline = time.monotonic() + 300
    newest = int(node.status()["catalogueSequence"])
    while time.monotonic() < deadline:
        revision = node.cli("phenotype", "coverage", "--study", "nothing")["revision"]
        if int(re.match(r"\d+", revision).group()) >= newest:
            return
        time.sleep(0.5)
    raise RuntimeError("the matrix is behind after 300 s")


def mouse(checks, node, folder):
    terms, calls = hits(folder)
    tissue = sum(len(json.loads(path.read_text(encoding="utf-8"))) for path in folder.glob("*-histopathology.json"))
    # Each names its allele as the reagent; lists of images and of expression name none.
    checks.equal("IMPC: calls and findings in tissue", node.total('reagent:* AND source = "impc"', level="imageset"), calls + tissue)
    for gene, want in sorted(terms.items()):
        answer = node.cli("phenotype", "profile", gene, "--organism", "NCBITaxon:10090")["profiles"][0]
        found = {t["term"] for t in answer.get("terms", []) if int(t["positive"]) > 0}
        checks.equal("IMPC: terms of " + gene, found, want)
        evidence = [row for t in answer.get("terms", []) for row in t["evidence"]]
        checks.true("IMPC: calls of %s are flagged as without an image" % gene,
                    evidence and all(row["withoutImage"] == row["positive"] for row in evidence))
    # A call is stated of gene and procedure: no picture shows it.
    answer = node.search("", 'reagent:* AND phenotype = "MP:0001406"', level="imageset", page_size=50)
    checks.equal("IMPC: abnormal gait has calls without images",
                 (int(answer["totalSize"]) > 0, int(answer.get("counts", {}).get("images", 0))), (True, 0))


def opencell(checks, node, folder):
    with open(folder / "all-public-targets.csv", encoding="utf-8") as file:
        targets = {row["target_name"] for row in csv.DictReader(file)}
    with open(folder / "2021-09-29-public-annotations-flat.csv", encoding="utf-8") as file:
        graded = [row for row in csv.DictReader(file) if row["target_name"] in targets]
    checks.equal("OpenCell: public lines", node.total('source = "opencell"'), len(targets))
    places = collections.Counter(row["annotation_name"] for row in graded)
    for word, term in (("centrosome", "GO:0005813"), ("mitochondria", "GO:0005739"), ("golgi", "GO:0005794")):
        checks.equal("OpenCell: " + word, node.total('source = "opencell" AND localisation.exact = "%s"' % term), places[word])
    checks.equal("OpenCell: tagged, not perturbed", (
        node.total('source = "opencell" AND tagged_gene:*'), node.total('source = "opencell" AND perturbed_gene:*')),
        (len(targets), 0))


def atlas(checks, node, folder):
    with gzip.open(folder / "subcellular_location.tsv.gz", "rt", encoding="utf-8") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    checks.equal("HPA: genes", node.total('source = "hpa"'), len(rows))
    for term in ("GO:0005829", "GO:0005813", "GO:0005730"):
        want = sum(1 for row in rows if "(%s)" % term in row["GO id"])
        checks.equal("HPA: " + term, node.total('source = "hpa" AND localisation.exact = "%s"' % term), want)


def mitocheck(checks, node, folder):
    """Wells by term, positive and negative, against the table; the gene's own controls count for nothing."""
    terms = {"nuclei stay close together (manual)": ("CMPO:0000213",), "strange nuclear shape (manual)": ("CMPO:0000157",),
             "segregation problems/chromatin bridges/lagging chromosomes/multiple DNA masses (manual)": ("CMPO:0000326",),
             "metaphase delay/arrest (manual)": ("CMPO:0000307", "CMPO:0000305"),
             "metaphase alignment problems/including no metaphase (manual)": ("CMPO:0000212", "CMPO:0000348"),
             "binuclear (automatic)": ("CMPO:0000213",), "polylobed (automatic)": ("CMPO:0000357",),
             "mitotic delay/arrest (automatic)": ("CMPO:0000202", "CMPO:0000338"), "grape (automatic)": ("CMPO:0000156",)}
    want, controls = collections.Counter(), 0
    with open(folder / "idr0013-screenB-processed_sample.tsv", encoding="utf-8") as file:
        for row in csv.DictReader(file, delimiter="\t"):
            gene = row["Gene Identifier"] or row["Gene Symbol"]
            if row["Control Type"]:
                controls += bool(gene)  # An empty well of which nothing is said is in no matrix.
            if row["Control Type"] or not gene:
                continue
            found = {t for key, word in row.items() if re.fullmatch(r"Phenotype \d", key) and word for t in terms[word]}
            denied = {t for word, ids in terms.items() if row.get("siRNA phenotype reproducibility - " + word) == "0"
                      and "automatic" in word for t in ids} - found
            want.update([(t, "positive") for t in found] + [(t, "negative") for t in denied])
    answer = node.cli("phenotype", "terms", "--source", "mitocheck")["terms"]
    got = {(row["term"], how): int(row[how]) for row in answer for how in ("positive", "negative") if int(row[how])}
    checks.equal("MitoCheck: wells of each term", got, dict(want))
    listed = node.cli("phenotype", "evidence", "--study", "idr0013", "--source", "mitocheck", "--which", "controls")
    checks.equal("MitoCheck: controls are listed", len({item["imageSet"] for item in listed["items"]}), controls)


def main():
    data = skip_without_corpus()
    sources = data / "sources"
    checks = Checks("sources")
    node = Node(sys.argv[1])
    try:
        node.start(wait=600, genes=[data / "genes" / "mgi_entries.tsv.gz", data / "genes" / "hgnc_complete_set.txt.gz"],
                   ontologies=[data / "ontologies" / name for name in (
                       "mp-2024-02-07.rebuilt.obo.gz", "go-2022-07-01.rebuilt.obo.gz", "fbbi-2020-11-06.obo",
                       "ncbitaxon-taxslim.obo.gz", "cmpo.obo")])
        for name, connector in (("impc", "json-rest"), ("opencell", "table"), ("hpa", "table"), ("mitocheck", "table")):
            tried = node.cli("source", "try", str(ROOT / "deploy/sources" / (name + ".yaml")), "--location",
                             str(sources / name), "--pages", "1000", "--timeout", "600")
            checks.equal(name + ": nothing is written by a rehearsal", node.total('source = "%s"' % name), 0)
            node.cli("source", "add", name, "--connector", connector, "--location", str(sources / name))
            run = node.cli("harvest", name)
            ledger = run["ledger"]
            checks.equal(name + ": state", run["state"], "COMPLETE")
            checks.equal(name + ": the ledger adds up", ledger["addsUp"], True)
            checks.equal(name + ": new records are those of the rehearsal", int(ledger["newRecords"]),
                         int(tried["studies"]) + int(tried["imageSets"]))
            print("%s: %s studies, %s image sets, %s observations" % (
                name, tried["studies"], tried["imageSets"], tried["observations"]))
            again = node.cli("harvest", name)["ledger"]
            checks.equal(name + ": a second harvest writes nothing",
                         (int(again.get("newRecords", 0)), int(again.get("changed", 0)), int(again.get("deleted", 0))),
                         (0, 0, 0))
        node.wait_indexed(300)
        wait_for_matrix(node)
        mouse(checks, node, sources / "impc")
        opencell(checks, node, sources / "opencell")
        atlas(checks, node, sources / "hpa")
        mitocheck(checks, node, sources / "mitocheck")
        # The matrix is of mice and of silenced human genes: nothing that was only seen somewhere is in it.
        found = node.cli("phenotype", "terms", "--kind", "phenotype")
        checks.equal("phenotype matrix: sources", {row["term"].split(":")[0] for row in found.get("terms", [])}, {"MP", "CMPO"})
        checks.equal("graceful stop", node.stop(), 0)
    finally:
        node.cleanup()
    checks.finish()


main()
