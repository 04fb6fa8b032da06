package table

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"femur/cache"
	"femur/dag"
	"femur/dag/stagetest"
)

// ports is a stage that a task can be made for.
type ports struct{ dag.Stage }

func (ports) Ports() (in, out []dag.Port) { return nil, []dag.Port{{Name: "table"}} }

type word struct {
	ID   string `parquet:"id"`
	Text string `parquet:"text"`
}

func TestCollectMakesARowOfEachItem(t *testing.T) {
	task := stagetest.New(ports{})
	for _, id := range []cache.ItemID{"c", "a", "b"} {
		task.Add("words", cache.MediaJSON, id, "", []byte("text of "+id))
	}
	decode := func(b []byte) (string, error) { return string(b), nil }
	row := func(it cache.Item, text string) word { return word{string(it.ID), text} }
	if err := Collect(task, "words", "table", decode, row); err != nil {
		t.Fatal(err)
	}
	got, err := Read[word](task.One("table"))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]word{{"a", "text of a"}, {"b", "text of b"}, {"c", "text of c"}}, got); diff != "" {
		t.Errorf("rows (-want +got):\n%s", diff)
	}

	broken := errors.New("broken")
	decode = func(b []byte) (string, error) {
		if strings.HasSuffix(string(b), "b") {
			return "", broken
		}
		return "", nil
	}
	if _, err := Rows(task, "words", decode, row); !errors.Is(err, broken) || fmt.Sprint(err) != "b: broken" {
		t.Errorf("error is %v, want it to name b", err)
	}
}
