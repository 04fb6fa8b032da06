package fit

import "fmt"

// catch calls f and turns a panic of GoMLX, which reports a wrong graph by
// panicking, into an error that names what was being done.
func catch(doing string, f func() error) (err error) {
	defer func() {
		if v := recover(); v != nil {
			if cause, ok := v.(error); ok {
				err = fmt.Errorf("%s: %w", doing, cause)
				return
			}
			err = fmt.Errorf("%s: %v", doing, v)
		}
	}()
	if err := f(); err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	return nil
}
