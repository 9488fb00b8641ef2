#include "field_table.h"

namespace parfocal {
namespace {

using Ontologies = std::vector<absl::string_view>;

Field Make(absl::string_view name, FieldKind kind, FieldLevel level, int weight, bool facet,
           absl::string_view description) {
  Field field;
  field.name = name;
  field.kind = kind;
  field.level = level;
  field.weight = weight;
  field.facet = facet;
  field.description = description;
  return field;
}

// A facet whose values are terms that roll up, looked up in `ontologies`.
Field TermField(absl::string_view name, int weight, Ontologies ontologies,
                absl::string_view description, FieldLevel level = FieldLevel::kBoth) {
  Field field = Make(name, FieldKind::kTerm, level, weight, true, description);
  field.ontologies = std::move(ontologies);
  field.closure = true;
  return field;
}

// What titles and descriptions name where `base` is not stated; weighs less than what is.
Field Mined(absl::string_view name, Ontologies ontologies, absl::string_view description) {
  Field field = TermField(name, 2, std::move(ontologies), description, FieldLevel::kStudy);
  field.mined = true;
  return field;
}

// A facet with a stated_ twin whose ids have no hierarchy: genes, licences, publishers.
Field IdField(absl::string_view name, int weight, absl::string_view description,
              FieldLevel level = FieldLevel::kBoth) {
  return Make(name, FieldKind::kTerm, level, weight, true, description);
}

Field Facet(absl::string_view name, int weight, absl::string_view description,
            FieldLevel level = FieldLevel::kBoth) {
  return Make(name, FieldKind::kKeyword, level, weight, true, description);
}

Field Keyword(absl::string_view name, int weight, absl::string_view description,
              FieldLevel level = FieldLevel::kBoth) {
  return Make(name, FieldKind::kKeyword, level, weight, false, description);
}

Field Exact(Field field) {
  field.exact_spelling = true;
  return field;
}

Field Number(absl::string_view name, absl::string_view description,
             FieldLevel level = FieldLevel::kBoth, bool facet = false) {
  return Make(name, FieldKind::kNumber, level, 0, facet, description);
}

Field Flag(absl::string_view name, absl::string_view description) {
  return Make(name, FieldKind::kFlag, FieldLevel::kStudy, 0, true, description);
}

Field Text(absl::string_view name, int weight, absl::string_view prefix,
           absl::string_view description) {
  Field field = Make(name, FieldKind::kText, FieldLevel::kStudy, weight, false, description);
  field.prefix = prefix;
  return field;
}

Field Personal(absl::string_view name, absl::string_view description) {
  Field field = Make(name, FieldKind::kKeyword, FieldLevel::kBoth, 0, false, description);
  field.privacy = FieldPrivacy::kPersonal;
  return field;
}

std::vector<Field> Biology() {
  return {
      TermField("organism", 5, {"NCBITaxon", "GBIF"},
                "Species or taxon, whatever its role: the four fields that follow, taken together, "
                "but for what only a cell line implies"),
      TermField("sample_organism", 0, {"NCBITaxon", "GBIF"},
                "Organism that the sample is or was taken from; not that of a cell line"),
      TermField("host_organism", 0, {"NCBITaxon", "GBIF"},
                "Organism that another one infects or is grafted into"),
      TermField("pathogen_organism", 0, {"NCBITaxon", "GBIF"}, "Organism that infects another one"),
      TermField("cell_line_organism", 0, {"NCBITaxon", "GBIF"},
                "Species of a cell line, stated or known of the cell line"),
      Facet("strain", 3, "Strain, breed or cultivar"),
      TermField("cell_line", 4, {"EFO", "CLO", "Cellosaurus", "BTO", "MCCL"}, "Cell line"),
      TermField("anatomy", 4, {"UBERON", "BTO", "FBbt", "PO"}, "Tissue, organ or organism part"),
      TermField("cell_type", 4, {"CL"}, "Cell type"),
      TermField("disease", 4, {"DOID", "MONDO", "EFO", "NCIT"}, "Disease that is studied"),
      TermField("developmental_stage", 3,
                {"EFO", "UBERON", "FBdv", "ZFS", "WBls", "HsapDv", "MmusDv"},
                "Stage of development or life"),
      TermField("sex", 1, {"PATO"}, "Sex of the organism"),
      Exact(Facet("genotype", 2, "Genotype as stated")),
      TermField("biological_process", 4, {"GO"}, "Biological process that is studied"),
      TermField("subject", 4, {}, "Subject of the study, where no other field fits"),
      Mined("mined_organism", {"NCBITaxon", "GBIF"},
            "Species that the title or description names where the study states no organism: found "
            "by us, and in no other field"),
      Mined("mined_cell_line", {"EFO", "CLO", "Cellosaurus", "BTO", "MCCL"},
            "The same for cell lines"),
      Mined("mined_anatomy", {"UBERON", "BTO", "FBbt", "PO"},
            "The same for tissues, organs and organism parts"),
  };
}

std::vector<Field> Experiment() {
  return {
      TermField("study_type", 2, {"EFO", "OMIT", "NCIT", "OBI", "GO"}, "Kind of study",
                FieldLevel::kStudy),
      TermField("technology", 2, {"EFO"}, "Technology of the screen or experiment",
                FieldLevel::kStudy),
      TermField("imaging_method", 5, {"FBbi", "CHMO", "MI", "EFO"},
                "How the images were made: microscopy, tomography, ..."),
      Mined("mined_imaging_method", {"FBbi", "CHMO", "MI", "EFO"},
            "Imaging method that the title or description names where the study states none: found "
            "by us, and in no other field"),
      Facet("perturbation_type", 3, "What was done to the sample: knockout, RNAi, compound, ..."),
      IdField("gene", 6, "Any gene, whatever its role: the six fields that follow, taken together"),
      IdField("perturbed_gene", 6, "Gene that was knocked out, silenced, overexpressed or mutated"),
      IdField("background_gene", 4, "Gene altered in every sample of the experiment"),
      IdField("tagged_gene", 6, "Gene whose product carries a tag"),
      IdField("antibody_target", 6, "Gene product that an antibody binds"),
      IdField("probe_target", 6, "Gene whose transcript or locus a probe binds"),
      IdField("compound_target", 4, "Gene product that a compound acts on"),
      Keyword("reagent", 3, "siRNA, guide RNA, plasmid or strain that perturbs"),
      TermField("compound", 5, {}, "Chemical compound that was applied"),
      Facet("dose", 0, "Dose or concentration, with its unit"),
      Facet("time", 0, "Time point or duration, with its unit"),
      Facet("antibody", 3, "Antibody"),
      Facet("channel_stain", 3, "Stain, dye or fluorescent protein of a channel"),
      Facet("channel_target", 3, "What a channel shows, as stated"),
      Facet("control_type", 1, "negative, positive, empty or other, if the image set is a control",
            FieldLevel::kImageSet),
      Facet("quality", 0, "passed or failed, if the source says so", FieldLevel::kImageSet),
      TermField("phenotype", 5,
                {"CMPO", "FYPO", "APO", "MP", "HP", "FBcv", "WBPhenotype", "PATO", "GO"},
                "Phenotype that was observed"),
      TermField("localisation", 4, {"GO"}, "Where in the cell the product was seen"),
      TermField("expression", 3, {}, "Expression that was observed"),
      TermField("diagnosis", 4, {"DOID", "MONDO", "NCIT", "HP", "EFO"},
                "Diagnosis of the specimen that the image shows"),
  };
}

std::vector<Field> Data() {
  const FieldLevel kSet = FieldLevel::kImageSet;
  return {
      Facet("image_kind", 0, "original, mask, label, calibration or derived", kSet),
      Number("size_x", "Width of an image, pixels", kSet),
      Number("size_y", "Height of an image, pixels", kSet),
      Number("size_z", "Planes of a stack", kSet, true),
      Number("size_c", "Channels", kSet, true),
      Number("size_t", "Time points", kSet, true),
      Number("pixel_size", "Edge of a pixel, micrometres", kSet),
      Facet("format", 2, "File format"),
      Number("bytes", "Size of the data, bytes", FieldLevel::kStudy),
      Number("file_count", "Number of files", FieldLevel::kStudy),
      Number("image_count", "Images of the image set, where their number is known", kSet),
      Number("study_image_count", "Original images of the whole study, where their number is known",
             FieldLevel::kStudy),
      Facet("annotation_kind", 2, "Ground truth on offer: masks, boxes, points, tracks, ...",
            FieldLevel::kStudy),
      Facet("annotation_method", 1, "manual, semi_automatic or predicted", FieldLevel::kStudy),
      Facet("synthetic", 0, "yes if the images were computed, not recorded"),
  };
}

std::vector<Field> Reuse() {
  const FieldLevel kStudy = FieldLevel::kStudy;
  return {
      IdField("licence", 1, "Licence: its SPDX id where it is known, else as stated", kStudy),
      Flag("licence_commercial_use", "The licence allows commercial use"),
      Flag("licence_derivatives", "The licence allows derivatives"),
      Flag("licence_share_alike", "The licence demands the same licence for derivatives"),
      Flag("licence_attribution", "The licence demands attribution"),
      Facet("data_access", 0, "open, registered, controlled or embargoed", kStudy),
      Keyword("doi", 10, "DOI of the data or of an article about it", kStudy),
      Keyword("pubmed", 8, "PubMed or PubMed Central id of an article", kStudy),
      Facet("funder", 2, "Who paid", kStudy),
      Keyword("award", 3, "Number of a grant", kStudy),
  };
}

std::vector<Field> Provenance() {
  const FieldLevel kStudy = FieldLevel::kStudy;
  const FieldLevel kSet = FieldLevel::kImageSet;
  Field date = Make("release_date", FieldKind::kDate, kStudy, 0, false, "Day of publication");
  return {
      Exact(Facet("source", 1, "Id of the source")),
      Exact(IdField("publisher", 2, "Archive that publishes the study", kStudy)),
      Keyword("accession", 10, "Accession of the study, here or elsewhere", kStudy),
      Exact(Facet("study", 0, "Accession of the study that a row belongs to")),
      Exact(Keyword("work", 0,
                    "Name of the first of a study's copies in several sources; studies without a "
                    "copy have none",
                    kStudy)),
      Exact(Facet("block", 1, "Screen or experiment within the study", kSet)),
      Keyword("plate", 1, "Plate", kSet),
      Keyword("well", 0, "Well", kSet),
      Number("year", "Year of publication", kStudy, true),
      date,
      Text("title", 8, "XT", "Title of the study"),
      Text("description", 1, "XD", "Description of the study"),
      Text("publication", 2, "XP", "Titles and authors of articles"),
      Text("section", 1, "XS", "Names and descriptions of screens and experiments"),
      Facet("keyword", 4, "Key words of the study, in lower case", kStudy),
      Facet("author", 3, "People of the study", kStudy),
      Keyword("orcid", 3, "ORCID of a person of the study", kStudy),
      Facet("affiliation", 1, "Institution of a person of the study", kStudy),
      Keyword("specimen", 2, "Specimen"),
      Facet(kFlaggedField, 0,
            "Words and the id beside them that disagree: `organism: mouse <EX:0000001>`"),
      Personal("age", "Age of a person or animal"),
      Personal("ethnicity", "Ethnicity of a person"),
      Personal("donor", "Donor or patient"),
  };
}

}  // namespace

std::vector<Field> FieldTable() {
  std::vector<Field> out;
  auto add = [&](absl::string_view group, std::vector<Field> fields) {
    for (Field& field : fields) {
      field.group = group;
      out.push_back(std::move(field));
    }
  };
  add("biology", Biology());
  add("experiment", Experiment());
  add("data", Data());
  add("reuse", Reuse());
  add("provenance", Provenance());
  return out;
}

}  // namespace parfocal
