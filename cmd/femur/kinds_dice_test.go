package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"

	"femur/cache"
	"femur/dag"
	"femur/internal/table"
	"femur/models/weights"
)

// dice is a kind that breaks the rule: what FEMUR_TEST_DICE says reaches its results, and no key. It scores texts one by
// one, and makes a table, a model and a page of all of them. The page alone is the same each time.
type dice struct{}

func (s *dice) Ports() (in, out []dag.Port) {
	return []dag.Port{{Name: "texts", Media: cache.MediaText, Many: true}}, []dag.Port{
		{Name: "scores", Media: cache.MediaScore, Many: true}, {Name: "table", Media: cache.MediaParquet},
		{Name: "model", Media: cache.MediaModel}, {Name: "page", Media: cache.MediaHTML},
	}
}

func (s *dice) Describe(*cache.Recipe) {}

func (s *dice) MapOver() string { return "texts" }

// thrown is what the stage should not know.
func (s *dice) thrown(ctx context.Context) (int, error) {
	switch text := os.Getenv("FEMUR_TEST_DICE"); text {
	case "":
		return 0, nil
	case "fail":
		return 0, errors.New("the dice fell off the table")
	case "wait":
		<-ctx.Done()
		return 0, context.Cause(ctx)
	default:
		return strconv.Atoi(text)
	}
}

func (s *dice) Run(ctx context.Context, t dag.Task) error {
	for item, err := range t.Items("texts") {
		if err != nil {
			return err
		}
		n, err := s.thrown(ctx)
		if err != nil {
			return err
		}
		if item.ID == "ann_1.txt" {
			n = 0
		}
		if err := dag.WriteBytes(t, "scores", cache.ItemRef{ID: item.ID, Patient: item.Patient}, fmt.Appendf(nil, `{"aff":%d,"bytes":%d}`, n, item.Size)); err != nil {
			return err
		}
	}
	return nil
}

type diceRow struct {
	Image string  `parquet:"image"`
	Score float64 `parquet:"score"`
}

func (s *dice) Collect(ctx context.Context, t dag.Task) error {
	n, err := s.thrown(ctx)
	if err != nil {
		return err
	}
	var rows []diceRow
	for item, err := range t.Items("scores") {
		if err != nil {
			return err
		}
		rows = append(rows, diceRow{string(item.ID), 0.5})
	}
	rows[len(rows)-1].Score += float64(n) / 1e9
	if err := dag.Write(t, "table", cache.ItemRef{}, func(w io.Writer) error { return table.Write(w, rows) }); err != nil {
		return err
	}
	model := weights.File{Tensors: []weights.Tensor{
		{Name: "body.weights", Shape: []int{2, 2}, Data: []float32{1, 2, 3, 4}},
		{Name: "head.bias", Shape: []int{2}, Data: []float32{1, 1 + float32(n)/8}},
	}}
	if err := dag.Write(t, "model", cache.ItemRef{}, func(w io.Writer) error { return weights.Encode(w, model) }); err != nil {
		return err
	}
	return dag.WriteBytes(t, "page", cache.ItemRef{}, []byte("<h1>Dice</h1>\n"))
}
