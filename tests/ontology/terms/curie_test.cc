#include "parfocal/terms/curie.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace parfocal {
namespace {

struct Row {
  const char* id;
  const char* ontology;
  const char* curie;
};

constexpr Row kRows[] = {
    // The spellings of one imaging method.
    {"http://purl.obolibrary.org/obo/FBbi_00000246", "", "FBbi:00000246"},
    {"https://purl.obolibrary.org/obo/FBbi_00000246", "", "FBbi:00000246"},
    {"<http://purl.obolibrary.org/obo/FBbi_00000246>", "", "FBbi:00000246"},
    {"obo:FBbi_00000246", "", "FBbi:00000246"},
    {"OBO:FBbi_00000246", "", "FBbi:00000246"},
    {"FBbi_00000246", "", "FBbi:00000246"},
    {"Fbbi_00000246", "Fbbi", "FBbi:00000246"},
    {"fbbi:00000246", "", "FBbi:00000246"},
    {"FBBI:00000246", "", "FBbi:00000246"},
    {"FBbi:246", "", "FBbi:00000246"},
    {"FBbi: 00000246", "", "FBbi:00000246"},
    {" FBbi:00000246 ", "", "FBbi:00000246"},
    {"FBbi_0000000246", "", "FBbi:00000246"},
    {"FBbi 00000246", "", "FBbi:00000246"},
    {"FBbi:FBbi_00000246", "", "FBbi:00000246"},
    {"FBbi_00000246;", "", "FBbi:00000246"},
    {"246", "FBbi", "FBbi:00000246"},
    {"00000246", "Fbbi", "FBbi:00000246"},
    {"0000246", " fbbi ", "FBbi:00000246"},
    // Roots, in IRIs and as OBO files write them.
    {"http://purl.obolibrary.org/obo/FBbi_root_00000000", "", "FBbi:root_00000000"},
    {"FBbi_root:00000000", "", "FBbi:root_00000000"},
    {"FBbi_root_00000000", "", "FBbi:root_00000000"},
    // Taxa.
    {"NCBITaxon_9606", "", "NCBITaxon:9606"},
    {"NCBITaxon:9606", "", "NCBITaxon:9606"},
    {"NCBITaxon:0009606", "", "NCBITaxon:9606"},
    {"obo:NCBITaxon_00010090", "", "NCBITaxon:10090"},
    {"NCBITaxon 9606", "", "NCBITaxon:9606"},
    {"NCBI_537846", "", "NCBITaxon:537846"},
    {"NCBI:txid9606", "", "NCBITaxon:9606"},
    {"txid9606", "", "NCBITaxon:9606"},
    {"taxonomy:9606", "", "NCBITaxon:9606"},
    {"NCBI Taxonomy:9606", "", "NCBITaxon:9606"},
    {"9606", "NCBITaxon", "NCBITaxon:9606"},
    {"9606", "NCBI Taxonomy", "NCBITaxon:9606"},
    {"http://identifiers.org/taxonomy/9606", "", "NCBITaxon:9606"},
    {"https://identifiers.org/taxonomy:9606", "", "NCBITaxon:9606"},
    {"http://purl.bioontology.org/ontology/NCBITAXON/9606", "", "NCBITaxon:9606"},
    {"https://www.ncbi.nlm.nih.gov/Taxonomy/Browser/wwwtax.cgi?id=9606", "", "NCBITaxon:9606"},
    {"http://purl.uniprot.org/taxonomy/9606", "", "NCBITaxon:9606"},
    {"NCBITaxon_Union_0000001", "", "NCBITaxon_Union:0000001"},
    {"NCBITaxon_Union:0000001", "", "NCBITaxon_Union:0000001"},
    // GBIF numbers look like taxa and are none.
    {"2435099", "GBIF", "GBIF:2435099"},
    {"https://www.gbif.org/species/2435099", "", "GBIF:2435099"},
    // Other bases.
    {"http://www.ebi.ac.uk/cmpo/CMPO_0000077", "", "CMPO:0000077"},
    {"http://purl.obolibrary.org/obo/CMPO_0000077", "", "CMPO:0000077"},
    {"cmpo:0000077", "", "CMPO:0000077"},
    {"http://www.ebi.ac.uk/efo/EFO_0000400", "", "EFO:0000400"},
    {"https://www.ebi.ac.uk/efo/EFO_0000400", "", "EFO:0000400"},
    {"EFO_0000400", "EFO", "EFO:0000400"},
    {"0007550", "EFO", "EFO:0007550"},
    {"http://www.bioassayontology.org/bao#BAO_0000279", "", "BAO:0000279"},
    {"bao:BAO_0000279", "", "BAO:0000279"},
    {"http://edamontology.org/topic_3382", "", "EDAM:topic_3382"},
    {"data:2082", "", "EDAM:data_2082"},
    {"data_2082", "EDAM", "EDAM:data_2082"},
    {"EDAM:topic_3382", "", "EDAM:topic_3382"},
    {"http://www.orpha.net/ORDO/Orphanet_93", "", "Orphanet:93"},
    {"ORPHA:93", "", "Orphanet:93"},
    {"http://purl.org/obo/owl/UO#UO_0000010", "", "UO:0000010"},
    {"https://identifiers.org/GO:0005634", "", "GO:0005634"},
    {"https://identifiers.org/go/GO:0005634", "", "GO:0005634"},
    {"https://identifiers.org/CHEBI/CHEBI:15377", "", "CHEBI:15377"},
    {"http://ncicb.nci.nih.gov/xml/owl/EVS/Thesaurus.owl#C12345", "", "NCIT:C12345"},
    {"NCIT_C12345", "", "NCIT:C12345"},
    {"NCIT:c12345", "", "NCIT:C12345"},
    {"C12345", "NCIT", "NCIT:C12345"},
    {"OMIT_0009012", "OMIT", "OMIT:0009012"},
    {"MI_2213", "", "MI:2213"},
    {"MI:0407", "", "MI:0407"},
    {"CHMO_0000102", "", "CHMO:0000102"},
    {"DCM_113090", "DICOM", "DCM:113090"},
    {"113090", "DICOM", "DCM:113090"},
    {"T-67000", "SNOMED", "SNOMEDCT:T-67000"},
    {"M-81403", "SNOMEDCT", "SNOMEDCT:M-81403"},
    {"http://snomed.info/id/123037004", "", "SNOMEDCT:123037004"},
    {"CHEBI:15377", "", "CHEBI:15377"},
    // Both widths are real: zeros mean something.
    {"DOID:0050072", "", "DOID:0050072"},
    {"DOID:162", "", "DOID:162"},
    {"ENVO_01000001", "", "ENVO:01000001"},
    {"RO:HOM0000001", "", "RO:HOM0000001"},
    {"RRID:CVCL_0030", "", "Cellosaurus:CVCL_0030"},
    {"CVCL: CVCL_0042", "", "Cellosaurus:CVCL_0042"},
    {"CVCL_0042", "", "Cellosaurus:CVCL_0042"},
    {"https://www.cellosaurus.org/CVCL_0042", "", "Cellosaurus:CVCL_0042"},
    // As the archives and mapping sets of the corpus write them.
    {"CMPO_208", "", "CMPO:0000208"},
    {"208", "CMPO", "CMPO:0000208"},
    {"http://www.ebi.ac.uk/efo/cmpo/CMPO_0000208", "", "CMPO:0000208"},
    {"Fbbi_00000253", "EFO", "FBbi:00000253"},
    {"NCBI_9606", "", "NCBITaxon:9606"},
    {"NCBITaxon_044689", "", "NCBITaxon:44689"},
    {"doid:4", "", "DOID:4"},
    {"NCI:C12345", "", "NCIT:C12345"},
    {"ncithesaurus:C3262", "", "NCIT:C3262"},
    {"orphanet.ordo:93", "", "Orphanet:93"},
    {"edam.topic:3524", "", "EDAM:topic_3524"},
    {"EDAM.data:3494", "", "EDAM:data_3494"},
    {"edam.data", "", ""},
    {"http://edamontology.org/data____Image_sensor_characteristics", "",
     "EDAM:data____Image_sensor_characteristics"},
    {"SNOMEDCT_US_2015_03_01:123037004", "", "SNOMEDCT:123037004"},
    {"SNOMEDCT_US_2025_09_01:123037004", "", "SNOMEDCT:123037004"},
    {"http://example.com/voil\xc3\xa0", "", "http://example.com/voil\xc3\xa0"},
    {"UMLS_CUI:C0000737", "", "UMLS:C0000737"},
    {"MSH:D006367", "", "MESH:D006367"},
    {"MeSH: D006367", "", "MESH:D006367"},
    {"CL:0000236\xc2\xa0", "", "CL:0000236"},
    {"CL:0000236\xa0", "", "CL:0000236"},
    {"\xc2\xa0 CL:0000236", "", "CL:0000236"},
    {"http://www.ifomis.org/bfo/1.1/snap#Site", "", "http://www.ifomis.org/bfo/1.1/snap#Site"},
    {"http://bia/Study", "", "http://bia/Study"},
    // Pages of ontology browsers.
    {"https://www.ebi.ac.uk/ols/ontologies/fbbi/"
     "terms?iri=http%3A%2F%2Fpurl.obolibrary.org%2Fobo%2FFBbi_00000246",
     "", "FBbi:00000246"},
    {"https://www.ebi.ac.uk/ols4/ontologies/efo/classes/"
     "http%253A%252F%252Fwww.ebi.ac.uk%252Fefo%252FEFO_0000400",
     "", "EFO:0000400"},
    {"http://bioportal.bioontology.org/ontologies/"
     "FBbi?p=classes&conceptid=http%3A%2F%2Fpurl.obolibrary.org%2Fobo%2FFBbi_00000246&x=1",
     "", "FBbi:00000246"},
    // The prefix of the id wins over the ontology beside it, and over a wrong prefix before it.
    {"NCBITaxon_9606", "EFO", "NCBITaxon:9606"},
    {"EFO:NCIT_C12345", "", "NCIT:C12345"},
    // Unknown bases stay as they are.
    {"http://example.com/things/7", "", "http://example.com/things/7"},
    {"https://orcid.org/0000-0000-0000-0000", "", "https://orcid.org/0000-0000-0000-0000"},
    {"http://purl.obolibrary.org/obo/QQQ_0000001", "",
     "http://purl.obolibrary.org/obo/QQQ_0000001"},
    {"http://purl.obolibrary.org/obo/", "", "http://purl.obolibrary.org/obo/"},
    {"urn:uuid:1", "", "urn:uuid:1"},
    // No ids.
    {"", "FBbi", ""},
    {"   ", "FBbi", ""},
    {"NA", "CMPO", ""},
    {"FBbi", "", ""},
    {"FBbi:", "", ""},
    {"FBbi_", "", ""},
    {":246", "FBbi", ""},
    {"246", "", ""},
    {"246", "unheard of", ""},
    {"fluorescence microscopy", "FBbi", ""},
    {"S-BIAD9", "", ""},
    {"QQQ:0000001", "FBbi", ""},
    {"PrincipalAxes_9", "", ""},
    {"GO:kinase", "", ""},
    {"NCBITaxon:human", "", ""},
    {"CL 5", "", ""},
    {"see GO:0005634", "", ""},
    {"http://purl.obolibrary.org/obo/FBbi_1, http://purl.obolibrary.org/obo/FBbi_2", "", ""},
    {"http://", "", ""},
    {"://x", "", ""},
};

TEST(CurieTest, OneCurieForAllSpellings) {
  for (const Row& row : kRows) {
    SCOPED_TRACE(row.id);
    EXPECT_EQ(CanonicalCurie(row.id, row.ontology), row.curie);
  }
}

TEST(CurieTest, CanonicalOfCanonicalIsItself) {
  for (const Row& row : kRows) {
    SCOPED_TRACE(row.id);
    const std::string once = CanonicalCurie(row.id, row.ontology);
    EXPECT_EQ(CanonicalCurie(once), once);
    // Whatever ontology is named beside it.
    EXPECT_EQ(CanonicalCurie(once, once.empty() ? "" : "EFO"), once);
  }
}

TEST(CurieTest, LongTextIsNoId) {
  const std::string base = "http://example.com/";
  EXPECT_EQ(CanonicalCurie(base + std::string(2048 - base.size(), 'a')).size(), 2048u);
  EXPECT_EQ(CanonicalCurie(base + std::string(2049 - base.size(), 'a')), "");
}

TEST(CurieTest, PrefixOfACurieOnly) {
  EXPECT_EQ(CuriePrefix("FBbi:00000246"), "FBbi");
  EXPECT_EQ(CuriePrefix("NCBITaxon_Union:0000001"), "NCBITaxon_Union");
  for (const char* none :
       {"", "FBbi", "FBbi:", ":1", "http://example.com/1", "urn:uuid:1", "a b:1"}) {
    SCOPED_TRACE(none);
    EXPECT_EQ(CuriePrefix(none), "");
  }
}

}  // namespace
}  // namespace parfocal
