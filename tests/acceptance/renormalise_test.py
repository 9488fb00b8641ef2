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


def load(node, path):
    node.cli("ontology", "load", str(path), as_json=False)


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
        load(node, releases / "cmpo.obo")
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


def promise_of_the_list(checks, build, releases):
    """Words that no loaded ontology knows are promised, and found when a release knows them."""
    node = Node(build).start(ontologies=[SAMPLE / "ontologies"])
    try:
        harvest(node)
        promised = work_list(node, "--field", "phenotype", "--kind", "unmapped")
        checks.true("the list names phenotypes", len(promised) > 0)
        (field, words), count = next(iter(promised.items()))
        checks.true("and promises image sets", count > 0)
        release = releases / "more" / "cmpo.obo"
        release.parent.mkdir()
        release.write_text((SAMPLE / "ontologies" / "cmpo.obo").read_text() +
                           "\n\n[Term]\nid: CMPO:9000999\nname: %s\nis_a: CMPO:0000003\n" % words)
        load(node, release)
        checks.equal("image sets found and promised", exact(node, field, "CMPO:9000999"), count)
        checks.true("the words are off the list", (field, words) not in work_list(node))
        item = node.cli("worklist", "--field", "technology").get("items", [{}])[0]
        checks.true("flagged words have their id beside them", item.get("statedId") and item.get("kind") == "FLAGGED")
        checks.true("and an example", item.get("example", "").startswith("sources/screens/studies/"))
        text = node.cli("worklist", as_json=False).stdout
        checks.true("people are told how to decide", "parfocal mappings accept --field" in text)
    finally:
        node.cleanup()


def free_term(node, field):
    """A term of the sample's ontologies that no image set has in this field."""
    used = node.facet(field, level="imageset")
    prefix = {"imaging_method": "FBbi", "phenotype": "CMPO"}[field]
    for line in (SAMPLE / "ontologies" / (prefix.lower() + ".obo")).read_text().splitlines():
        if line.startswith("id: ") and line[4:] not in used:
            return line[4:]
    raise RuntimeError("every term of %s is in use" % prefix)


def normalisation(node):
    """What answers come from, and how many records a walk of this process has looked at."""
    status = node.status()["normalisation"]
    return status["answers"], int(status.get("examined", 0))


def restart_without_a_walk(checks, node):
    """Neither a set of bridges nor a second vote makes the next start look at every record."""
    bridges = node.directory / "bridges.tsv"
    bridges.write_text("#mapping_set_id: urn:test:bridges\nsubject_id\tpredicate_id\tobject_id\n"
                       "MP:0000001\tskos:exactMatch\tHP:0000001\n")
    node.cli("mappings", "import", str(bridges))
    checks.equal("an import of bridges walks over nothing", normalisation(node), ("PRESENT", 0))
    node.stop()
    node.start(ontologies=[SAMPLE / "ontologies"])
    checks.equal("nor does the start behind it", normalisation(node), ("PRESENT", 0))


def decision(checks, build):
    """A curator accepts: the promised number of image sets appears, stays, and can be carried elsewhere."""
    node = Node(build).start(ontologies=[SAMPLE / "ontologies"])
    other = None
    try:
        harvest(node)
        items = node.cli("worklist", "--limit", "0", "--kind", "unmapped").get("items", [])
        items = [i for i in items if i["field"] in ("imaging_method", "phenotype") and
                 int(i["records"].get("imageSets", 0)) > 0]
        checks.true("the sample has unmapped words", items)
        first = items[0]
        promised, term = int(first["records"]["imageSets"]), free_term(node, first["field"])
        began = time.monotonic()
        told = node.cli("mappings", "accept", "--field", first["field"], "--words", first["words"], "--term", term,
                        "--author", "A. Curator")
        took = time.monotonic() - began
        filter = '%s = "%s"' % (first["field"], term)
        checks.equal("image sets found after the decision", exact(node, first["field"], term), promised)
        checks.true("within seconds", took < 30, "%.1f s" % took)
        checks.true("records changed", int(told["recordsChanged"]) > 0)
        checks.true("the filter finds them", node.total(filter, level="imageset") >= promised)
        left = work_list(node)
        checks.true("the words are off the list", (first["field"], first["words"].lower()) not in left)
        sequence = node.status()["catalogueSequence"]
        for source in ("screens", "crates"):
            node.cli("harvest", source)
        checks.equal("a new harvest keeps the decision", node.status()["catalogueSequence"], sequence)
        node.kill()
        node.start(ontologies=[SAMPLE / "ontologies"])
        checks.equal("a kill keeps it", exact(node, first["field"], term), promised)
        checks.equal("and needs no walk", normalisation(node), ("PRESENT", 0))
        restart_without_a_walk(checks, node)
        decisions = node.directory / "decisions.tsv"
        decisions.write_text(node.cli("mappings", "export", as_json=False).stdout)
        other = Node(build).start(ontologies=[SAMPLE / "ontologies"])
        harvest(other)
        other.cli("mappings", "import", str(decisions))
        checks.equal("another node takes it over", exact(other, first["field"], term), promised)
    finally:
        node.cleanup()
        if other:
            other.cleanup()


def killed_meanwhile(checks, build, releases):
    """kill -9 while records follow a release: the next start finishes."""
    for delay in (0.0, 0.05, 0.2, 0.5):
        node = Node(build).start(ontologies=[SAMPLE / "ontologies"])
        try:
            harvest(node)
            before = exact(node, "phenotype", OLD)

            def load_and_be_cut_off():
                try:
                    load(node, releases / "cmpo.obo")
                except CliError:
                    pass

            loader = threading.Thread(target=load_and_be_cut_off)
            loader.start()
            time.sleep(delay)
            node.kill()
            loader.join()
            node.start(ontologies=[])
            answers = set()
            while normalisation(node)[0] != "PRESENT":
                answers.add(normalisation(node)[0])
                values = node.facet("phenotype", level="imageset")
                seen = (values.get(OLD, ("", 0, 0))[1], values.get(NEW, ("", 0, 0))[1])
                checks.true("one release answers after a kill after %.2f s" % delay,
                            seen in ((before, 0), (0, before)), str(seen))
            checks.true("and the status says of which", answers <= {"BEFORE"}, str(answers))
            held = exact(node, "phenotype", OLD) + exact(node, "phenotype", NEW)
            checks.equal("nothing is lost by a kill after %.2f s" % delay, held, before)
            # Loading again is harmless if the release was swapped in already.
            load(node, releases / "cmpo.obo")
            checks.true("the walk ends after a kill at %.2f s" % delay,
                        eventually(lambda: exact(node, "phenotype", NEW) == before), "waited 60 s")
            checks.equal("no record is left behind", exact(node, "phenotype", OLD), 0)
            checks.equal("and the status says so", normalisation(node)[0], "PRESENT")
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
        promise_of_the_list(checks, build, releases)
        decision(checks, build)
        killed_meanwhile(checks, build, releases)
    finally:
        shutil.rmtree(releases, ignore_errors=True)
    checks.finish()


main()
