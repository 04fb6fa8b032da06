package stats

import (
	"fmt"
	"math"
)

// Youden chooses the threshold with the largest sensitivity + specificity − 1 and
// gives that value with it. Choose on validation scores and apply to other rows:
// on its own rows the index is optimistic.
//
// The threshold lies halfway between the lowest score called positive and the next
// lower one, so that it does not hang on one row's last bit; if all are called
// positive it is the lowest score. Of equal indices, the threshold with sensitivity
// closest to specificity wins, then the lower one.
func Youden(scores []float64, positive []bool) (threshold, index float64, err error) {
	positives, negatives, err := checkScored(scores, positive)
	if err != nil {
		return 0, 0, fmt.Errorf("youden: %w", err)
	}
	groups := tied(scores, ascending(scores))
	index, gap := math.Inf(-1), math.Inf(1)
	missed, spared := 0, 0 // rows of each class below the candidate
	for g, group := range groups {
		sensitivity := 1 - float64(missed)/float64(positives)
		specificity := float64(spared) / float64(negatives)
		j, d := sensitivity+specificity-1, math.Abs(sensitivity-specificity)
		const same = 1e-12
		if j > index+same || (j > index-same && d < gap-same) {
			index, gap = j, d
			threshold = scores[group[0]]
			if g > 0 {
				lower := scores[groups[g-1][0]]
				if middle := lower + (threshold-lower)/2; middle > lower {
					threshold = middle
				}
			}
		}
		for _, row := range group {
			if positive[row] {
				missed++
			} else {
				spared++
			}
		}
	}
	return threshold, index, nil
}
