pipeline { name = "t" }
stage "ingest" "cohort" {
  source "synthetic" {}
}
stage "loop" "a" {
  matrix { fold = range(2) }
  before = loop.b.after
}
stage "loop" "b" {
  matrix { fold = range(2) }
  before = loop.c.after
}
stage "loop" "c" {
  matrix { fold = range(2) }
  before = loop.a.after
}
