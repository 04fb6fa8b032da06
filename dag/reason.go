package dag

import "femur/cache"

// A Component is the part of a node that made it run. The list is closed (it is part of the JSON).
type Component string

// The components, in the order in which reasons are listed.
const (
	ComponentNeverRan      Component = "never-ran"
	ComponentCode          Component = "code"
	ComponentParams        Component = "params"
	ComponentInput         Component = "input"
	ComponentSource        Component = "source"
	ComponentEnvironment   Component = "environment"
	ComponentForced        Component = "forced"
	ComponentMissingOutput Component = "missing-output"
	ComponentCorrupt       Component = "corrupt"
)

// A Reason is one cause for a node to run, or to be undecided. All of them are kept, not the first.
type Reason struct {
	Component Component
	Change    cache.Change // Label is the subject; Old and New as far as they are known
	Text      string       // one line for people: "params.learning_rate 0.001 → 0.0003"
	Items     []string     // of an input or a source with many items: "+ added", "~ changed", "- removed"
}

// A State is what will happen to a node.
type State string

// The states.
const (
	Hit     State = "hit"     // its result is in the cache
	Run     State = "run"     // it will execute
	Depends State = "depends" // decided when its inputs are known
)
