#!/usr/bin/env python3
"""Tests of the repository itself. Works on the files that lie there, with or without git. Prints each
finding as `file:line: what`, then `N passed, N failed`: one case for each check on this tree, and one for
each on a tree made of mistakes, where it must find something: proof that the check can fail.
"""

import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
SKIPPED = {".git", "__pycache__"}
CODE = (".cc", ".h")


class Tree:
    """The files of a checkout, build directories left out."""

    def __init__(self, root):
        self.root = root
        self.files = []
        for folder, folders, names in os.walk(root):
            here = pathlib.Path(folder)
            folders[:] = sorted(f for f in folders
                                if f not in SKIPPED and not (here == root and f.startswith("build")))
            self.files += [(here / name).relative_to(root).as_posix() for name in sorted(names) if name != ".git"]

    def text(self, path):
        return (self.root / path).read_text(encoding="utf-8", errors="replace")

    def ending(self, *suffixes):
        return [f for f in self.files if f.endswith(suffixes)]


def line_of(text, offset):
    return text.count("\n", 0, offset) + 1


def code_of(text):
    """The text with comments and literals blanked, lines kept."""
    pattern = re.compile(r'//[^\n]*|/\*.*?\*/|R"(\w*)\(.*?\)\1"|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.DOTALL)
    return pattern.sub(lambda m: re.sub(r"[^\n]", " ", m.group(0)), text)


def grep(tree, files, pattern, what, of=lambda t: t):
    for path in files:
        text = of(tree.text(path))
        for match in re.finditer(pattern, text, re.MULTILINE):
            yield f"{path}:{line_of(text, match.start())}: {what}: {match.group(0).strip()[:80]}"


# Where a library of others may be seen. The tests of a folder may see what the folder may.
MAY_INCLUDE = [
    (r'^\s*#\s*include\s*[<"]xapian', "Xapian is for index/", ("index/", "tests/index/", "tests/bench/", "tests/fuzz/")),
    (r'^\s*#\s*include\s*[<"]rocksdb/', "RocksDB is for index/catalogue and ontology/terms",
     ("index/catalogue/", "ontology/terms/", "tests/index/catalogue/", "tests/ontology/terms/", "tests/faults/", "tests/bench/")),
    (r'^\s*#\s*include\s*[<"]raptor2?[/.]', "Raptor is for ontology/rdf", ("ontology/rdf/", "tests/ontology/rdf/")),
    (r'^\s*#\s*include\s*[<"](parfocal/v1/|google/protobuf/|google/rpc/|grpc)', "protobuf and gRPC are for services/",
     ("services/", "tests/services/", "tests/support/", "tests/bench/", "tests/fuzz/", "tests/faults/")),
    (r'^\s*#\s*include\s*[<"]curl/', "libcurl is for services/harvest", ("services/harvest/", "tests/services/harvest/")),
    (r'^\s*#\s*include\s*[<"]CLI/', "CLI11 is for the programs", ("services/cli/", "services/node/")),
]


def check_includes(tree):
    for pattern, what, where in MAY_INCLUDE:
        files = [f for f in tree.ending(*CODE) if not f.startswith(where)]
        yield from grep(tree, files, pattern, what)


def check_heavy_headers_stay_in_sources(tree):
    public = [f for f in tree.ending(".h") if "/include/parfocal/" in f and not f.startswith("services/")]
    yield from grep(tree, public, r'^\s*#\s*include\s*<(xapian|rocksdb/|raptor|curl/|grpcpp/)', "not in a public header")


def check_nothing_is_thrown(tree):
    own = [f for f in tree.ending(*CODE) if not f.startswith("tests/")]
    yield from grep(tree, own, r"\bthrow\b", "our code throws nothing", code_of)


def check_catches_are_guards(tree):
    """A catch stands at the border of a library that throws, and its file says so."""
    for path in tree.ending(*CODE):
        if path.startswith("tests/"):
            continue
        text = tree.text(path)
        match = re.search(r"\bcatch\s*\(", code_of(text))
        if match and not re.search(r"exception|throws|guard", text, re.IGNORECASE):
            yield f"{path}:{line_of(text, match.start())}: a catch without a word on whose exceptions it is for"


# idr9001 and up are of the sample archives.
CORPUS = re.compile(
    r"\bidr(?!9)\d{4}\b|\bS-BIAD\d+|\bS-BSST\d+|\bEMPIAR-\d+|\bssbd-(?:repos-)?\d+"
    r"|\b(?:FBbi|Fbbi|CMPO|NCBITaxon|EFO|GO|CLO|UBERON|CL|DOID|MP|HP|FYPO|CHEBI|PATO)[:_]\d{4,}"
    r"|\bPMC\d{5,}|\bENSG\d{11}|\b712,?342\b|\b1,?386 (?:crates|studies)", re.ASCII)


def check_no_corpus_outside(tree):
    """An accession, term id or count of real records outside tests, docs and deploy is a rule made to
    fit an answer."""
    for path in tree.files:
        if path.startswith(("tests/", "docs/", "deploy/")) or path.endswith((".gz", ".png")):
            continue
        text = tree.text(path)
        for match in CORPUS.finditer(text):
            if re.search(r"[:_]0+1$", match.group(0)):
                continue  # EX-like: number one of a prefix is no record's term.
            yield f"{path}:{line_of(text, match.start())}: an id or count of real records: {match.group(0)}"


def check_no_people(tree):
    for path in tree.files:
        if path.endswith((".gz", ".png")) or path.startswith("tests/"):
            continue  # Tests of masking need addresses of every shape; they are invented.
        text = tree.text(path)
        for match in re.finditer(r"[\w.+-]+@([\w-]+\.)+[a-z]{2,}", text):
            if not re.search(r"(\.|@)(example|invalid|test|localhost|domain)(\.(org|com|net|tld))?$", match.group(0)):
                yield f"{path}:{line_of(text, match.start())}: an e-mail address that is not of an example domain"


LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
PATH = re.compile(r"`((?:proto|include|ontology|index|services|tests|deploy|docs|cmake|\.ci)/[^`\s]*)`")


def anchors_of(text):
    for heading in re.findall(r"^#+ (.+)$", text, re.MULTILINE):
        yield re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


def check_links(tree):
    folders = {str(parent) for f in tree.files for parent in pathlib.PurePosixPath(f).parents}
    there = set(tree.files) | folders
    for path in tree.ending(".md"):
        text = tree.text(path)
        base = pathlib.PurePosixPath(path).parent
        for match in LINK.finditer(text):
            target, _, anchor = match.group(1).partition("#")
            if re.match(r"[a-z]+:", target):
                continue
            whole = os.path.normpath(str(base / target)) if target else path
            if whole not in there:
                yield f"{path}:{line_of(text, match.start())}: a link to what is not there: {match.group(1)}"
            elif anchor and anchor not in set(anchors_of(tree.text(whole))):
                yield f"{path}:{line_of(text, match.start())}: no such heading: {match.group(1)}"
        for match in PATH.finditer(text):
            if "build/" in match.group(1) or re.search(r"[<>{}*]", match.group(1)):
                continue
            if os.path.normpath(match.group(1)) not in there:
                yield f"{path}:{line_of(text, match.start())}: a path that is not there: {match.group(1)}"


def check_protos_are_commented(tree):
    element = re.compile(r"^\s*(message|enum|service|rpc|oneof|optional|repeated|map<|[\w.]+)\s+\w+.*[{;]\s*$|^\s*\w+ = \d+;")
    for path in tree.ending(".proto"):
        if not path.startswith("proto/parfocal/"):
            continue
        lines = tree.text(path).splitlines()
        for number, line in enumerate(lines):
            code = line.strip()
            if not code or code.startswith(("//", "syntax", "package", "import", "option ", "}")):
                continue
            starts = element.match(line) or re.match(r"^\s*(message|enum|service|rpc)\b", line)
            if starts and not lines[number - 1].strip().startswith("//"):
                yield f"{path}:{number + 1}: without a comment: {code[:60]}"


def check_public_headers_are_listed(tree):
    """Each public header is in the FILE_SET of its library, so it is compiled alone."""
    for path in tree.ending(".h"):
        match = re.match(r"(.*?)/?(include/parfocal/.+)$", path)
        if not match or path.startswith("tests/"):
            continue
        lists = f"{match.group(1)}/CMakeLists.txt" if match.group(1) else "include/CMakeLists.txt"
        listed = tree.text(lists) if lists in tree.files else ""
        name = match.group(2) if match.group(1) else match.group(2)[len("include/"):]
        if name not in listed and "GLOB" not in listed:
            yield f"{path}:1: not among HEADERS of {lists}"


def check_names(tree):
    for path in tree.files:
        for part in pathlib.PurePosixPath(path).parts:
            if re.fullmatch(r"(utils?|common|misc|helpers?|manager)(\.\w+)?", part, re.IGNORECASE):
                yield f"{path}:1: a name that says nothing: {part}"


def check_classes_are_one(tree):
    """One program links them all: two classes of one name are one to the linker, and it tells nobody."""
    first = {}
    for path in tree.ending(".h", ".cc"):
        if path.startswith("tests/"):
            continue
        text = re.sub(r"^namespace \{.*?^\}  // namespace$", "", tree.text(path), flags=re.MULTILINE | re.DOTALL)
        text = code_of(text)
        space = re.search(r"^namespace (parfocal[\w:]*) \{", text, re.MULTILINE)
        for match in re.finditer(r"^(?:class|struct)\s+(\w+)[^;{(]*\{", text, re.MULTILINE):
            name = f"{space.group(1) if space else ''}::{match.group(1)}"
            if re.match(r"(?:class|struct)\s+\w+::", match.group(0)):
                continue  # A member, defined outside of its class.
            other = first.setdefault(name, path)
            if other != path:
                yield f"{path}:1: {name} is also in {other}"


def check_nothing_is_left_to_do(tree):
    own = [f for f in tree.ending(".cc", ".h", ".proto", ".py", ".sh", ".cmake", "CMakeLists.txt")
           if f != "tests/project/project_test.py"]
    yield from grep(tree, own, r"\b(TODO|FIXME|XXX)\b", "left to do")


def check_scripts(tree):
    shellcheck = shutil.which("shellcheck")
    for path in tree.ending(".sh") + [f for f in tree.files if f == ".ci/run"]:
        command = [shellcheck, "-x", path] if shellcheck else ["bash", "-n", path]
        result = subprocess.run(command, cwd=tree.root, capture_output=True, text=True, check=False)
        if result.returncode:
            yield f"{path}:1: {(result.stdout + result.stderr).strip()[:300]}"


def check_format(tree):
    """Only where clang-format is installed: it is not needed to build or to test."""
    program = shutil.which("clang-format-14")
    if not program:
        return
    files = tree.ending(*CODE)
    result = subprocess.run([program, "--dry-run", "--ferror-limit=1", "-Werror", *files], cwd=tree.root,
                            capture_output=True, text=True, check=False)
    for match in re.finditer(r"^(\S+?:\d+):\d+: error", result.stderr, re.MULTILINE):
        yield f"{match.group(1)}: clang-format-14 would change it"


def long_files(tree):
    for path in tree.ending(".cc", ".h", ".py", ".sh"):
        lines = tree.text(path).count("\n")
        if lines > 500:
            yield f"note: {path}: {lines} lines; split it by stage"


CHECKS = [check_includes, check_heavy_headers_stay_in_sources, check_nothing_is_thrown, check_catches_are_guards,
          check_no_corpus_outside, check_no_people, check_links, check_protos_are_commented,
          check_public_headers_are_listed, check_names, check_classes_are_one,
          check_nothing_is_left_to_do, check_scripts, check_format]

# For each check something that it must find.
SABOTAGE = {
    "services/cli/bad_include.cc": "#include <xapian.h>\n",
    "index/x/include/parfocal/x/x.h": "#include <rocksdb/db.h>\n",
    "index/x/thrower.cc": 'int f() { throw 1; }  // "throw"\n',
    "index/x/catcher.cc": "int f() { try { return 1; } catch (...) { return 2; } }\n",
    "index/x/fitted.cc": 'bool f(const char* s) { return s == "' + "idr" + '0001"; }\n',
    "people.txt": "ada" + "@" + "university.edu\n",
    "README.md": "[a](docs/nowhere.md) `index/nowhere/` [b](#no-heading)\n",
    "proto/parfocal/v1/x.proto": "// A comment.\nmessage X {\n  string name = 1;\n}\n",
    "ontology/utils/x.txt": "",
    "index/x/later.cc": "// TO" + "DO\n",
    "index/x/one.h": "namespace parfocal {\nclass Twice {\n};\n}\n",
    "index/y/other.h": "namespace parfocal {\nclass Twice {\n};\n}\n",
    "deploy/broken.sh": "#!/bin/bash\nif then\n",
    "index/x/ugly.cc": "int   f( ){return 1 ;}\n",
}


def sabotage():
    with tempfile.TemporaryDirectory() as folder:
        for path, text in SABOTAGE.items():
            target = pathlib.Path(folder) / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text)
        tree = Tree(pathlib.Path(folder))
        blind = [c.__name__ for c in CHECKS if not list(c(tree))]
        if not shutil.which("clang-format-14"):
            blind = [name for name in blind if name != "check_format"]
        return blind


def main():
    failed = 0
    tree = Tree(ROOT)
    for check in CHECKS:
        findings = sorted(set(check(tree)))
        for finding in findings[:40]:
            print(f"{check.__name__[6:]}: {finding}")
        if len(findings) > 40:
            print(f"{check.__name__[6:]}: and {len(findings) - 40} more")
        failed += bool(findings)
    blind = sabotage()
    for name in blind:
        print(f"sabotage: {name} finds nothing in a tree made of mistakes")
    for note in long_files(tree):
        print(note)
    cases = 2 * len(CHECKS)
    failed += len(blind)
    print(f"{cases - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
