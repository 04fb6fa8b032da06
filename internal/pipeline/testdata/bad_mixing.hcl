pipeline { name = "t" }
stage "ingest" "cohort" {
  source "synthetic" {}
}
stage "train-localizer" "main" {
  matrix { model = ["cnn-small", "vit-tiny"] }
  radiographs = ingest.cohort.radiographs
  split       = split-by-patient.folds.split
  model       = matrix.model
}
stage "split-by-patient" "folds" {
  radiographs = ingest.cohort.radiographs
  folds       = 3
}
stage "predict-centers" "main" {
  matrix { model = ["cnn-small", "resnet-18", "resnet-34"] }
  radiographs = ingest.cohort.radiographs
  split       = split-by-patient.folds.split
  localizers  = train-localizer.main.localizer
}
