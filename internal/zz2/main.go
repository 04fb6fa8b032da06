package main

import (
	"fmt"
	"os"
	"time"

	"femur/internal/compute"
	"femur/internal/pipeline"
	"femur/models/fit"
	"femur/stages"
	"femur/models/backend"
)

func main() {
	sh := &compute.Shared{Programs: fit.NewPrograms(backend.NewDevice(backend.Options{})), Inputs: &compute.Inputs{}}
	t0 := time.Now()
	p, d := pipeline.Load(pipeline.Options{File: os.Args[1]}, stages.Kinds(sh))
	fmt.Println(time.Since(t0))
	for _, x := range d { fmt.Printf("%+v\n", x) }
	if p == nil { return }
	for _, n := range p.Graph.Nodes() { fmt.Println(n.Address, n.Inputs) }
}
