// Package stats holds the estimators, intervals and tests of the study. It reads
// and writes nothing and knows no radiographs: slices go in, numbers come out.
//
// # Words
//
// A row is one observation, as a rule one radiograph. A patient is the unit that
// was sampled: rows of one patient are not independent, so every resampling here
// draws patients and takes all their rows along ([Clusters]). A [Statistic] is a
// function of how often each row counts; the estimate is its value where every row
// counts once, a bootstrap draw its value at the drawn multiplicities. Two
// statistics over the same rows are therefore paired by patient without further
// work ([Difference], [Ratio]).
//
// # Guarantees
//
// The same input, level and seed give the same bits, on every machine of one
// architecture, whatever the order of the rows ([Clusters] sorts the patients).
// No function returns NaN or an infinity with a nil error. A sample that does not
// determine the answer is an error that wraps [ErrEmpty], [ErrOneClass],
// [ErrNotFinite] or [ErrTooFew], so that the caller can say "cannot tell" in place
// of a number.
//
// # Limits
//
// The intervals are for patients drawn at random from one population; they say
// nothing about another hospital. Percentile, BCa and DeLong's intervals are
// approximate: with 25 patients in the smaller class, nominal 95 % intervals were
// measured to cover 92 to 93 % (coverage_test.go). The bootstrap treats the networks as given: it does not
// include the luck of training.
package stats
