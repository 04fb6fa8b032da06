package main

import (
	"fmt"
	"math"
	"os"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// machine is what was measured on, and when.
type machine struct {
	Date     string `json:"date"`
	CPU      string `json:"cpu"`
	Cores    int    `json:"cores"`
	Memory   int64  `json:"memory_bytes,omitempty"` // 0 where the system does not tell
	Platform string `json:"platform"`
	Go       string `json:"go"`
	Backend  string `json:"backend"`
	// Others is the number of cores that other processes, or other machines on the same host, used meanwhile;
	// nil where the system does not tell.
	Others *float64 `json:"others_cores,omitempty"`
}

// idleCores is how much others may use on a machine that counts as idle.
const idleCores = 0.1

func thisMachine() machine {
	m := machine{
		Date: time.Now().Format(time.DateOnly), CPU: "unknown CPU", Cores: runtime.NumCPU(),
		Platform: runtime.GOOS + "/" + runtime.GOARCH, Go: runtime.Version(),
	}
	if text, err := os.ReadFile("/proc/cpuinfo"); err == nil {
		m.CPU = field(string(text), "model name", m.CPU)
	}
	if text, err := os.ReadFile("/proc/meminfo"); err == nil {
		number, _, _ := strings.Cut(field(string(text), "MemTotal", ""), " ")
		if kib, err := strconv.ParseInt(number, 10, 64); err == nil {
			m.Memory = kib << 10
		}
	}
	return m
}

// field is the value of the first line "name : value", or another text.
func field(text, name, otherwise string) string {
	for line := range strings.Lines(text) {
		key, value, ok := strings.Cut(line, ":")
		if ok && strings.TrimSpace(key) == name {
			return strings.TrimSpace(value)
		}
	}
	return otherwise
}

// String is one paragraph for the document.
func (m machine) String() string {
	text := fmt.Sprintf("Measured %s on %s, %s", m.Date, m.CPU, count(m.Cores, "core"))
	if m.Memory > 0 {
		text += ", " + memory.format(float64(m.Memory)) + " of memory"
	}
	text += fmt.Sprintf("; %s; %s, %s.", m.Backend, m.Go, m.Platform)
	switch {
	case m.Others == nil:
		return text + " What other processes used meanwhile is not known."
	case *m.Others > idleCores:
		return text + fmt.Sprintf(" **The machine was not idle**: other processes used %.2f of its cores meanwhile, "+
			"so that times are upper bounds.", *m.Others)
	}
	return text + " The machine was otherwise idle."
}

// A watch tells how much of the machine others used since it was started.
type watch struct {
	begin     time.Time
	busy, own float64 // CPU seconds
	known     bool
}

func startWatch() watch {
	busy, known := busySeconds()
	return watch{begin: time.Now(), busy: busy, own: ownSeconds(), known: known}
}

func (w watch) others() *float64 {
	busy, known := busySeconds()
	if !w.known || !known {
		return nil
	}
	n := max(0, (busy-w.busy)-(ownSeconds()-w.own)) / time.Since(w.begin).Seconds()
	n = math.Round(n*100) / 100
	return &n
}

// busySeconds is what all processors did since the system started.
func busySeconds() (float64, bool) {
	text, err := os.ReadFile("/proc/stat")
	if err != nil {
		return 0, false
	}
	return parseBusy(string(text))
}

// parseBusy sums the fields of the first line of /proc/stat but idle and iowait, and guest time, which user time
// contains. Steal, time that the host gave to others, is among them. The kernel counts in hundredths of a second.
func parseBusy(stat string) (float64, bool) {
	line, _, _ := strings.Cut(stat, "\n")
	fields := strings.Fields(line)
	if len(fields) < 9 || fields[0] != "cpu" {
		return 0, false
	}
	sum := 0.0
	for i, f := range fields[1:9] {
		ticks, err := strconv.ParseFloat(f, 64)
		if err != nil {
			return 0, false
		}
		if i != 3 && i != 4 {
			sum += ticks
		}
	}
	return sum / 100, true
}

// ownSeconds is what this process and all that it waited for used.
func ownSeconds() float64 {
	sum := 0.0
	for _, who := range []int{syscall.RUSAGE_SELF, syscall.RUSAGE_CHILDREN} {
		var u syscall.Rusage
		if syscall.Getrusage(who, &u) == nil {
			sum += time.Duration(u.Utime.Nano() + u.Stime.Nano()).Seconds()
		}
	}
	return sum
}
