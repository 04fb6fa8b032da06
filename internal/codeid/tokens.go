package codeid

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"go/scanner"
	"go/token"
	"hash"
	"path"
	"strconv"
	"strings"

	"femur/cache"
)

// fingerprint hashes the tokens of a file, each framed by its length, and returns the patterns of its
// //go:embed lines. What gofmt or a line break adds or takes away is left out: comments, semicolons that
// end a line, and a comma or semicolon before a closing bracket.
func fingerprint(name string, src []byte) (cache.Digest, []string, error) {
	var (
		s      scanner.Scanner
		errs   scanner.ErrorList
		embeds []string
		held   token.Token // a comma or semicolon that a closing bracket would make void
		h      = tokenHash{Hash: sha256.New()}
	)
	fset := token.NewFileSet()
	s.Init(fset.AddFile(path.Base(name), -1, len(src)), src, errs.Add, scanner.ScanComments)
	for {
		_, tok, lit := s.Scan()
		if tok == token.COMMENT {
			if !strings.HasPrefix(lit, "//go:") {
				continue
			}
			h.add("directive", strings.TrimSpace(lit))
			if args, ok := strings.CutPrefix(lit, "//go:embed "); ok {
				patterns, err := embedPatterns(args)
				if err != nil {
					return cache.Digest{}, nil, fmt.Errorf("%s: %w", name, err)
				}
				embeds = append(embeds, patterns...)
			}
			continue
		}
		if held != token.ILLEGAL && tok != token.RPAREN && tok != token.RBRACK && tok != token.RBRACE && tok != token.EOF {
			h.add(held.String(), "")
		}
		held = token.ILLEGAL
		if tok == token.EOF {
			break
		}
		if tok == token.COMMA || tok == token.SEMICOLON {
			held = tok
			continue
		}
		h.add(tok.String(), lit)
	}
	if err := errs.Err(); err != nil {
		return cache.Digest{}, nil, fmt.Errorf("%s: %w", name, err)
	}
	return cache.Digest(h.Sum(nil)), embeds, nil
}

type tokenHash struct {
	hash.Hash
	buf []byte
}

func (h *tokenHash) add(what, text string) {
	h.buf = h.buf[:0]
	for _, s := range [...]string{what, text} {
		h.buf = binary.AppendUvarint(h.buf, uint64(len(s)))
		h.buf = append(h.buf, s...)
	}
	h.Write(h.buf)
}

// embedPatterns splits the arguments of //go:embed: separated by spaces, quoted where they hold one.
func embedPatterns(args string) ([]string, error) {
	var patterns []string
	for args = strings.TrimSpace(args); args != ""; args = strings.TrimSpace(args) {
		if args[0] != '"' && args[0] != '`' {
			word, rest, _ := strings.Cut(args, " ")
			patterns, args = append(patterns, word), rest
			continue
		}
		quoted, err := strconv.QuotedPrefix(args)
		if err != nil {
			return nil, errors.New("embed: a quoted pattern does not end")
		}
		word, err := strconv.Unquote(quoted)
		if err != nil {
			return nil, fmt.Errorf("embed: %s: %w", quoted, err)
		}
		patterns, args = append(patterns, word), args[len(quoted):]
	}
	return patterns, nil
}
