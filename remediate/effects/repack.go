package effects

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// controlFiles are the members of a package's control archive that dpkg keeps: deb(5).
var controlFiles = []string{"preinst", "postinst", "prerm", "postrm", "conffiles", "triggers", "shlibs", "symbols", "templates", "config", "md5sums"}

// repack makes a .deb of what is installed of a package, with its configuration files as they are now. It needs neither
// a network nor that a mirror still has that version.
func repack(ctx context.Context, name, version, file string) error {
	dir, err := os.MkdirTemp(savedPackages, ".repack-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	if err := os.Chmod(dir, 0o755); err != nil { // #nosec G302 -- it becomes the root directory in the package
		return err
	}
	control := filepath.Join(dir, "DEBIAN")
	if err := os.Mkdir(control, 0o755); err != nil { // #nosec G301 -- dpkg-deb wants it so
		return err
	}
	text, err := controlOf(name, version)
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(control, "control"), []byte(text), 0o644); err != nil { // #nosec G306 -- the same
		return err
	}
	info, err := infoName(name)
	if err != nil {
		return err
	}
	for _, kind := range controlFiles {
		if err := copyOne(info+"."+kind, filepath.Join(control, kind)); err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
	}
	list, err := os.ReadFile(info + ".list")
	if err != nil {
		return err
	}
	for line := range strings.Lines(string(list)) {
		at := strings.TrimSuffix(line, "\n")
		if at == "" || at == "/." {
			continue
		}
		if err := copyOne(at, filepath.Join(dir, at)); err != nil && !errors.Is(err, os.ErrNotExist) {
			return err // what somebody has deleted stays so
		}
	}
	// The archive's format is dpkg's own.
	if err := packageProgram(ctx, "/usr/bin/dpkg-deb", "-Zgzip", "--build", dir, file+".new"); err != nil {
		return err
	}
	return keepWhole(file)
}

// keepWhole has FILE.new take its name once all of it is on disk: whatever has the name is a whole one.
func keepWhole(file string) error {
	f, err := os.Open(file + ".new") // #nosec G304 -- below our own directory
	if err != nil {
		return err
	}
	if err := errors.Join(f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := os.Rename(file+".new", file); err != nil {
		return err
	}
	dir, err := os.Open(filepath.Dir(file))
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}

// keepCopy copies a file as a whole, or not at all.
func keepCopy(from, file string) error {
	if err := os.Remove(file + ".new"); err != nil && !errors.Is(err, os.ErrNotExist) { // of an attempt that was interrupted
		return err
	}
	if err := copyContent(from, file+".new"); err != nil {
		return errors.Join(err, os.RemoveAll(file+".new"))
	}
	return keepWhole(file)
}

// infoName is the beginning of the names of dpkg's files on a package; that of one with several architectures has it.
func infoName(name string) (string, error) {
	found, err := filepath.Glob("/var/lib/dpkg/info/" + name + ":*.list")
	if err != nil {
		return "", err
	}
	base := "/var/lib/dpkg/info/" + name
	if _, err := os.Stat(base + ".list"); err == nil {
		return base, nil
	}
	if len(found) != 1 {
		return "", fmt.Errorf("dpkg's list of the files of %s is not there, or of several architectures", name)
	}
	return strings.TrimSuffix(found[0], ".list"), nil
}

// controlOf is the control paragraph of an installed package, without what only dpkg's database has.
func controlOf(name, version string) (string, error) {
	status, err := os.ReadFile(dpkgStatus)
	if err != nil {
		return "", err
	}
	name, arch, _ := strings.Cut(name, ":")
	for paragraph := range strings.SplitSeq(string(status), "\n\n") {
		lines := "\n" + paragraph + "\n"
		if !strings.Contains(lines, "\nPackage: "+name+"\n") || !strings.Contains(lines, "\nVersion: "+version+"\n") ||
			arch != "" && !strings.Contains(lines, "\nArchitecture: "+arch+"\n") {
			continue
		}
		var out strings.Builder
		skip := false
		for line := range strings.Lines(strings.Trim(paragraph, "\n") + "\n") {
			if !strings.HasPrefix(line, " ") && !strings.HasPrefix(line, "\t") {
				field, _, _ := strings.Cut(line, ":")
				skip = field == "Status" || field == "Conffiles" || field == "Config-Version"
			}
			if !skip {
				out.WriteString(line)
			}
		}
		return out.String(), nil
	}
	return "", fmt.Errorf("dpkg has no record of %s %s", name, version)
}

// copyOne copies a file, a symlink or a directory without what is in it, with mode and owner.
func copyOne(from, to string) error {
	st, err := os.Lstat(from)
	if err != nil {
		return err
	}
	owner, ok := st.Sys().(*syscall.Stat_t)
	if !ok {
		return fmt.Errorf("%s has no owner", from)
	}
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil { // #nosec G301 -- as in the package
		return err
	}
	switch {
	case st.IsDir():
		if err := os.MkdirAll(to, 0o755); err != nil { // #nosec G301 -- the same
			return err
		}
	case st.Mode()&os.ModeSymlink != 0:
		link, err := os.Readlink(from)
		if err != nil {
			return err
		}
		// A directory that a symlink stands for, as /lib does, is one in the package.
		if target, err := os.Stat(from); err == nil && target.IsDir() && filepath.Dir(from) == "/" {
			return os.MkdirAll(to, 0o755) // #nosec G301 -- the same
		}
		return errors.Join(os.Symlink(link, to), os.Lchown(to, int(owner.Uid), int(owner.Gid)))
	case st.Mode().IsRegular():
		if err := copyContent(from, to); err != nil {
			return err
		}
	default:
		return fmt.Errorf("%s is no file that can be kept", from)
	}
	if err := os.Lchown(to, int(owner.Uid), int(owner.Gid)); err != nil {
		return err
	}
	return unix.Chmod(to, owner.Mode&0o7777)
}

func copyContent(from, to string) error {
	in, err := os.Open(from) // #nosec G304 -- out of dpkg's own list
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600) // #nosec G304 -- below our own directory
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Close())
}
