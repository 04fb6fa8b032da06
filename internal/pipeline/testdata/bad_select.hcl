pipeline { name = "t" }
stage "ingest" "cohort" {
  source "synthetic" {}
}
stage "train-localizer" "main" {
  matrix {
    model = ["cnn-small", "vit-tiny"]
    fold  = range(3)
  }
  radiographs = ingest.cohort.radiographs
  split       = split-by-patient.folds.split
  hold_out    = matrix.fold
  model       = matrix.model
}
stage "split-by-patient" "folds" {
  radiographs = ingest.cohort.radiographs
  folds       = 3
}
stage "predict-centers" "key" {
  radiographs = ingest.cohort.radiographs
  split       = split-by-patient.folds.split
  localizers  = select(train-localizer.main.localizer, { modle = "cnn-small" })
}
stage "predict-centers" "value" {
  radiographs = ingest.cohort.radiographs
  split       = split-by-patient.folds.split
  localizers  = select(train-localizer.main.localizer, { fold = 3 })
}
stage "predict-centers" "empty" {
  radiographs = ingest.cohort.radiographs
  split       = split-by-patient.folds.split
  localizers  = select(train-localizer.main.localizer, { fold = [] })
}
stage "predict-centers" "form" {
  radiographs = ingest.cohort.radiographs
  split       = split-by-patient.folds.split
  localizers  = select(train-localizer.main.localizer, "cnn-small")
}
stage "predict-centers" "text" {
  radiographs = ingest.cohort.radiographs
  split       = split-by-patient.folds.split
  localizers  = select("train-localizer.main.localizer", { model = "cnn-small" })
}
