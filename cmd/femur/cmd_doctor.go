package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"

	"github.com/spf13/cobra"

	"femur/cache/badgerstore"
	"femur/internal/pseudonym"
	"femur/internal/view"
	"femur/models/backend"
)

func newDoctorCommand(g *global) *cobra.Command {
	return &cobra.Command{
		Use:   "doctor",
		Short: "Show what computes here and why, the cache, and the settings",
		Long: `Shows which backend computes, from where, with which devices, and why not a better
one; the state of the cache; and every setting of the tool with its origin.
Nothing is downloaded and nothing is changed.`,
		Example: `  femur doctor
  femur doctor --backend xla:cuda`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return runDoctor(cmd.Context(), g)
		},
	}
}

func runDoctor(ctx context.Context, g *global) (err error) {
	c := view.Checkup{
		Femur: version(), Go: runtime.Version(), Platform: runtime.GOOS + "/" + runtime.GOARCH, Cores: runtime.NumCPU(),
		Modules: modules(), Backend: g.backendInfo(ctx),
	}
	if c.Cache, err = g.cacheInfo(ctx); err != nil {
		return err
	}
	for _, o := range g.settings.Origins {
		value := o.Value
		switch {
		case value != "":
		case o.Name == "cache":
			value = g.cacheDir()
		case o.Name == "key_file":
			if file, err := pseudonym.DefaultKeyFile(); err == nil {
				value = file
			}
		}
		c.Settings = append(c.Settings, view.Setting{Name: o.Name, Value: value, From: o.From})
	}
	if err := view.NewDoctor(g.stream()).Doctor(c); err != nil {
		return err
	}
	if c.Backend.Error != "" {
		return fmt.Errorf("nothing can compute: %s", c.Backend.Error)
	}
	return nil
}

// modules lists the versions that matter when results are compared or faults are reported.
func modules() []view.Named {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return nil
	}
	wanted := []string{"github.com/gomlx/gomlx", "github.com/gomlx/go-xla", "github.com/gomlx/compute", "github.com/dgraph-io/badger/v4"}
	var list []view.Named
	for _, m := range info.Deps {
		if slices.Contains(wanted, m.Path) {
			list = append(list, view.Named{Name: m.Path, Value: m.Version})
		}
	}
	return list
}

// backendInfo opens what computes, without downloading anything, and describes it.
func (g *global) backendInfo(ctx context.Context) view.BackendInfo {
	opts := g.backendOptions()
	opts.AllowInstall = false
	device := backend.NewDevice(opts)
	engine, err := device.Engine(ctx)
	if err != nil {
		info := view.BackendInfo{Choice: opts.Choice, Error: err.Error(), Devices: []string{}}
		if all, err := backend.List(ctx, opts); err == nil {
			info.Candidates = candidates(all)
		}
		return info
	}
	d := engine.Describe()
	info := view.BackendInfo{
		Backend: d.Backend, Choice: d.Choice, Source: d.Source, Plugin: d.Plugin, PluginAPI: d.PluginAPI,
		SHA256: d.PluginDigest(), Devices: d.Devices, Candidates: candidates(d.Considered),
	}
	if info.Devices == nil {
		info.Devices = []string{}
	}
	if err := device.Close(); err != nil {
		g.log.Debug("backend", "error", err)
	}
	return info
}

func candidates(all []backend.Candidate) []view.Candidate {
	list := make([]view.Candidate, len(all))
	for i, c := range all {
		list[i] = view.Candidate{Name: c.Name, Kind: string(c.Kind), Path: c.Path, Status: string(c.Status), WhyNot: c.WhyNot}
	}
	return list
}

// cacheInfo looks at the cache without waiting for who uses it.
func (g *global) cacheInfo(ctx context.Context) (info view.CacheInfo, err error) {
	info = view.CacheInfo{Dir: g.cacheDir(), State: "none yet; the first run makes it"}
	if !g.haveCache() {
		return info, nil
	}
	info.Bytes = folderSize(info.Dir)
	runs, err := g.runs().List()
	if err != nil {
		return info, err
	}
	info.Runs = len(runs)
	store, err := g.openToRead()
	var locked *badgerstore.LockedError
	switch {
	case errors.As(err, &locked):
		info.State = fmt.Sprintf("in use by process %d on %s since %s", locked.Holder.PID, locked.Holder.Host, locked.Holder.Since.Format("15:04:05"))
		return info, nil
	case err != nil:
		info.State = "cannot be opened: " + err.Error()
		return info, nil
	}
	defer closing(&err, store)
	info.State = "ok"
	for _, err := range store.Addresses(ctx) {
		if err != nil {
			return info, err
		}
		info.Stages++
	}
	return info, nil
}

// folderSize adds up the files below a folder; what cannot be read counts nothing.
func folderSize(dir string) (total int64) {
	walk := func(_ string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return nil
		}
		if info, err := d.Info(); err == nil {
			total += info.Size()
		}
		return nil
	}
	if err := filepath.WalkDir(dir, walk); err != nil {
		return 0
	}
	return total
}
