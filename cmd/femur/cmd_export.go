package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"femur/internal/view"
)

// ExportOptions are the flags of femur export.
type ExportOptions struct {
	Item  string
	Force bool
	Raw   bool
}

// AddFlags adds the flags to the command.
func (o *ExportOptions) AddFlags(cmd *cobra.Command) {
	cmd.Flags().StringVar(&o.Item, "item", "", "one item of a manifest, by its `ID`")
	cmd.Flags().BoolVar(&o.Force, "force", false, "replace what is at DEST")
	cmd.Flags().BoolVar(&o.Raw, "raw", false, "write the bytes as they are stored (radiographs are not made PNG)")
}

func newExportCommand(g *global) *cobra.Command {
	var opts ExportOptions
	cmd := &cobra.Command{
		Use:   "export ARTIFACT DEST",
		Short: "Write an artifact out as ordinary files",
		Long: `Writes an artifact to DEST: one artifact as a file, one of many items as a folder
with a file for each item and items.csv, which says whose each file is. Radiographs
become 16-bit PNG files. DEST may be a folder that is there already (it ends in /),
for a file of the artifact's own name. What is there is not replaced without
--force, and nothing is left half-written.`,
		Example: `  femur export compare.main.report report.html
  femur export ingest.cohort.radiographs radiographs/
  femur export ingest.cohort.radiographs one.png \
    --item patient_100_CONTROL_class_1_modality_CR_scanoccasion_0_imagenumber_2`,
		Args: cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			return runExport(cmd.Context(), opts, g, args[0], args[1])
		},
	}
	opts.AddFlags(cmd)
	return cmd
}

func runExport(ctx context.Context, opts ExportOptions, g *global, name, dest string) (err error) {
	store, err := g.openToRead()
	if err != nil {
		return err
	}
	defer closing(&err, store)
	f, err := findArtifact(ctx, store, name)
	if err != nil {
		return err
	}
	if opts.Item != "" {
		if f, err = f.member(ctx, store, opts.Item); err != nil {
			return err
		}
	}
	e := exporter{store: store, raw: opts.Raw}
	dest = e.destination(f, dest)
	if err := free(dest, opts.Force); err != nil {
		return err
	}
	write := e.file
	if f.Many {
		write = e.folder
	}
	w, err := write(ctx, f, dest)
	if err != nil {
		return fmt.Errorf("export %s: %w", f.Name, err)
	}
	return view.NewExport(g.stream()).Exported(w)
}

// destination completes a destination that is a folder by the artifact's own name; a manifest
// becomes that folder itself unless it is there already.
func (e exporter) destination(f found, dest string) string {
	info, err := os.Stat(dest)
	isFolder := err == nil && info.IsDir()
	if f.Many {
		return filepath.Clean(dest)
	}
	if isFolder || strings.HasSuffix(dest, "/") {
		name := f.Output.Name
		if f.Item.ID != "" {
			name = fileName(string(f.Item.ID))
		}
		return filepath.Join(dest, name+e.extension(f.Media))
	}
	return dest
}

// free reports whether something may be written at a path.
func free(path string, force bool) error {
	info, err := os.Lstat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return fmt.Errorf("export: %w", err)
	case info.IsDir():
		if entries, err := os.ReadDir(path); err == nil && len(entries) == 0 {
			return nil
		}
	}
	if !force {
		return &usageError{err: fmt.Errorf("%s is there already", path), hint: "Give another destination, or --force to replace it."}
	}
	return nil
}
