"""Resnik best-match averages of phenotype_bench once more, by the package semsimian (Rust below
Python) from PyPI. It has no simGIC, compares one pair of term sets in a call, and takes the
information content from a file, so that both count alike. Compares every score of the first queries
of the dump to 1e-9 and prints how many times longer it took.

    phenotype_bench --dump /tmp/profiles.txt
    python3 tests/bench/peers/semsimian_peer.py /tmp/profiles.txt [QUERIES]
"""
import math
import sys
import tempfile
import time

from semsimian import Semsimian

SUBCLASS = "rdfs:subClassOf"


def read(path, queries):
    """Ancestors of each term, terms of each gene, and (gene, milliseconds, scores) of Resnik queries."""
    ancestors, genes, scores = [], [], []
    for line in open(path):
        kind, *rest = line.split()
        if kind == "T":
            ancestors.append(list(map(int, rest)))
        elif kind == "G":
            genes.append(list(map(int, rest)))
        elif kind == "R" and len(scores) < queries:
            scores.append((int(rest[0]), float(rest[1]), list(map(float, rest[2:]))))
    return ancestors, genes, scores


def main():
    ancestors, genes, scores = read(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 3)
    name = "EX:%d".__mod__
    count = [0] * len(ancestors)
    for terms in genes:
        for term in set().union(*(ancestors[t] for t in terms)):
            count[term] += 1
    with tempfile.NamedTemporaryFile("w", suffix=".tsv") as content:
        for term, n in enumerate(count):
            content.write("%s\t%r\n" % (name(term), math.log2(len(genes) / n) if n else 0.0))
        content.flush()
        # The ancestors are closed already and a term is its own: edges to all of them say the same.
        began = time.process_time()
        peer = Semsimian(spo=[(name(t), SUBCLASS, name(a)) for t, above in enumerate(ancestors) for a in above],
                         predicates=[SUBCLASS], custom_ic_map_path=content.name)
        sets = [set(map(name, terms)) for terms in genes]
        peer.termset_comparison(sets[0], sets[1], "ancestor_information_content")  # Builds its tables.
        print("semsimian built in %.1f s" % (time.process_time() - began))
        worst = took = ours = 0.0
        for gene, milliseconds, theirs in scores:
            began = time.process_time()
            found = [peer.termset_comparison(sets[gene], other, "ancestor_information_content") for other in sets]
            took += time.process_time() - began
            ours += milliseconds / 1000
            worst = max(worst, max(abs(x - y) for x, y in zip(found, theirs)))
    print("Resnik BMA, one against %d genes: semsimian %.1f ms, engine %.3f ms, ratio %.0f"
          % (len(genes), took * 1000 / len(scores), ours * 1000 / len(scores), took / ours))
    print("largest difference of a score: %.3g" % worst)
    return 0 if worst <= 1e-9 else 1


if __name__ == "__main__":
    sys.exit(main())
