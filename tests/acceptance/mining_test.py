"""What only the texts of the crates name: found by words and by the fields of its own, in no other field and
no other count, and shown as ours with the words of the text."""
import sys

from node import Checks, Node, skip_without_corpus


def rejection(checks, node, only):
    """A curator says that the texts of one study do not name the term: that stays, and can be taken back."""
    decision = ("--field", "mined_organism", "--study", "gide/S-BIAD1184", "--term", "NCBITaxon:10090",
                "--author", "A. Curator")
    before = node.total("mined_organism:*")
    told = node.cli("mappings", "reject", *decision, "--comment", "no animal was imaged")
    checks.equal("one record changed", int(told.get("recordsChanged", 0)), 1)
    checks.equal("it is not found any more", node.total('mined_organism = "Mus musculus" AND ' + only), 0)
    checks.equal("the others are", node.total("mined_organism:*"), before - 1)
    node.cli("harvest", "gide")
    node.wait_indexed(300)
    checks.equal("a new harvest keeps it", node.total("mined_organism:*"), before - 1)
    listed = node.cli("mappings", "list", "--set", "curator", "--history").get("mappings", [])
    checks.equal("who said so is on record", [(m["author"], m["negated"], m["comment"]) for m in listed],
                 [("A. Curator", True, "no animal was imaged")])
    table = node.cli("mappings", "export", as_json=False).stdout
    checks.true("and can be carried elsewhere",
                "sources/gide/studies/S-BIAD1184\tmined_organism\tskos:exactMatch\tNot\tNCBITaxon:10090" in table, table)
    node.cli("mappings", "accept", *decision)
    checks.equal("taken back", node.total('mined_organism = "Mus musculus" AND ' + only), 1)
    node.cli("mappings", "accept", "--field", "mined_anatomy", "--study", "gide/S-BIAD1184", "--term", "UBERON:0002048",
             "--author", "A. Curator")
    checks.equal("a curator says what the texts name", node.total('mined_anatomy = "lung" AND ' + only), 1)


def main():
    data = skip_without_corpus()
    checks = Checks("mining")
    gide, ontologies = data / "sources" / "gide", data / "ontologies"
    node = Node(sys.argv[1])
    try:
        node.start(wait=300, ontologies=[
            ontologies / "fbbi-2020-11-06.obo", ontologies / "ncbitaxon-taxslim.obo.gz",
            ontologies / "clo-terms-2023-10.tsv.gz", ontologies / "uberon-efo-slim-2021.obo.gz",
            gide / "gide_fbbi_hierarchy_subset.ttl",
            gide / "gide_ncbitaxon_hierarchy_subset.ttl"])
        node.cli("source", "add", "gide", "--connector", "ro-crate", "--location", str(gide / "crates.tar.gz"))
        node.cli("harvest", "gide")
        node.wait_indexed(300)
        for field in ("organism", "imaging_method", "cell_line"):
            mined = node.total("mined_%s:*" % field)
            print("mining: %d studies with a mined %s" % (mined, field))
            checks.true("some study has a mined " + field, mined > 0)
            checks.equal("none that also states a " + field, node.total("mined_%s:* AND %s:*" % (field, field)), 0)
        # No place of a text is right often enough about anatomy, so nothing is taken.
        checks.equal("studies with a mined anatomy", node.total("mined_anatomy:*"), 0)
        checks.equal("studies that state no organism", node.total("NOT stated_organism:*"), 62)

        # Its title says "NOD mice", its organism is nowhere stated.
        only = 'accession = "S-BIAD1184"'
        for condition, count in (('mined_organism = "Mus musculus"', 1), ('mined_organism = "Rodentia"', 1),
                                 ('mined_organism.exact = "Rodentia"', 0), ('organism = "Mus musculus"', 0),
                                 ('organism:*', 0), ('stated_organism:*', 0)):
            checks.equal(condition, node.total("%s AND %s" % (only, condition)), count)
        checks.equal("words find it by the name that its text does not have", node.total(only, "musculus"), 1)
        study = node.cli("show", "gide/S-BIAD1184")["study"]
        mined = [s for s in study["statements"] if s["field"] == "mined_organism"]
        checks.equal("one statement", len(mined), 1)
        checks.equal("inferred", (mined[0]["origin"], mined[0]["rule"]), ("INFERRED", "MINED"))
        checks.true("with the very words", '"mice"' in mined[0].get("evidence", ""), str(mined[0]))
        checks.true("no stated id", not mined[0].get("statedId"))
        page = node.cli("show", "gide/S-BIAD1184", as_json=False).stdout
        line = next(l for l in page.splitlines() if l.strip().startswith("mined_organism"))
        checks.true("shown as ours", "inferred, mined" in line, line)
        rejection(checks, node, only)
        checks.equal("graceful stop", node.stop(), 0)
    finally:
        node.cleanup()
    checks.finish()


main()
