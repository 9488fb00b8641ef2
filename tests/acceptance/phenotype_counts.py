"""Counts phenotypes over the tables and study files of the IDR folder, without the node: Python's
standard library alone, and the rules written down a second time from their description. What a node
answers is compared with this (phenotype_test.py).

The rules:
  - One row of a table is one image set. A screen without a current annotation table is its library
    table, each row joined with the processed row of the same key.
  - A cell of a phenotype column is a positive for the terms beside it; in a joined table for the terms
    that the study file gives the name (columns are matched by name, never by position).
  - A row denies: "Has Phenotype" is `no` (every phenotype that the block declares), or a score column of
    this very phenotype holds the value that the study file explains as "in none".
  - Only rows with a perturbed gene (or, apart, a compound) count. A control row is a control whatever its
    cells say; a row that failed quality control is excluded. Both are counted apart. A row without an image
    shows what it says it shows, and denies nothing.
  - A term that a row shows in one column is not denied by another column of the same term.
  - Terms of other ontologies than CMPO stand for processes, places and qualities, not for phenotypes; so
    do names that say `normal`, where a protein or a transcript is, or which part of a plant is shown.
  - Positives roll up over is-a and part-of of CMPO; negatives never do.

Run alone it prints everything as JSON: phenotype_counts.py [FOLDER]; with a term (FOLDER TERM) how many genes
show it by each way of counting and in each screen; with a symbol (FOLDER SYMBOL) where that gene was negative."""
import collections
import csv
import gzip
import io
import json
import pathlib
import re
import sys

# Blocks whose genes are silenced, deleted, mutated or overexpressed; the other gene columns of the corpus
# name tagged proteins, antibodies, probes or the nominal targets of compounds.
PERTURBING = re.compile(r"sirna|rnai|deletion|\borf\b|overexpression", re.I)
NOT_PERTURBING = {
    "idr0025": "antibodies, validated by silencing",
}
ALSO_PERTURBING = {  # The study file has no such line; its description has.
    "idr0018": "knockout mice",
    "idr0099": "RNA interference in beetle embryos",
    "idr0071": "CRISPR knockout",
    "idr0065": "CRISPR interference",
    "idr0111": "PTEN knockout, KRAS activation",
    "idr0062": "mutant embryos",
    "idr0063": "spo11 deletion",
    "idr0135": "engineered mutations",
}
COMPOUNDS = re.compile(r"compound", re.I)
# Not phenotypes, by what the columns of the study hold.
PLANT_PARTS = {"idr0134", "idr0137", "idr0157"}
PROTEIN_PLACES = {"idr0003", "idr0097", "idr0140", "idr0107"}
NAMES_OF_OTHER_KINDS = re.compile(r"^normal|locali[sz]ed (in|to)|^gene expressed in|pattern of gene expression", re.I)
PHENOTYPE_ONTOLOGIES = {"CMPO", "MP", "HP", "FYPO"}
NO_GENE = re.compile(r"^(control|empty|no perfect match.*|non-targeting.*|scrambled|not determined|unknown|neg.*control|no gene.*"
                     r"|non-silencing.*|na|n/a|n\.a\.|-|none|not applicable|not available|not specified|#.*)?$", re.I)
NO_CONTROL = re.compile(r"^(na|n/a|n\.a\.|-|none|not applicable|not available|not specified|#.*)?$", re.I)
NO_IMAGE = re.compile(r"^no image|no image available|images not available|images missing|images and annotation coming soon", re.I)
FAILED = re.compile(r"^fail(ed)?\b|^false$|failed qc", re.I)
# Score columns: block, how the column is called, what it holds where the phenotype was seen in none of the
# replicates. In idr0013 software scored every well; by hand not every well was looked at.
SCORES = {
    ("idr0002", "screenA"): ("phenotype reproducibility - %s", "0", ""),
    ("idr0004", "screenA"): ("author hit", "no", ""),
    ("idr0013", "screenB"): ("sirna phenotype reproducibility - %s", "0", "(automatic)"),
}


