package main

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/google/renameio/v2"
	"github.com/spf13/cobra"

	"femur/internal/view"
)

// InitOptions are the flags of femur init.
type InitOptions struct {
	From  string
	Force bool
}

// AddFlags adds the flags to the command.
func (o *InitOptions) AddFlags(cmd *cobra.Command) {
	cmd.Flags().StringVar(&o.From, "from", string(fromSynthetic), "what the images are: synthetic, folder, csv, label-studio or coco")
	cmd.Flags().BoolVar(&o.Force, "force", false, "replace a pipeline that is there")
}

func newInitCommand(g *global) *cobra.Command {
	var opts InitOptions
	cmd := &cobra.Command{
		Use:   "init [DIR]",
		Short: "Write a pipeline for your data",
		Long: `Writes pipeline.hcl into DIR (default: here), ready for femur validate:

  synthetic     radiographs that femur draws itself; runs as it stands
  folder        a folder of images: annotations.csv is written with a line for
                each, for you to fill in
  csv           annotations.csv with path, patient, label, x, y, spacing
  label-studio  label-studio.json with x and y in percent, patients by file name
  coco          coco.json with boxes, and dataset.csv with a label for each image

The file names are variables at the top of the pipeline; change them there.`,
		Example: `  femur init study
  femur init --from csv
  femur init --from folder /srv/radiographs`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return runInit(cmd.Context(), opts, g, args)
		},
	}
	opts.AddFlags(cmd)
	return cmd
}

func runInit(_ context.Context, opts InitOptions, g *global, args []string) error {
	from, err := oneOf("from", opts.From, fromSynthetic, fromFolder, fromCSV, fromLabelStudio, fromCOCO)
	if err != nil {
		return err
	}
	dir := "."
	if len(args) == 1 {
		dir = args[0]
	}
	path := filepath.Join(dir, g.settings.File)
	if filepath.IsAbs(g.settings.File) {
		path = g.settings.File
	}
	if _, err := os.Stat(path); err == nil && !opts.Force {
		return &usageError{err: fmt.Errorf("%s is there already", path), hint: "Give another folder, or --force to replace it."}
	}
	w := view.Written{Path: path, Files: 1}
	var table []byte
	if from == fromFolder {
		if table, err = annotationTable(dir); err != nil {
			return err
		}
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return fmt.Errorf("init: %w", err)
	}
	if table != nil {
		w.Next = append(w.Next, "fill in "+filepath.Join(dir, annotationsFile)+": patient, label, x, y (pixels from the top left)")
		if err := renameio.WriteFile(filepath.Join(dir, annotationsFile), table, 0o644); err != nil {
			return fmt.Errorf("init: %w", err)
		}
		w.Files++
	}
	text := []byte(template(from))
	if err := renameio.WriteFile(path, text, 0o644); err != nil {
		return fmt.Errorf("init: %w", err)
	}
	w.Bytes = int64(len(text))
	command := "femur "
	if dir != "." {
		command += "-C " + dir + " "
	}
	w.Next = append(w.Next, command+"plan", command+"run")
	return view.NewExport(g.stream()).Exported(w)
}

// annotationTable lists the images below a folder, for the user to fill in the rest; one that was
// written before is left alone.
func annotationTable(dir string) ([]byte, error) {
	if _, err := os.Stat(filepath.Join(dir, annotationsFile)); err == nil {
		return nil, nil
	}
	var images []string
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if strings.HasPrefix(d.Name(), ".") && path != dir {
			if d.IsDir() {
				return fs.SkipDir
			}
			return nil
		}
		if ext := strings.ToLower(filepath.Ext(path)); d.Type().IsRegular() && slices.Contains([]string{".png", ".jpg", ".jpeg"}, ext) {
			name, err := filepath.Rel(dir, path)
			if err != nil {
				return err
			}
			images = append(images, filepath.ToSlash(name))
		}
		return nil
	})
	if errors.Is(err, fs.ErrNotExist) {
		return nil, usagef("init: there is no folder %s", dir)
	}
	if err != nil {
		return nil, fmt.Errorf("init: %w", err)
	}
	if len(images) == 0 {
		return nil, &usageError{err: fmt.Errorf("init: no PNG or JPEG images below %s", dir), hint: "Name the folder with the images: femur init --from folder DIR."}
	}
	var b bytes.Buffer
	table := csv.NewWriter(&b)
	rows := [][]string{{"path", "patient", "label", "x", "y", "spacing"}}
	for _, name := range images {
		rows = append(rows, []string{name, "", "", "", "", ""})
	}
	if err := table.WriteAll(rows); err != nil {
		return nil, fmt.Errorf("init: %w", err)
	}
	return b.Bytes(), nil
}
