pipeline { name = "t" }
stage "ingset" "cohort" {
  source "synthetic" {}
}
stage "split-by-patient" "folds" {
  radiographs = ingset.cohort.radiographs
  folds       = 3
}
stage "render" "x" {}
