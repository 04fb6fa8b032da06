pipeline {
  name = "t"
  seed = 1.5
}
stage "ingest" "cohort" {
  source "synthetic" {}
}
