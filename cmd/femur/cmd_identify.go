package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"femur/internal/pseudonym"
	"femur/internal/view"
)

func newIdentifyCommand(g *global) *cobra.Command {
	return &cobra.Command{
		Use:   "identify ID…",
		Short: "Show which file and patient stand behind a pseudonym",
		Long: `Shows the file and the patient behind the pseudonyms that a study uses in the
place of names (identifiers = "hashed", as with DICOM). The answer comes from the
private index beside your key (femur doctor shows where that is); the cache does
not know it. image:ID and patient:ID, as femur lineage writes them, are accepted.

What is printed names people. It is stored nowhere.`,
		Example: `  femur identify rtfbajgxlqftld7ob
  femur identify patient:psuqana3j5dnq3xgw --json`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return runIdentify(cmd.Context(), g, args)
		},
	}
}

func runIdentify(_ context.Context, g *global, args []string) error {
	known, err := pseudonym.OpenIdentities(g.settings.KeyFile)
	if err != nil {
		return err
	}
	var found view.Identities
	var faults []error
	for _, arg := range args {
		id := strings.TrimPrefix(strings.TrimPrefix(arg, "image:"), "patient:")
		if !pseudonym.IsPseudonym(id) {
			faults = append(faults, fmt.Errorf("%q is no pseudonym: r, p, s or i and 16 letters or digits", arg))
			continue
		}
		one, err := known.Find(id)
		if err != nil {
			faults = append(faults, err)
			continue
		}
		found.Identities = append(found.Identities, view.Identity{
			ID: one.ID, Kind: one.Purpose, Names: one.Names, Files: one.Files,
			Patient: one.Patient, PatientNames: one.PatientNames, Radiographs: one.Radiographs,
		})
	}
	if len(faults) > 0 {
		hint := "It is in the index of whoever made it: name the key file that was used with --key-file, or run femur plan where the files are."
		return &usageError{err: errors.Join(faults...), hint: hint}
	}
	return view.NewIdentify(g.stream()).Identify(found)
}
