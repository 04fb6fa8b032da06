patients = "few"
seeds = 4
block {}
