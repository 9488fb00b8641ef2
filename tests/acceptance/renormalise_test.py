"""Records follow what they are normalised with: a new release, a curator's decision, a kill in between.

  renormalise_test.py BUILD

On the sample archives: the work-list names words and promises image sets; what is promised is found
after the decision or the release that knows the words, a new harvest changes nothing of it, and a
node that is killed meanwhile finishes at its next start."""
import pathlib
import re
import shutil
import sys
import tempfile
import threading
import time

from node import Checks, CliError, Node, ROOT

SAMPLE = ROOT / "deploy" / "sample"
OLD, NEW = "CMPO:0000213", "CMPO:9000213"


def replace_term(source, target):
    """A release of the sample's CMPO in which OLD is obsolete and replaced by NEW, which stands where OLD stood."""
    out = []
    for stanza in source.read_text().split("\n\n"):
        if "id: %s\n" % OLD in stanza + "\n":
            name = re.search(r"^name: (.*)$", stanza, re.M).group(1)
            out.append(stanza.replace("id: " + OLD, "id: " + NEW).replace("name: " + name, "name: " + name + " anew"))
            out.append("[Term]\nid: %s\nname: obsolete %s\nis_obsolete: true\nreplaced_by: %s" % (OLD, name, NEW))
        else:
            out.append(re.sub(r"\b%s\b" % OLD, NEW, stanza))
    target.write_text("\n\n".join(out))


def exact(node, field, term):
    return node.facet(field, level="imageset").get(term, ("", 0, 0))[1]


def eventually(what, seconds=60):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if what():
            return True
        time.sleep(0.1)
    return False


def harvest(node):
    node.cli("source", "add", "screens", "--connector", "idr", "--location", str(SAMPLE / "archives" / "idr"))
    node.cli("source", "add", "crates", "--connector", "ro-crate", "--location",
             str(SAMPLE / "archives" / "coastal"))
    for source in ("screens", "crates"):
        node.cli("harvest", source)
    node.wait_indexed()


def work_list(node, *arguments):
    answer = node.cli("worklist", "--limit", "0", *arguments)
    items = answer.get("items", [])
    return {(i["field"], i["words"].lower()): int(i["records"].get("imageSets", 0)) for i in items}


def one_swap(checks, build, releases):
    """Loads a release while searches go on: each sees the old one or the new one."""
    node = Node(build).start(ontologies=[SAMPLE / "ontologies"])
    try:
        harvest(node)
        before = exact(node, "phenotype", OLD)
        checks.true("the sample has the old term", before > 0)
        seen, done = [], threading.Event()

        def search():
            while not done.is_set():
                values = node.facet("phenotype", level="imageset")
                seen.append((values.get(OLD, ("", 0, 0))[1], values.get(NEW, ("", 0, 0))[1]))

        searcher = threading.Thread(target=search)
        searcher.start()
        node.cli("ontology", "load", str(releases / "cmpo.obo"))
        after = (exact(node, "phenotype", OLD), exact(node, "phenotype", NEW))
        done.set()
        searcher.join()
        checks.equal("counts by old and new id behind the swap", after, (0, before))
        checks.equal("answers during the swap", set(seen) - {(before, 0), (0, before)}, set())
        term = node.cli("terms", "show", NEW)
        checks.equal("counts of GetTerm", int(term["exact"]["imageSets"]), before)
        sequence = node.status()["catalogueSequence"]
        node.cli("harvest", "screens")
        checks.equal("a new harvest changes nothing", node.status()["catalogueSequence"], sequence)
        node.cli("index", "check")
    finally:
        node.cleanup()


def promise_of_the_list(checks, build):
    """Words that no loaded ontology knows are promised, and found when one is loaded that does."""
    node = Node(build).start(ontologies=[SAMPLE / "ontologies" / "cmpo.obo"])
    try:
        harvest(node)
        node.cli("ontology", "load", str(SAMPLE / "ontologies" / "cmpo.obo"))
        promised = work_list(node, "--field", "imaging_method", "--kind", "unmapped")
        checks.true("the list names imaging methods", len(promised) > 0)
        values = node.facet("imaging_method", level="imageset")
        for (field, words), count in promised.items():
            spelled = [v for v in values if v.lower() == words]
            checks.true("the facet has the words", spelled, words)
        before = {value: counts[1] for value, counts in values.items()}
        node.cli("ontology", "load", str(SAMPLE / "ontologies"))
        left = work_list(node, "--field", "imaging_method", "--kind", "unmapped")
        gone = {words: count for (field, words), count in promised.items() if (field, words) not in left}
        checks.true("the release takes words off the list", len(gone) > 0)
        found = node.facet("imaging_method", level="imageset")
        gained = sum(max(0, counts[1] - before.get(value, 0)) for value, counts in found.items())
        checks.equal("image sets gained and promised", gained, sum(gone.values()))
    finally:
        node.cleanup()


def killed_meanwhile(checks, build, releases):
    """kill -9 while records follow a release: the next start finishes."""
    for delay in (0.0, 0.05, 0.2, 0.5):
        node = Node(build).start(ontologies=[SAMPLE / "ontologies"])
        try:
            harvest(node)
            before = exact(node, "phenotype", OLD)

            def load():
                try:
                    node.cli("ontology", "load", str(releases / "cmpo.obo"))
                except CliError:
                    pass

            loader = threading.Thread(target=load)
            loader.start()
            time.sleep(delay)
            node.kill()
            loader.join()
            node.start(ontologies=[])
            held = exact(node, "phenotype", OLD) + exact(node, "phenotype", NEW)
            checks.equal("nothing is lost by a kill after %.2f s" % delay, held, before)
            # Loading again is harmless if the release was swapped in already.
            node.cli("ontology", "load", str(releases / "cmpo.obo"))
            checks.true("the walk ends after a kill at %.2f s" % delay,
                        eventually(lambda: exact(node, "phenotype", NEW) == before), "waited 60 s")
            checks.equal("no record is left behind", exact(node, "phenotype", OLD), 0)
            node.cli("index", "check")
        finally:
            node.cleanup()


def main():
    build = sys.argv[1]
    checks = Checks("renormalise")
    releases = pathlib.Path(tempfile.mkdtemp(prefix="parfocal-releases-"))
    try:
        replace_term(SAMPLE / "ontologies" / "cmpo.obo", releases / "cmpo.obo")
        one_swap(checks, build, releases)
        promise_of_the_list(checks, build)
        killed_meanwhile(checks, build, releases)
    finally:
        shutil.rmtree(releases, ignore_errors=True)
    checks.finish()


main()
