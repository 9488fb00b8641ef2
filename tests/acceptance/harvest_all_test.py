"""`parfocal harvest --all` over the recorded answers of every system, played back over HTTP on loopback: gzip, chunked,
redirects, 429 and 503, answers that break off. The table of counts is printed and compared with the one beside this
file; a second harvest moves no record's body and changes nothing.

A system's folder is served as the tree of a Git repository, so that its files are known by their blob ids; answers of
OAI-PMH servers are served as lists of one page. `--write` writes the table that was found."""
import hashlib
import json
import pathlib
import re
import sys
import tempfile

from node import Checks, Node, skip_without_corpus
from oai_test import Answers

EXPECTED = pathlib.Path(__file__).with_name("harvest_all_expected.tsv")

# Source (and its definition, unless named), protocol, folder below sources/.
TREES = [
    ("4dn", "json-rest", "4dn"), ("allen-brain", "table", "allen-brain"), ("allen-cell", "git-folder", "allen-cell"),
    ("aws-open-data", "git-folder", "aws-open-data"), ("bbbc", "table", "bbbc"), ("bia", "json-rest", "biostudies"),
    ("biostudies", "json-rest", "biostudies"), ("bossdb", "json-rest", "bossdb"), ("cil", "json-rest", "cil"),
    ("croissant", "git-folder", "croissant"), ("dandi", "json-rest", "dandi"), ("datacite", "json-rest", "datacite"),
    ("datacite-xml", "xml-rest", "datacite/xml"), ("dataverse", "json-rest", "dataverse"), ("dcat", "rdf", "dcat-fdp"),
    ("dryad", "json-rest", "dryad"), ("emdb", "xml-rest", "emdb"), ("empiar", "json-rest", "empiar"),
    ("figshare", "json-rest", "figshare"), ("gigadb", "table", "gigadb"), ("hpa", "table", "hpa"),
    ("hpa-entries", "xml-rest", "hpa"), ("htan", "table", "htan"), ("hubmap", "json-rest", "hubmap"),
    ("idc", "table", "idc"), ("idr-omero", "json-rest", "idr-omero"), ("idr-studies", "table", "idr-omero/site"),
    ("impc", "json-rest", "impc"), ("inveniordm", "json-rest", "inveniordm"), ("neurovault", "json-rest", "neurovault"),
    ("opencell", "table", "opencell"), ("openneuro", "git-folder", "openneuro-bids"),
    ("phenoimageshare", "xml-rest", "phenoimageshare/xml"), ("schema-org", "json-ld-pages", "schema-org"),
    ("sourcedata", "json-rest", "sourcedata"), ("ssbd", "json-rest", "ssbd"), ("ssbd-rdf", "rdf", "ssbd/rdf"),
    ("ssbd-void", "rdf", "ssbd/rdf", "dcat"), ("tcia", "json-rest", "tcia-nbia"), ("vfb", "json-rest", "vfb"),
    ("zenodo", "json-rest", "zenodo-rest"),
]
# What the connector ro-crate reads where it lies.
CRATES = [("gide", "gide/crates.tar.gz"), ("ssbd-crates", "ssbd/crate-snapshots/2026-05-14.tar.gz"),
          ("ro-crate", "ro-crate")]
# Folders without a source here, and why.
ELSEWHERE = {
    "kpmp": "no records", "yale-image-finder": "no records",
    "jcb-dataviewer": "its studies are those of idr and biostudies", "mitocheck": "rows of idr0013, read by idr",
}


def blob_id(data):
    return hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()


def served(folder, path):
    return "/%s/%s" % (folder, re.sub(r"[^A-Za-z0-9_.~/-]", lambda m: "%%%02X" % ord(m.group()), path))


def tree_lines(base, folder, trees, lines):
    """The manifest's lines of a folder, whose tree is written to `trees`."""
    entries = []
    files = sorted(path for path in (base / folder).rglob("*") if path.is_file())
    for number, path in enumerate(files):
        name = path.relative_to(base / folder).as_posix()
        entries.append({"path": name, "type": "blob", "sha": blob_id(path.read_bytes())})
        at, file = served(folder, name), "data/%s/%s" % (folder, name)
        how = [[], ["gzip"], ["chunked"], ["gzip", "chunked"], ["no-length"]][number % 5]
        # Once for each folder: too busy, broken off, moved.
        if number == 1:
            lines.append([at, "-", "status=429", "header=Retry-After: 0", "first=1"])
        if number == 2:
            lines.append([at, file, "cut=300", "first=1"])
        if number == 3:
            lines.append([at, "-", "status=302", "header=Location: /moved%s" % at, "first=1"])
            lines.append(["/moved" + at, file] + how)
        lines.append([at, file] + how)
    tree = trees / (folder.replace("/", "-") + ".json")
    tree.write_text(json.dumps({"tree": entries}))
    lines.append(["/trees/" + tree.name, "trees/" + tree.name, "gzip"])


