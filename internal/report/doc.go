// Package report writes report.html, the study's result for people: one file
// without script and without anything to fetch, that reads on a screen, in the dark
// and on paper.
//
// # Words
//
// A section has figures and tables; a figure is one or more charts drawn as SVG,
// each with a title and a description for those who do not see it, and the drawn
// numbers as a table beneath. Colors are those of Okabe and Ito, and every color
// goes with a dash pattern or a label, so that none is needed to read a chart.
//
// # Guarantee
//
// Equal input gives equal bytes: no dates, hosts or paths, and numbers rounded by
// analysis. The templates and the style sheet are Go source and not embedded files,
// because the key of the stage that writes the report covers Go source.
//
// # Limits
//
// Writing computes no statistics. The gallery's pictures are taken as they come:
// whether a radiograph may be shown is the caller's decision.
package report
