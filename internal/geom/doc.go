// Package geom keeps the lengths and places of a radiograph in the frame and unit they belong to.
//
// # Frames
//
//   - Oriented pixels, the frame of every place that is stored or reported: x to the right, y down, of the
//     radiograph as it is looked at (after any EXIF or DICOM orientation is applied). The coordinates are
//     continuous: pixel (i, j) covers [i, i+1) × [j, j+1), its center is (i+½, j+½), and the center of a
//     W × H radiograph is (W/2, H/2).
//   - Input pixels, the same convention on the S × S square a network looks at; [Letterbox] maps between the two.
//   - Patch pixels, the same convention on a crop; [Window] maps between it and oriented pixels.
//
// # Guarantee
//
// Maps are affine with one scale for both axes, so circles stay circles and nothing is squashed. Going there and
// back gives the point again to within rounding (1e-9 of a pixel for any radiograph below 10⁵ pixels a side).
// Products are rounded before they are added, so that every machine gets the same bits.
//
// # Limits
//
// One pitch for both axes: a detector with pixels that are not square must be resampled before it gets here.
package geom
