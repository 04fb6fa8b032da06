pipeline { name = "t" }
variable "used" { default = 3 }
variable "patients" {
  default = 3
  validation {
    condition     = var.patients > 0
    error_message = "Too few."
  }
}
locals {
  half  = 2
  third = local.half
}
stage "ingest" "cohort" {
  matrix { again = range(2) }
  source "synthetic" { patients = var.used }
}
