package fit

// Fields names every value of the plan for a stage's key, by its JSON name.
func (p Plan) Fields(add func(label string, value any)) {
	add("epochs", p.Epochs)
	add("batch_size", p.BatchSize)
	add("learning_rate", p.LearningRate)
	add("final_rate", p.FinalRate)
	add("warmup", p.Warmup)
	add("weight_decay", p.WeightDecay)
	add("clip_norm", p.ClipNorm)
	add("averaging", p.Averaging)
	add("patience", p.Patience)
}
