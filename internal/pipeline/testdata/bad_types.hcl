pipeline { name = "t" }
stage "ingest" "cohort" {
  source "synthetic" {
    patients = "many"
  }
}
stage "train-localizer" "main" {
  radiographs   = ingest.cohort.radiographs
  split         = split-by-patient.folds.split
  model         = ["cnn-small"]
  hold_out      = 0.5
  learning_rate = true
  epochs        = "5"
  sizes         = [224, "big"]
}
stage "split-by-patient" "folds" {
  radiographs = ingest.cohort.radiographs
  folds       = 3
}
stage "compare" "main" {
  centers   = []
  labels    = ["a"]
  bootstrap = "perhaps"
}
