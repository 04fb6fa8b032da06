pipeline { name = "t" }
stage "ingest" "cohort" {
  source "synthetic" {}
}
stage "predict-centers" "main" {
  matrix {
    model  = ["cnn-small", "vit-tiny"]
    repeat = range(3)
  }
  radiographs = ingest.cohort.radiographs
  split       = split-by-patient.folds.split
  localizers  = train-localizer.main.localizer
}
stage "split-by-patient" "folds" {
  radiographs = ingest.cohort.radiographs
  folds       = 3
}
stage "train-localizer" "main" {
  matrix { model = ["cnn-small", "vit-tiny"] }
  radiographs = ingest.cohort.radiographs
  split       = split-by-patient.folds.split
  model       = matrix.model
  epochs      = 1
}
stage "crop-patches" "main" {
  matrix { model = ["vit-tiny"] }
  radiographs = ingest.cohort.radiographs
  centers     = predict-centers.main.centers
}
stage "crop-patches" "list" {
  radiographs = ingest.cohort.radiographs
  centers     = [select(predict-centers.main.centers, { model = "vit-tiny", repeat = 0 }), select(predict-centers.main.centers, { model = "vit-tiny", repeat = 1 })]
}
