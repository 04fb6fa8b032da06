package dag

import (
	"container/heap"
	"fmt"
	"slices"
)

// Order returns the nodes so that each stands after all that it reads from; among those that could
// stand next, the one added first. A binding to an unknown address is an error, a cycle a [*CycleError].
func (g *Graph) Order() ([]*Node, error) {
	index := make(map[Address]int, len(g.nodes))
	for i, n := range g.nodes {
		index[n.Address] = i
	}
	pending := make([]int, len(g.nodes))
	readers := make([][]int, len(g.nodes))
	var ready intHeap
	for i, n := range g.nodes {
		for _, a := range n.Upstream() {
			j, ok := index[a]
			if !ok {
				return nil, fmt.Errorf("stage %s reads from %s, which does not exist", n.Address, a)
			}
			pending[i]++
			readers[j] = append(readers[j], i)
		}
		if pending[i] == 0 {
			ready = append(ready, i)
		}
	}
	heap.Init(&ready)
	order := make([]*Node, 0, len(g.nodes))
	for ready.Len() > 0 {
		i := heap.Pop(&ready).(int)
		order = append(order, g.nodes[i])
		for _, j := range readers[i] {
			if pending[j]--; pending[j] == 0 {
				heap.Push(&ready, j)
			}
		}
	}
	if len(order) < len(g.nodes) {
		return nil, &CycleError{Path: g.findCycle(pending, index)}
	}
	return order, nil
}

// findCycle walks upstream among the nodes that could not be ordered. Each of them waits for another
// of them, so that the walk must come back to itself.
func (g *Graph) findCycle(pending []int, index map[Address]int) []Address {
	at := slices.IndexFunc(pending, func(p int) bool { return p > 0 })
	var walk []int
	for !slices.Contains(walk, at) {
		walk = append(walk, at)
		for _, a := range g.nodes[at].Upstream() {
			if pending[index[a]] > 0 {
				at = index[a]
				break
			}
		}
	}
	walk = append(walk[slices.Index(walk, at):], at)
	slices.Reverse(walk) // so that each stands before the one that reads it
	path := make([]Address, len(walk))
	for i, w := range walk {
		path[i] = g.nodes[w].Address
	}
	return path
}

// postOrder numbers nodes depth first from the sinks, in the order of the slice, so that working by
// number finishes one result before it opens the next.
func postOrder(order []*Node) map[Address]int {
	byAddress := make(map[Address]*Node, len(order))
	read := map[Address]bool{}
	for _, n := range order {
		byAddress[n.Address] = n
		for _, a := range n.Upstream() {
			read[a] = true
		}
	}
	number := make(map[Address]int, len(order))
	var visit func(n *Node)
	visit = func(n *Node) {
		if _, ok := number[n.Address]; ok {
			return
		}
		for _, a := range n.Upstream() {
			if u := byAddress[a]; u != nil {
				visit(u)
			}
		}
		number[n.Address] = len(number)
	}
	for _, n := range order {
		if !read[n.Address] {
			visit(n)
		}
	}
	return number
}

type intHeap []int

func (h intHeap) Len() int           { return len(h) }
func (h intHeap) Less(i, j int) bool { return h[i] < h[j] }
func (h intHeap) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }
func (h *intHeap) Push(x any)        { *h = append(*h, x.(int)) }
func (h *intHeap) Pop() any {
	old := *h
	x := old[len(old)-1]
	*h = old[:len(old)-1]
	return x
}
