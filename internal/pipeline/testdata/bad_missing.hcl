pipeline { name = "t" }
stage "ingest" "cohort" {}
stage "split-by-patient" "folds" {
  radiographs = ingest.cohort.radiographs
}
stage "train-localizer" "main" {
  radiographs = ingest.cohort.radiographs
  model       = null
  augment "noise" {}
}
stage "crop-patches" "main" {
  around = "center"
}
