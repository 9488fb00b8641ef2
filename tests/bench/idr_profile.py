"""Distributions of the annotation tables of a folder of studies: what tests/support/idr_like.cc imitates.

    python3 tests/bench/idr_profile.py ../shared/data/idr

Prints rows, filled cells a row, attribute keys, distinct key-values, cells a row by how often their column changes
(with the mean length of a run of equal cells), rows and sets of phenotypes, rows by study."""
import collections
import csv
import gzip
import io
import pathlib
import sys


def tables(root):
    csv.field_size_limit(10**9)
    for path in sorted(root.glob("*/**/*annotation*.csv*")):
        raw = gzip.open(path).read() if path.suffix == ".gz" else path.read_bytes()
        text = raw.decode("utf-8-sig", errors="replace").replace("\r\n", "\n")
        if "\n" not in text:
            text = text.replace("\r", "\n")
        rows = csv.reader(io.StringIO(text, newline=""))
        yield path.relative_to(root).parts[0], next(rows), list(rows)


def kind_of(column, distinct):
    if len(distinct) == 1:
        return "the same in all of a table"
    if len(distinct) <= 20:
        return "2 to 20 values"
    share = len(distinct) / len(column)
    for least, name in ((0.9, "unique, or nearly"), (0.3, "30 to 90 values for 100 rows"),
                        (0.03, "3 to 30 values for 100 rows")):
        if share > least:
            return name
    return "fewer than 3 values for 100 rows"


def main():
    rows = filled = with_phenotype = 0
    values, studies = collections.defaultdict(set), collections.Counter()
    cells, runs, sets = collections.Counter(), collections.Counter(), set()
    for study, head, table in tables(pathlib.Path(sys.argv[1])):
        rows += len(table)
        studies[study] += len(table)
        phenotypes = [i for i, key in enumerate(head) if "Phenotype" in key and "Accession" in key]
        for row in table:
            found = frozenset(row[i] for i in phenotypes if i < len(row) and row[i])
            if found:
                with_phenotype += 1
                sets.add(found)
        for i, key in enumerate(head):
            column = [row[i] for row in table if i < len(row) and row[i] != ""]
            if not column:
                continue
            distinct = set(column)
            values[key] |= distinct
            filled += len(column)
            kind = kind_of(column, distinct)
            cells[kind] += len(column)
            runs[kind] += 1 + sum(a != b for a, b in zip(column, column[1:]))
    print(f"{rows} rows of {len(studies)} studies, {filled / rows:.1f} filled cells a row, {len(values)} keys, "
          f"{sum(map(len, values.values()))} distinct key-values")
    for kind, count in cells.most_common():
        print(f"{count / rows:5.2f} cells a row: {kind}, runs of {count / runs[kind]:.1f}")
    print(f"{100 * with_phenotype / rows:.1f} % of rows with a phenotype's accession, in {len(sets)} sets")
    print("rows of the largest studies:", *(count for _, count in studies.most_common(12)))


if __name__ == "__main__":
    main()
