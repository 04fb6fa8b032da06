// Package synth draws femur radiographs with known truth: where the fracture is and of which kind. They are the
// default cohort of the program and its test at scale. They are synthetic: no person, no detector, and no evidence
// about either. Whatever is made from them must carry [Notice].
//
// # Words
//
// A [Cohort] lists a [Spec] for every radiograph; listing is cheap, pixels come from [Cohort.Render] on demand. A
// patient has one femur with one fracture, atypical (AFF) or normal (NFF), seen in one or several radiographs that
// differ in view, detector, field and exposure. Around the fracture the thigh is swollen, and folds of dressing cross
// it; both are of no class.
//
// # What tells the classes apart
//
// The disease does, after the ASBMR task force of 2013. An atypical fracture begins at the lateral cortex, runs
// transverse within a few degrees, may be incomplete, ends in a medial spike where it is complete, has a local
// periosteal beak of 1 to 2 mm, no comminution, a lateral cortex of 7.0 ± 1.3 mm, and a more bowed shaft. A normal
// one is short oblique (30° to 60°), spiral or comminuted, in a cortex of 5.9 ± 1.3 mm. Displacement, angulation and
// the place along the shaft have one distribution for both.
//
// The acquisition does not: size, pitch, view, side, marker, implant, exposure, contrast, collimation and the place
// of the fracture on the film are drawn without a look at the class. Tests hold this with a logistic regression, for
// what is drawn and for the brightness of the pixels away from the fracture. Other tests hold that the fracture can be
// found on a radiograph shrunk to a network's input, and that its kind is then hard to tell.
//
// Sizes, places and numbers of radiographs follow 1,400 annotated radiographs of a clinic, as the figures in
// fit_table.go; the annotations themselves are not shipped. They hold no pitch: it is that of the
// common 43 cm detector whose long side the size fills.
//
// # Guarantee
//
// Patient k depends on the seed and k alone: more patients, or fewer, change nobody's radiographs. A radiograph's
// pixels depend on the configuration's seed, scale and prevalence and on its ID. They are the same on every machine: each product
// is rounded before it is added, so nothing may be fused, and of package math only exactly rounded functions are
// used. The guarantee is tested on amd64 by golden digests; for arm64 the compiled code was checked to hold no fused
// instruction (but where a factor is a power of two, which rounds nothing).
//
// # Limits
//
// The pictures are schematic: elliptic tubes and ellipsoids, one exponential for attenuation, constant scatter.
// A network trained on them has learned nothing about patients.
package synth

// Notice is the sentence that must stand on everything made from these radiographs.
const Notice = "Synthetic radiographs, drawn by a program: these figures say nothing about patients."
