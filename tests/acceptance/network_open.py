"""Opens one network, written in every format into a folder (net.graphml, net.cx2, net.sif, net.tsv with
net-nodes.tsv, net.json), with networkx and igraph, and prints what each of them has as JSON:
{"networkx graphml": [nodes, edges], ...} and whether every edge says whom to credit. Prints {} if one
of the two is not installed (Debian's python3-networkx, python3-igraph; for /usr/bin/python3)."""
import csv
import json
import pathlib
import sys

try:
    import igraph
    import networkx
except ImportError:
    print("{}")
    sys.exit(0)


def rows(path):
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def cx2(folder):
    aspects = {}
    for part in json.loads((folder / "net.cx2").read_text(encoding="utf-8")):
        aspects.update(part)
    nodes = {node["id"]: node["v"] for node in aspects["nodes"]}
    return nodes, [(edge["s"], edge["t"], edge["v"]) for edge in aspects["edges"]]


def sif(folder):
    cells = [line.split("\t") for line in (folder / "net.sif").read_text(encoding="utf-8").split("\n") if line]
    edges = [(c[0], c[2], {}) for c in cells if len(c) == 3]
    return {name: {} for c in cells for name in (c[0], c[-1])}, edges


def tsv(folder):
    nodes = {row["gene"]: row for row in rows(folder / "net-nodes.tsv")}
    return nodes, [(row["source"], row["target"], row) for row in rows(folder / "net.tsv")]


def from_json(folder):
    network = json.loads((folder / "net.json").read_text(encoding="utf-8"))
    return {node["id"]: {} for node in network["nodes"]}, [
        (edge["source"], edge["target"],
         {"studies": edge["studies"], "credit": [c["credit"] for c in edge["credits"]],
          "licence": [c["licence"] for c in edge["credits"]], "records": [c["record"] for c in edge["credits"]],
          "paper_doi": [c["paperDoi"] for c in edge["credits"]], "data_doi": [c["dataDoi"] for c in edge["credits"]]})
        for edge in network["edges"]]


def main():
    folder = pathlib.Path(sys.argv[1])
    found = {}
    graph = networkx.read_graphml(folder / "net.graphml")
    found["networkx graphml"] = [graph.number_of_nodes(), graph.number_of_edges()]
    plain = igraph.Graph.Read_GraphML(str(folder / "net.graphml"))
    found["igraph graphml"] = [plain.vcount(), plain.ecount()]
    listed = {"graphml": [data for _, _, data in graph.edges(data=True)]}
    for name, read in (("cx2", cx2), ("sif", sif), ("tsv", tsv), ("json", from_json)):
        nodes, edges = read(folder)
        graph = networkx.MultiGraph()
        graph.add_nodes_from(nodes)
        graph.add_edges_from((source, target) for source, target, _ in edges)
        found["networkx " + name] = [graph.number_of_nodes(), graph.number_of_edges()]
        plain = igraph.Graph.DictList([{"name": str(node)} for node in nodes],
                                      [{"source": str(s), "target": str(t)} for s, t, _ in edges])
        found["igraph " + name] = [plain.vcount(), plain.ecount()]
        if name != "sif":
            listed[name] = [data for _, _, data in edges]
    # As many of each as there are studies. Text formats join by "; ".
    elements = lambda value: value.split("; ") if isinstance(value, str) else value
    found["credits"] = {name: all(
        data.get("credit") and len({len(elements(data.get(key, ""))) for key in
                                    ("studies", "records", "paper_doi", "data_doi", "licence", "credit")}) == 1
        for data in edges) for name, edges in listed.items()}
    print(json.dumps(found))


main()
