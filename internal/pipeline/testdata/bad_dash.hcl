pipeline { name = "t" }
variable "folds" { default = 3 }
stage "ingest" "cohort" {
  matrix { i = range(2) }
  source "synthetic" {
    patients = var.folds-1 + matrix.i-1
  }
}