def oai_sources(base, lines):
    """Every answer of ListRecords as a list of one page: name, path, prefix."""
    out = []
    kinds = {}
    for row in (base / "oai-pmh" / "MANIFEST.tsv").read_text(encoding="utf-8").splitlines():
        cells = row.split("\t")
        kinds[cells[0]] = row
    for path in sorted((base / "oai-pmh").rglob("*.xml")):
        name = path.relative_to(base / "oai-pmh").as_posix()
        text = path.read_bytes()
        if b"<ListRecords" not in text or b"<OAI-PMH" not in text or "real-response" not in kinds.get(name, ""):
            continue
        source = "oai-%02d" % len(out)
        prefix = "oai_datacite" if b"datacite.org/schema" in text else "oai_dc"
        verb = "/%s?verb=" % source
        lines.append([verb + "Identify", "data/oai-pmh/zenodo/identify-02.xml"])
        lines.append([verb + "ListRecords&metadataPrefix=" + prefix, "data/oai-pmh/" + name, "gzip"])
        for more in ("&resumptionToken=*", "&from=*&metadataPrefix=" + prefix):
            lines.append([verb + "ListRecords" + more, "data/oai-pmh/zenodo/list-records-02-noRecordsMatch.xml",
                          "status=422"])
        out.append((source, "/" + source, prefix))
    return out


def row_of(run):
    ledger = run.get("ledger", {})
    return [run["state"]] + [int(ledger.get(key, 0)) for key in ("fetched", "newRecords", "quarantined", "skipped")]


def table_of(runs):
    rows, oai = {}, []
    for run in runs:
        name = run["name"].split("/")[1]
        if re.fullmatch(r"oai-\d\d", name):
            oai.append(row_of(run))
        else:
            rows[name] = row_of(run)
    states = {state: sum(row[0] == state for row in oai) for state in sorted({row[0] for row in oai})}
    rows["oai-pmh (%d lists)" % len(oai)] = [", ".join("%d %s" % (n, state) for state, n in states.items())] + [
        sum(row[i] for row in oai) for i in range(1, 5)]
    return ["\t".join(map(str, [name] + row)) for name, row in sorted(rows.items())]


def main():
    data = skip_without_corpus()
    base = data / "sources"
    checks = Checks("harvest_all")
    covered = {entry[2].split("/")[0] for entry in TREES} | {path.split("/")[0] for _, path in CRATES} | {"oai-pmh"}
    folders = {path.name for path in base.iterdir() if path.is_dir()}
    checks.equal("every folder has a source or a reason", folders - covered - set(ELSEWHERE), set())
    work = tempfile.TemporaryDirectory(prefix="parfocal-harvest-all-")
    root = pathlib.Path(work.name)
    (root / "trees").mkdir()
    (root / "data").symlink_to(base)
    lines = []
    for folder in sorted({entry[2] for entry in TREES}):
        tree_lines(base, folder, root / "trees", lines)
    oai = oai_sources(base, lines)
    answers = Answers(sys.argv[1], root, lines)
    node = Node(sys.argv[1])
    try:
        config = node.directory / "config.yaml"
        config.write_text("fetch:\n  allow_http: true\n  gap_ms: 0\n  ports: [%d]\n  allow_networks: [127.0.0.1/32]\n" %
                          answers.port)
        node.start(extra=["--config", str(config)])
        url = "http://127.0.0.1:%d" % answers.port
        for name, protocol, folder, *definition in TREES:
            node.cli("source", "add", name, "--connector", protocol, "--location", url + "/" + folder,
                     "--option", "definition=" + (definition[0] if definition else name),
                     "--option", "tree=%s/trees/%s.json" % (url, folder.replace("/", "-")))
        for name, path in CRATES:
            node.cli("source", "add", name, "--connector", "ro-crate", "--location", str(base / path))
        for name, path, prefix in oai:
            node.cli("source", "add", name, "--connector", "oai-pmh", "--location", url + path,
                     "--option", "metadata_prefix=" + prefix)
        first = node.cli("harvest", "--all", check=False, as_json=False)
        del first
        runs = [node.cli("runs", name)["runs"][0] for name in names_of(oai)]
        found = table_of(runs)
        print("source\tstate\tfetched\tnew\tquarantined\tskipped")
        print("\n".join(found))
        if "--write" in sys.argv:
            EXPECTED.write_text("\n".join(found) + "\n")
        checks.equal("the table of counts", found, EXPECTED.read_text().splitlines())
        checks.true("every ledger adds up", all(run["ledger"].get("addsUp") for run in runs))
        before = answers.counts()
        node.cli("harvest", "--all", check=False, as_json=False)
        again = [node.cli("runs", name)["runs"][0] for name in names_of(oai)]
        complete = [run["name"] for run in runs if run["state"] == "COMPLETE"]
        for old, new in zip(runs, again):
            ledger = new["ledger"]
            checks.equal("%s: a second harvest changes nothing" % new["name"],
                         [int(ledger.get(key, 0)) for key in ("newRecords", "changed", "deleted")], [0, 0, 0])
            if old["name"] in complete and not new["name"].startswith("sources/oai-"):
                checks.equal(new["name"] + ": and sees all of it", int(ledger.get("unchanged", 0)),
                             int(old["ledger"].get("newRecords", 0)))
        after = answers.counts()
        print("bodies of the first harvest %d, of the second %d (lists, joined tables and what was refused)" % (
            before["bodies"], after["bodies"] - before["bodies"]))
        checks.equal("graceful stop", node.stop(), 0)
    finally:
        node.cleanup()
        answers.close()
        work.cleanup()
    checks.finish()


def names_of(oai):
    return [entry[0] for entry in TREES] + [name for name, _ in CRATES] + [name for name, _, _ in oai]


main()
