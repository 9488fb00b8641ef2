"""The 1,386 crates: every figure of STATS.md that an API can give, read from that file and asked of a
node that harvested the archive with nothing but the two hierarchy files beside it as ontologies."""
import os
import re
import sys
import time

from node import Checks, Node, skip_without_corpus


def curie(iri):
    """NCBITaxon_9606 -> NCBITaxon:9606"""
    head, _, tail = iri.rpartition("/")
    match = re.match(r"^([A-Za-z]+)_(.*)$", tail or iri)
    return "%s:%s" % match.groups() if match else iri


def tables(text):
    """Section title -> rows (lists of cells) of its tables."""
    out, title = {}, ""
    for line in text.splitlines():
        if line.startswith("## "):
            title = line[3:].strip()
        elif line.startswith("|") and not set(line) <= set("|- "):
            out.setdefault(title, []).append([c.strip() for c in line.strip("|").split("|")])
    return out


def main():
    data = skip_without_corpus()
    gide = data / "sources" / "gide"
    text = (gide / "STATS.md").read_text(encoding="utf-8")
    stats = tables(text)
    checks = Checks("crates")
    node = Node(sys.argv[1])
    try:
        began = time.monotonic()
        node.start(ontologies=[gide / "gide_fbbi_hierarchy_subset.ttl", gide / "gide_ncbitaxon_hierarchy_subset.ttl"])
        node.cli("source", "add", "gide", "--connector", "ro-crate", "--location", str(gide / "crates.tar.gz"))
        node.cli("harvest", "gide")
        node.wait_indexed()
        checks.equal("studies searchable", node.total(), 1386)
        seconds = time.monotonic() - began
        resident = node.resident_bytes() / 1e6
        print("crates: cold start to searchable %.1f s, %.0f MB resident at most" % (seconds, resident))
        if os.environ.get("PARFOCAL_JUDGE_TIMES"):
            checks.true("searchable within 5 s", seconds <= 5, "%.1f s" % seconds)

        publishers = node.facet("stated_publisher")
        for name, iri, count in stats["By publisher"][1:]:
            checks.equal("publisher " + name, publishers.get(iri, ("", 0, 0))[1], int(count))
        checks.equal("publishers", len([p for p in publishers.values() if p[1]]), 4)

        organisms = node.facet("stated_organism")
        exact = {k: v[1] for k, v in organisms.items() if v[1]}
        for taxon, label, count, _ in stats["By organism, top 30"][1:]:
            checks.equal("organism " + label, exact.get(curie(taxon), 0), int(count))
        checks.equal("distinct organisms", len(exact), 214)

        methods = node.facet("stated_imaging_method")
        exact = {k: v[1] for k, v in methods.items() if v[1] and k.startswith("FBbi:")}
        for term, label, count, _ in stats["By imaging method, top 30"][1:]:
            checks.equal("method " + label, exact.get(curie(term), 0), int(count))
        checks.equal("distinct FBbi methods", len(exact), 67)
        others = {k for k, v in methods.items() if v[1] and re.match(r"^(MI|CHMO):", k)}
        checks.equal("method terms outside FBbi", others, {"MI:2213", "CHMO:0002194"})

        years = {k: v[1] for k, v in node.facet("year").items()}
        for year, count in stats["By year"][1:]:
            checks.equal("year " + year, years.get(year, 0), int(count))
        header = stats["By publisher and year"][0][1:]
        iris = {row[0]: row[1] for row in stats["By publisher"][1:]}
        for name in header:
            by_year = {k: v[1] for k, v in node.facet("year", 'stated_publisher = "%s"' % iris[name]).items()}
            column = header.index(name) + 1
            for row in stats["By publisher and year"][1:]:
                checks.equal("%s in %s" % (name, row[0]), by_year.get(row[0], 0), int(row[column]))

        licences = {k: v[1] for k, v in node.facet("stated_licence").items()}
        for licence, count in stats["By licence"][1:]:
            if licence == "(none)":
                checks.equal("no licence", node.total("NOT stated_licence:*"), int(count))
            else:
                checks.equal("licence " + licence, licences.get(licence, 0), int(count))

        checks.equal("no organism", node.total("NOT stated_organism:*"), 62)
        checks.equal("no organism, BioImage Archive",
                     node.total('NOT stated_organism:* AND stated_publisher = "%s"' % iris["BioImage Archive"]), 25)
        # Roots that name nothing but protocols state a method, though no term: their words are an attribute.
        checks.equal("no method at all",
                     node.total('NOT stated_imaging_method:* AND NOT attribute["measurementMethod"]:*'), 266)
        free = re.search(r"the texts: (.*)", text).group(1)
        free_texts = {m.group(1): int(m.group(2)) for m in re.finditer(r"(?:^|; )(.*?) \((\d+)\)(?=;|$)", free)}
        for words, count in free_texts.items():
            checks.equal("free-text method " + words, methods.get(words, ("", 0, 0))[1], count)

        for section in [r for r in stats["Ontology-expanded counts"] if r[0] not in ("taxon", "FBbi term")]:
            if len(section) == 2:
                term = re.search(r"\((NCBITaxon_\d+)\)", section[0]).group(1)
                checks.equal("rolled up " + section[0], organisms.get(curie(term), ("", 0, 0))[2], int(section[1]))
            else:
                term = section[0].replace("FBbi_root_", "FBbi:root_") if "root" in section[0] else curie(section[0])
                checks.equal("rolled up " + section[1], methods.get(term, ("", 0, 0))[2], int(section[2]))
        for term, want in (("FBbi:00000345", (41, 908)), ("FBbi:00000246", (339, 749))):
            checks.equal("exact and rolled up " + term, methods.get(term, ("", 0, 0))[1:], want)
        for term, want in (("NCBITaxon:9989", (0, 514)), ("NCBITaxon:2", (0, 42))):
            checks.equal("exact and rolled up " + term, organisms.get(term, ("", 0, 0))[1:], want)
        checks.equal("Bacteria and light microscopy", node.total(
            'stated_organism.closure = "NCBITaxon:2" AND stated_imaging_method.closure = "FBbi:00000345"'), 38)
        checks.equal("since 2020", node.total("year >= 2020"), 1152)

        for row in stats["Two facets together, top 15"][1:]:
            organism, method = row[0].split(" ")[0], row[1].split(" ")[0]
            checks.equal(row[0] + " x " + row[1], node.total('stated_organism = "%s" AND stated_imaging_method = "%s"' % (
                curie(organism), curie(method))), int(row[2]))

        for words, in_name, in_either in stats["Plain substring checks (case-insensitive, on the root name, and on "
                                               "name + space + description)"][1:]:
            checks.equal("substring %s in title" % words, node.total('title:"%s"' % words), int(in_name))
            # A description that only repeats the accession is not kept: the accession stands for it.
            checks.equal("substring %s in either" % words, node.total(
                'title:"%s" OR description:"%s" OR (accession:"%s" AND NOT description:*)' % ((words,) * 3)), int(in_either))

        again = node.cli("harvest", "gide")
        ledger = again.get("ledger", again)
        checks.equal("second harvest: unchanged", int(ledger.get("unchanged", 0)), 1386)
        checks.equal("second harvest: written", int(ledger.get("newRecords", 0)) + int(ledger.get("changed", 0)), 0)
        checks.true("resident below 250 MB", node.resident_bytes() < 250e6, "%.0f MB" % (node.resident_bytes() / 1e6))
        checks.equal("graceful stop", node.stop(), 0)
    finally:
        node.cleanup()
    checks.finish()


main()
