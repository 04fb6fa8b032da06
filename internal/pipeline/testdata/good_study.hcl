# The study in small: a matrix, references that agree, lists, an anchor, select.
pipeline {
  name        = "aff-vs-nff"
  description = "Localize, then compare."
  seed        = var.seed
  nested      = true
}

variable "seed" {
  default = 2026
}

variable "models" {
  type        = list(string)
  default     = ["cnn-small", "vit-tiny"]
  description = "Backbones to compare."
  validation {
    condition     = length(var.models) > 0
    error_message = "Name at least one model."
  }
}

locals {
  folds = 3
  rates = { for m in var.models : m => m == "vit-tiny" ? 0.0003 : 0.001 }
}

stage "ingest" "cohort" {
  source "synthetic" {
    patients = 8 * local.folds
  }
}

stage "split-by-patient" "folds" {
  radiographs = ingest.cohort.radiographs
  folds       = local.folds
}

stage "train-localizer" "main" {
  matrix {
    model = var.models
    fold  = range(local.folds)
  }
  radiographs   = ingest.cohort.radiographs
  split         = split-by-patient.folds.split
  hold_out      = matrix.fold
  model         = matrix.model
  learning_rate = local.rates[matrix.model]
  epochs        = matrix.fold == 0 ? 5 : null
  augment "rotate" {
    amount = 10
  }
  augment "noise" {
    amount = 0.5
  }
}

stage "predict-centers" "main" {
  matrix {
    model = var.models
  }
  radiographs = ingest.cohort.radiographs
  split       = split-by-patient.folds.split
  localizers  = train-localizer.main.localizer
}

stage "predict-centers" "some" {
  radiographs = ingest.cohort.radiographs
  split       = split-by-patient.folds.split
  localizers  = select(train-localizer.main.localizer, { model = "cnn-small", fold = [0, 2] })
}

stage "crop-patches" "main" {
  matrix {
    around = ["predicted", "annotated"]
  }
  radiographs = ingest.cohort.radiographs
  around      = matrix.around
  centers     = predict-centers.some.centers
}

stage "compare" "all-arms" {
  centers   = [predict-centers.main.centers, predict-centers.some.centers]
  localizer = select(train-localizer.main.localizer, { model = "cnn-small", fold = 0 })
  labels    = { "cnn-small" = "CNN" }
}
