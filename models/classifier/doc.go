// Package classifier tells two classes of radiographs apart: the fracture is
// atypical (positive) or normal.
//
// A classifier is a backbone (package zoo) and a linear layer on its pooled
// features. Its score is a probability, which is as good as the training set is
// like the images it meets; it is not calibrated.
//
// Class imbalance is met by weights in the loss (Config.Balance): with
// "weights" each class weighs the same as a whole, with "none" each example
// does.
//
// Frame. Images are square, Size × Size pixels of 16 bits, row-major, bright is
// dense.
//
// Guarantees. Equal configuration, examples and seed give equal weights on one
// backend. A score does not depend on the images beside it. A saved classifier
// gives the same scores, to the bit, when it is loaded.
//
// Limits: two classes, one score per image.
package classifier
