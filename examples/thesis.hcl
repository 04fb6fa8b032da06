# The study at its real size: some 4,300 radiographs of 1,200 patients, inputs of 224 × 224 pixels, on one GPU.
#
#   femur run -f examples/thesis.hcl --var list=PATH/TO/annotations.csv
#
# Without radiographs at hand, draw synthetic ones of real size first:
#
#   femur synth --patients 1200 --scale 1 examples/radiographs

pipeline {
  name = "aff-thesis"
  seed = 2026
}

variable "list" {
  type        = string
  default     = "radiographs/annotations.csv"
  description = "CSV file with the columns path, patient, label, x, y and spacing, relative to this file; label is AFF or NFF."
}

locals {
  models = ["resnet18", "vit-small"]
  inputs = ["patch", "whole", "oracle", "center"]
  folds  = 5
  size   = 224 # side of every network's input in pixels
}

stage "ingest" "cohort" {
  source "csv" {
    path = var.list
  }
}

stage "split-by-patient" "folds" {
  radiographs = ingest.cohort.radiographs
  test        = 0.2
  folds       = local.folds
}

stage "train-localizer" "main" {
  matrix {
    model = local.models
    fold  = range(local.folds)
  }
  radiographs = ingest.cohort.radiographs
  split       = split-by-patient.folds.split
  hold_out    = matrix.fold
  model       = matrix.model
  size        = local.size
  epochs      = 80
  batch_size  = 32
}

stage "predict-centers" "main" {
  matrix {
    model = local.models
  }
  radiographs = ingest.cohort.radiographs
  split       = split-by-patient.folds.split
  localizers  = train-localizer.main.localizer
}

stage "crop-patches" "main" {
  matrix {
    input = local.inputs
  }
  radiographs = ingest.cohort.radiographs
  centers     = select(predict-centers.main.centers, { model = "resnet18" })
  input       = matrix.input
  size        = local.size
}

stage "train-classifiers" "main" {
  matrix {
    model = local.models
    input = local.inputs
    fold  = range(local.folds)
  }
  patches     = crop-patches.main.patches
  annotations = ingest.cohort.annotations
  split       = split-by-patient.folds.split
  hold_out    = matrix.fold
  model       = matrix.model
}

stage "score-patches" "main" {
  matrix {
    model = local.models
    input = local.inputs
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
}
