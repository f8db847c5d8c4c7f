// Package report is what an audit says: the [Report] with its versioned JSON, the comparison with an earlier report,
// and one file per [Format]. Formats read a Report and nothing else.
//
// It does not evaluate anything, does not look at the host, and writes to no file of its own.
package report
