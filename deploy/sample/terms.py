"""Small slices of real ontologies for the sample archives: ids, labels and is-a, and nothing else of
them (no definition, comment or synonym is copied). A parent that the slice leaves out is replaced by
its nearest ancestor in the slice, which is true as well, since is-a is transitive.

SLICES: {file stem: (ontology id, [(id, label, [is-a ids], [part-of ids])])}
"""


def rows(prefix, text):
    """Lines `id | label | is-a ... | part-of ...`; ids without the prefix are completed."""
    def ids(cell):
        return [i if ":" in i else prefix + ":" + i for i in cell.split()]
    out = []
    for line in text.strip().splitlines():
        cells = [c.strip() for c in line.split("|")] + ["", ""]
        out.append((ids(cells[0])[0], cells[1], ids(cells[2]), ids(cells[3])))
    return out


CMPO = rows("CMPO", """
0000003 | cellular phenotype
0000258 | single cell phenotype | 0000003
0000303 | cell component morphology phenotype | 0000003
0000005 | cell morphology phenotype | 0000258 0000303
0000011 | cell component shape phenotype | 0000303
0000077 | elongated cell phenotype | 0000005 0000011
0000116 | abnormal cell shape phenotype | 0000005 0000011
0000118 | round cell phenotype | 0000005 0000011
0000365 | curved cell phenotype | 0000005 0000011
0000366 | pear-shaped cell phenotype | 0000077 0000118
0000367 | stubby cell phenotype | 0000005 0000011
0000128 | increased cell size phenotype | 0000005
0000129 | decreased cell size phenotype | 0000005
0000013 | cell viability phenotype | 0000258
0000015 | inviable cell phenotype | 0000013
0000016 | cell nucleation phenotype | 0000258
0000018 | multinucleated cell phenotype | 0000016
0000213 | binuclear cell phenotype | 0000018
0000259 | cellular component phenotype | 0000003
0000150 | organelle phenotype | 0000259
0000020 | cytoskeletal phenotype | 0000150
0000104 | actin filament phenotype | 0000020
0000106 | decreased number of actin filament phenotype | 0000104
0000290 | punctate actin foci phenotype | 0000104
0000373 | microtubule morphology phenotype | 0000020 0000303
0000147 | disorganized microtubules phenotype | 0000373
0000370 | elongated cytoplasmic microtubules phenotype | 0000011 0000373
0000371 | shortened cytoplasmic microtubules phenotype | 0000011 0000373
0000376 | microtubule spindle morphology phenotype | 0000373
0000024 | nuclear phenotype | 0000150
0000027 | nucleus shape phenotype | 0000011 0000024
0000155 | fragmented nucleus phenotype | 0000024
0000357 | polylobed nuclear phenotype | 0000027
0000007 | cell process phenotype | 0000003
0000029 | cell cycle phenotype | 0000007
0000165 | cytokinesis phenotype | 0000029
0000164 | absence of cytokinesis phenotype | 0000165
0000194 | mitotic process phenotype | 0000029
0000208 | mitotic metaphase phenotype | 0000194
0000305 | metaphase arrested phenotype | 0000208
0000307 | metaphase delayed phenotype | 0000208
0000344 | prometaphase delayed phenotype | 0000194
0000348 | mitotic metaphase plate congression phenotype | 0000194
0000202 | mitosis delayed phenotype | 0000194
0000244 | cell component movement phenotype | 0000007
0000033 | cell migration phenotype | 0000244
0000233 | decreased rate of cell migration process phenotype | 0000033
""")

FBBI = rows("FBbi", """
00000222 | imaging method
00000265 | recorded image | 00000222
00000241 | microscopy | 00000265
00000343 | microscopy with lenses | 00000241
00000345 | light microscopy | 00000343
00000243 | bright-field microscopy | 00000345
00000245 | differential interference contrast microscopy | 00000345
00000246 | fluorescence microscopy | 00000345
00000247 | phase contrast microscopy | 00000345
00000249 | time lapse microscopy | 00000345
00000251 | confocal microscopy | 00000246
00000252 | single-spot confocal microscopy | 00000251
00000253 | spinning disk confocal microscopy | 00000251
00000255 | multi-photon microscopy | 00000246
00000254 | two-photon laser scanning microscopy | 00000255
00000366 | FRAP | 00000246
00000369 | SPIM | 00000246
00000256 | electron microscopy | 00000343
00000257 | scanning electron microscopy (SEM) | 00000256
00000258 | transmission electron microscopy (TEM) | 00000256
00000344 | scanning probe microscopy | 00000241
00000259 | atomic force microscopy | 00000344
""")

