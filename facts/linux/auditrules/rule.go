package auditrules

import (
	"fmt"
	"math/bits"
	"slices"
	"strconv"
	"strings"
)

// MaxSyscalls is how many numbers the kernel's bitmask has room for: AUDIT_BITMASK_SIZE words, less the uppermost 16 bits,
// which stand for classes of calls and never come back from the kernel (AUDIT_SYSCALL_CLASSES in linux/audit.h).
const MaxSyscalls = 64*32 - 16

const lastWord = 1<<16 - 1 // the part of the last word that are numbers

// Syscalls is a set of system call numbers of one architecture.
type Syscalls [64]uint32

// Add puts a number into the set.
func (s *Syscalls) Add(n int) { s[n/32] |= 1 << (n % 32) }

// Has tells whether a number is in the set.
func (s *Syscalls) Has(n int) bool { return s[n/32]&(1<<(n%32)) != 0 }

// All tells whether the set is that of "-S all".
func (s *Syscalls) All() bool {
	for _, w := range s[:63] {
		if w != ^uint32(0) {
			return false
		}
	}
	return s[63] == lastWord
}

// Empty tells whether no number is in the set.
func (s *Syscalls) Empty() bool {
	for _, w := range s {
		if w != 0 {
			return false
		}
	}
	return true
}

func (s *Syscalls) numbers() []int {
	var out []int
	for i, w := range s {
		for ; w != 0; w &= w - 1 {
			out = append(out, i*32+bits.TrailingZeros32(w))
		}
	}
	return out
}

func (s *Syscalls) addAll() {
	for i := range s {
		s[i] = ^uint32(0)
	}
	s[63] = lastWord
}

// Field is one condition of a rule in normal form.
type Field struct {
	Name  string // as auditctl writes it; "compare:uid,euid" for -C, always in the kernel's order
	Op    string // = != < > <= >= & &=
	Value string // numbers in decimal, perm as a subset of "rwxa" in that order, paths without trailing slash
}

// String is the field as auditctl would write it.
func (f Field) String() string {
	if c, ok := strings.CutPrefix(f.Name, "compare:"); ok {
		a, b, _ := strings.Cut(c, ",")
		return "-C " + a + f.Op + b
	}
	return "-F " + f.Name + f.Op + f.Value
}

// Rule is one audit rule in normal form.
type Rule struct {
	List     string   // exit, task, user, exclude, filesystem, io_uring
	Action   string   // always or never
	Prepend  bool     // -A: before the rules that are there
	Arch     string   // the arch= value: x86_64, i386, …; empty when the rule names none
	Syscalls Syscalls // of Arch, or of the host's architecture when Arch is empty
	Fields   []Field  // sorted, without arch and keys
	Keys     []string
}

// String is the rule in one canonical spelling.
func (r Rule) String() string {
	var b strings.Builder
	flag := "-a"
	if r.Prepend {
		flag = "-A"
	}
	fmt.Fprintf(&b, "%s %s,%s", flag, r.Action, r.List)
	if r.Arch != "" {
		b.WriteString(" -F arch=" + r.Arch)
	}
	if !r.Syscalls.Empty() && (r.List == "exit" || r.List == "io_uring") {
		b.WriteString(" -S " + r.syscallNames())
	}
	for _, f := range r.Fields {
		b.WriteString(" " + f.String())
	}
	for _, k := range r.Keys {
		b.WriteString(" -k " + k)
	}
	return b.String()
}

func (r Rule) syscallNames() string {
	if r.Syscalls.All() {
		return "all"
	}
	var names []string
	for _, n := range r.Syscalls.numbers() {
		names = append(names, syscallName(r.Arch, n))
	}
	return strings.Join(names, ",")
}

// Same tells whether two rules record the same, whatever their keys are called.
func (r Rule) Same(o Rule) bool {
	return r.List == o.List && r.Action == o.Action && r.Arch == o.Arch && r.Syscalls == o.Syscalls && slices.Equal(r.Fields, o.Fields)
}

func syscallName(arch string, n int) string {
	for name, number := range syscallTables[arch] {
		if number == n {
			return name
		}
	}
	return strconv.Itoa(n)
}

// narrow are the 32-bit companions whose calls a 64-bit kernel also serves; wide is the reverse.
var (
	narrow = map[string]string{"x86_64": "i386", "aarch64": "arm"}
	arches = map[string]string{ // what auditctl takes for arch=, and what it stands for
		"x86_64": "x86_64", "i386": "i386", "i486": "i386", "i586": "i386", "i686": "i386", "aarch64": "aarch64", "arm": "arm",
		"armv7l": "arm", "armeb": "arm", "riscv64": "riscv64", "ppc64le": "ppc64le", "s390x": "s390x",
	}
)

// GoArch is the audit name of a GOARCH or a Debian architecture; empty when we have no table for it.
func GoArch(arch string) string {
	return map[string]string{
		"amd64": "x86_64", "386": "i386", "i386": "i386", "arm64": "aarch64", "arm": "arm", "armhf": "arm", "armel": "arm",
		"riscv64": "riscv64", "ppc64le": "ppc64le", "ppc64el": "ppc64le", "s390x": "s390x",
	}[arch]
}

// archFor resolves the value of arch= on a host: b64 and b32 are the host's own.
func archFor(value, host string) (string, error) {
	switch strings.ToLower(value) {
	case "b64":
		if host == "i386" || host == "arm" {
			return "", fmt.Errorf("arch=b64 on a 32-bit host")
		}
		return host, nil
	case "b32":
		if host == "i386" || host == "arm" {
			return host, nil
		}
		if n := narrow[host]; n != "" {
			return n, nil
		}
		return "", fmt.Errorf("arch=b32: %s serves no 32-bit calls", host)
	}
	if a := arches[strings.ToLower(value)]; a != "" {
		return a, nil
	}
	if n, err := strconv.ParseUint(value, 0, 32); err == nil {
		if a := auditArches[uint32(n)]; a != "" {
			return a, nil
		}
	}
	return "", fmt.Errorf("arch=%s is not known", value)
}
