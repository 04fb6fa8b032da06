pipeline { name = "t" }
pipeline { name = "u" }
variable "n" { default = 1 }
variable "n" { default = 2 }
locals { k = var.n }
locals { k = 3 }
stage "ingest" "cohort" {
  source "synthetic" { patients = local.k }
}
stage "ingest" "cohort" {
  source "synthetic" {}
}
stage "ingest" "other" {
  source "synthetic" {}
  source "csv" {}
}
