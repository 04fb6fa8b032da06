package main

import (
	"context"
	"fmt"
	"math"
	"os"
	"runtime"
	"sort"
	"strconv"
	"sync"
	"time"

	"femur/internal/geom"
	"femur/internal/radiograph"
	"femur/internal/synth"
	"femur/models/backend"
	"femur/models/classifier"
	"femur/models/fit"
	"femur/models/localizer"
)

func main() {
	patients, _ := strconv.Atoi(os.Args[1])
	scale, _ := strconv.ParseFloat(os.Args[2], 64)
	size, _ := strconv.Atoi(os.Args[3])
	what := os.Args[4]
	model := os.Args[5]
	epochs, _ := strconv.Atoi(os.Args[6])
	lr, _ := strconv.ParseFloat(os.Args[7], 64)
	ctx := context.Background()
	t0 := time.Now()
	co, err := synth.NewCohort(synth.Config{Patients: patients, AFF: 0.4, Scale: scale, Seed: 1})
	if err != nil { panic(err) }
	specs := co.Specs()
	ims := make([]radiograph.Image, len(specs))
	var wg sync.WaitGroup
	sem := make(chan int, runtime.NumCPU())
	px := 0
	for i := range specs {
		wg.Add(1); sem <- 1
		go func() { defer wg.Done(); defer func() { <-sem }(); im, err := co.Render(specs[i]); if err != nil { panic(err) }; ims[i] = im }()
	}
	wg.Wait()
	for _, im := range ims { px += len(im.Pix) }
	fmt.Printf("%d images, %.1f MP, render %.1fs\n", len(ims), float64(px)/1e6, time.Since(t0).Seconds())
	// split by patient: last quarter test
	pts := map[string]int{}
	for _, s := range specs { if _, ok := pts[s.Patient]; !ok { pts[s.Patient] = len(pts) } }
	part := func(s synth.Spec) int { k := pts[s.Patient] % 4; if k == 3 { return 2 }; if pts[s.Patient]%12 == 0 { return 1 }; if k == 2 && len(os.Args) > 8 { return 3 }; return 0 }
	dev := backend.NewDevice(backend.Options{AllowInstall: true})
	programs := fit.NewPrograms(dev)
	t0 = time.Now()
	if what == "loc" {
		cfg := localizer.Defaults(); cfg.Model = model; cfg.Size = size; cfg.Plan.Epochs = epochs; cfg.Plan.LearningRate = lr
		var sets [4][]localizer.Example
		var boxes []geom.Letterbox; var tests []synth.Spec; var imgs [][]uint16
		var mx, my, n float64
		for i, s := range specs {
			b, box := radiograph.Letterboxed(ims[i], size)
			c := box.ToInput(s.Center)
			p := part(s)
			sets[p] = append(sets[p], localizer.Example{Pixels: b.Pix, CenterX: float32(c.X), CenterY: float32(c.Y)})
			if p == 2 { boxes = append(boxes, box); tests = append(tests, s); imgs = append(imgs, b.Pix) } else { mx += s.Center.X / float64(s.Width); my += s.Center.Y / float64(s.Height); n++ }
		}
		last := time.Now()
		m, curve, err := localizer.Train(ctx, programs, cfg, sets[0], sets[1], 7, func(p fit.Progress) { if p.Step == 1 { fmt.Printf("first step %.1fs\n", time.Since(t0).Seconds()); last = time.Now() } })
		if err != nil { panic(err) }
		fmt.Printf("train %d val %d: %.1fs after compile, best %d\n", len(sets[0]), len(sets[1]), time.Since(last).Seconds(), curve.Best)
		for _, p := range curve.Points { if p.Epoch%5 == 0 { fmt.Printf("  ep %d loss %.4f val %.4f med %.2f\n", p.Epoch, p.TrainLoss, p.ValidationLoss, p.Metric) } }
		t0 = time.Now()
		pr, err := m.Predict(ctx, programs, imgs)
		if err != nil { panic(err) }
		var errs, consts []float64
		for i, p := range pr {
			q := boxes[i].ToRadiograph(geom.Point{X: float64(p.X), Y: float64(p.Y)})
			mm := float64(tests[i].Pitch)
			errs = append(errs, q.Distance(tests[i].Center)*mm)
			consts = append(consts, geom.Point{X: mx / n * float64(tests[i].Width), Y: my / n * float64(tests[i].Height)}.Distance(tests[i].Center)*mm)
		}
		sort.Float64s(errs); sort.Float64s(consts)
		fmt.Printf("test %d median %.1f mm p90 %.1f; const %.1f mm; ratio %.2f; predict %.1fs\n", len(errs), errs[len(errs)/2], errs[len(errs)*9/10], consts[len(consts)/2], errs[len(errs)/2]/consts[len(consts)/2], time.Since(t0).Seconds())
		return
	}
	cfg := classifier.Defaults(); cfg.Model = model; cfg.Size = size; cfg.Plan.Epochs = epochs; cfg.Plan.LearningRate = lr
	var sets [4][]classifier.Example
	var imgs [][]uint16; var lab []bool
	for i, s := range specs {
		var pix []uint16
		switch what {
		case "whole": b, _ := radiograph.Letterboxed(ims[i], size); pix = b.Pix
		default:
			jit := 0.0
			if what == "jitter" { jit = 10 / float64(s.Pitch) }
			c := s.Center; c.X += jit * math.Sin(float64(i)); c.Y += jit * math.Cos(float64(3*i))
			w, _ := geom.WindowPX(c, size); b := radiograph.Crop(ims[i], w, size); pix = b.Pix
		}
		p := part(s)
		sets[p] = append(sets[p], classifier.Example{Pixels: pix, Positive: s.Label == synth.AFF})
		if p == 2 { imgs = append(imgs, pix); lab = append(lab, s.Label == synth.AFF) }
	}
	last := time.Now()
	m, curve, err := classifier.Train(ctx, programs, cfg, sets[0], sets[1], 7, func(p fit.Progress) { if p.Step == 1 { fmt.Printf("first step %.1fs\n", time.Since(t0).Seconds()); last = time.Now() } })
	if err != nil { panic(err) }
	fmt.Printf("train %d val %d: %.1fs after compile, best %d\n", len(sets[0]), len(sets[1]), time.Since(last).Seconds(), curve.Best)
	for _, p := range curve.Points { if p.Epoch%5 == 0 { fmt.Printf("  ep %d loss %.4f val %.4f\n", p.Epoch, p.TrainLoss, p.ValidationLoss) } }
	sc, err := m.Predict(ctx, programs, imgs)
	if err != nil { panic(err) }
	var win, tot float64
	for i := range sc { for j := range sc { if lab[i] && !lab[j] { tot++; if sc[i].Logit > sc[j].Logit { win++ } else if sc[i].Logit == sc[j].Logit { win += .5 } } } }
	fmt.Printf("test %d AUROC %.3f\n", len(sc), win/tot)
}
