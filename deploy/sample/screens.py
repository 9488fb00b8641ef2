"""The IDR-style archive: three studies with one screen each, in fission yeast and in human cells. A
study is a tab-separated study file and, for each screen, an annotation table; the first screen has no
table: it is to be rebuilt as its library joined with its processed data.
"""

from chance import number, pick
from genes import FISSION_YEAST, FISSION_YEAST_PHENOTYPES, HUMAN, HUMAN_PHENOTYPES
from terms import LABELS

MARK = "Synthetic record, made to test Parfocal; there are no such images."
WELLS = [row + str(column) for row in "ABCDEFGH" for column in range(1, 13)]
UNMAPPED = "shimmering cells"  # A phenotype that no ontology knows.

# What compounds do in the sample: phenotypes as for genes.
COMPOUNDS = {
    "nocodazole": ["CMPO:0000118", "CMPO:0000305"], "paclitaxel": ["CMPO:0000376", "CMPO:0000155"],
    "monastrol": ["CMPO:0000376", "CMPO:0000344"], "cytochalasin D": ["CMPO:0000106", "CMPO:0000213"],
    "latrunculin A": ["CMPO:0000106", "CMPO:0000116"], "blebbistatin": ["CMPO:0000213", "CMPO:0000233"],
    "Y-27632": ["CMPO:0000233", "CMPO:0000077"], "hesperadin": ["CMPO:0000213", "CMPO:0000348"],
    "reversine": ["CMPO:0000348", "CMPO:0000018"], "aphidicolin": ["CMPO:0000128"], "caffeine": [],
    "sucrose": [], "ascorbic acid": [], "glycerol": [], "SR-SAMPLE-1": [], "SR-SAMPLE-2": [],
}


def flat(modules):
    return [(module, symbol, identifier) for module, genes in modules.items() for symbol, identifier in genes]


def shown(key, phenotypes):
    """Which of a module's phenotypes one gene shows: the first nearly always, the others less often."""
    return [p for at, p in enumerate(phenotypes) if number(f"{key}/{p}", 100) < (88, 55, 30)[at]]


def csv_row(cells):
    return ",".join('"' + c.replace('"', '""') + '"' if "," in c or '"' in c else c for c in cells)


def study_file(accession, title, rows):
    lines = [
        ("# Section with generic information about the study; everything in it is synthetic",),
        ("Comment[IDR Study Accession]", accession),
        ("Study Title", title + " (synthetic)"),
        ("Study Type", "high content screen"),
        ("Study Type Term Source REF", "EFO"),
        ("Study Type Term Accession", "EFO_0007550"),
        ("Study Key Words", "synthetic", "Parfocal sample"),
    ] + rows
    return "\n".join("\t".join(cells) for cells in lines) + "\n"


def study_rows(description, organism, date, doi, licence, person, folder, size, method, technology, sample):
    taxon = "NCBITaxon_" + organism.split(":")[1]
    return [
        ("Study Description", MARK + " " + description),
        ("Study Organism", LABELS[organism]),
        ("Study Organism Term Source REF", "NCBITaxon"),
        ("Study Organism Term Accession", taxon),
        ("Study Screens Number", "1"),
        ("Study External URL", "https://moorland.example/" + folder.split("/")[0]),
        ("Study Public Release Date", date),
        (),
        ("# Study Publication",),
        ("Study PubMed ID", ""),
        ("Study Publication Title", description.rstrip(".")),
        ("Study Author List", person[1] + " " + person[0][0] + ", Fern G"),
        ("Study PMC ID", ""),
        ("Study DOI", "https://doi.org/10.5072/paper." + folder.split("-")[0]),
        (),
        ("# Study License and Data DOI",),
        ("Study License", licence[0]),
        ("Study License URL", licence[1]),
        ("Study Copyright", person[1] + " et al"),
        ("Study Data Publisher", "Moorland Screens (synthetic)"),
        ("Study Data DOI", "https://doi.org/" + doi),
        (),
        ("# Study Contacts",),
        ("Study Person Last Name", person[1]),
        ("Study Person First Name", person[0]),
        ("Study Person Email", f"{person[0]}.{person[1]}@people.example".lower()),
        ("Study Person Address", "Institute of Invented Biology, 1 Nowhere Lane"),
        ("Study Person Roles", "submitter"),
        (),
        ("Term Source Name", "NCBITaxon", "EFO", "CMPO", "FBbi"),
        ("Term Source URI", "http://purl.obolibrary.org/obo/", "http://www.ebi.ac.uk/efo/",
         "http://www.ebi.ac.uk/cmpo/", "http://purl.obolibrary.org/obo/"),
        (),
        ("# Screen",),
        ("Screen Number", "1"),
        ("Comment[IDR Screen Name]", folder),
        ("Screen Sample Type", sample),
        ("Screen Description", MARK + " " + description),
        ("Screen Size", *size),
        ("Screen Imaging Method", LABELS[method]),
        ("Screen Imaging Method Term Source REF", "FBbi"),
        ("Screen Imaging Method Term Accession", method.replace(":", "_")),
        ("Screen Technology Type", technology[0]),
        ("Screen Technology Term Source REF", "EFO"),
        ("Screen Technology Term Accession", technology[1]),
        ("Screen Type", "primary screen"),
        ("Screen Type Term Source REF", "EFO"),
        ("Screen Type Term Accession", "EFO_0007556"),
        (),
    ]


