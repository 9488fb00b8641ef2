"""What people complain of in today's search pages, asked of a node over the real crates: each complaint is a
line that must hold."""
import sys

from node import Checks, Node, skip_without_corpus


def names(answer):
    return [hit["name"].split("/studies/")[1] for hit in answer.get("hits", [])]


def exact_and_identifiers(node, checks):
    for accession in ("S-BIAD1538", "idr0036", "ssbd-repos-000020"):
        checks.equal("%s is found first" % accession, names(node.search(accession))[:1], [accession])
    # The title says it whole; others only have its words.
    checks.equal("an exact title is first", names(node.search("CellBinDB")), ["S-BIAD1538"])
    # An exact label stands above a partial one.
    first = node.search("electron microscopy", page_size=20, extra=("--facet", "imaging_method"))
    wanted = set(names(node.search("", 'imaging_method = "electron microscopy"', page_size=200)))
    checks.equal("the method itself before those that only mention it", set(names(first)) - wanted, set())


def facets(node, checks):
    for query, condition in (("", None), ("cell", None), ("", 'organism = "Mus musculus"')):
        values = node.facet("imaging_method", condition, query)
        checks.true("no facet stops at 10", len(values) > 10, str(len(values)))
        for value in list(values)[:12]:
            filter = 'imaging_method = "%s"' % value.replace('"', '\\"')
            both = filter if condition is None else "%s AND %s" % (condition, filter)
            checks.equal("count of %s equals its result" % value, node.total(both, query), values[value][2])
    answer = node.search("", extra=("--table", "imaging_method,publisher", "--histogram", "year"))
    table = answer["tables"][0]
    columns = [column["value"] for column in table["columns"]]
    for row in table["rows"][:4]:
        for column, count in zip(columns, row["counts"]):
            filter = 'imaging_method = "%s" AND publisher = "%s"' % (row["value"]["value"], column)
            checks.equal("cell " + filter, node.total(filter), int(count))
    years = answer["histograms"][0]
    checks.equal("years and those without make all", sum(int(b["count"]) for b in years["bins"]) +
                 int(years.get("missingCount", 0)), 1386)
    for bin in years["bins"][:3]:
        checks.equal("year " + bin["label"], node.total("year = " + bin["label"]), int(bin["count"]))


def words(node, checks):
    answer = node.search("drosofila")
    checks.equal("a typo is not replaced", int(answer.get("totalSize", 0)), 0)
    better = answer["didYouMean"][0]["query"]
    checks.equal("but met", better, "drosophila")
    checks.true("and then finds", node.total(query=better) > 50)
    below = node.total(query="insects")
    checks.true("a class finds what is below it", below >= node.total('organism = "Drosophila melanogaster"'), str(below))
    plain = int(node.search("insects", extra=("--exact",)).get("totalSize", 0))
    checks.true("which few texts say", plain < 20, str(plain))
    step = [s for s in node.search("light sheet mouse brain", extra=("--explain",))["explain"] if s.get("term")]
    checks.true("words become terms, with what they add", {"light sheet", "mouse"} <= {s["text"] for s in step}, str(step))
    spim, sheet = (set(names(node.search(q, page_size=200))) for q in ("SPIM", "light sheet"))
    checks.equal("SPIM finds nothing that light sheet does not", spim - sheet, set())
    checks.true("and no less than texts that say light sheet", len(spim) > 40, str(len(spim)))
    protein = set(names(node.search("G protein", page_size=200)))
    binding = set(names(node.search('"binding protein" -"G protein"', page_size=200)))
    checks.equal("G protein does not find binding protein", protein & binding, set())


def pages(node, checks):
    seen, token = [], None
    while True:
        answer = node.search("cell", page_size=50, token=token)
        seen += names(answer)
        token = answer.get("nextPageToken")
        if not token:
            break
        if len(seen) == 100:
            node.cli("harvest", "gide")  # Records are looked at again meanwhile.
    checks.equal("no page repeats another", len(seen), len(set(seen)))
    checks.equal("and none is missing", len(seen), node.total(query="cell"))


def cell_lines(node, checks):
    """U2OS cells under the ids of several ontologies, and rows whose words and id disagree."""
    found = []
    for name in ("U2OS", "U-2 OS", "u-2os", "CLO:0009454"):
        either = 'cell_line = "%s" OR mined_cell_line = "%s"' % (name, name)
        found.append(sorted(names(node.search("", either, page_size=200))))
    checks.true("a cell line by any of its names and ids", len(found[0]) > 5, str(len(found[0])))
    checks.equal("finds the same", [len(set(f) ^ set(found[0])) for f in found], [0, 0, 0, 0])
    words = [sorted(names(node.search(q, page_size=200))) for q in ("U2OS", "U-2 OS")]
    checks.equal("as words, too", words[0], words[1])
    flagged = node.total("flagged:*")
    checks.true("contradicting rows are flagged", flagged > 0, str(flagged))


def kept_answers(node, checks):
    kept = node.cli("cite", "light sheet")
    again = node.cli("cited", kept["name"])
    checks.equal("a kept answer is complete", int(again["totalSize"]), node.total(query="light sheet"))
    checks.equal("and unchanged", [int(again.get(k, 0)) for k in ("addedCount", "changedCount", "removedCount")], [0, 0, 0])
    like = names(node.search("", extra=("--similar-to", "gide/S-BIAD1538")))
    checks.true("more like this", like and "S-BIAD1538" not in like, str(like))


def main():
    data = skip_without_corpus()
    checks = Checks("complaints")
    gide, ontologies = data / "sources" / "gide", data / "ontologies"
    node = Node(sys.argv[1])
    try:
        node.start(wait=300, ontologies=[
            ontologies / "fbbi-2020-11-06.obo", ontologies / "ncbitaxon-taxslim.obo.gz",
            ontologies / "clo-terms-2023-10.tsv.gz", gide / "gide_fbbi_hierarchy_subset.ttl",
            gide / "gide_ncbitaxon_hierarchy_subset.ttl"])
        node.cli("source", "add", "gide", "--connector", "ro-crate", "--location", str(gide / "crates.tar.gz"))
        node.cli("harvest", "gide")
        node.wait_indexed(300)
        for ask in (exact_and_identifiers, facets, words, pages, cell_lines, kept_answers):
            ask(node, checks)
        checks.equal("graceful stop", node.stop(), 0)
    finally:
        node.cleanup()
    checks.finish()


main()
