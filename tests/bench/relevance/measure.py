"""How good is the order of answers? nDCG@10 and recall@100 of the judged queries of judgements.tsv, over
the crates of the corpus.

  python3 measure.py BUILD_DIR [--worst N]

Starts a node of its own, with and without ontologies, and asks each query three ways:
  words     the words as they are (exact)
  + names   everyday words and names of values, no ontology loaded
  + terms   with ontologies: terms by label and synonym, with all below them
nDCG@10 has the gain 2^grade - 1 and the discount log2(rank + 1); recall@100 is the share of the judged
records, or of 100 if there are more, among the first hundred. What nobody judged counts as not relevant.
"""
import argparse
import math
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1] / "acceptance"))
from node import Node, skip_without_corpus  # noqa: E402

ONTOLOGIES = ("fbbi-2020-11-06.obo", "ncbitaxon-taxslim.obo.gz", "clo-terms-2023-10.tsv.gz")


def judgements():
    """{query: (kind, {accession: grade})}"""
    out = {}
    with open(HERE / "judgements.tsv", encoding="utf-8") as lines:
        for line in lines:
            if line.startswith("#"):
                continue
            query, kind, accession, grade = line.rstrip("\n").split("\t")
            out.setdefault(query, (kind, {}))[1][accession] = int(grade)
    return out


def gain(grades):
    return sum((2 ** grade - 1) / math.log2(rank + 2) for rank, grade in enumerate(grades))


def ndcg(found, judged):
    best = gain(sorted(judged.values(), reverse=True)[:10])
    return gain([judged.get(name, 0) for name in found[:10]]) / best


def recall(found, judged):
    return sum(name in judged for name in found[:100]) / min(100, len(judged))


def ask(node, query, exact):
    answer = node.search(query, page_size=100, extra=("--exact",) if exact else ())
    if not answer.get("hits") and answer.get("didYouMean"):
        # As a person does who is told that a word occurs nowhere.
        answer = node.search(answer["didYouMean"][0]["query"], page_size=100, extra=("--exact",) if exact else ())
    return [hit["name"].split("/studies/")[1] for hit in answer.get("hits", [])]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("build")
    parser.add_argument("--worst", type=int, default=0)
    arguments = parser.parse_args()
    data = skip_without_corpus()
    gide = data / "sources" / "gide"
    judged = judgements()
    results = {}
    for ontologies in (False, True):
        files = [data / "ontologies" / name for name in ONTOLOGIES] + sorted(gide.glob("*.ttl"))
        node = Node(arguments.build)
        try:
            node.start(wait=600, ontologies=files if ontologies else ())
            node.cli("source", "add", "gide", "--connector", "ro-crate", "--location", str(gide / "crates.tar.gz"))
            node.cli("harvest", "gide")
            node.wait_indexed(600)
            for query, (kind, grades) in judged.items():
                ways = (("+ terms", False),) if ontologies else (("words", True), ("+ names", False))
                for way, exact in ways:
                    found = ask(node, query, exact)
                    results[query, way] = (ndcg(found, grades), recall(found, grades))
            node.stop()
        finally:
            node.cleanup()
    kinds = list(dict.fromkeys(kind for kind, _ in judged.values())) + ["all"]
    print("%-10s %8s  %s" % ("kind", "queries", "  ".join("%-24s" % way for way in ("words", "+ names", "+ terms"))))
    for kind in kinds:
        of = [query for query, (k, _) in judged.items() if kind in (k, "all")]
        cells = []
        for way in ("words", "+ names", "+ terms"):
            mean = [sum(results[query, way][i] for query in of) / len(of) for i in (0, 1)]
            cells.append("nDCG@10 %.3f R@100 %.3f" % tuple(mean))
        print("%-10s %8d  %s" % (kind, len(of), "  ".join("%-24s" % cell for cell in cells)))
    for query in sorted(judged, key=lambda query: results[query, "+ terms"][0])[:arguments.worst]:
        print("%-45s %s" % (query, "  ".join("%.2f %.2f" % results[query, way] for way in ("words", "+ names", "+ terms"))))


if __name__ == "__main__":
    main()
