package auditrules

import (
	"encoding/binary"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// The kernel's numbers; include/uapi/linux/audit.h.
const (
	ruleHeader  = 4 * (3 + 64 + 3*64 + 1) // struct audit_rule_data up to buf
	flagPrepend = 0x10
	opMask      = 0x78000000
)

var listNumbers = map[uint32]string{0: "user", 1: "task", 4: "exit", 5: "exclude", 6: "filesystem", 7: "io_uring"}

var auditArches = map[uint32]string{
	0xC000003E: "x86_64", 0x40000003: "i386", 0xC00000B7: "aarch64", 0x40000028: "arm",
	0xC00000F3: "riscv64", 0xC0000015: "ppc64le", 0x80000016: "s390x",
}

var opNumbers = map[uint32]string{
	0x40000000: "=", 0x30000000: "!=", 0x10000000: "<", 0x20000000: ">", 0x50000000: "<=", 0x60000000: ">=",
	0x08000000: "&", 0x48000000: "&=",
}

var fieldNumbers = map[string]uint32{
	"pid": 0, "uid": 1, "euid": 2, "suid": 3, "fsuid": 4, "gid": 5, "egid": 6, "sgid": 7, "fsgid": 8, "auid": 9, "pers": 10,
	"arch": 11, "msgtype": 12, "subj_user": 13, "subj_role": 14, "subj_type": 15, "subj_sen": 16, "subj_clr": 17, "ppid": 18,
	"obj_user": 19, "obj_role": 20, "obj_type": 21, "obj_lev_low": 22, "obj_lev_high": 23, "loginuid_set": 24, "sessionid": 25,
	"fstype": 26, "devmajor": 100, "devminor": 101, "inode": 102, "exit": 103, "success": 104, "path": 105, "perm": 106,
	"dir": 107, "filetype": 108, "obj_uid": 109, "obj_gid": 110, "field_compare": 111, "exe": 112, "saddr_fam": 113,
	"a0": 200, "a1": 201, "a2": 202, "a3": 203, "key": 210,
}

var fieldNames = func() map[uint32]string {
	m := map[uint32]string{}
	for name, n := range fieldNumbers {
		m[n] = name
	}
	return m
}()

// inBuffer are the fields whose value is a length in the buffer behind the structure.
var inBuffer = map[string]bool{
	"subj_user": true, "subj_role": true, "subj_type": true, "subj_sen": true, "subj_clr": true, "obj_user": true, "obj_role": true,
	"obj_type": true, "obj_lev_low": true, "obj_lev_high": true, "path": true, "dir": true, "exe": true, "key": true,
}

// comparisons are AUDIT_COMPARE_*, from 1.
var comparisons = [...]string{
	"", "compare:uid,obj_uid", "compare:gid,obj_gid", "compare:euid,obj_uid", "compare:egid,obj_gid", "compare:auid,obj_uid",
	"compare:suid,obj_uid", "compare:sgid,obj_gid", "compare:fsuid,obj_uid", "compare:fsgid,obj_gid", "compare:uid,auid",
	"compare:uid,euid", "compare:uid,fsuid", "compare:uid,suid", "compare:auid,fsuid", "compare:auid,suid", "compare:auid,euid",
	"compare:euid,suid", "compare:euid,fsuid", "compare:suid,fsuid", "compare:gid,egid", "compare:gid,fsgid", "compare:gid,sgid",
	"compare:egid,fsgid", "compare:egid,sgid", "compare:sgid,fsgid",
}

// fileTypes are the values of filetype=: the file type bits of st_mode (inode(7)).
var fileTypes = map[string]string{
	"file": "32768", "dir": "16384", "socket": "49152", "link": "40960", "character": "8192", "block": "24576", "fifo": "4096",
}

// Decode reads one struct audit_rule_data, the payload of an AUDIT_LIST_RULES message, in the host's byte order.
func Decode(b []byte) (Rule, error) {
	if len(b) < ruleHeader {
		return Rule{}, errors.New("audit rule message cut short")
	}
	u32 := func(i int) uint32 { return binary.NativeEndian.Uint32(b[4*i:]) }
	var r Rule
	var ok bool
	if r.List, ok = listNumbers[u32(0)&^flagPrepend]; !ok {
		return Rule{}, fmt.Errorf("unknown rule list %d", u32(0))
	}
	switch u32(1) {
	case 0:
		r.Action = "never"
	case 2:
		r.Action = "always"
	default:
		return Rule{}, fmt.Errorf("unknown rule action %d", u32(1))
	}
	for i := range r.Syscalls {
		r.Syscalls[i] = u32(3 + i)
	}
	r.Syscalls[63] &= lastWord
	count, buf := u32(2), b[ruleHeader:]
	if count > 64 {
		return Rule{}, fmt.Errorf("%d fields", count)
	}
	for i := range int(count) {
		var err error
		if buf, err = r.decodeField(u32(67+i), u32(131+i), u32(195+i), buf); err != nil {
			return Rule{}, err
		}
	}
	if r.List != "exit" && r.List != "io_uring" {
		r.Syscalls.addAll()
	}
	r.normalise()
	return r, nil
}

func (r *Rule) decodeField(number, value, flags uint32, buf []byte) ([]byte, error) {
	name, ok := fieldNames[number]
	if !ok {
		name = "field" + strconv.FormatUint(uint64(number), 10)
	}
	op, ok := opNumbers[flags&opMask]
	if !ok {
		return nil, fmt.Errorf("unknown operator %#x", flags)
	}
	text := strconv.FormatUint(uint64(value), 10)
	if inBuffer[name] {
		if uint64(value) > uint64(len(buf)) {
			return nil, fmt.Errorf("%s reaches past the message", name)
		}
		text, buf = string(buf[:value]), buf[value:]
	}
	switch name {
	case "arch":
		if op != "=" {
			name = "arch" // stays a field: arch!= narrows in a way we do not follow
			break
		}
		if r.Arch = auditArches[value]; r.Arch == "" {
			r.Arch = "0x" + strconv.FormatUint(uint64(value), 16)
		}
		return buf, nil
	case "key":
		r.Keys = append(r.Keys, strings.Split(text, "\x01")...)
		return buf, nil
	case "exit":
		text = strconv.FormatInt(int64(int32(value)), 10) // an int in the kernel
	case "perm":
		text = permText(value)
	case "path", "dir":
		text = cleanPath(text)
	case "field_compare":
		if value == 0 || int(value) >= len(comparisons) {
			return nil, fmt.Errorf("unknown comparison %d", value)
		}
		name, text = comparisons[value], ""
	case "loginuid_set": // auid!=unset, spelt the new way
		name, text = "auid", "4294967295"
		if (value == 1) == (op == "=") {
			op = "!="
		} else {
			op = "="
		}
	}
	r.Fields = append(r.Fields, Field{name, op, text})
	return buf, nil
}

func permText(bits uint32) string {
	var s string
	for _, p := range []struct {
		bit    uint32
		letter string
	}{{4, "r"}, {2, "w"}, {1, "x"}, {8, "a"}} {
		if bits&p.bit != 0 {
			s += p.letter
		}
	}
	return s
}
