package fswalk

import (
	"bytes"
	"encoding/binary"
	"errors"
	"sync/atomic"
	"unsafe"

	"golang.org/x/sys/unix"
)

const (
	statMask  = unix.STATX_TYPE | unix.STATX_MODE | unix.STATX_UID | unix.STATX_GID
	statFlags = unix.AT_NO_AUTOMOUNT | unix.AT_SYMLINK_NOFOLLOW | unix.AT_STATX_DONT_SYNC
	openFlags = unix.O_RDONLY | unix.O_DIRECTORY | unix.O_NOFOLLOW | unix.O_NONBLOCK | unix.O_CLOEXEC

	direntFixed = 19 // bytes before the name in struct linux_dirent64: inode, offset, length, type
)

// direntName is the name of the first entry in a buffer of getdents64(2), and the entry's whole size. Behind the name
// the kernel wrote a NUL.
func direntName(buf []byte) (name []byte, size int) {
	if len(buf) <= direntFixed {
		return nil, 0
	}
	size = int(binary.NativeEndian.Uint16(buf[16:]))
	if size <= direntFixed || size > len(buf) {
		return nil, 0
	}
	name = buf[direntFixed:size]
	end := bytes.IndexByte(name, 0)
	if end < 0 {
		return nil, 0
	}
	return name[:end], size
}

// statBelow is statx(2) without copying the name, which the caller has from direntName, NUL and all: half of a walk's
// allocations would be such copies.
func statBelow(dir int, name []byte, st *unix.Statx_t) error {
	for {
		_, _, errno := unix.Syscall6(unix.SYS_STATX, uintptr(dir), uintptr(unsafe.Pointer(unsafe.SliceData(name))), // #nosec G103 -- NUL-terminated, see direntName
			statFlags, statMask, uintptr(unsafe.Pointer(st)), 0) // #nosec G103
		switch errno {
		case 0:
			return nil
		case unix.EINTR:
			continue
		}
		return errno
	}
}

// noOpenat2 remembers a kernel before 5.6, or a seccomp filter that does not know the call.
var noOpenat2 atomic.Bool

// openBelow opens a subdirectory, and answers EXDEV where something was mounted on it meanwhile.
func openBelow(dir int, name string) (int, error) {
	if !noOpenat2.Load() {
		how := unix.OpenHow{Flags: openFlags, Resolve: unix.RESOLVE_NO_XDEV | unix.RESOLVE_NO_SYMLINKS}
		for {
			fd, err := unix.Openat2(dir, name, &how)
			if errors.Is(err, unix.EINTR) || errors.Is(err, unix.EAGAIN) {
				continue
			}
			if !errors.Is(err, unix.ENOSYS) && !errors.Is(err, unix.EPERM) {
				return fd, err
			}
			break
		}
		noOpenat2.Store(true)
	}
	return unix.Openat(dir, name, openFlags, 0)
}
