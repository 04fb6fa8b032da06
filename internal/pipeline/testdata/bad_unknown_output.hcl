pipeline { name = "t" }
stage "ingest" "cohort" {
  source "synthetic" {}
}
stage "crop-patches" "main" {
  radiographs = ingest.cohort.radiograph
  centers     = ingest.cohort.boxes
}