def library_rows(kind, accession, name):
    return [
        ("Library File Name", name),
        ("Library File Format", "tab-delimited text"),
        ("Library Type", kind),
        ("Library Type Term Source REF", "EFO"),
        ("Library Type Term Accession", accession),
        ("Library Manufacturer", "nobody (synthetic)"),
        (),
    ]


def phenotype_rows(phenotypes):
    """Rows of the study file; a phenotype without a term is one of the submitter's own words."""
    known = [p in LABELS for p in phenotypes]
    return [
        ("# Phenotypes",),
        ("Phenotype Name", *[LABELS.get(p, p).replace(" phenotype", "") for p in phenotypes]),
        ("Phenotype Description", *["as scored by nobody"] * len(phenotypes)),
        ("Phenotype Score Type", *["automated"] * len(phenotypes)),
        ("Phenotype Term Source REF", *["CMPO" if k else "" for k in known]),
        ("Phenotype Term Name", *[LABELS.get(p, "") for p in phenotypes]),
        ("Phenotype Term Accession", *[p.replace(":", "_") if k else "" for p, k in zip(phenotypes, known)]),
        (),
    ]


def name_of(phenotype):
    return LABELS.get(phenotype, phenotype).replace(" phenotype", "")


def distinct(phenotypes_of):
    out = []
    for phenotypes in phenotypes_of.values():
        out += [p for p in phenotypes if p not in out]
    return out


def control_at(well):
    """What stands in a well in place of a gene or compound."""
    return {"A1": "negative control", "A12": "negative control", "D6": "negative control", "H1": "negative control",
            "H12": "positive control", "E6": "positive control", "B1": "empty well", "G12": "empty well"}.get(well)


