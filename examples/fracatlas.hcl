# The study on real radiographs: the 201 leg and hip radiographs with fractures of FracAtlas.
#
#   femur run -f examples/fracatlas.hcl --var data=PATH/TO/fracatlas
#
# The localizer is what it would be in the clinic: it looks for the center of the annotated fracture. FracAtlas knows
# no atypical fractures, so the class is a stand-in: whether there is hardware (plates, nails, screws) in the picture.
# Patients are not named, so each image counts as one patient; the intervals are too narrow where that is wrong.
# FracAtlas: Abedeen et al., Scientific Data 10:521 (2023), CC BY 4.0. The folder holds coco.json, dataset.csv, images/.

pipeline {
  name = "fracatlas"
  seed = 2026
}

variable "data" {
  type        = string
  default     = "fracatlas"
  description = "Folder with coco.json, dataset.csv and images/, relative to this file."
}

locals {
  models = ["cnn-small", "vit-nano"]
  inputs = ["patch", "whole", "oracle"]
  folds  = 3
  size   = 128 # side of every network's input in pixels
}

stage "ingest" "cohort" {
  source "coco" {
    path   = "${var.data}/coco.json"
    labels = "${var.data}/dataset.csv"
    label  = "hardware"
    choose = "largest" # of several fractures in one image
    rename = { "1" = "hardware", "0" = "none" }
  }
}

stage "split-by-patient" "folds" {
  radiographs = ingest.cohort.radiographs
  test        = 0.25
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
  centers     = select(predict-centers.main.centers, { model = "cnn-small" })
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
  positive    = "hardware"
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
  title       = "FracAtlas: localization of fractures, and hardware as a stand-in for the class"
  positive    = "hardware"
  negative    = "none"
  radiographs = ingest.cohort.radiographs
  split       = split-by-patient.folds.split
  centers     = predict-centers.main.table
  scores      = score-patches.main.table
  windows     = crop-patches.main.table
}
