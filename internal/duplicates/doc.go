// Package duplicates finds radiographs that show the same exposure.
package duplicates
