package localizer

// Fields names everything that decides a localizer but data and seed, for a stage's key.
func (c Config) Fields(add func(label string, value any)) {
	add("model", c.Model)
	add("size", c.Size)
	add("head", c.Head)
	add("spread", c.Spread)
	add("regularization", c.Regularization)
	c.Plan.Fields(add)
	c.Augment.Fields(add)
}
