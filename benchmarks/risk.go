package benchmarks

// An unknown value is at risk when what is unknown might turn out to be an error: 1 / n, where n was not read. Nothing
// is decided without it: 1 / n == 1 || true is not true, for it might be an error. An unknown that can only turn into
// some value is not at risk: whatever sshd.x11forwarding is, it is a bool.
//
// That a file's mode is a mode, and a package's version is a version, is what their sources promise: mode_within and
// its like put nothing at risk, or one unread mode would hide what is certain of all other files.

// atRisk marks an unknown value.
func (v value) atRisk() value {
	v.b = true
	return v
}

// same is an unknown value passed on as the outcome of what needed it.
func (v value) same() value { return value{s: v.s, at: v.at, b: v.b} }

// risky tells whether anything inside a value is at risk. What facts hold never is.
func risky(v value) bool {
	switch v.kind {
	case kUnknown:
		return v.b
	case kList, kMap, kObject:
		return v.c.risky()
	}
	return false
}

func (c *comp) risky() bool {
	if c.lifted {
		return false
	}
	if c.risk {
		return true
	}
	for i := range c.items {
		if risky(c.items[i].value) {
			return true
		}
	}
	for i := range c.made {
		if risky(c.made[i]) {
			return true
		}
	}
	for _, v := range c.m {
		if risky(v) {
			return true
		}
	}
	return false
}

// guard gives out, made of the values in, unless something among them is at risk.
func guard(out value, in ...value) value {
	for _, v := range in {
		if risky(v) {
			if out.kind == kUnknown {
				return out.atRisk()
			}
			return undecidedOf(in...).atRisk()
		}
	}
	return out
}
