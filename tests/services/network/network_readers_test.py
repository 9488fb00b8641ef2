"""Opens the files of network_files with other programs' readers: the same nodes and edges in all."""
import json
import pathlib
import subprocess
import sys
import tempfile

try:
    import igraph
    import networkx
except ImportError as missing:
    print("skipped: %s (deploy/packages.txt lists python3-networkx and python3-igraph)" % missing)
    sys.exit(77)

failed = passed = 0


def equal(what, got, want):
    global failed, passed
    if got == want:
        passed += 1
    else:
        failed += 1
        print("%s: got %r, want %r" % (what, got, want))


with tempfile.TemporaryDirectory(prefix="parfocal-network-") as name:
    folder = pathlib.Path(name)
    subprocess.run([sys.argv[1], name], check=True)

    graph = networkx.read_graphml(folder / "n.graphml")
    equal("networkx: nodes, edges", (graph.number_of_nodes(), graph.number_of_edges()), (4, 3))
    equal("networkx: undirected", graph.is_directed(), False)
    equal("networkx: symbol", graph.nodes["n0"]["name"], "abc")
    equal("networkx: label", graph.nodes["n0"]["labels"], 'bent <cell> & "more"')
    equal("networkx: weight", graph.edges["n0", "n1"]["weight"], 4.25)
    equal("networkx: paper", graph.edges["n0", "n1"]["paper_doi"], "10.1/a&b; ")
    equal("networkx: credit", graph.edges["n0", "n1"]["credit"], "Bob, Eve; ")
    equal("networkx: data", graph.edges["n0", "n1"]["data_doi"], "; 10.2/c")
    equal("networkx: two sources of one accession", graph.edges["n0", "n1"]["records"],
          "sources/first/studies/S1; sources/second/studies/S1")
    equal("networkx: count is a number", graph.nodes["n3"]["studies"], 2)

    graph = igraph.Graph.Read_GraphML(str(folder / "n.graphml"))
    equal("igraph: nodes, edges", (graph.vcount(), graph.ecount()), (4, 3))
    equal("igraph: weights", sorted(graph.es["weight"]), [0.1, 3.0, 4.25])
    equal("igraph: genes", graph.vs["gene"][:2], ["EX:1", "EX:2"])

    aspects = {}
    for part in json.loads((folder / "n.cx2").read_text(encoding="utf-8")):
        aspects.update(part)
    equal("cx2: version", aspects["CXVersion"], "2.0")
    equal("cx2: success", aspects["status"], [{"success": True}])
    counts = {entry["name"]: entry["elementCount"] for entry in aspects["metaData"]}
    for aspect in ("attributeDeclarations", "networkAttributes", "nodes", "edges"):
        equal("cx2: count of " + aspect, counts[aspect], len(aspects[aspect]))
    declared = aspects["attributeDeclarations"][0]
    types = {"string": str, "double": (int, float), "long": int, "list_of_string": list}
    for aspect in ("nodes", "edges"):
        for element in aspects[aspect]:
            for key, value in element["v"].items():
                equal("cx2: type of " + key, isinstance(value, types[declared[aspect][key]["d"]]), True)
    places = {node["id"] for node in aspects["nodes"]}
    equal("cx2: nodes, edges", (len(places), len(aspects["edges"])), (4, 3))
    equal("cx2: ends", all(e["s"] in places and e["t"] in places for e in aspects["edges"]), True)
    equal("cx2: lists stay lists", aspects["nodes"][0]["v"]["source_identifiers"], ["x; y"])
    equal("cx2: credits beside studies", aspects["edges"][0]["v"]["credit"], ["Bob; Eve", ""])

    lines = (folder / "n.sif").read_text(encoding="utf-8").split("\n")
    equal("sif: ends with a line end", lines.pop(), "")
    cells = [line.split("\t") for line in lines]
    edges = [c for c in cells if len(c) == 3]
    equal("sif: edges", len(edges), 3)
    ids = {c[0] for c in cells} | {c[2] for c in edges}
    equal("sif: nodes", len(ids), 4)

    tables = {}
    for what in ("nodes", "edges"):
        rows = [line.split("\t") for line in (folder / (what + ".tsv")).read_text(encoding="utf-8").split("\n")[:-1]]
        equal(what + ": every row has all columns", {len(row) for row in rows}, {len(rows[0])})
        tables[what] = [dict(zip(rows[0], row)) for row in rows[1:]]
    equal("tables: nodes, edges", (len(tables["nodes"]), len(tables["edges"])), (4, 3))
    equal("tables: ids as in sif", {row["gene"] for row in tables["nodes"]}, ids)
    equal("tables: licence", tables["edges"][0]["licence"], "CC0-1.0; ")
print("%d passed, %d failed" % (passed, failed))
sys.exit(1 if failed or not passed else 0)
