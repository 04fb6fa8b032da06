// Package cohortreport describes a cohort to the people who answer for it: what came in, what was refused,
// what is missing or contradicts itself, and what could let a network tell the labels apart without a look
// at the bone.
//
// # Words
//
// A Summary is all that the report says, as plain numbers and sentences; it is stored as JSON. The page
// ([HTML]), the outline that a terminal prints ([Outline]) and the study's own report are made of it, so
// they cannot disagree. A Picture is one small radiograph. An association is how closely one property of
// the acquisition, such as the site, goes with the label: the shortcut that a network may take.
//
// # Guarantee
//
// Equal rows give equal bytes, in whatever order they come. Nothing is shown that the rows do not hold:
// where ids, patients and sites are hashed, only hashes appear. Counts are of patients and of radiographs,
// and every test takes the patient as its unit.
//
// # Limits
//
// An association is looked for one property at a time; one that takes two properties together, or that is
// in the pixels alone, is not found. Text that is burnt into pixels shows in the pictures.
package cohortreport
