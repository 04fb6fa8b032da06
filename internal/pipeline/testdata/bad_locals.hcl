pipeline { name = "t" }
locals {
  a = local.b + 1
  b = local.c
  c = local.a
  d = locl.a
  e = local.f
  f = "x" + 1
  g = file("secret.txt")
  h = lenght([1])
  inner {}
}
stage "ingest" "cohort" {
  source "synthetic" { patients = local.a + local.e + local.nope }
}
