// Package analysis turns the rows of a finished study, one for each radiograph and
// network, into estimates with intervals, paired comparisons and two answers in
// words. It has no files and no clock: rows and [Options] go in, a [Result] comes
// out, and equal input gives equal bytes.
//
// # Words
//
// An arm is what is compared: a localizer by its model, a classifier by its model
// and input ("cnn-small · patch"). A part is where the rows come from: the held-out
// test part, or the development part, in which each radiograph was predicted by the
// model that never saw its patient (out of fold). The parts are never mixed; the
// test part answers the questions where it has both classes, the development part
// is shown apart.
//
// # What is computed
//
// Patients are the unit: every interval resamples patients, and a p-value never
// takes two radiographs of one patient as independent. A threshold is chosen where
// it is not applied. The comparisons that answer a question form a family and are
// adjusted together by Holm. A sentence says "better" only where the interval
// excludes no difference and the adjusted p-value agrees; a class with fewer
// patients than [Options.MinPatients] yields "cannot tell".
//
// # Limits
//
// The intervals hold the trained networks fixed. Intervals and p-values on the
// development part also treat its folds as one sample, though the folds' models
// share training patients. An estimate that cannot be computed is not in the
// metrics; it is in [Metrics.Omitted] with the reason.
package analysis