def shape_screen():
    """Fission yeast deletions, 7 replicate plates: library and processed data, no annotation table."""
    study, folder = "idr9001-sample-shape", "idr9001-sample-shape/screenA"
    genes = flat(FISSION_YEAST)
    library = [["Plate", "Well Number", "Well", "Characteristics [Organism]", "Term Source 1 REF",
                "Term Source 1 Accession", "Characteristics [Strain]", "Gene Identifier", "Gene Symbol",
                "Control Type", "Control Comments", "Quality Control", "Channels", "Comments"]]
    for plate in range(1, 8):
        at = plate * 5
        for index, well in enumerate(WELLS):
            control = control_at(well)
            strain = identifier = symbol = ""
            if not control:
                _, symbol, identifier = genes[at % len(genes)]
                strain = symbol + " deletion"
                at += 1
            elif control == "positive control":
                symbol, identifier, strain = "tea1", "SPCC1223.06", "tea1 deletion"
            elif control == "negative control":
                strain = "wild type"
            failed = number(f"shape/{plate}/{well}", 100) < 3
            library.append([f"SHAPE{plate:02d}", str(index + 1), well, "Schizosaccharomyces pombe", "NCBITaxon",
                            "NCBITaxon_4896", strain, identifier, symbol, control or "",
                            "" if not control else "same on every plate", "fail" if failed else "pass",
                            "GFP:tubulin;Cascade blue:growth medium", "synthetic"])
    phenotypes = distinct(FISSION_YEAST_PHENOTYPES)
    processed = [["Gene Identifier", "Gene Symbol", "Has Phenotype", "Phenotype Annotation Level"] +
                 [f"Phenotype {n + 1}" for n in range(len(phenotypes))]]
    for module, symbol, identifier in genes:
        found = shown("shape/" + symbol, FISSION_YEAST_PHENOTYPES[module])
        processed.append([identifier, symbol, "yes" if found else "no", "gene"] +
                         [name_of(p) if p in found else "" for p in phenotypes])
    text = study_file("idr9001", "A sample survey of cell shape in fission yeast deletions", study_rows(
        "Seven replicate plates of fission yeast deletion strains, looked at for cell shape.", "NCBITaxon:4896",
        "2021-03-04", "10.5072/sample.idr9001", ("CC BY 4.0", "https://creativecommons.org/licenses/by/4.0/"),
        ("Ada", "Birch"), folder, ("Plates: 7", "5D Images: 4032", "Average Image Dimension (XYZCT): 1024 x 1024 x 12 x 2 x 1"),
        "FBbi:00000253", ("gene deletion screen", "EFO_0007552"), "cell") +
        library_rows("haploid deletion library", "EFO_0007561", "idr9001-screenA-library.txt") +
        phenotype_rows(phenotypes) + [
            ("Processed Data File Name", "idr9001-screenA-processed.txt"),
            ("Processed Data File Format", "tab-delimited text"),
            ("Processed Data File Description", "phenotypes by gene"),
            ("Processed Data Column Name", *processed[0]),
            ("Processed Data Column Type", "gene identifier", "gene symbol", "other", "other",
             *["phenotype"] * len(phenotypes)),
            ("Processed Data Column Annotation Level", "", "", "", "", *["gene"] * len(phenotypes)),
            ("Processed Data Column Link To Library File", "Gene Identifier"),
        ])
    tabbed = lambda rows: "".join("\t".join(cells) + "\n" for cells in rows)
    return {f"{study}/idr9001-study.txt": text,
            f"{folder}/idr9001-screenA-library.txt": tabbed(library),
            f"{folder}/idr9001-screenA-processed.txt": tabbed(processed)}


def annotation_header(own, phenotypes):
    header = ["Plate", "Well Number", "Well", "Characteristics [Organism]", "Term Source 1 REF",
              "Term Source 1 Accession", "Characteristics [Cell Line]", "Term Source 2 REF",
              "Term Source 2 Accession"] + own + [
              "Control Type", "Control Comments", "Quality Control", "Channels", "Comments", "Has Phenotype",
              "Phenotype Annotation Level"]
    for n, phenotype in enumerate(phenotypes, 1):
        header.append(f"Phenotype {n}")
        if phenotype in LABELS:
            header += [f"Phenotype {n} Term Name", f"Phenotype {n} Term Accession"]
    return header


def annotation_row(plate, index, line, own, control, failed, found, phenotypes, level, channels):
    name, source = {"HeLa": ("HeLa", "EFO_0001185"), "U2OS": ("U2OS", "EFO_0002869")}[line]
    scored = not control and not failed
    cells = [plate, str(index + 1), WELLS[index], "Homo sapiens", "NCBITaxon", "NCBITaxon_9606", name, "EFO",
             source] + own + [control or "", "as on every plate" if control else "", "fail" if failed else "pass",
                              channels, "synthetic", ("yes" if found else "no") if scored or found else "", level]
    for phenotype in phenotypes:
        hit = phenotype in found
        cells.append(name_of(phenotype) if hit else "")
        if phenotype in LABELS:
            cells += [LABELS[phenotype], phenotype.replace(":", "_")] if hit else ["", ""]
    return cells


