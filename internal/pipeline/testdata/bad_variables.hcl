# var: patiens=3
# var: count=three
# var: sizes=[1, "x"]
# var: level=0.5
# var: broken=[1,
pipeline { name = var.nmae }
variable "patients" {
  type = number
}
variable "count" {
  type    = number
  default = 1
}
variable "sizes" {
  type = list(number)
}
variable "broken" {
  type = list(number)
}
variable "level" {
  type    = number
  default = 0.95
  validation {
    condition     = var.level > 0.8 && var.level < 1
    error_message = "Give a level between 0.8 and 1."
  }
}
variable "odd" {
  type    = numbr
  default = var.count
  defualt = 2
  check {}
}
variable "wrong" {
  type    = number
  default = "abc"
}
stage "ingest" "cohort" {
  source "synthetic" {
    patients = var.patients + var.count + var.level + var.odd + var.wrong + length(var.sizes) + length(var.broken)
  }
}
