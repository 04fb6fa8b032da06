package view

import "time"

// A Reruns is what femur verify --rerun found.
type Reruns struct {
	Version   string  `json:"version"`
	Same      bool    `json:"same"` // all of them, to the byte
	Instances []Rerun `json:"instances"`
}

// A Rerun is an instance that was made again, beside what is recorded of it.
type Rerun struct {
	Address  string    `json:"address"`
	Key      string    `json:"key"`
	Purity   string    `json:"purity"` // what the stage promises: exact, pinned or varies
	Same     bool      `json:"same"`
	Seconds  float64   `json:"seconds"`
	Run      string    `json:"run,omitempty"` // that made what is recorded
	Time     time.Time `json:"time,omitzero"`
	Accepted string    `json:"accepted,omitempty"` // the user's reason for taking it over under this key
	// Environment lists what differs between where it was made and here. It is no part of the key.
	Environment []ValueChange `json:"environment"`
	Outputs     []RerunOutput `json:"outputs"`
}

// A ValueChange is a named value, recorded and now.
type ValueChange struct {
	Name string `json:"name"`
	Was  string `json:"was"`
	Now  string `json:"now"`
}

// A RerunOutput is an output, recorded and made again.
type RerunOutput struct {
	Output string       `json:"output"`
	Type   string       `json:"type"` // of each item, where there are several
	Same   bool         `json:"same"`
	Was    string       `json:"was,omitempty"` // digests
	Now    string       `json:"now,omitempty"`
	Bytes  int64        `json:"bytes"`           // made again
	Items  int          `json:"items,omitempty"` // of the longer one
	Differ []RerunItem  `json:"items_that_differ,omitempty"`
	Parts  []PartDiffer `json:"parts,omitempty"` // of an output without items
	Note   string       `json:"note,omitempty"`
}

// A RerunItem is an item that differs.
type RerunItem struct {
	ID    string       `json:"id"`
	Parts []PartDiffer `json:"parts,omitempty"`
	Note  string       `json:"note,omitempty"` // such as that it is recorded alone
}

// A PartDiffer is a part of an artifact that differs: a column, a tensor, the pixels.
type PartDiffer struct {
	Part     string        `json:"part"`
	Elements int           `json:"elements"`
	Differ   int           `json:"differ"`
	MaxAbs   float64       `json:"max_absolute"`
	MaxRel   float64       `json:"max_relative"` // to the larger of the two
	Note     string        `json:"note,omitempty"`
	Places   []PlaceDiffer `json:"places"` // the first few
}

// A PlaceDiffer is one element that differs.
type PlaceDiffer struct {
	Where string `json:"where"`
	Was   string `json:"was"`
	Now   string `json:"now"`
}

// Verified is when a result was last made again, and whether it came out the same.
type Verified struct {
	Time   time.Time `json:"time"`
	Same   bool      `json:"same"`
	Differ []string  `json:"differ,omitempty"` // names of outputs
	Femur  string    `json:"femur"`            // the version that made it again
}
