"""Draws a network that `parfocal phenotype network --format graphml` wrote, as SVG.

    draw_network.py NETWORK.graphml PICTURE.svg

Reads the file with networkx, as any user would; the layout is Fruchterman and Reingold's (1991) in plain
Python, from a fixed beginning, so that the same file gives the same picture. Genes are coloured by the
species whose gene showed the phenotype; those with support in several studies are larger and named first."""
import math
import random
import re
import sys
from xml.sax.saxutils import escape

import networkx

WIDTH, HEIGHT, MARGIN = 1100, 760, 40
COLOURS = ["#3b6fb6", "#d9822b", "#3f9c5a", "#a3476b", "#7a6bb0", "#7d7d7d"]


def layout(graph, rounds=150):
    """Positions in 0..1. Genes without an edge stand in rows below the others."""
    chance = random.Random(7)
    nodes = [n for n in graph if graph.degree(n)]
    place = {n: [chance.random(), chance.random()] for n in nodes}
    ideal = 0.9 / math.sqrt(max(len(nodes), 1))
    for step in range(rounds):
        force = {n: [0.0, 0.0] for n in nodes}
        for i, a in enumerate(nodes):
            for b in nodes[i + 1:]:
                dx, dy = place[a][0] - place[b][0], place[a][1] - place[b][1]
                square = max(dx * dx + dy * dy, 1e-6)
                push = ideal * ideal / square
                force[a][0] += dx * push
                force[a][1] += dy * push
                force[b][0] -= dx * push
                force[b][1] -= dy * push
        for a, b in graph.edges():
            dx, dy = place[a][0] - place[b][0], place[a][1] - place[b][1]
            pull = math.hypot(dx, dy) / ideal * 0.35
            force[a][0] -= dx * pull
            force[a][1] -= dy * pull
            force[b][0] += dx * pull
            force[b][1] += dy * pull
        heat = 0.08 * (1 - step / rounds)
        for n in nodes:
            # A little towards the middle keeps islands on the page.
            fx = force[n][0] - (place[n][0] - 0.5) * 0.5
            fy = force[n][1] - (place[n][1] - 0.5) * 0.5
            length = max(math.hypot(fx, fy), 1e-9)
            place[n][0] += fx / length * min(length, heat)
            place[n][1] += fy / length * min(length, heat)
    if nodes:
        for axis in (0, 1):
            low, high = min(p[axis] for p in place.values()), max(p[axis] for p in place.values())
            for p in place.values():
                p[axis] = (p[axis] - low) / max(high - low, 1e-9)
    return place


def species(data):
    """Where the evidence comes from: the gene's own species, or those it was pooled from."""
    found = set(re.findall(r"\([^()]*, ([^(),\s]+)\)", data.get("pooled_from", "")))
    return ", ".join(sorted(found)) or data["organism"]


def main():
    graph = networkx.read_graphml(sys.argv[1])
    place = layout(graph)
    alone = sorted((n for n in graph if n not in place), key=lambda n: graph.nodes[n]["name"])
    columns = 12
    rows = math.ceil(len(alone) / columns)
    bottom = HEIGHT - MARGIN - 24 - rows * 16
    spot = {n: (MARGIN + p[0] * (WIDTH - 2 * MARGIN), MARGIN + 26 + p[1] * (bottom - MARGIN - 40)) for n, p in place.items()}
    kinds = sorted({species(graph.nodes[n]) for n in graph}, key=lambda k: (k.count(","), k))
    colour = {kind: COLOURS[min(i, len(COLOURS) - 1)] for i, kind in enumerate(kinds)}
    out = ['<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" font-family="sans-serif">' % (WIDTH, HEIGHT),
           '<rect width="100%" height="100%" fill="#ffffff"/>',
           '<text x="%d" y="26" font-size="17">%s: %d genes, %d edges</text>' % (
               MARGIN, escape(graph.graph.get("name", "")), graph.number_of_nodes(), graph.number_of_edges())]
    # Edges of one strength are one path: a picture of thousands of them stays small.
    strength = {}
    most = max((d["weight"] for _, _, d in graph.edges(data=True)), default=1)
    for a, b, data in graph.edges(data=True):
        strength.setdefault(math.ceil(4 * data["weight"] / most), []).append("M%.0f %.0fL%.0f %.0f" % (*spot[a], *spot[b]))
    for level, paths in sorted(strength.items()):
        out.append('<path d="%s" stroke="#555" stroke-opacity="%.2f" stroke-width="%.1f" fill="none"/>' % (
            "".join(paths), 0.05 + 0.07 * level, 0.4 + 0.3 * level))
    for n in sorted(spot, key=lambda n: graph.nodes[n]["studies"]):
        data = graph.nodes[n]
        size = 3 + 2.2 * max(data["studies"], 1)
        out.append('<circle cx="%.0f" cy="%.0f" r="%.1f" fill="%s" stroke="#fff" stroke-width="0.7"/>' % (
            *spot[n], size, colour[species(data)]))
        bold = data["studies"] > 1
        out.append('<text x="%.0f" y="%.0f" font-size="%d"%s fill="#222">%s</text>' % (
            spot[n][0] + size, spot[n][1] - 2, 12 if bold else 7, ' font-weight="bold"' if bold else "", escape(data["name"])))
    for i, n in enumerate(alone):
        x, y = MARGIN + (i % columns) * (WIDTH - 2 * MARGIN) / columns, bottom + (i // columns) * 16
        out.append('<circle cx="%.0f" cy="%.0f" r="4" fill="%s"/><text x="%.0f" y="%.0f" font-size="9">%s</text>' % (
            x, y - 3, colour[species(graph.nodes[n])], x + 6, y, escape(graph.nodes[n]["name"])))
    for i, kind in enumerate(kinds):
        x = MARGIN + i * (WIDTH - 2 * MARGIN) / max(len(kinds), 1)
        out.append('<circle cx="%.0f" cy="%d" r="5" fill="%s"/><text x="%.0f" y="%d" font-size="11">%s</text>' % (
            x, HEIGHT - 20, colour[kind], x + 9, HEIGHT - 16, escape(kind)))
    out.append("</svg>")
    open(sys.argv[2], "w", encoding="utf-8").write("\n".join(out) + "\n")


main()
