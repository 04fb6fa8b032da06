package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/google/renameio/v2"
	"github.com/spf13/cobra"

	"femur"
	"femur/internal/annotations"
	"femur/internal/sourceindex"
	"femur/internal/survey"
	"femur/internal/view"
)

// fromSynthetic is the kind of data that femur draws itself.
const fromSynthetic annotations.Kind = "synthetic"

// dataKinds are what --from takes.
func dataKinds() []annotations.Kind {
	return append([]annotations.Kind{fromSynthetic}, slices.Concat(survey.Kinds())...)
}

// InitOptions are the flags of femur init.
type InitOptions struct {
	From  string
	Label string
	Force bool
}

// AddFlags adds the flags to the command.
func (o *InitOptions) AddFlags(cmd *cobra.Command) {
	cmd.Flags().StringVar(&o.From, "from", "", "what the data are (default: what DIR looks like)")
	cmd.Flags().StringVar(&o.Label, "label", "", "coco: the `COLUMN` of a table beside the annotations that has the label")
	cmd.Flags().BoolVar(&o.Force, "force", false, "replace a pipeline that is there")
}

func newInitCommand(g *global) *cobra.Command {
	var opts InitOptions
	cmd := &cobra.Command{
		Use:   "init [--from KIND] [DIR]",
		Short: "Write a pipeline for your data",
		Long: `Looks at DIR (default: here), says what lies there, and writes pipeline.hcl for
it: its files, labels and patients filled in, and no stage that nothing could
learn from. Without --from, the kind is what DIR looks like:

  synthetic     radiographs that femur draws itself; where DIR holds no data
  csv, parquet  a table with path, patient, label, x, y
  label-studio  an export of Label Studio, or column → row → value
  coco          boxes or polygons in JSON, with a table of labels beside them
  voc           PASCAL VOC: an XML file for each image
  yolo          images/ and labels/ with a text file for each image
  folder        images in folders named after their class, such as train/aff
  dicom         DICOM files, with a table of labels and centers beside them

Where nothing says what the images show, annotations.csv is written with a line
for each, for you to fill in.`,
		Example: `  femur init study
  femur init /srv/radiographs
  femur init --from coco --label hardware fracatlas`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return runInit(cmd.Context(), opts, g, args)
		},
	}
	opts.AddFlags(cmd)
	return cmd
}

func runInit(ctx context.Context, opts InitOptions, g *global, args []string) error {
	var from annotations.Kind
	if opts.From != "" {
		var err error
		if from, err = oneOf("from", opts.From, dataKinds()...); err != nil {
			return err
		}
	}
	dir := "."
	if len(args) == 1 {
		dir = args[0]
	}
	file := filepath.Join(dir, g.settings.File)
	if filepath.IsAbs(g.settings.File) {
		file = g.settings.File
	}
	if _, err := os.Stat(file); err == nil && !opts.Force {
		return &usageError{err: fmt.Errorf("%s is there already", file), hint: "Give another folder, or --force to replace it."}
	}
	w := view.Written{Path: file, Files: 1}
	text := femur.DefaultPipeline
	if from != fromSynthetic {
		f, err := lookAt(ctx, dir, survey.Ask{Kind: from, Label: opts.Label})
		if err != nil {
			return err
		}
		if f.Source.Kind != "" {
			if text, err = pipelineFor(f, dir, file); err != nil {
				return err
			}
			w.Found = foundModel(f)
			if f.Fill != nil {
				if err := writeFill(f.Fill, dir, &w); err != nil {
					return err
				}
			}
		}
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return fmt.Errorf("init: %w", err)
	}
	if err := renameio.WriteFile(file, []byte(text), 0o644); err != nil {
		return fmt.Errorf("init: %w", err)
	}
	w.Bytes = int64(len(text))
	command := "femur "
	if filepath.IsAbs(g.settings.File) {
		command += "-f " + file + " "
	} else if dir != "." {
		command += "-C " + dir + " "
	}
	w.Next = append(w.Next, command+"plan", command+"run")
	return view.NewExport(g.stream()).Exported(w)
}

// lookAt surveys a folder. A finding without a kind of source is that there is nothing, where no kind was asked for.
func lookAt(ctx context.Context, dir string, ask survey.Ask) (survey.Finding, error) {
	info, err := os.Stat(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist) && ask.Kind == "":
		return survey.Finding{}, nil
	case errors.Is(err, fs.ErrNotExist):
		return survey.Finding{}, usagef("init: there is no folder %s", dir)
	case err != nil:
		return survey.Finding{}, fmt.Errorf("init: %w", err)
	case !info.IsDir():
		return survey.Finding{}, &usageError{err: fmt.Errorf("init: %s is a file", dir), hint: "Name the folder that it lies in."}
	}
	f, err := survey.Look(ctx, sourceindex.New(dir, "", nil, nil), ask)
	if err != nil && ask.Kind == "" && f.Source.Kind == "" && f.Guessed {
		return survey.Finding{}, nil // nothing of ours lies there
	}
	if err != nil {
		return f, fmt.Errorf("init: %s: %w", dir, err)
	}
	if !f.Localizes() && !f.Classifies() {
		return f, &usageError{
			err:  fmt.Errorf("init: %s: there are neither centers of fractures nor two labels", dir),
			hint: "Nothing could be learned. Annotate centers, or name labels: a table, folders named after classes, or a pattern for names of files.",
		}
	}
	return f, nil
}

// pipelineFor writes paths relative to the pipeline, which need not lie in the folder that was looked at.
func pipelineFor(f survey.Finding, dir, file string) (string, error) {
	prefix := "."
	if filepath.Clean(dir) != filepath.Clean(filepath.Dir(file)) {
		base, err := filepath.Abs(filepath.Dir(file))
		if err != nil {
			return "", fmt.Errorf("init: %w", err)
		}
		data, err := filepath.Abs(dir)
		if err != nil {
			return "", fmt.Errorf("init: %w", err)
		}
		if prefix, err = filepath.Rel(base, data); err != nil {
			return "", fmt.Errorf("init: %w", err)
		}
	}
	return template(f, filepath.ToSlash(prefix)), nil
}

// writeFill writes the table to be filled in; one that was written before is left alone.
func writeFill(fill *survey.Fill, dir string, w *view.Written) error {
	name := filepath.Join(dir, fill.Name)
	if _, err := os.Stat(name); err == nil {
		return nil
	}
	if err := renameio.WriteFile(name, fill.Text, 0o644); err != nil {
		return fmt.Errorf("init: %w", err)
	}
	columns, _, _ := strings.Cut(string(fill.Text), "\n")
	w.Files++
	w.Next = append(w.Next, "fill in "+name+": "+strings.ReplaceAll(strings.TrimPrefix(columns, "path,"), ",", ", "))
	return nil
}
