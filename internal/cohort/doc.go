// Package cohort holds what the stages know of patients and radiographs, and how patients are split.
//
// Words:
//
//   - An Annotation is what is known of one radiograph beside its pixels: patient, label, center of the
//     fracture, size, pitch, view. It never travels with the pixels, so that a stage that must not see the
//     truth is not handed it.
//   - A Part is a list of radiographs that a split names: fold=0/train, fold=0/validate, fold=0/held-out,
//     development, test.
//   - An Assignment puts each patient, never an image, into the test part or one fold.
//
// Guarantee: an assignment depends on the seed, the patient's id and label alone, so a new patient moves
// nobody else (Balanced gives that up for equal counts and says so).
package cohort
