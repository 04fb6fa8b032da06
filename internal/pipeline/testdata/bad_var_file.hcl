# var-file: bad_values.json
# var-file: bad_values.tfvars
# var-file: nowhere.hcl
pipeline { name = "t" }
variable "patients" {
  type    = number
  default = 3
}
stage "ingest" "cohort" {
  source "synthetic" { patients = var.patients }
}
