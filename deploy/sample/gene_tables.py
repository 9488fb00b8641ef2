"""Tables of the sample's genes in the formats of their databases (HGNC, PomBase, HCOP), so that the
genes of the sample screens resolve. Ids, symbols and orthologs are real; the tables hold these genes
and no others.
"""

import genes

# Symbol, HGNC id, Entrez id, previous symbols, aliases.
HUMAN = """
ANLN 14082 54443 - ANILLIN|Scraps|scra
AURKB 11390 9212 STK12 Aik2|IPL1|AurB|AIM-1|ARK2|STK5|PPP1R48
BIRC5 593 332 API4 EPR-1|survivin
CDCA8 14629 55143 - FLJ12042|MESRGP|BOR|DasraB
ECT2 3155 1894 - ARHGEF31
INCENP 6058 3619 - FLJ31633
KIF20A 9787 10112 RAB6KIFL -
KIF23 6392 9493 KNSL5 MKLP1|MKLP-1
MYH9 7579 4627 DFNA17 NMMHCA|NMHC-II-A|MHA|FTNS|EPSTS
RACGAP1 9804 29127 - MgcRacGAP
RHOA 667 387 ARH12|ARHA RhoA|Rho12|RHOH12
ROCK1 10251 6093 - p160ROCK
AURKA 11393 6790 STK15|STK6 BTAK|AurA|STK7|ARK1|PPP1R47|AIK
CKAP5 28959 9793 - ch-TOG|KIAA0097|TOG|TOGp
CLASP1 17088 23332 - KIAA0622|MAST1
DYNC1H1 2961 1778 DNECL|DNCL|DNCH1 Dnchc1|HL-3|p22|DHC1|CMT2O
KIF11 6388 3832 KNSL1 Eg5|HKSP|TRIP5
MAPRE1 6890 22919 - EB1
PAFAH1B1 8574 5048 MDCR|MDS LIS1|PAFAH|NudF
PLK1 9077 5347 PLK -
TPX2 1249 22974 C20orf2|C20orf1 p100|DIL-2
TUBA1B 18809 10376 - K-ALPHA-1
TUBB 20778 203068 - OK/SW-cl.56|MGC16435|M40|Tubb5
TUBG1 12417 7283 TUBG TUBGCP1
BUB1 1148 699 BUB1L hBUB1|BUB1A
BUB1B 1149 701 - BUBR1|MAD3L|Bub1A|SSK1
CENPA 1851 1058 - CENP-A|CenH3
CENPE 1856 1062 - KIF10|PPP1R61
KIF18A 29441 81930 - DKFZP434G2226|PPP1R99
MAD2L1 6763 4085 - MAD2|HSMAD2
NDC80 16909 10403 KNTC2 HEC|HEC1|hsNDC80|TID3
NUF2 14621 83540 CDCA1 NUF2R|CT106
SPC25 24031 57405 SPBC25 MGC22228|AD024
CCNB1 1579 891 CCNB -
CDC20 1723 991 - p55CDC|CDC20A
CDC25C 1727 995 CDC25 PPP1R60
CDK1 1722 983 CDC2 CDC28A
ESPL1 16856 9700 - KIAA0165|ESP1|SEPA
NCAPD2 24305 9918 - CNAP1|hCAP-D2|CAP-D2|KIAA0159
SMC2 14011 10592 SMC2L1 hCAP-E|CAP-E
SMC4 14013 10051 SMC4L1 hCAP-C|CAP-C
TOP2A 11989 7153 TOP2 -
WEE1 12761 7465 - WEE1A
ACTR3 170 10096 - ARP3
ARPC2 705 10109 - p34-Arc|ARC34
CDC42 1736 998 - G25K|CDC42Hs
CFL1 1874 1072 CFL -
DIAPH1 2876 1729 DFNA1 hDIA1|LFHL1
FLNA 3754 2316 FLN1|FLN|OPD2|OPD1 ABP-280
LIMK1 6613 3984 - LIMK
PAK1 8590 5058 - -
PAK2 8591 5062 - PAK65|PAKgamma
PFN1 8881 5216 - -
RAC1 9801 5879 - TC-25|p21-Rac1|Rac-1
WASL 12735 8976 - N-WASP|NWASP|WASPB
EGFR 3236 1956 ERBB ERBB1
ITGB1 6153 3688 FNRB|MSK12|MDF2 CD29|GPIIA
PTK2 9611 5747 - FAK|FADK|FAK1|PPP1R71
PXN 9718 5829 - -
TLN1 11845 7094 TLN ILWEQ
VCL 12665 7414 - -
ZYX 13200 7791 - -
ARF1 652 375 - -
CLTC 2092 1213 CLTCL2 Hc
COPA 2230 1314 - HEP-COP
COPB1 2231 1315 COPB -
DNM2 2974 1785 - DYNII|DYN2|CMTDIB|CMTDI1|DI-CMTB|CMT2M
GAPDH 4141 2597 GAPD -
MYC 7553 4609 - c-Myc|bHLHe39|MYCC
SAR1A 10534 56681 SARA1 SAR1|Sara
SEC31A 17052 22872 SEC31L1 KIAA0905|ABP125|ABP130
TP53 11998 7157 - p53|LFS1
"""

