patients = 20
