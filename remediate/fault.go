package remediate

// fault is called at every point at which the program could die or the disk be full. Tests put something else here, and
// so does a build with the tag faults.
var fault = func(string) error { return nil }

// Fault is the same for the effects, which are packages of their own.
func Fault(point string) error { return fault(point) }
