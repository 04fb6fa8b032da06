pipeline { name = "t" }
stage "ingest" "cohort" {
  matrix {
    a = [0, 1]
    b = [0, 1, 2]
  }
  source "synthetic" {
    patients = matrix.a * (matrix.b > 0 ? 1 : 0) # none unless both are set
  }
}
stage "ingest" "other" {
  matrix {
    a = [0, 1]
    b = [0, 1, 2]
  }
  source "synthetic" {
    patients = matrix.b > 0 ? 1 : "none of ${matrix.a}"
  }
}
stage "ingest" "third" {
  matrix {
    a = [0, 1]
    b = [0, 1, 2]
  }
  source "synthetic" {
    patients = matrix.a + (matrix.b > 0 ? 0.5 : 1)
  }
}
