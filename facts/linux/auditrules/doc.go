// Package auditrules reads Linux audit rules, as auditctl(8) takes them and as the kernel lists them, into one normal
// form, so that two rules are compared by what they record and not by how they were written: "-w /etc/x -p wa" is a
// rule with path= and perm=, syscall names are numbers of one architecture, "unset" and 4294967295 are the same.
//
// It knows nothing of files and netlink sockets; see audit_rules.go above it.
package auditrules

//go:generate go run ./internal/gensyscalls
