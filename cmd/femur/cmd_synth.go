package main

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"femur/internal/synth"
	"femur/internal/view"
)

// SynthOptions are the flags of femur synth.
type SynthOptions struct {
	Patients int
	AFF      float64
	Scale    float64
	Seed     uint64
	Format   string
}

// AddFlags adds the flags to the command.
func (o *SynthOptions) AddFlags(cmd *cobra.Command) {
	f := cmd.Flags()
	f.IntVar(&o.Patients, "patients", 24, "number of patients")
	f.Float64Var(&o.AFF, "aff", 0.2, "share of patients with an atypical fracture")
	f.Float64Var(&o.Scale, "scale", 0.25, "size of the radiographs; 1 is that of real ones, six megapixels")
	f.Uint64Var(&o.Seed, "seed", 1, "decides everything that is drawn")
	f.StringVar(&o.Format, "format", "png", "png (16 bits), jpeg (8 bits) or dicom (as hospitals export them)")
}

func newSynthCommand(g *global) *cobra.Command {
	var opts SynthOptions
	cmd := &cobra.Command{
		Use:   "synth DIR",
		Short: "Write synthetic radiographs with known truth as ordinary files",
		Long: `Writes a synthetic cohort to DIR: radiographs of femurs with atypical and ordinary
fractures, annotations.csv (path, patient, label, x, y, spacing), and the same in the
form of Label Studio. The images are drawn, not taken of anyone. The same flags give
the same bytes.

With --format dicom the radiographs lie in folders by patient and study, without
extension, with a DICOMDIR: CR and DX, 12 to 16 bits, some MONOCHROME1, native, RLE or
lossless JPEG, the spacing calibrated, at the detector or unknown. Then annotations.csv
has path, label, x and y; the rest stands in the files.`,
		Example: `  femur synth cohort --patients 40
  femur init --from csv cohort
  femur synth archive --format dicom`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return runSynth(cmd.Context(), opts, g, args[0])
		},
	}
	opts.AddFlags(cmd)
	return cmd
}

func runSynth(ctx context.Context, opts SynthOptions, g *global, dir string) error {
	format, err := oneOf("format", opts.Format, synth.PNG16, synth.JPEG8, synth.DICOM)
	if err != nil {
		return err
	}
	cohort, err := synth.NewCohort(synth.Config{Patients: opts.Patients, AFF: opts.AFF, Scale: opts.Scale, Seed: opts.Seed})
	if err != nil {
		return &usageError{err: err}
	}
	total := len(cohort.Specs())
	var last time.Time
	wrote := func(done int) {
		if at := g.now(); !g.json && (at.Sub(last) > 2*time.Second || done == total) {
			last = at
			_, _ = fmt.Fprintf(g.err, "%d of %s\n", done, view.Count(total, "radiograph")) // stderr: an error has nowhere to go
		}
	}
	if err := cohort.WriteTo(ctx, dir, format, wrote); err != nil {
		return fmt.Errorf("synth: %w", err)
	}
	kind := "csv"
	if format == synth.DICOM {
		kind = "dicom"
	}
	return view.NewExport(g.stream()).Exported(view.Written{
		Path: dir, Folder: true, Files: total + 3, Bytes: folderSize(dir),
		Next: []string{"femur init --from " + kind + " " + dir, "femur -C " + dir + " run"},
	})
}
