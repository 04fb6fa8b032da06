package dag

import (
	"context"
	"fmt"
	"io"
	"iter"

	"github.com/hashicorp/go-hclog"

	"femur/cache"
)

// A Port is a named, typed input or output of a stage.
//
// The set of names must not depend on the stage's parameters, since a pipeline file is read before
// its parameters are decoded; Pick and Ignored may.
type Port struct {
	Name  string
	Doc   string      // one sentence for the reference
	Media cache.Media // of the artifact, or of every item when Many
	Many  bool        // a manifest of items; else one artifact

	// The rest is for inputs.

	Optional bool           // may be left unbound
	Ignored  bool           // accepted in the file but not read with these parameters: no dependency, no part of the key
	List     bool           // takes one artifact from each of several instances, as items named by the matrix values not shared
	Pick     []cache.ItemID // of a Many port, only these items count
	Within   string         // a port of [cache.MediaItemList] items that list which items of this port count
	From     string         // when unbound: the output of this port's name of the stage that attribute From refers to
	External bool           // filled by Sourced, not from a pipeline reference
}

// A Stage is one kind of work with its parameters. Its Run must depend on nothing but its parameters
// and what it reads through its Task.
type Stage interface {
	Ports() (in, out []Port)
	// Describe adds the stage's parameters to its recipe; dag adds code, inputs, sources and environment.
	Describe(r *cache.Recipe)
	Run(ctx context.Context, t Task) error
}

// The optional interfaces of a Stage.
type (
	// A Mapper works item by item. Run gets, at the port that MapOver names, only the items whose own
	// recipe (code, parameters, that item's inputs) is not in the cache, and creates the outputs of each
	// under the same id at every Many output port. Items are committed as they finish.
	Mapper interface{ MapOver() (port string) }
	// A Router is a Mapper each of whose items needs only some items of the other Many or List ports.
	// Route returns, for an item, port → ids it needs; ports left out count whole (or, for Many ports
	// that hold an item of the same id, that item). The function may read inputs through t.
	Router interface {
		Route(ctx context.Context, t Task) (func(cache.ItemID) map[string][]cache.ItemID, error)
	}
	// A Collector is a Mapper that makes its single outputs from all items, once they are complete.
	// t.Items of an own Many output port yields all items made, cached ones included.
	Collector interface {
		Collect(ctx context.Context, t Task) error
	}
	// A CollectDescriber is a Collector with parameters that Collect alone reads. They join the recipe of the
	// instance and not those of its items, so that changing one makes no item anew.
	CollectDescriber interface{ DescribeCollect(r *cache.Recipe) }
	// A Trainer's outputs carry the patients of the items at the port (after Pick and Within).
	Trainer interface{ LearnsFrom() (port string) }
	// An Accelerated stage takes the device slot; its backend is recorded as a fact.
	Accelerated interface {
		// Environment opens the device if need be and describes it.
		Environment(ctx context.Context) (map[string]string, error)
	}
	// A Chooser names the packages behind a registry that this instance uses ("models/backbone/vit").
	Chooser interface{ Chosen() (packages []string) }
	// A Seeded stage draws random numbers: the pipeline's seed joins its recipe.
	Seeded interface{ Seeded() bool }
	// A Checked stage validates its decoded parameters before anything runs.
	Checked interface{ Check() []Problem }
	// A Sourced stage reads what is outside the cache. Sources lists it; nothing else of it may be read.
	Sourced interface {
		Sources(ctx context.Context, files SourceFiles) ([]SourceItem, error)
	}
)

// A Task is all a running stage sees: no store, clock, environment or network. Its methods may be called
// from several goroutines.
type Task interface {
	// Items yields the items at an input port, sorted by id: of a Many port the manifest's (after Pick
	// and Within), of a List port one per instance (id: "fold=0"), of a single port one with an empty id.
	Items(port string) iter.Seq2[cache.Item, error]
	Open(a cache.Artifact) (cache.Blob, error)
	// Create opens an output for writing; id is empty unless the port is Many. The output counts when
	// Close returns nil. An output port left without any Create, unless Many, fails the stage.
	Create(port string, item cache.ItemRef) (io.WriteCloser, error)
	// Apply declares that models are about to predict for an item, before any output of it is created,
	// and enforces the leak rule: an error that is ErrLeak if the item's patient is among those that a model
	// was fitted on (direct) or, in a nested pipeline, learned from through other models (strict). A stage
	// that reads models and never calls Apply fails.
	Apply(item cache.ItemRef, models ...cache.Item) error
	// Seed is derived from the pipeline's seed and the kind of stage. It panics unless the stage is Seeded.
	Seed() uint64
	Log() hclog.Logger
	Progress(p Progress)
}

// Progress is how far a stage has come.
type Progress struct {
	Done, Total int
	Unit        string // "radiographs", "steps"
	Text        string // "loss 0.123, 85 images/s"
}

// A Kind makes stages of one block type.
type Kind struct {
	Type    string // "crop-patches"
	Package string // folder of its code in this module, "stages/croppatches"
	// Collects is the folder of a package that the Collect of a Collector alone uses, "stages/ingest/gather": the
	// code of this package, and what only it imports, is no part of what the items are made of. Empty for none.
	Collects string
	Doc      string // one paragraph for the reference
	// New returns a stage with its defaults and the pointer to its parameters, a struct with hcl tags
	// that pipeline decodes the block into. The two may be the same value.
	New func() (s Stage, params any)
}

// A Problem is a fault in a stage's parameters. Attribute is a path such as "size" or "source.path".
type Problem struct{ Attribute, Summary, Detail string }

// BadInput says that data from outside is wrong: exit code 2.
type BadInput struct {
	File    string // as the user knows it
	Line    int    // 1-based; 0 when there is none
	Record  string // id of the record or image; may be empty
	Summary string // what is wrong
	Detail  string // what to do, in whole sentences
	// Origin is the file where File may not be told, since its path identifies people: for the user's own
	// terminal alone. Error leaves it out, so that no log, event or record has it.
	Origin string
}

// Error implements error: file:line, record, what is wrong and what to do, in one text, without Origin.
func (e *BadInput) Error() string {
	s := e.File
	switch {
	case e.Line > 0 && s == "":
		s = fmt.Sprintf("line %d", e.Line)
	case e.Line > 0:
		s = fmt.Sprintf("%s:%d", s, e.Line)
	}
	if e.Record != "" {
		if s != "" {
			s += ": "
		}
		s += e.Record
	}
	if s != "" {
		s += ": "
	}
	s += e.Summary
	if e.Detail != "" {
		s += ". " + e.Detail
	}
	return s
}
