# A study as small as it can be with every kind of stage in it: its networks learn nothing in an epoch,
# and its numbers mean nothing. The scripts of this folder run it and its variations.
pipeline {
  name = "tiny"
  seed = 6
}

variable "patients" {
  type    = number
  default = 24
}

variable "models" {
  type    = list(string)
  default = ["cnn-small"]
}

variable "megapixels" {
  type    = number
  default = 64
}

variable "localizer_rate" {
  type    = number
  default = 0.004
}

variable "classifier_rate" {
  type    = number
  default = 0.004
}

variable "resamples" {
  type    = number
  default = 200
}

stage "ingest" "cohort" {
  source "synthetic" {
    patients    = var.patients
    radiographs = 1
    aff         = 0.5
    scale       = 0.05
  }
  max_megapixels = var.megapixels
}

stage "split-by-patient" "folds" {
  radiographs = ingest.cohort.radiographs
  test        = 0.25
  folds       = 2
}

stage "train-localizer" "main" {
  matrix {
    model = var.models
    fold  = range(2)
  }
  radiographs = ingest.cohort.radiographs
  split       = split-by-patient.folds.split
  hold_out    = matrix.fold
  model       = matrix.model
  size        = 64
  epochs      = 1

  learning_rate = var.localizer_rate
}

stage "predict-centers" "main" {
  matrix {
    model = var.models
  }
  radiographs = ingest.cohort.radiographs
  split       = split-by-patient.folds.split
  localizers  = train-localizer.main.localizer
}

stage "crop-patches" "main" {
  matrix {
    input = ["patch", "whole"]
  }
  radiographs = ingest.cohort.radiographs
  centers     = select(predict-centers.main.centers, { model = "cnn-small" })
  input       = matrix.input
  size        = 64
}

stage "train-classifiers" "main" {
  matrix {
    model = var.models
    input = ["patch", "whole"]
    fold  = range(2)
  }
  patches     = crop-patches.main.patches
  annotations = ingest.cohort.annotations
  split       = split-by-patient.folds.split
  hold_out    = matrix.fold
  model       = matrix.model
  epochs      = 1

  learning_rate = var.classifier_rate
}

stage "score-patches" "main" {
  matrix {
    model = var.models
    input = ["patch", "whole"]
  }
  patches     = crop-patches.main.patches
  split       = split-by-patient.folds.split
  classifiers = train-classifiers.main.classifier
}

stage "compare" "main" {
  radiographs = ingest.cohort.radiographs
  split       = split-by-patient.folds.split
  centers     = predict-centers.main.table
  scores      = score-patches.main.table
  windows     = crop-patches.main.table
  resamples   = var.resamples
}
