package main

import (
	"errors"
	"fmt"
	"go/scanner"
	"go/token"
	"regexp"
	"strings"
)

// setAttribute sets an attribute of the block of a pipeline that has this header and stands at the left margin.
func setAttribute(pipeline, header, name, value string) (string, error) {
	open := header + " {\n"
	if n := strings.Count(pipeline, open); n != 1 {
		return "", fmt.Errorf("the pipeline has %s %s, not one", count(n, "block"), header)
	}
	start := strings.Index(pipeline, open) + len(open)
	end := strings.Index(pipeline[start:], "\n}")
	if end < 0 {
		return "", fmt.Errorf("the block %s has no end", header)
	}
	before, body, after := pipeline[:start], pipeline[start:start+end], pipeline[start+end:]
	line := fmt.Sprintf("  %s = %s", name, value)
	old := regexp.MustCompile(`(?m)^[ \t]*` + regexp.QuoteMeta(name) + `[ \t]*=.*$`)
	if old.MatchString(body) {
		return before + old.ReplaceAllLiteralString(body, line) + after, nil
	}
	return before + line + "\n" + body + after, nil
}

// reformat changes comments and white space of Go source and no token: other indentation, blank lines at the
// ends of lines, and comments at the top and at the end. Comments that were there stay, since some are directives.
func reformat(source []byte) ([]byte, error) {
	files := token.NewFileSet()
	file := files.AddFile("", files.Base(), len(source))
	var faults scanner.ErrorList
	var s scanner.Scanner
	s.Init(file, source, faults.Add, 0)
	var out strings.Builder
	out.WriteString("// A comment that was not here before.\n\n")
	last := 0
	for {
		pos, tok, literal := s.Scan()
		if tok == token.EOF {
			break
		}
		if tok == token.SEMICOLON && literal != ";" {
			continue // the scanner's own, for a line's end
		}
		start := file.Offset(pos)
		gap := string(source[last:start])
		if strings.TrimSpace(gap) == "" {
			gap = strings.ReplaceAll(strings.ReplaceAll(gap, "\t", "   "), "\n", "\n\n")
		}
		out.WriteString(gap)
		if literal == "" {
			literal = tok.String()
		}
		// The source's own bytes: the scanner drops carriage returns from raw strings.
		end := start + len(literal)
		out.Write(source[start:end])
		last = end
	}
	out.Write(source[last:])
	out.WriteString("\n/* And one\n   of two lines. */\n")
	return []byte(out.String()), faults.Err()
}

// errorText is where a file begins the text of an error that it makes.
const errorText = `(fmt\.Errorf|errors\.New)\("`

// changeLine changes one line of code: the text of the first error that the file makes.
func changeLine(source string) (string, error) {
	at := regexp.MustCompile(errorText).FindStringIndex(source)
	if at == nil {
		return "", errors.New("it makes no error of which the text could be changed")
	}
	return source[:at[1]] + "changed by the benchmark: " + source[at[1]:], nil
}
