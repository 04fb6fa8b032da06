pipeline { name = "t" }
stages "ingest" "first" {}
train-localizer "main" {}
stage "ingest" "cohort" {
  sources "synthetic" {}
  source = "synthetic"
}
stage "crop-patches" "main" {
  radiographs = ingest.cohort.radiographs
  around      = "center"
  size {}
}
answer = 42
