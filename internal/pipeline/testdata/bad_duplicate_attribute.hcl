pipeline {
  name = "t"
  name = "u"
}
