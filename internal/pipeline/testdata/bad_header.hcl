pipeline {
  name   = 3
  seed   = -1
  nested = "maybe"
  sede   = 4
  cache {}
}
stage "ingest" "cohort" {
  source "synthetic" {}
}
