package augment

// Fields names every bound for a stage's key, by its JSON name behind "augment.".
func (c Config) Fields(add func(label string, value any)) {
	add("augment.flip", c.Flip)
	add("augment.shift", c.Shift)
	add("augment.scale", c.Scale)
	add("augment.rotation_degrees", c.RotationDegrees)
	add("augment.contrast", c.Contrast)
	add("augment.gamma", c.Gamma)
	add("augment.noise", c.Noise)
}
