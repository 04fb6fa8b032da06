# The study on synthetic radiographs: it runs as it stands, in minutes, without a GPU.
#
#   femur run                                  everything that is not up to date
#   femur plan                                 what would run, and why
#   femur export compare.main.report report.html
#
# Question 1: how accurately is the center of the fracture found, and equally well for AFF and NFF?
# Question 2: is AFF told from NFF better on a native-resolution patch around the center that was found,
# or on the whole radiograph scaled down to the same size?

pipeline {
  name = "aff-vs-nff"
  seed = 2026
}

variable "patients" {
  type        = number
  default     = 160
  description = "Patients in the synthetic cohort."
}

variable "scale" {
  type        = number
  default     = 0.25
  description = "Size of the synthetic radiographs; 1 is that of real ones, about six megapixels."
}

variable "folds" {
  type        = number
  default     = 3
  description = "Development folds; each is predicted by networks that never saw its patients."
}

locals {
  models = ["cnn-small", "vit-nano"]
  inputs = ["patch", "whole"]
  size   = 96 # side of every network's input in pixels
}

stage "ingest" "cohort" {
  source "synthetic" {
    patients    = var.patients
    radiographs = 2   # at most, of a patient
    aff         = 0.4 # more than the clinic's 20 %, so that so few patients can tell anything
    scale       = var.scale
  }
}

stage "split-by-patient" "folds" {
  radiographs = ingest.cohort.radiographs
  test        = 0.25
  folds       = var.folds
}

stage "train-localizer" "main" {
  matrix {
    model = local.models
    fold  = range(var.folds)
  }
  radiographs = ingest.cohort.radiographs
  split       = split-by-patient.folds.split
  hold_out    = matrix.fold
  model       = matrix.model
  size        = local.size
  epochs      = 30
}

stage "predict-centers" "main" {
  matrix {
    model = local.models
  }
  radiographs = ingest.cohort.radiographs
  split       = split-by-patient.folds.split
  localizers  = train-localizer.main.localizer # those of this model, one for each fold
}

stage "crop-patches" "main" {
  matrix {
    input = local.inputs
  }
  radiographs = ingest.cohort.radiographs
  centers     = select(predict-centers.main.centers, { model = "cnn-small" })
  input       = matrix.input
  size        = local.size
}

stage "train-classifiers" "main" {
  matrix {
    model = local.models
    input = local.inputs
    fold  = range(var.folds)
  }
  patches     = crop-patches.main.patches
  annotations = ingest.cohort.annotations
  split       = split-by-patient.folds.split
  hold_out    = matrix.fold
  model       = matrix.model
  epochs      = 25
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