# Human symbol, fission yeast name, the sources that HCOP names for the pair.
ORTHOLOGS = """
ACTR3 arp3 EggNOG|Ensembl|HomoloGene|Inparanoid|OMA|OrthoMCL|Panther|PhylomeDB|PomBase
ANLN mid1 Panther|PomBase
AURKA ark1 Ensembl|OrthoMCL|Panther|PhylomeDB|PomBase
AURKB ark1 EggNOG|HomoloGene|Panther|PhylomeDB|PomBase
BUB1 bub1 Ensembl|Panther|PomBase
BUB1B bub1 Ensembl|Inparanoid|Panther|PomBase
CCNB1 cdc13 Ensembl|PhylomeDB|PomBase
CDC25C cdc25 EggNOG|Ensembl|Panther|PomBase
CDC42 cdc42 EggNOG|Ensembl|HomoloGene|Inparanoid|OMA|OrthoMCL|Panther|PhylomeDB|PomBase
CKAP5 alp14 EggNOG|Ensembl|OrthoMCL|Panther|PomBase
CKAP5 dis1 Ensembl|Panther|PomBase
CLASP1 peg1 Inparanoid|Panther|PomBase
DIAPH1 cdc12 Ensembl|PomBase
ESPL1 cut1 EggNOG|Ensembl|Panther|PomBase
KIF11 cut7 EggNOG|Ensembl|Inparanoid|Panther|PhylomeDB|PomBase
KIF18A klp5 Ensembl|OrthoMCL|Panther|PhylomeDB|PomBase
KIF18A klp6 Ensembl|Inparanoid|Panther|PhylomeDB|PomBase
KIF18A klp9 Ensembl|Panther
KIF20A klp9 Ensembl|PomBase
KIF23 klp9 Inparanoid|PhylomeDB|PomBase
MAD2L1 mad2 EggNOG|HomoloGene|Inparanoid|OrthoMCL|Panther|PhylomeDB|PomBase
MAPRE1 mal3 EggNOG|Ensembl|HomoloGene|Inparanoid|Panther|PhylomeDB|PomBase
MYH9 myo2 Ensembl|OrthoMCL|Panther|PhylomeDB|PomBase
NDC80 ndc80 EggNOG|Inparanoid|OrthoMCL|Panther|PomBase
NUF2 nuf2 Ensembl|Inparanoid|OrthoMCL|Panther|PomBase
RHOA rho1 HomoloGene|Panther|PhylomeDB|PomBase
TOP2A top2 EggNOG|OrthoMCL|Panther|PhylomeDB|PomBase
TUBA1B atb2 OMA|OrthoMCL|Panther|PomBase
TUBA1B nda2 OrthoMCL|Panther|PomBase
TUBB nda3 OrthoMCL|Panther|PhylomeDB|PomBase
TUBG1 gtb1 EggNOG|HomoloGene|OrthoMCL|Panther|PhylomeDB|PomBase
WASL wsp1 Ensembl|PomBase
"""

HGNC_COLUMNS = [
    "hgnc_id", "symbol", "name", "locus_group", "locus_type", "status", "location", "location_sortable",
    "alias_symbol", "alias_name", "prev_symbol", "prev_name", "gene_family", "gene_family_id",
    "date_approved_reserved", "date_symbol_changed", "date_name_changed", "date_modified", "entrez_id",
    "ensembl_gene_id", "vega_id", "ucsc_id", "ena", "refseq_accession", "ccds_id", "uniprot_ids"]
HCOP_COLUMNS = ["human_symbol", "human_entrez", "human_ensembl", "taxon_id", "symbol", "entrez", "ensembl",
                "support", "support_n"]


def rows(text):
    return [line.split(" ") for line in text.strip().splitlines()]


def ids(modules):
    return {symbol: gene for module in modules.values() for symbol, gene in module}


def several(text):
    """A field with several values stands in quotes, as HGNC writes it."""
    return "" if text == "-" else f'"{text}"' if "|" in text else text


def table(columns, lines):
    return "".join("\t".join(line) + "\n" for line in [columns] + lines)


def hgnc():
    ensembl = ids(genes.HUMAN)
    lines = []
    for symbol, number, entrez, previous, aliases in rows(HUMAN):
        row = dict.fromkeys(HGNC_COLUMNS, "")
        row.update(hgnc_id=f"HGNC:{number}", symbol=symbol, status="Approved", alias_symbol=several(aliases),
                   prev_symbol=several(previous), entrez_id=entrez, ensembl_gene_id=ensembl[symbol])
        lines.append(list(row.values()))
    return table(HGNC_COLUMNS, lines)


def pombase():
    return table(["gene_systematic_id", "gene_name", "synonyms"],
                 sorted([gene, name, ""] for name, gene in ids(genes.FISSION_YEAST).items()))


def hcop():
    ensembl, yeast = ids(genes.HUMAN), ids(genes.FISSION_YEAST)
    entrez = {row[0]: row[2] for row in rows(HUMAN)}
    return table(HCOP_COLUMNS,
                 [[human, entrez[human], ensembl[human], "284812", name, "", yeast[name], support,
                   str(support.count("|") + 1)] for human, name, support in rows(ORTHOLOGS)])


TABLES = {"hgnc.tsv": hgnc, "pombase_names.tsv": pombase, "hcop_284812.tsv": hcop}
