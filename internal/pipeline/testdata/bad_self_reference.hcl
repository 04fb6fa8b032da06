pipeline { name = "t" }
stage "loop" "a" {
  before = loop.a.after
}
