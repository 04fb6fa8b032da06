package backend

import (
	"fmt"
	"os"
	"slices"
	"strings"
)

// prepareEnvironment sets the variables that a plugin reads once, while it is
// loaded. It never replaces what the user has set.
func prepareEnvironment(c Candidate) error {
	// 3 keeps XLA's information and warnings off standard error.
	if os.Getenv("TF_CPP_MIN_LOG_LEVEL") == "" {
		if err := os.Setenv("TF_CPP_MIN_LOG_LEVEL", "3"); err != nil {
			return fmt.Errorf("silence XLA: %w", err)
		}
	}
	if c.Kind != CUDA {
		return nil // XLA's CPU compiler is deterministic as it stands
	}
	flags := addFlag(os.Getenv("XLA_FLAGS"), "--xla_gpu_deterministic_ops", "true")
	if c.nvidiaLibraries != "" {
		flags = addFlag(flags, "--xla_gpu_cuda_data_dir", c.nvidiaLibraries)
	}
	if err := os.Setenv("XLA_FLAGS", flags); err != nil {
		return fmt.Errorf("set XLA's flags: %w", err)
	}
	// JAX's wheels keep NVIDIA's libraries where go-xla's check does not look.
	if c.nvidiaLibraries != "" && os.Getenv("GOPJRT_CUDA_CHECKS") == "" {
		if err := os.Setenv("GOPJRT_CUDA_CHECKS", "no"); err != nil {
			return fmt.Errorf("silence go-xla's driver check: %w", err)
		}
	}
	return nil
}

// addFlag adds a flag to XLA's flags unless it is set there.
func addFlag(flags, name, value string) string {
	for _, flag := range strings.Fields(flags) {
		if set, _, _ := strings.Cut(flag, "="); set == name {
			return flags
		}
	}
	return strings.TrimSpace(flags + " " + name + "=" + value)
}

// recordedFlags are the flags that may change a result: all but the one that holds a path.
func recordedFlags(flags string) string {
	kept := slices.DeleteFunc(strings.Fields(flags), func(flag string) bool {
		return strings.HasPrefix(flag, "--xla_gpu_cuda_data_dir=")
	})
	return strings.Join(kept, " ")
}
