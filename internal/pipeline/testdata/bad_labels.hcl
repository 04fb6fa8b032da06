pipeline "t" {
  name = "t"
}
stage "ingest" {
  source "synthetic" {}
}
stage "ingest" "cohort" "extra" {
  source "synthetic" {}
}
stage "ingest" "two" {
  source {}
}
variable {}
locals "x" {}
