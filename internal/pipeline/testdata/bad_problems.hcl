pipeline { name = "t" }
stage "ingest" "cohort" {
  source "synthetic" {
    patients = 0
  }
}
stage "ingest" "table" {
  source "csv" {}
}
stage "split-by-patient" "folds" {
  radiographs = ingest.cohort.radiographs
  folds       = 3
}
stage "train-localizer" "main" {
  matrix {
    fold = range(5)
  }
  radiographs = ingest.cohort.radiographs
  split       = split-by-patient.folds.split
  model       = "cnn-small"
  hold_out    = matrix.fold
}
stage "train-localizer" "fixed" {
  matrix {
    lr = [0.1, 0.2]
  }
  radiographs   = ingest.cohort.radiographs
  split         = split-by-patient.folds.split
  model         = "cnn-small"
  learning_rate = matrix.lr
  hold_out      = 7
}
