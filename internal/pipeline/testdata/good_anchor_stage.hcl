# An anchor may name the stage alone, a port may be set beside it, and a derived port follows select.
pipeline { name = "t" }
stage "ingest" "cohort" {
  source "synthetic" {}
}
stage "split-by-patient" "folds" {
  matrix { repeat = range(2) }
  radiographs = ingest.cohort
  folds       = 3 + matrix.repeat
}
stage "train-localizer" "first" {
  radiographs = ingest.cohort.radiographs
  split       = select(split-by-patient.folds.split, { repeat = 1 })
  model       = "cnn-small"
}
stage "train-localizer" "second" {
  matrix { repeat = range(2) }
  radiographs = ingest.cohort.radiographs
  split       = split-by-patient.folds
  model       = "cnn-small"
}
stage "crop-patches" "conditional" {
  matrix { where = ["center", "predicted"] }
  radiographs = ingest.cohort.radiographs
  around      = matrix.where
  centers     = matrix.where == "predicted" ? predict-centers.one.centers : null
}
stage "predict-centers" "one" {
  radiographs = ingest.cohort.radiographs
  split       = select(split-by-patient.folds.split, { repeat = 0 })
  localizers  = train-localizer.first.localizer
}
