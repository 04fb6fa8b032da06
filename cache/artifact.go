package cache

// A Media is the type of an artifact's bytes, in the form of a MIME type.
type Media string

// The media that stages exchange. Tables, arrays, weights, metrics and pictures are ordinary files
// that other tools open; the femur types are described in docs/cache-format.md.
const (
	MediaManifest   Media = "application/vnd.femur.manifest+json"   // a [Manifest]
	MediaItemList   Media = "application/vnd.femur.items+json"      // an [ItemList]
	MediaPatients   Media = "application/vnd.femur.patients+json"   // a sorted JSON list of patient ids
	MediaRadiograph Media = "application/vnd.femur.radiograph"      // 16-bit pixels, lossless
	MediaAnnotation Media = "application/vnd.femur.annotation+json" // what is known of one radiograph
	MediaCenter     Media = "application/vnd.femur.center+json"     // a predicted center
	MediaScore      Media = "application/vnd.femur.score+json"      // a classifier's scores of one image
	MediaModel      Media = "application/vnd.femur.model"           // safetensors with the network's configuration
	MediaParquet    Media = "application/vnd.apache.parquet"
	MediaNPY        Media = "application/x-npy"
	MediaJSON       Media = "application/json"
	MediaPNG        Media = "image/png"
	MediaSVG        Media = "image/svg+xml"
	MediaHTML       Media = "text/html"
	MediaText       Media = "text/plain"
	MediaFile       Media = "application/octet-stream" // a file from outside the cache
)

// An Artifact points at bytes; it is never the bytes.
type Artifact struct {
	Media  Media  `json:"media"`
	Digest Digest `json:"digest"`
	Size   int64  `json:"size"`
}

// An ItemID names one item among its like, such as a radiograph in its cohort. It is stable across runs.
type ItemID string

// A PatientID names a patient, the unit of splits, bootstraps and claims. It is empty for items that
// belong to no one patient, such as a model.
type PatientID string

// An Item is an artifact that travels with its identity, so that no stage parses a file name twice.
type Item struct {
	ID      ItemID    `json:"id"`
	Patient PatientID `json:"patient,omitempty"`
	Artifact
}

// An Output is one named result of an execution. When Many is set, Artifact is a [Manifest] of
// Items items whose media is ItemMedia; else it is the result itself.
type Output struct {
	Name string `json:"name"`
	Artifact
	Many      bool  `json:"many,omitempty"`
	Items     int   `json:"items,omitempty"`
	ItemMedia Media `json:"item_media,omitempty"`
}
