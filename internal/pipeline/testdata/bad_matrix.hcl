pipeline { name = "t" }
stage "ingest" "a" {
  matrix {}
  source "synthetic" {}
}
stage "ingest" "b" {
  matrix { size = [] }
  source "synthetic" { patients = "x" }
}
stage "ingest" "c" {
  matrix { size = 3 }
  source "synthetic" {}
}
stage "ingest" "d" {
  matrix { size = ["a b"] }
  source "synthetic" {}
}
stage "ingest" "e" {
  matrix { size = [1, "1"] }
  source "synthetic" {}
}
stage "ingest" "f" {
  matrix {
    a = range(100)
    b = range(100)
  }
  source "synthetic" {}
}
stage "ingest" "g" {
  matrix { size = matrix.size }
  source "synthetic" { patients = matrix.siez }
}
stage "ingest" "h" {
  matrix {
    size = [1, 2]
    exclude {}
  }
  source "synthetic" { patients = matrix.size }
}
stage "ingest" "i" {
  source "synthetic" { patients = matrix.size }
}
stage "ingest" "j" {
  matrix { size = [[1], null] }
  source "synthetic" { patients = 3 }
}
stage "crop-patches" "uses-a" {
  radiographs = ingest.a.radiographs
  around      = "center"
}
