package page

import (
	"bytes"
	"errors"
	"html/template"
	"image"
	"image/jpeg"
	"image/png"
	"io"
	"strings"
	"testing"
)

func TestDocumentInOrder(t *testing.T) {
	var b bytes.Buffer
	c := Chart{ID: "c", Title: "A chart of nothing", Description: "There is nothing in it.", Width: 10, Height: 10}
	c.Rectangle("bar f0", 1, 2, 3, 4)
	c.Text("mid", 5, 5, "<five>")
	d := Document{Title: "T & U", Notice: "N.", Sections: []Section{{
		ID: "first", Title: "First", Text: []string{"text"}, Terms: []Term{{Name: "word", Text: "meaning"}}, Body: "<p>own</p>",
		Pictures: []Picture{{ID: "p", Title: "A picture", Width: "1", Height: "1", Caption: "caption"}},
		Figures:  []Figure{{Caption: "figure", Charts: []Chart{c}, Data: Table{ID: "d", Caption: "numbers", Columns: []string{"x"}, Rows: [][]string{{"1"}}}}},
		Tables:   []Table{{ID: "t", Caption: "table", Columns: []string{"a", "b"}, Rows: [][]string{{"head", "cell"}}}}, List: []string{"item"},
	}}}
	if err := Write(&b, d); err != nil {
		t.Fatal(err)
	}
	rest := b.String()
	for _, want := range []string{
		"<title>T &amp; U</title>", `href="#first"`, "N.", "<h2", "<p>text</p>", "<dt>word</dt>", "<p>own</p>", "<figcaption>caption</figcaption>",
		`<path class="bar f0" d="M1 2h3v4h-3Z"/>`, "&lt;five&gt;", "<figcaption>figure</figcaption>", "numbers", "table</caption>", "<td>cell</td>", "<li>item</li>", "</html>",
	} {
		_, after, ok := strings.Cut(rest, want)
		if !ok {
			t.Fatalf("no %q, or not after what should stand above it:\n%s", want, b.String())
		}
		rest = after
	}
}

func TestDocumentRefuses(t *testing.T) {
	if err := Write(io.Discard, Document{Title: "T"}); err == nil || !strings.Contains(err.Error(), "no section") {
		t.Errorf("error is %v", err)
	}
	full := errors.New("disk is full")
	if err := Write(failing{full}, Document{Sections: []Section{{ID: "a"}}}); !errors.Is(err, full) {
		t.Errorf("error is %v, want %v", err, full)
	}
	for _, text := range []string{"{{", "{{.Missing}}"} {
		if _, err := Render(text, struct{}{}); err == nil || !strings.HasPrefix(err.Error(), "page: ") {
			t.Errorf("template %q: error is %v", text, err)
		}
	}
	if got, err := Render("{{.}}", "a<b"); err != nil || got != template.HTML("a&lt;b") {
		t.Errorf("rendered %q (%v)", got, err)
	}
}

type failing struct{ err error }

func (f failing) Write([]byte) (int, error) { return 0, f.err }

func TestDataURL(t *testing.T) {
	var asPNG, asJPEG bytes.Buffer
	im := image.NewGray(image.Rect(0, 0, 3, 2))
	if err := errors.Join(png.Encode(&asPNG, im), jpeg.Encode(&asJPEG, im, nil)); err != nil {
		t.Fatal(err)
	}
	for want, b := range map[string][]byte{"data:image/png;base64,": asPNG.Bytes(), "data:image/jpeg;base64,": asJPEG.Bytes()} {
		if url, err := DataURL(b); err != nil || !strings.HasPrefix(string(url), want) {
			t.Errorf("%.40s (%v), want %s", url, err, want)
		}
	}
	for want, b := range map[string][]byte{"not a PNG": []byte("GIF89a"), "not a JPEG": asJPEG.Bytes()[:4]} {
		if _, err := DataURL(b); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error is %v, want %q", err, want)
		}
	}
}
