pipeline {
  name = "t"
  seed = 
}
stage "ingest" "cohort" {
