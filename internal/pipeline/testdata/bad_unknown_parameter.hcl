pipeline { name = "t" }
variable "side" { default = 224 }
stage "ingest" "cohort" {
  source "synthetic" {
    patiens = 3
  }
}
stage "crop-patches" "main" {
  radiographs = ingest.cohort.radiographs
  sise        = var.side
  around      = "center"
}
