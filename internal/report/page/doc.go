// Package page lays out the pages that people read: one HTML file without script
// and without anything to fetch, that reads on a screen, in the dark and on paper.
//
// # Words
//
// A document is a title and sections; a section has text, pictures, figures and
// tables. A figure is one or more charts drawn as SVG, each with a title and a
// description for those who do not see it, and the drawn numbers as a table
// beneath. A picture is a raster image with overlays in its own coordinates.
// Colors are those of Okabe and Ito, and every color goes with a dash pattern, a
// pattern or a label, so that none is needed to read a chart.
//
// # Guarantee
//
// Equal input gives equal bytes. The templates and the style sheet are Go source
// and not embedded files, because the key of a stage covers Go source.
//
// # Limits
//
// It knows no radiograph and computes nothing; ids within a document are the
// caller's, and must differ.
package page
