// Package facts reads what is true of a host, remembers it, and knows who read what.
//
// A [Source] answers for one fact; a [Set] asks each source at most once per key, in parallel and under
// a deadline, and keeps for every attribute where its value came from ([Origin]) or why there is none
// ([Reason]). A value that could not be read is unknown: never null, never a zero value.
//
// The package knows nothing about any operating system (see facts/linux) and nothing about policies
// (see benchmarks).
package facts