def mitosis_screen():
    """siRNAs on two human cell lines, 8 plates, with an annotation table; one of its rows is broken."""
    study, folder = "idr9002-sample-mitosis", "idr9002-sample-mitosis/screenA"
    genes = flat(HUMAN)
    phenotypes = distinct(HUMAN_PHENOTYPES) + [UNMAPPED]
    rows = [annotation_header(["siRNA Identifier", "Gene Identifier", "Gene Symbol"], phenotypes)]
    for plate in range(1, 9):
        at = plate * 7
        for index, well in enumerate(WELLS):
            control = control_at(well)
            own, found = ["", "", ""], []
            if not control:
                module, symbol, identifier = genes[at % len(genes)]
                own = [f"si-{symbol}-{1 + at % 3}", identifier, symbol]
                found = shown(f"mitosis/{symbol}", HUMAN_PHENOTYPES[module])
                if number(f"mitosis/{symbol}/shimmer", 100) < 8:
                    found = found + [UNMAPPED]
                at += 1
            elif control == "positive control":
                own, found = ["si-KIF11-1", "ENSG00000138160", "KIF11"], ["CMPO:0000376"]
            elif control == "negative control":
                own = ["si-scrambled", "", ""]
            failed = number(f"mitosis/{plate}/{well}", 100) < 4
            rows.append(annotation_row(f"MITO{plate:02d}", index, "HeLa" if plate <= 4 else "U2OS", own, control,
                                       failed, [] if failed else found, phenotypes, "reagent",
                                       "H2B-mCherry:chromatin;GFP:tubulin"))
    lines = [csv_row(cells) for cells in rows]
    lines.insert(200, lines[152])                # A well a second time: a replicate, not the same.
    lines.insert(400, ",".join(rows[400][:5]))   # A broken record: a row that is cut off.
    text = study_file("idr9002", "A sample survey of cell division in human cells", study_rows(
        "Eight plates of siRNA knock-downs in HeLa and U2OS cells, looked at for faults of mitosis.", "NCBITaxon:9606",
        "2022-09-30", "10.5072/sample.idr9002", ("CC0 1.0", "https://creativecommons.org/publicdomain/zero/1.0/"),
        ("Bruno", "Clover"), folder, ("Plates: 8", "5D Images: 3072", "Average Image Dimension (XYZCT): 1344 x 1024 x 1 x 2 x 90"),
        "FBbi:00000246", ("RNAi screen", "EFO_0007551"), "cell") +
        library_rows("siRNA library", "EFO_0007564", "idr9002-screenA-library.txt") + phenotype_rows(phenotypes))
    return {f"{study}/idr9002-study.txt": text, f"{folder}/idr9002-screenA-annotation.csv": "\n".join(lines) + "\n"}


def compound_screen():
    """Compounds in four doses on U2OS cells, 6 plates; its table begins with a byte-order mark."""
    study, folder = "idr9003-sample-compounds", "idr9003-sample-compounds/screenA"
    phenotypes = distinct(COMPOUNDS)
    doses = ["0.1", "1", "10", "100"]
    treatments = [(name, dose) for name in COMPOUNDS for dose in doses]
    rows = [annotation_header(["Compound Name", "Compound Concentration (microMolar)"], phenotypes)]
    for plate in range(1, 7):
        at = plate * 11
        for index, well in enumerate(WELLS):
            control = control_at(well)
            own, found = ["", ""], []
            if not control:
                own = list(treatments[at % len(treatments)])
                strong = doses.index(own[1]) >= number(own[0] + "/potency", 3)
                found = shown("compound/" + own[0], COMPOUNDS[own[0]]) if strong else []
                at += 1
            elif control == "positive control":
                own, found = ["nocodazole", "10"], ["CMPO:0000118"]
            elif control == "negative control":
                own = ["DMSO", ""]
            failed = number(f"compound/{plate}/{well}", 100) < 3
            rows.append(annotation_row(f"CMPD{plate:02d}", index, "U2OS", own, control, failed,
                                       [] if failed else found, phenotypes, "compound", "Hoechst:nuclei;phalloidin:actin"))
    text = study_file("idr9003", "A sample survey of compounds and cell shape", study_rows(
        "Six plates of compounds in four doses on U2OS cells, looked at for shape and division.", "NCBITaxon:9606",
        "2023-05-17", "10.5072/sample.idr9003", ("CC BY-NC 4.0", "https://creativecommons.org/licenses/by-nc/4.0/"),
        ("Carla", "Dogwood"), folder, ("Plates: 6", "5D Images: 2304", "Average Image Dimension (XYZCT): 2048 x 2048 x 1 x 2 x 1"),
        "FBbi:00000251", ("compound screen", "EFO_0007553"), "cell") +
        library_rows("compound library", "", "idr9003-screenA-library.txt") + phenotype_rows(phenotypes))
    return {f"{study}/idr9003-study.txt": text,
            f"{folder}/idr9003-screenA-annotation.csv": "\ufeff" + "".join(csv_row(r) + "\r\n" for r in rows)}


def archive():
    """{path: text} of the whole archive."""
    return {**shape_screen(), **mitosis_screen(), **compound_screen()}
