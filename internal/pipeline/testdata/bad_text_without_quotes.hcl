pipeline { name = "t" }
variable "side" { default = 224 }
stage "ingest" "cohort" {
  source "synthetic" {}
}
stage "crop-patches" "main" {
  radiographs = ingest.cohort.radiographs
  around      = center
  size        = side
}
