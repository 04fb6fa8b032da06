// Package localizer finds one point, the fracture's center, in a radiograph.
//
// A localizer is a backbone (package zoo) with a head. The head "dsnt" turns
// features into a heatmap and takes its mean as the point (Nibali et al. 2018,
// differentiable spatial to numerical transform); the heatmap's spread tells
// how sure it is. The head "regression" maps the coarsest features straight to
// a point and an expected error.
//
// Frame. Images are square, Size × Size pixels of 16 bits, row-major, bright is
// dense; points are in continuous input pixels, x right, y down, pixel (i, j)
// covering [i, i+1) × [j, j+1). Mapping to and from the radiograph's own pixels
// is the caller's.
//
// Guarantees. Equal configuration, examples and seed give equal weights on one
// backend. A prediction for an image does not depend on the images beside it.
// A saved localizer gives the same predictions, to the bit, when it is loaded.
//
// Limits: exactly one point per image, always found.
package localizer