NCBITAXON = rows("NCBITaxon", """
2759 | Eukaryota
33154 | Opisthokonta | 2759
4751 | Fungi | 33154
4890 | Ascomycota | 4751
4895 | Schizosaccharomyces | 4890
4896 | Schizosaccharomyces pombe | 4895
33213 | Bilateria | 33154
7711 | Chordata | 33213
7742 | Vertebrata | 7711
40674 | Mammalia | 7742
9443 | Primates | 40674
9604 | Hominidae | 9443
9605 | Homo | 9604
9606 | Homo sapiens | 9605
9989 | Rodentia | 40674
10088 | Mus | 9989
10090 | Mus musculus | 10088
41665 | Neopterygii | 7742
7954 | Danio | 41665
7955 | Danio rerio | 7954
6656 | Arthropoda | 33213
50557 | Insecta | 6656
7147 | Diptera | 50557
7227 | Drosophila melanogaster | 7147
33090 | Viridiplantae | 2759
3700 | Brassicaceae | 33090
3701 | Arabidopsis | 3700
3702 | Arabidopsis thaliana | 3701
2 | Bacteria
543 | Enterobacteriaceae | 2
562 | Escherichia coli | 543
""")

EFO = rows("EFO", """
0000001 | experimental factor
0002694 | experimental process | 0000001
0005397 | high content analysis of cells | 0002694
0007550 | high content screen | 0005397
0007551 | high content screen of cells treated with library of siRNAs | 0007550
0007552 | high content screen of cells in a gene deletion library | 0007550
0007553 | high content screen of cells in treated with a compound library | 0007550
0007555 | high content screening stage | 0000001
0007556 | primary high content screen | 0007555
0007557 | secondary high content screen | 0007555
0007559 | screening library | 0000001
0007561 | haploid deletion library | 0007559
0007564 | siRNA library | 0007559
CL:0000010 | cultured cell | 0000001
0002888 | Homo sapiens cell line | CL:0000010
0001639 | cancer cell line | CL:0000010
0001185 | HeLa | 0002888 0001639
0002869 | U2OS | 0002888 0001639
0002824 | HCT116 | 0002888 0001639
CLO:0003684 | HeLa cell | CL:0000010
CLO:0001230 | HEK293 | CL:0000010
CLO:0001601 | A549 cell | CL:0000010
""")

GO = rows("GO", """
0005575 | cellular_component
0110165 | cellular anatomical entity | 0005575
0043226 | organelle | 0110165
0005737 | cytoplasm | 0110165
0016020 | membrane | 0110165
0005886 | plasma membrane | 0016020
0005938 | cell cortex | 0005737
0005634 | nucleus | 0043226
0005730 | nucleolus | 0043226 | 0005634
0005739 | mitochondrion | 0043226 | 0005737
0005794 | Golgi apparatus | 0043226 | 0005737
0005783 | endoplasmic reticulum | 0043226 | 0005737
0005856 | cytoskeleton | 0043226
0015629 | actin cytoskeleton | 0005856
0015630 | microtubule cytoskeleton | 0005856
0005874 | microtubule | 0043226 | 0015630
0005819 | spindle | 0043226 | 0015630
0005813 | centrosome | 0043226 | 0015630
0008150 | biological_process
0009987 | cellular process | 0008150
0007049 | cell cycle | 0009987
0000278 | mitotic cell cycle | 0007049
0051301 | cell division | 0009987
0000910 | cytokinesis | 0007049 | 0051301
0000281 | mitotic cytokinesis | 0000910
0000226 | microtubule cytoskeleton organization | 0009987
0016477 | cell migration | 0009987
0006897 | endocytosis | 0009987
0000902 | cell morphogenesis | 0009987
0007507 | heart development | 0008150
0022008 | neurogenesis | 0008150
""")

UBERON = rows("UBERON", """
0000468 | multicellular organism
0000922 | embryo | 0000468
0000475 | organism subdivision
0000064 | organ part | | 0000468
0001016 | nervous system
0001017 | central nervous system | | 0000468 0001016
0000955 | brain | | 0000468 0001017
0001869 | cerebral hemisphere | 0000064 | 0000955
0000956 | cerebral cortex | | 0001869
0001032 | sensory system | | 0000468
0000970 | eye | | 0001032
0000033 | head | 0000475 | 0000475
0000966 | retina | 0000064 | 0000033 0000970 0001016
0002100 | trunk | 0000475 | 0000475
0004535 | cardiovascular system | | 0000468
0000948 | heart | | 0002100 0004535
0001004 | respiratory system | | 0000468
0002048 | lung | | 0001004 0002100
0001007 | digestive system | | 0000468
0000160 | intestine | 0000064 | 0001007
0001008 | renal system | | 0000468
0002113 | kidney | | 0000468 0001008
""")

SLICES = {
    "cmpo": ("cmpo", CMPO),
    "fbbi": ("fbbi", FBBI),
    "ncbitaxon": ("ncbitaxon", NCBITAXON),
    "efo": ("efo", EFO),
    "go": ("go", GO),
    "uberon": ("uberon", UBERON),
}
LABELS = {row[0]: row[1] for _, terms in SLICES.values() for row in terms}


def obo_text(ontology, terms):
    lines = ["format-version: 1.2", f"ontology: {ontology}",
             "remark: a slice of ids, labels and is-a, made for the synthetic sample archives", ""]
    for term, label, parents, wholes in terms:
        lines += ["[Term]", f"id: {term}", f"name: {label}"]
        lines += [f"is_a: {p} ! {LABELS[p]}" for p in parents]
        lines += [f"relationship: part_of {w} ! {LABELS[w]}" for w in wholes]
        lines.append("")
    lines += ["[Typedef]", "id: part_of", "name: part of", ""]
    return "\n".join(lines)
