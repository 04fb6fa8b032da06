package main

import (
	"os"
	"runtime"
	"testing"
	"time"
)

func TestParseHeld(t *testing.T) {
	const status = "Name:\tfemur\nVmHWM:\t  836576 kB\nVmRSS:\t  810580 kB\nRssAnon:\t  172584 kB\nRssFile:\t  637996 kB\nRssShmem:\t      16 kB\n"
	if got := parseHeld(status); got != 172600<<10 {
		t.Errorf("%d KiB are held", got>>10)
	}
	if got := parseHeld("Name:\tkthreadd\n"); got != 0 {
		t.Errorf("%d bytes of a process without memory", got)
	}
}

func TestSampleHeld(t *testing.T) {
	if _, err := os.Stat("/proc/self/status"); err != nil {
		t.Skip("the system has no /proc")
	}
	stop := sampleHeld(os.Getpid())
	block := make([]byte, 96<<20)
	for i := range block {
		block[i] = byte(i)
	}
	time.Sleep(10 * sampleEvery)
	if got := stop(); got < 96<<20 {
		t.Errorf("%d MiB while 96 are in use", got>>20)
	}
	runtime.KeepAlive(block)
}
