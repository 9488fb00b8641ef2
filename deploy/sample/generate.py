#!/usr/bin/env python3
"""Makes the sample archives of deploy/sample: synthetic records in the formats of real archives.

generate.py          writes archives/, genes/ and ontologies/ beside itself
generate.py --check  compares what is there with what it would write; exits 1 and says what differs

Needs nothing but Python's standard library, and writes the same on every machine.
"""

import gzip
import io
import pathlib
import sys
import tarfile

sys.dont_write_bytecode = True

import crates  # noqa: E402
import gene_tables  # noqa: E402
import screens  # noqa: E402
import terms  # noqa: E402

HERE = pathlib.Path(__file__).resolve().parent


def tarball(folder, files):
    """A .tar.gz without a trace of when, where and by whom it was made."""
    raw = io.BytesIO()
    with tarfile.open(fileobj=raw, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for name in sorted(files):
            data = files[name].encode()
            member = tarfile.TarInfo(f"{folder}/{name}")
            member.size = len(data)
            tar.addfile(member, io.BytesIO(data))
    packed = io.BytesIO()
    with gzip.GzipFile(filename="", fileobj=packed, mode="wb", compresslevel=9, mtime=0) as out:
        out.write(raw.getvalue())
    return packed.getvalue()


def wanted():
    """{path below deploy/sample: bytes}."""
    out = {f"ontologies/{stem}.obo": terms.obo_text(*slice_).encode() for stem, slice_ in terms.SLICES.items()}
    out.update({f"genes/{name}": make().encode() for name, make in gene_tables.TABLES.items()})
    out.update({f"archives/coastal/{name}": text.encode() for name, text in crates.coastal().items()})
    for state in (1, 2):
        out[f"archives/highland-{state}.tar.gz"] = tarball("highland", crates.highland(state))
    out.update({f"archives/idr/{path}": text.encode() for path, text in screens.archive().items()})
    return out


def present():
    return {str(path.relative_to(HERE)): path.read_bytes()
            for folder in ("archives", "genes", "ontologies") if (HERE / folder).is_dir()
            for path in sorted((HERE / folder).rglob("*")) if path.is_file()}


def unpacked(path, data):
    # Another zlib may pack the same bytes otherwise; what is inside is what counts.
    return gzip.decompress(data) if path.endswith(".gz") else data


def main():
    new, old = wanted(), present()
    if sys.argv[1:] == ["--check"]:
        differs = [p for p in sorted(new.keys() | old.keys())
                   if p not in new or p not in old or unpacked(p, new[p]) != unpacked(p, old[p])]
        for path in differs:
            print(f"deploy/sample/{path}: differs from what generate.py makes", file=sys.stderr)
        print(f"{len(new) - len(differs)} passed, {len(differs)} failed")
        return 1 if differs else 0
    for path in old.keys() - new.keys():
        (HERE / path).unlink()
    for path, data in new.items():
        target = HERE / path
        target.parent.mkdir(parents=True, exist_ok=True)
        if path not in old or unpacked(path, old[path]) != unpacked(path, data):
            target.write_bytes(data)
    print(f"{len(new)} files, {sum(map(len, new.values()))} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
