// Package annotations reads what annotators and clinics hand over beside the pixels: tables, exports of
// annotation tools and folders whose names mean something.
//
// Words:
//
//   - A Record is what a source says of one radiograph: its name or UID, its patient and label, and marks.
//   - A Mark is one annotated fracture by one annotator. Several marks of one annotator are several
//     fractures; marks of several annotators may show the same one.
//   - [Settle] turns the marks of a radiograph into the one center that a study learns from.
//   - A Kind is a form that records come in; [Read] reads any of them.
//
// Guarantee: nothing is guessed. What cannot be read as it claims is refused with the file, the line or
// the record, and what to do; all faults of a source come back together, the first of them in full. The
// records depend on what the files hold and not on the order in which a folder lists them. Places are
// continuous oriented pixels, or fractions of width and height where a form knows no pixels
// ([Mark.Relative]); the package never looks at pixels.
//
// Limits: one file holds at most 256 MiB, a table at most five million rows. The middle of a polygon is that of its upright bounding box,
// which is what a tool writes that keeps boxes only. Masks painted with a brush have no center here.
package annotations
