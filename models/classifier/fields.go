package classifier

// Fields names everything that decides a classifier but data and seed, for a stage's key. The side of
// the input is that of the data.
func (c Config) Fields(add func(label string, value any)) {
	add("model", c.Model)
	add("balance", c.Balance)
	add("smoothing", c.Smoothing)
	c.Plan.Fields(add)
	c.Augment.Fields(add)
}
