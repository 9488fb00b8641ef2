"""The scores of phenotype_bench once more with networkx, as a notebook has them: the ontology is a
DiGraph, every closure and every common ancestor is asked of it, and pair after pair is compared.
Compares every score of the first queries of the dump to 1e-9 and prints how many times longer it took.

    phenotype_bench --genes 2000 --dump /tmp/profiles.txt
    /usr/bin/python3 tests/bench/peers/networkx_peer.py /tmp/profiles.txt [QUERIES]

Debian's networkx (python3-networkx) is for /usr/bin/python3. The edges of the dump are closed already,
which changes no closure.
"""
import math
import sys
import time

import networkx


def read(path, queries):
    """The ontology, the terms of each gene, and (kind, gene, milliseconds, scores) of the queries."""
    graph, genes, scores, term = networkx.DiGraph(), [], [], 0
    for line in open(path):
        kind, *rest = line.split()
        if kind == "T":
            graph.add_node(term)
            graph.add_edges_from((term, int(above)) for above in rest if int(above) != term)
            term += 1
        elif kind == "G":
            genes.append(list(map(int, rest)))
        elif len(scores) < 2 * queries:
            scores.append((kind, int(rest[0]), float(rest[1]), list(map(float, rest[2:]))))
    return graph, genes, scores


def main():
    queries = int(sys.argv[2]) if len(sys.argv) > 2 else 3
    graph, genes, scores = read(sys.argv[1], queries)

    def closure(term):
        return networkx.descendants(graph, term) | {term}

    def closed(terms):
        return set().union(*map(closure, terms))

    count = dict.fromkeys(graph, 0)
    for terms in genes:
        for term in closed(terms):
            count[term] += 1
    networkx.set_node_attributes(graph, {term: math.log2(len(genes) / n) if n else 0.0 for term, n in count.items()},
                                 "content")
    content = graph.nodes.data("content")

    def sim_gic(a, b):
        left, right = closed(genes[a]), closed(genes[b])
        shared = sum(content[t] for t in left & right)
        return shared / sum(content[t] for t in left | right) if shared else 0.0

    def best(term, other):
        return max((content[t] for t in closure(term) & other), default=0.0)

    def resnik(a, b):
        left, right = closed(genes[a]), closed(genes[b])
        return (sum(best(t, right) for t in genes[a]) / len(genes[a]) +
                sum(best(t, left) for t in genes[b]) / len(genes[b])) / 2

    worst = 0.0
    took = {"S": [0.0, 0.0, 0], "R": [0.0, 0.0, 0]}
    for kind, gene, milliseconds, theirs in scores:
        began = time.process_time()
        found = [(sim_gic if kind == "S" else resnik)(gene, other) for other in range(len(genes))]
        took[kind][0] += time.process_time() - began
        took[kind][1] += milliseconds / 1000
        took[kind][2] += 1
        worst = max(worst, max(abs(x - y) for x, y in zip(found, theirs)))
    for kind, name in (("S", "simGIC"), ("R", "Resnik BMA")):
        peer, engine, number = took[kind]
        print("%s, one against %d genes: networkx %s %.0f ms, engine %.3f ms, ratio %.0f"
              % (name, len(genes), networkx.__version__, peer * 1000 / number, engine * 1000 / number, peer / engine))
    print("largest difference of a score: %.3g" % worst)
    return 0 if worst <= 1e-9 else 1


if __name__ == "__main__":
    sys.exit(main())
