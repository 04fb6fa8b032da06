# var-file: good_values.json
# var-file: good_values.tfvars
# var: seed=18446744073709551615
# var: names=["a", "b"]
# var: text=[not parsed]
# var: any={ x = 1 }
pipeline {
  name               = var.text
  seed               = var.seed
  strict_environment = true
}
variable "seed" {}
variable "names" {
  type    = list(string)
  default = []
}
variable "text" { type = string }
variable "patients" {
  type        = number
  default     = 1
  description = "From both files; the second wins."
}
variable "shape" {
  type = object({ width = number, height = optional(number, 7) })
}
variable "any" { type = any }
variable "absent" {
  type    = string
  default = null
}
stage "ingest" "cohort" {
  matrix {
    name = var.names
    on   = [true, false]
    rate = [0.5, 1e-5, 3]
  }
  source "synthetic" {
    patients = var.patients + var.shape.width + var.any.x + (matrix.on ? 1 : var.shape.height)
    path     = var.absent
  }
}
