package remediate

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// allocate takes space for a file; where the file system can't promise any, zeros are written.
func allocate(f *os.File, size int64) error {
	err := unix.Fallocate(int(f.Fd()), 0, 0, size)
	if !errors.Is(err, unix.EOPNOTSUPP) && !errors.Is(err, unix.ENOSYS) {
		return err
	}
	zeros := make([]byte, 64<<10)
	for n := int64(0); n < size; n += int64(len(zeros)) {
		if _, err := f.Write(zeros); err != nil {
			return err
		}
	}
	return nil
}
