"""The scores of phenotype_bench once more, in plain Python: sets and loops, as a notebook has them.
Compares every score of the dump to 1e-9 and prints how many times longer it took.

    phenotype_bench --dump /tmp/profiles.txt
    python3 tests/bench/peers/phenotype_peer.py /tmp/profiles.txt
"""
import math
import sys
import time


def main():
    ancestors, genes, scores = [], [], []
    for line in open(sys.argv[1]):
        kind, *rest = line.split()
        if kind == "T":
            ancestors.append(frozenset(map(int, rest)))
        elif kind == "G":
            genes.append(list(map(int, rest)))
        else:
            scores.append((kind, int(rest[0]), float(rest[1]), list(map(float, rest[2:]))))
    closed = [frozenset().union(*(ancestors[t] for t in terms)) for terms in genes]
    count = [0] * len(ancestors)
    for terms in closed:
        for term in terms:
            count[term] += 1
    content = [math.log2(len(genes) / n) if n else 0.0 for n in count]

    def sim_gic(a, b):
        shared = sum(content[t] for t in closed[a] & closed[b])
        return shared / sum(content[t] for t in closed[a] | closed[b]) if shared else 0.0

    def best(term, other):
        return max((content[t] for t in ancestors[term] & closed[other]), default=0.0)

    def resnik(a, b):
        return (sum(best(t, b) for t in genes[a]) / len(genes[a]) + sum(best(t, a) for t in genes[b]) / len(genes[b])) / 2

    worst = 0.0
    took = {"S": [0.0, 0.0], "R": [0.0, 0.0]}
    for kind, gene, milliseconds, theirs in scores:
        began = time.process_time()
        ours = [(sim_gic if kind == "S" else resnik)(gene, other) for other in range(len(genes))]
        took[kind][0] += time.process_time() - began
        took[kind][1] += milliseconds / 1000
        worst = max(worst, max(abs(x - y) for x, y in zip(ours, theirs)))
    for kind, name in (("S", "simGIC"), ("R", "Resnik BMA")):
        python, engine = took[kind]
        print("%s, one against %d genes: Python %.1f ms, engine %.3f ms, ratio %.0f"
              % (name, len(genes), python * 1000 / len(scores) * 2, engine * 1000 / len(scores) * 2, python / engine))
    print("largest difference of a score: %.3g" % worst)
    return 0 if worst <= 1e-9 else 1


if __name__ == "__main__":
    sys.exit(main())
