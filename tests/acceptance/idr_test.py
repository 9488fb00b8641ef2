"""The 131 studies of the IDR folder: every row accounted for, phenotype figures, deletion and return of
the withdrawn screen. Counts rows itself, by other means than the node (Python's csv)."""
import csv
import gzip
import io
import os
import pathlib
import re
import shutil
import sys
import tempfile
import threading
import time

from node import Checks, Node, skip_without_corpus


def annotation_rows(folder):
    """Data rows of every annotation table below `folder`, read with Python's csv module."""
    tables = rows = 0
    for path in sorted(folder.glob("*/**/*annotation*.csv*")):
        raw = gzip.open(path).read() if path.suffix == ".gz" else path.read_bytes()
        text = raw.decode("utf-8-sig").replace("\r\n", "\n")
        if "\n" not in text:
            text = text.replace("\r", "\n")
        count = sum(1 for _ in csv.reader(io.StringIO(text, newline=""))) - 1
        tables += 1
        rows += count
    return tables, rows


def main():
    data = skip_without_corpus()
    checks = Checks("idr")
    work = pathlib.Path(tempfile.mkdtemp(prefix="parfocal-idr-"))
    merged = work / "idr"
    shutil.copytree(data / "idr", merged)
    for path in merged.rglob("*"):
        path.chmod(0o755 if path.is_dir() else 0o644)
    tables, rows = annotation_rows(data / "idr")
    checks.equal("tables (by Python's csv)", tables, 182)
    checks.equal("rows (by Python's csv)", rows, 712342)
    ontologies = data / "ontologies"
    node = Node(sys.argv[1])
    try:
        node.start(ontologies=[ontologies / "cmpo.obo", ontologies / "fbbi-2020-11-06.obo",
                               ontologies / "ncbitaxon-taxslim.obo.gz"])
        node.cli("source", "add", "idr", "--connector", "idr", "--location", str(merged))
        began = time.monotonic()
        worst = [0.0]
        done = threading.Event()

        def watch():
            while not done.is_set():
                try:
                    status = node.status()
                    worst[0] = max(worst[0], float(status.get("indexLagSeconds", 0)))
                except Exception:
                    pass
                time.sleep(0.25)

        watcher = threading.Thread(target=watch)
        watcher.start()
        run = node.cli("harvest", "idr")
        harvested = time.monotonic() - began
        node.wait_indexed()
        searchable = time.monotonic() - began
        done.set()
        watcher.join()
        resident = node.resident_bytes() / 1e6
        print("idr: harvested %.0f s, searchable %.0f s, %.0f MB resident at most, index at most %.1f s behind" % (
            harvested, searchable, resident, worst[0]))
        ledger = run.get("ledger", {})
        print("idr: ledger", ledger)
        checks.equal("run complete", run.get("state"), "COMPLETE")
        checks.true("ledger adds up", ledger.get("addsUp"))
        checks.equal("no row rejected without being counted", int(ledger.get("rowsRead", 0)),
                     int(ledger.get("rowsAccepted", 0)) + int(ledger.get("rowsRejected", 0)))
        checks.equal("studies", node.total('source = "idr"'), 131)
        image_sets = int(node.search(level="imageset", page_size=1)["total"].get("imageSets", 0))
        checks.equal("image sets are the accepted rows", image_sets, int(ledger.get("rowsAccepted", 0)))
        checks.true("at least the annotation rows", image_sets >= rows, str(image_sets))

        def identifiers(study, block, condition='phenotype = "CMPO:0000077"'):
            """Distinct source identifiers of perturbed genes of wells that show an elongated cell."""
            found = node.facet("stated_perturbed_gene", '%s AND accession = "%s" AND block = "%s"' % (
                condition, study, block), level="imageset")
            return {k for k, v in found.items() if v[1]}

        exact = 'phenotype.exact = "CMPO:0000077"'
        checks.equal("idr0001 screenA, the term itself", len(identifiers("idr0001", "screenA", exact)), 39)
        # CMPO has pear-shaped cell (CMPO:0000366) below elongated cell; nine genes have that alone.
        checks.equal("idr0001 screenA, rolled up", len(identifiers("idr0001", "screenA")), 48)
        for condition in (exact, 'phenotype = "CMPO:0000077"'):
            checks.equal("idr0008 screenB", len(identifiers("idr0008", "screenB", condition)), 72)
            found = identifiers("idr0012", "screenA", condition)
            checks.true("idr0012 screenA", len(found) >= 97, str(len(found)))
        # A busy machine is no fault of the node: times are printed always, judged only when asked.
        if os.environ.get("PARFOCAL_JUDGE_TIMES"):
            checks.true("searchable within 120 s", searchable <= 120, "%.0f s" % searchable)
            checks.true("searchable within 2 s of acknowledgement", worst[0] <= 2, "%.1f s" % worst[0])
        checks.true("at most 1.5 GB resident", resident <= 1500, "%.0f MB" % resident)

        # The withdrawn screen comes, and goes.
        before = node.total(level="imageset")
        withdrawn = data / "idr-withdrawn"
        for path in withdrawn.glob("*/*/*"):
            target = merged / path.relative_to(withdrawn)
            target.parent.mkdir(exist_ok=True)
            shutil.copyfile(path, target)
        run = node.cli("harvest", "idr")
        node.wait_indexed()
        added = int(run["ledger"].get("newRecords", 0))
        checks.equal("withdrawn rows come", node.total(level="imageset"), before + added)
        checks.equal("all of them", added, 3840)
        screen = 'accession = "idr0008" AND block = "screenC"'
        checks.equal("they answer", node.total(screen, level="imageset"), 3840)
        for path in withdrawn.glob("*/*"):
            if path.is_dir():
                shutil.rmtree(merged / path.relative_to(withdrawn))
        run = node.cli("harvest", "idr")
        node.wait_indexed()
        checks.equal("withdrawn rows deleted", int(run["ledger"].get("deleted", 0)), 3840)
        checks.equal("gone from answers", node.total(screen, level="imageset"), 0)
        checks.equal("everything else stands", node.total(level="imageset"), before)
        checks.true("tombstones remain", int(node.status().get("tombstones", 0)) >= 3840)
        checks.equal("graceful stop", node.stop(), 0)
    finally:
        node.cleanup()
        shutil.rmtree(work, ignore_errors=True)
    checks.finish()


main()
