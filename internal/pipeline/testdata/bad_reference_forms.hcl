pipeline { name = "t" }
locals { images = ingest.cohort.radiographs }
stage "ingest" "cohort" {
  source "synthetic" {
    patients = ingest.cohort.index
  }
}
stage "crop-patches" "a" {
  radiographs = ingest.cohort
  centers     = ingest
}
stage "crop-patches" "b" {
  radiographs = "ingest.cohort.radiographs"
  centers     = ingest.cohort.radiographs[0]
}
stage "crop-patches" "c" {
  radiographs = radiographs
  centers     = ingets.cohort.centers
  size        = split-by-patient.folds.split
}
