pipeline { name = "t" }
stage "ingest" "cohort" {
  source "synthetic" {}
}
stage "crop-patches" "main" {
  radiographs = ingest.cohrot.radiographs
  centers     = predict-centers.main.centers
}
