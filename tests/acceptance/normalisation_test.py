"""The words of the crates and of the IDR as terms: prints the report of the node, and checks that no
facet shows one thing in two spellings, that cell lines are found by any of their ids, and that a
column whose accessions were filled downwards does not make thousands of organisms or cell lines."""
import json
import re
import subprocess
import sys
import time

from node import Checks, Node, skip_without_corpus

# Facets of words: not identifiers (source, study, block), nor names whose case has a meaning.
FACETS = ["organism", "sample_organism", "host_organism", "pathogen_organism", "cell_line_organism", "strain",
          "cell_line", "anatomy", "cell_type", "disease", "developmental_stage", "sex", "biological_process", "subject",
          "study_type", "technology", "imaging_method", "perturbation_type", "compound", "dose", "time", "antibody",
          "channel_stain", "channel_target", "control_type", "quality", "phenotype", "localisation", "expression",
          "diagnosis", "image_kind", "format", "annotation_kind", "licence", "funder", "keyword", "author", "affiliation"]

# Two that are left: strains are not looked up, so that bare words stay words beside a loaded term of that name;
# and one line whose words stay without its id; why has not been found.
KNOWN_BESIDE = {"strain": ("EFO:0000606",), "cell_line": ("CLO:0002462",)}


def spelling(text):
    """Case, blanks, hyphens and underscores aside; but for those between two digits, and a sign."""
    text = re.sub(r"(?<=\d)[\s_-]+(?=\d)", "\0", text.strip().casefold())
    return re.sub(r"^[\s_-]+(?=\d)", "\0", text).replace("-", "").replace("_", "").replace(" ", "").replace("\0", " ")


def main():
    data = skip_without_corpus()
    checks = Checks("normalisation")
    ontologies = data / "ontologies"
    gide = data / "sources" / "gide"
    node = Node(sys.argv[1])
    try:
        began = time.monotonic()
        node.start(wait=300, ontologies=[
            ontologies / "cmpo.obo", ontologies / "fbbi-2020-11-06.obo", ontologies / "ncbitaxon-taxslim.obo.gz",
            ontologies / "go-2022-07-01.rebuilt.obo.gz", ontologies / "uberon-efo-slim-2021.obo.gz",
            ontologies / "cl-simple-2023-01.obo.gz", ontologies / "efo-2023-07.nxo.json.gz",
            ontologies / "clo-terms-2023-10.tsv.gz", ontologies / "cellosaurus-cell-line-names.tsv",
            ontologies / "pato.obo.gz", gide / "gide_fbbi_hierarchy_subset.ttl", gide / "gide_ncbitaxon_hierarchy_subset.ttl"])
        print("normalisation: ready after %.0f s" % (time.monotonic() - began))
        for name, connector, location in (("gide", "ro-crate", gide / "crates.tar.gz"), ("idr", "idr", data / "idr")):
            node.cli("source", "add", name, "--connector", connector, "--location", str(location))
            began = time.monotonic()
            run = node.cli("harvest", name)
            node.wait_indexed(300)
            print("normalisation: %s searchable after %.0f s, %s flagged" % (
                name, time.monotonic() - began, run.get("ledger", {}).get("labelConflicts", 0)))
            checks.equal(name + " complete", run.get("state"), "COMPLETE")
        print("normalisation: %.0f MB resident at most" % (node.resident_bytes() / 1e6))
        print(node.cli("report", "normalisation", "--timeout", "600", as_json=False).stdout)
        report = node.cli("report", "normalisation", "--timeout", "600")
        fields = {f["field"]: f for f in report["fields"]}
        for name, field in fields.items():
            statements = sum(int(rule["tally"].get("statements", 0)) for rule in field["rules"])
            checks.equal("%s: the rules add up" % name, statements, int(field["all"]["statements"]))

        for facet in FACETS:
            seen, twice, beside_ids = {}, [], []
            for value, (label, exact, _) in node.facet(facet, level="imageset").items():
                if not exact:
                    continue
                # Terms of one name in two ontologies are two terms; words beside a term of that name are not.
                term = re.match(r"^[A-Za-z]+:\S", value) and label != value
                key = spelling(label or value)
                if key in seen and not (term and seen[key][1]):
                    (beside_ids if term or seen[key][1] else twice).append((value, seen[key][0]))
                seen.setdefault(key, (value, term))
            checks.equal("%s: words that differ in spelling alone" % facet, twice, [])
            # The archive gives an id in one place and the bare words in another, and no loaded ontology
            # has the id: nothing but the words says what it means, so they are one value.
            beside_ids = [pair for pair in beside_ids if pair[1] not in KNOWN_BESIDE.get(facet, ())]
            checks.equal("%s: words beside an id that says no more than they do" % facet, beside_ids, [])

        # What counts as one is found as one: by the words and by each id, with the count of the facet.
        values = node.facet("compound", level="imageset")
        by_spelling = {}
        for value, (label, exact, _) in values.items():
            if exact:
                by_spelling.setdefault(spelling(label or value), []).append(exact)
        asked = 0
        for value, (label, exact, _) in node.facet("stated_compound", level="imageset").items():
            counts = by_spelling.get(spelling(label), [])
            if asked < 20 and re.match(r"^[A-Za-z]+:\S", value) and label != value and len(counts) == 1:
                asked += 1
                checks.equal("compound by its unknown id " + value,
                             node.total('compound.exact = "%s"' % value, level="imageset"), counts[0])
        checks.true("compounds with unknown ids", asked == 20, str(asked))

        humans = [v for v, (label, exact, _) in node.facet("organism", level="imageset").items()
                  if exact and label == "Homo sapiens"]
        checks.equal("one term for human", humans, ["NCBITaxon:9606"])
        lines = node.facet("cell_line", level="imageset")
        for name, ids in (("HeLa", ("EFO:0001185", "CLO:0003684", "CVCL_0030")), ("U2OS", ("EFO:0002869", "U-2 OS"))):
            rows = {i: node.total('cell_line = "%s"' % i, level="imageset") for i in ids + (name,)}
            checks.equal("%s by any of its ids" % name, len(set(rows.values())), 1)
            checks.true("%s found" % name, rows[name] > 0, str(rows))
        for words in ("MCF 10A", "NMuMG"):
            found = [v for v, (label, exact, _) in lines.items() if exact and spelling(label or v) == spelling(words)]
            checks.true("%s is one cell line" % words, len(found) <= 1, str(found))

        dog = 'organism = "NCBITaxon:9615" AND cell_line = "MDCK"'
        checks.equal("a cell line is no dog", node.total('sample_organism = "NCBITaxon:9615" AND cell_line = "MDCK"'), 0)
        print("normalisation: dog cell lines", node.total('cell_line_organism = "NCBITaxon:9615"'), "studies;", dog,
              node.total(dog))

        listed = subprocess.run(
            [str(node.build / "services/cli/parfocal"), "--node", "127.0.0.1:%d" % node.port, "--json", "report",
             "normalisation", "--differences", "--timeout", "600"], capture_output=True, text=True, check=True)
        differing = [s for line in listed.stdout.splitlines() for s in json.loads(line)["statements"]]
        checks.equal("every difference is listed", len(differing),
                     sum(int(f.get("differing", 0)) for f in fields.values()))
        checks.true("what is flagged says why", all(s.get("evidence") for s in differing if s.get("labelConflict")))
        checks.equal("graceful stop", node.stop(), 0)
    finally:
        node.cleanup()
    checks.finish()


main()
