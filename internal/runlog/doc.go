// Package runlog keeps what happened in each run: a folder of plain files beside the cache.
//
//	.femur/runs/20261123-130509/run.json       what was asked for, and how it ended
//	.femur/runs/20261123-130509/events.jsonl   the lines of run --json, written as they happen
//	.femur/runs/20261123-130509/logs/…         what each stage prints, while it prints it
//
// Words: a run is one execution of femur run; its id is its start in UTC, so ids sort by time. A
// Writer is the [dag.Observer] that fills a folder, a Folder is all runs of a cache, and Standing
// is how an instance stands by the last word of a run about it.
//
// Guarantee: an event is written whole before the next one begins, so that another process can read
// the folder during the run (Badger admits one process at a time); readers pass over a last line that
// is cut. run.json is replaced atomically.
//
// Limits: the folders are for people and for status and logs. Nothing of them decides what runs, and
// they may be deleted at any time. Progress is thinned to one line a second for each instance.
package runlog
