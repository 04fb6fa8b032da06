pipeline { name = "t" }
stage "ingest" "cohort" {
  source "synthetic" {}
}
stage "crop-patches" "main" {
  radiographs = ingest.cohort.index
  centers     = ingest.cohort.radiographs
}
