// Package report writes report.html, the study's result for people, on the pages
// of internal/report/page: without script, and without anything to fetch.
//
// # Words
//
// A section belongs to a question or to what is behind the answers: the cohort,
// the methods, the leakage rule, the artifacts that were read. An example is a
// radiograph with its annotated and its predicted center.
//
// # Guarantee
//
// Equal input gives equal bytes: no dates, hosts or paths, and numbers rounded by
// analysis.
//
// # Limits
//
// Writing computes no statistics. The gallery's pictures are taken as they come:
// whether a radiograph may be shown is the caller's decision.
package report