def read_text(path):
    raw = gzip.open(path).read() if path.suffix == ".gz" else path.read_bytes()
    for encoding in ("utf-8-sig", "cp1252", "latin-1"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            pass
    return raw.decode("utf-8", "replace")


def fold(text):
    return " ".join(text.split()).lower()


def curie(text):
    found = re.search(r"([A-Za-z]+)[_:](\d+)\s*$", text.strip())
    return "%s:%s" % (found.group(1), found.group(2)) if found else ""


class Table:
    """Header and rows of a file; a name with a link template loses it; of a double name the first holds."""

    def __init__(self, path):
        text = read_text(path)
        if "\n" not in text:
            text = text.replace("\r", "\n")
        if ".csv" in path.name:
            rows = list(csv.reader(io.StringIO(text, newline="")))
        else:
            rows = [[cell[1:-1] if len(cell) > 1 and cell[0] == cell[-1] == '"' else cell for cell in line.split("\t")]
                    for line in re.split(r"\r\n|\n|\r", text) if line.strip()]
        self.header = [name.split(" %% ")[0].strip() for name in rows[0]]
        self.rows = [[cell.strip() for cell in row] for row in rows[1:] if any(cell.strip() for cell in row)]
        self.rows = [row for row in self.rows if len(row) == len(self.header)]

    def column(self, *names):
        folded = [fold(name) for name in self.header]
        for name in names:
            if fold(name) in folded:
                return folded.index(fold(name))
        return None


class Joined(Table):
    """Library rows with the cells of the processed row of the same key."""

    def __init__(self, library, processed, key):
        super().__init__(library)
        other = Table(processed)
        mine, theirs = self.column(key), other.column(key)
        by_key = {}
        for row in other.rows:
            by_key.setdefault(row[theirs], row)
        places = {}
        for i, name in enumerate(other.header):
            if name not in self.header:
                self.header.append(name)
            places[i] = self.header.index(name)
        width = len(self.header)
        for row in self.rows:
            row += [""] * (width - len(row))
            for i, cell in enumerate(by_key.get(row[mine], [])):
                if cell:
                    row[places[i]] = cell


class StudyFile:
    """Blocks of a study file: what is done to the cells, which phenotypes there are, by which column the
    tables are joined."""

    def __init__(self, path):
        self.blocks = {}
        self.organism = self.accession = ""
        rows = collections.defaultdict(list)
        for line in re.split(r"\r\n|\n|\r", read_text(path)) + ["Screen Number\t"]:
            cells = [cell.strip() for cell in line.split("\t")]
            cells = [cell[1:-1].strip() if len(cell) > 1 and cell[0] == cell[-1] == '"' else cell for cell in cells]
            if cells[0] in ("Screen Number", "Experiment Number"):
                self.close(rows)
                rows = collections.defaultdict(list)
            rows[cells[0]].append(cells[1:])

    def close(self, rows):
        first = lambda key: (rows.get(key) or [[""]])[0]
        if "Comment[IDR Study Accession]" in rows:
            self.accession = first("Comment[IDR Study Accession]")[0]
            self.organism = (first("Study Organism") or [""])[0]
        name = (first("Comment[IDR Screen Name]") or [""])[0] or (first("Comment[IDR Experiment Name]") or [""])[0]
        if not name:
            return
        declared = collections.OrderedDict()
        for i, phenotype in enumerate(first("Phenotype Name")):
            if phenotype:
                ids = [curie(row[i]) for row in rows.get("Phenotype Term Accession", []) if i < len(row)]
                declared[fold(phenotype)] = (phenotype, [t for t in dict.fromkeys(ids) if t])
        self.blocks[name.split("/")[-1].strip()] = {
            "what": " ".join(first("Library Type") + first("Screen Technology Type")),
            "join": (first("Processed Data Column Link To Library File") or [""])[0],
            "organism": (first("Screen Organism") or first("Experiment Organism") or [""])[0] or self.organism,
            "declared": declared}


def kind_of(study, name, term):
    if study in PLANT_PARTS or study in PROTEIN_PLACES or NAMES_OF_OTHER_KINDS.search(name):
        return "other"
    if term and term.split(":")[0] not in PHENOTYPE_ONTOLOGIES:
        return "other"
    return "phenotype"


class Row:
    """What one row says, judged by the rules."""
    __slots__ = ("genes", "organism", "compound", "control", "failed", "imaged", "positive", "negative")


class Block:
    def __init__(self, study, name, table, facts, from_study_file):
        self.study, self.name, self.facts = study, name, facts
        what = facts["what"]
        self.genes_perturbed = study not in NOT_PERTURBING and (study in ALSO_PERTURBING or bool(PERTURBING.search(what)))
        self.compounds = bool(COMPOUNDS.search(what))
        self.table = table
        header = table.header
        self.ids = table.column("Gene Identifier", "Comment [Gene Identifier]")
        self.symbols = table.column("Gene Symbol", "Gene Symbol (Ensembl 81)", "Comment [Gene Symbol]")
        self.compound = table.column("Compound Name")
        self.organism = table.column("Characteristics [Organism]", "Characteristics [Organism 1]")
        self.control = table.column("Control Type", "Comment [Control Type]")
        self.quality = table.column("Quality Control", "Assay Quality Control")
        self.comments = table.column("Comments")
        self.has = table.column("Has Phenotype")
        self.hit = table.column("Hit Compound (over 75% activity)") if (study, name) == ("idr0094", "screenA") else None
        self.phenotypes = []  # (column, columns of accessions)
        for i, column in enumerate(header):
            found = re.fullmatch(r"Phenotype(?: (\d+))?", column, re.I)
            if not found:
                continue
            number = (" " + found.group(1)) if found.group(1) else ""
            terms = [j for j, other in enumerate(header)
                     if re.fullmatch(r"Phenotype%s Term Accession( \w)?" % number, other, re.I)]
            self.phenotypes.append((i, terms))
        self.from_study_file = from_study_file
        self.score_columns = {}
        if (study, name) in SCORES:
            pattern, none, only = SCORES[study, name]
            for folded, (phenotype, _) in facts["declared"].items():
                column = table.column(pattern.replace("%s", folded))
                if column is not None and only in folded:
                    self.score_columns[folded] = (column, none)
        self.rows = [self.judge(cells) for cells in table.rows]

    def genes_of(self, cells):
        """(identifier, symbol) of each target of the row's reagent."""
        identifier = cells[self.ids] if self.ids is not None else ""
        symbol = cells[self.symbols] if self.symbols is not None else ""
        ids = [part.strip() for part in identifier.split(";")]
        names = [part.strip() for part in symbol.split(";")]
        if not identifier:
            ids = [""] * len(names)
        if len(ids) != len(names):
            names = names if len(ids) == 1 and len(names) == 1 else [symbol if len(ids) == 1 else ""] * len(ids)
        pairs = [("" if NO_GENE.match(i) else i, "" if NO_GENE.match(n) else n) for i, n in zip(ids, names)]
        return [pair for pair in dict.fromkeys(pairs) if pair[0] or pair[1]]

    def judge(self, cells):
        row = Row()
        text = lambda column: cells[column] if column is not None else ""
        row.genes = self.genes_of(cells) if self.genes_perturbed else []
        row.compound = text(self.compound) if self.compounds else ""
        row.organism = text(self.organism) or self.facts["organism"]
        row.control = not NO_CONTROL.match(text(self.control))
        row.failed = bool(FAILED.search(text(self.quality)))
        row.imaged = not NO_IMAGE.search(text(self.comments))
        declared = self.facts["declared"]
        row.positive = set()
        found = set()
        for column, accessions in self.phenotypes:
            name = cells[column]
            if not name:
                continue
            found.add(fold(name))
            terms = [t for t in dict.fromkeys(curie(cells[a]) for a in accessions) if t]
            if not accessions and self.from_study_file:
                terms = declared.get(fold(name), ("", []))[1]
            row.positive.update((name, term) for term in terms or [""])
        denied = text(self.has).lower() == "no"
        row.negative = set()
        for folded, (name, terms) in declared.items():
            scored = folded in self.score_columns and cells[self.score_columns[folded][0]] == self.score_columns[folded][1]
            # The study file declares one phenotype and describes it as cells kept alive compared to the control.
            hit = text(self.hit).lower()
            if hit == "yes":
                row.positive.update((name, term) for term in terms or [""])
            elif (denied or scored or hit == "no") and folded not in found:
                row.negative.update((name, term) for term in terms or [""])
        row.positive = {(n, t) for n, t in row.positive if kind_of(self.study, n, t) == "phenotype"}
        row.negative = {(n, t) for n, t in row.negative if kind_of(self.study, n, t) == "phenotype"}
        return row


def blocks(folder):
    """Every block of the corpus with a phenotype in it."""
    for study_path in sorted(pathlib.Path(folder).glob("idr*/idr*-study.txt")):
        study = StudyFile(study_path)
        for place in sorted(p for p in study_path.parent.rglob("*") if p.is_dir()):
            name = place.relative_to(study_path.parent).as_posix()
            facts = study.blocks.get(name)
            if facts is None:
                continue
            annotation = sorted(p for p in place.glob("*-annotation*.csv*"))
            library, processed = list(place.glob("*-library.txt*")), list(place.glob("*-processed.txt*"))
            if annotation:
                table, rebuilt = Table(annotation[0]), False
            elif library and processed:
                table, rebuilt = Joined(library[0], processed[0], facts["join"]), True
            elif processed:
                table, rebuilt = Table(processed[0]), True
            else:
                continue
            block = Block(study.accession, name, table, facts, rebuilt)
            if any(row.positive or row.negative for row in block.rows):
                yield block


def gene_key(gene):
    """What stands for a gene in the source: its identifier, or its symbol where there is none."""
    return gene[0] or gene[1]


def per_term(block):
    """{term: {positive, negative, tested, controls, excluded, genes, genes_negative}} in image sets and in
    source identifiers; rows without a gene or compound are counted as `unattributed`."""
    out = {}
    for row in block.rows:
        subjects = {gene_key(g) for g in row.genes} or ({row.compound} if row.compound else set())
        shown = {term for _, term in row.positive if term}
        # Two columns of one term may disagree: what one of them shows was not denied.
        for positive, terms in ((True, shown), (False, {term for _, term in row.negative if term} - shown)):
            for term in terms:
                entry = out.setdefault(term, collections.Counter(genes=set(), genes_negative=set(), genes_single=set()))
                if row.control:
                    entry["controls"] += positive
                # A finding stands without its images; that nothing was found does not.
                elif row.failed or not (positive or row.imaged):
                    entry["excluded"] += positive
                elif not subjects:
                    entry["unattributed"] += positive
                else:
                    entry["positive" if positive else "negative"] += 1
                    entry["tested"] += 1
                    entry["genes" if positive else "genes_negative"].update(subjects)
                    if positive and len(subjects) == 1:
                        entry["genes_single"].update(subjects)
    return out


def bad_edges(path):
    """{(child, parent)} of a curated list: child, tab, parent, tab, reason."""
    rows = (line.rstrip("\n").split("\t") for line in open(path, encoding="utf-8") if not line.startswith("#"))
    return {(row[0], row[1]) for row in rows if len(row) > 1 and ":" in row[0]}


class Closure:
    """Is-a and part-of of an OBO file, obsolete terms left out; `bad` are edges (child, parent) to leave out."""

    def __init__(self, path, bad=()):
        self.parents = collections.defaultdict(set)
        self.labels = {}
        bad = set(bad)
        for stanza in read_text(path).split("\n[Term]\n")[1:]:
            stanza = stanza.split("\n[")[0]
            if re.search(r"^is_obsolete: true", stanza, re.M):
                continue
            term = re.search(r"^id: (\S+)", stanza, re.M).group(1)
            label = re.search(r"^name: (.*)$", stanza, re.M)
            self.labels[term] = label.group(1).strip() if label else ""
            for parent in re.findall(r"^is_a: (\S+)|^relationship: (?:part_of|BFO:0000050) (\S+)", stanza, re.M):
                parent = parent[0] or parent[1]
                if (term, parent) not in bad:
                    self.parents[term].add(parent)
        self._known = {}

    def ancestors(self, term):
        """Itself and all above."""
        if term not in self._known:
            seen, todo = {term}, [term]
            while todo:
                for parent in self.parents.get(todo.pop(), ()):
                    if parent not in seen:
                        seen.add(parent)
                        todo.append(parent)
            self._known[term] = seen
        return self._known[term]


def identifiers(block, closure, term, exact, single=False):
    """Source identifiers of perturbed genes (or compounds) that show `term`."""
    found = set()
    for asserted, entry in per_term(block).items():
        if asserted == term or (not exact and term in closure.ancestors(asserted)):
            found |= entry["genes_single" if single else "genes"]
    return found


def pairs_in_two_studies(all_blocks):
    """(identifier, asserted term) positive in at least two studies, by source identifier alone."""
    studies = collections.defaultdict(set)
    for block in all_blocks:
        for term, entry in per_term(block).items():
            for gene in entry["genes"]:
                studies[gene, term].add(block.study)
    return {pair for pair, seen in studies.items() if len(seen) > 1}


def counting_rules(all_blocks, closure, term):
    """How many genes show `term`, by each way of counting: {(what is a gene, asserted or rolled up, controls in
    or out, reagents): count}."""
    kinds = {
        "identifier of the study": lambda b, r, g: (b.study, gene_key(g)),
        "identifier": lambda b, r, g: gene_key(g),
        "symbol alone": lambda b, r, g: (g[1] or g[0]).upper(),
        "organism and symbol": lambda b, r, g: (fold(r.organism), (g[1] or g[0]).upper()),
    }
    found = collections.defaultdict(set)
    for block in all_blocks:
        for row in block.rows:
            asserted = {t for _, t in row.positive}
            if row.failed or not any(term in closure.ancestors(t) for t in asserted):
                continue
            for rolled in ("asserted", "rolled up"):
                if rolled == "asserted" and term not in asserted:
                    continue
                for controls in ("controls in", "controls out"):
                    if controls == "controls out" and row.control:
                        continue
                    for targets in ("all reagents", "one target"):
                        if targets == "one target" and len(row.genes) != 1:
                            continue
                        for kind, key in kinds.items():
                            found[kind, rolled, controls, targets].update(key(block, row, g) for g in row.genes)
    return {rule: len(genes) for rule, genes in sorted(found.items())}


def screens_with(all_blocks, closure, term):
    """{screen: (identifiers by the term itself, rolled up, of these by reagents of one target, symbols rolled up,
    rows that show it, controls among them)} for every screen that has the term or one below it."""
    found = {}
    for block in all_blocks:
        exact = identifiers(block, closure, term, exact=True)
        rolled = identifiers(block, closure, term, exact=False)
        showing = [row for row in block.rows if any(term in closure.ancestors(t) for _, t in row.positive)]
        if not showing:
            continue
        counted = [row for row in showing if row.genes and not (row.control or row.failed)]
        symbols = {(name or identifier).upper() for row in counted for identifier, name in row.genes}
        found["%s/%s" % (block.study, block.name)] = (
            len(exact), len(rolled), len(identifiers(block, closure, term, exact=False, single=True)), len(symbols),
            len(counted), sum(row.control for row in showing))
    return found


def negatives_of(all_blocks, symbol):
    """{(screen, "as a control" or "as a gene screened"): image sets that deny a term} for one gene."""
    found = collections.Counter()
    for block in all_blocks:
        for row in block.rows:
            if row.failed or not row.imaged or not any(name == symbol for _, name in row.genes):
                continue
            denied = len({term for _, term in row.negative if term}) > 0
            found["%s/%s" % (block.study, block.name), "as a control" if row.control else "as a gene screened"] += denied
    return found


def main():
    folder = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parents[3] / "shared/data")
    closure = Closure(folder / "ontologies/cmpo.obo",
                      bad_edges(pathlib.Path(__file__).parents[2] / "deploy/vocabulary/bad-edges.tsv"))
    everything = list(blocks(folder / "idr"))
    if len(sys.argv) > 2 and ":" not in sys.argv[2]:
        for (screen, how), count in sorted(negatives_of(everything, sys.argv[2]).items()):
            print("%-20s %-20s %6d" % (screen, how, count))
        return
    if len(sys.argv) > 2:
        for rule, count in counting_rules(everything, closure, sys.argv[2]).items():
            print("%-26s %-10s %-13s %-13s %6d" % (*rule, count))
        print("\n%-20s %8s %10s %11s %8s %6s %9s" % (
            "screen", "asserted", "rolled up", "one target", "symbols", "rows", "controls"))
        for screen, counts in sorted(screens_with(everything, closure, sys.argv[2]).items()):
            print("%-20s %8d %10d %11d %8d %6d %9d" % (screen, *counts))
        return
    answer = {"screens": {}, "terms": {}}
    rolled, exact = collections.defaultdict(set), collections.defaultdict(set)
    for block in everything:
        terms = per_term(block)
        answer["screens"]["%s/%s" % (block.study, block.name)] = {
            term: {key: (len(value) if isinstance(value, set) else value) for key, value in sorted(entry.items())}
            for term, entry in sorted(terms.items())}
        for term, entry in terms.items():
            genes = {(block.study, gene) for gene in entry["genes"]}
            exact[term] |= genes
            for above in closure.ancestors(term):
                rolled[above] |= genes
    for term in sorted(rolled):
        answer["terms"][term] = {"label": closure.labels.get(term, ""), "exact": len(exact[term]), "rolled_up": len(rolled[term])}
    answer["pairs_in_two_studies"] = len(pairs_in_two_studies(everything))
    json.dump(answer, sys.stdout, indent=1)


if __name__ == "__main__":
    main()
