pipeline { name = "t" }
variable "null" { default = 1 }
variable "1st" { default = 1 }
locals { matrix = 2 }
stage "ingest" "all" {
  source "synthetic" {}
}
stage "ingest" "my cohort" {
  source "synthetic" {}
}
stage "ingest" "cohort" {
  matrix { self = [1, 2] }
  source "synthetic" {}
}
