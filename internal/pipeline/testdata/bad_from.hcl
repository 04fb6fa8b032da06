pipeline { name = "t" }
stage "ingest" "cohort" {
  source "synthetic" {}
}
stage "train-localizer" "main" {
  radiographs = ingest.cohort.radiographs
  split       = ingest.cohort.index
  model       = "cnn-small"
}
stage "split-by-patient" "folds" {
  folds = 3
}
