package main

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"
)

// sampleEvery is short against the time that a radiograph is in memory while it is decoded and compressed.
const sampleEvery = 20 * time.Millisecond

// sampleHeld begins to watch how much memory a process holds that is not of files. stop ends it and returns the most
// that was seen, 0 where the system does not tell.
func sampleHeld(pid int) (stop func() int64) {
	done, result := make(chan struct{}), make(chan int64)
	go func() {
		ticks := time.NewTicker(sampleEvery)
		defer ticks.Stop()
		most := int64(0)
		for {
			select {
			case <-done:
				result <- most
				return
			case <-ticks.C:
				if text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid)); err == nil {
					most = max(most, parseHeld(string(text)))
				}
			}
		}
	}()
	return func() int64 {
		close(done)
		return <-result
	}
}

// parseHeld adds up what /proc/PID/status gives as anonymous and shared memory.
func parseHeld(status string) int64 {
	sum := int64(0)
	for _, name := range []string{"RssAnon", "RssShmem"} {
		number, _, _ := strings.Cut(field(status, name, ""), " ")
		if kib, err := strconv.ParseInt(number, 10, 64); err == nil {
			sum += kib << 10
		}
	}
	return sum
}
