package linux

import (
	"context"
	"regexp"
	"strings"

	"github.com/holdfast-agent/holdfast/facts"
	"github.com/holdfast-agent/holdfast/facts/linux/aptlists"
)

// reboot compares the running kernel with the installed ones, and looks for what packages leave that want a reboot.
func (u *Updates) reboot(ctx context.Context, r *facts.Reader) {
	u.RunningKernel = kernelText(r, "/proc/sys/kernel/osrelease")
	u.NewestKernel = newestKernel(r, u.RunningKernel.Or(""))
	if !r.Live() {
		u.RebootRequired = facts.Unknown[bool](facts.Offline)
		return
	}
	const mark = "/run/reboot-required"
	_, err := r.Stat(mark)
	running, known := u.RunningKernel.Get()
	newest, listed := u.NewestKernel.Get()
	switch {
	case err == nil:
		u.RebootRequired = facts.Known(true, facts.File(mark, 0))
	case !facts.IsAbsent(err):
		u.RebootRequired = facts.Unknown[bool](err.Error())
	case !known:
		u.RebootRequired = facts.Unknown[bool](u.RunningKernel.Reason())
	case !listed:
		u.RebootRequired = facts.Unknown[bool](u.NewestKernel.Reason())
	case newest != "" && aptlists.Compare(newest, running) > 0:
		u.RebootRequired = facts.Known(true, u.NewestKernel.Origin())
	case newest == running:
		u.RebootRequired = rebuiltKernel(ctx, r, running)
	default:
		u.RebootRequired = facts.Known(false, u.NewestKernel.Origin())
	}
}

var flavour = regexp.MustCompile(`^[0-9][^-]*(?:-[0-9][^-]*)*(?:-rc[0-9]+)?-?`)

// newestKernel looks at the images in /boot. A container has the kernel of its host, and its own images mean nothing.
func newestKernel(r *facts.Reader, running string) facts.V[string] {
	if kind, _ := containerKind(r).Get(); kind != "" {
		return facts.Known("", facts.From("a container has the kernel of its host"))
	}
	images, err := r.Glob("/boot/vmlinuz-*")
	if err != nil {
		return facts.Unknown[string](err.Error())
	}
	var same, all []string
	for _, name := range images {
		release := strings.TrimPrefix(name, "/boot/vmlinuz-")
		all = append(all, release)
		if flavour.ReplaceAllString(release, "") == flavour.ReplaceAllString(running, "") {
			same = append(same, release)
		}
	}
	if running != "" && len(same) > 0 {
		all = same
	}
	newest := ""
	for _, release := range all {
		if newest == "" || aptlists.Compare(release, newest) > 0 {
			newest = release
		}
	}
	if newest == "" {
		return facts.Known("", facts.File("/boot", 0))
	}
	return facts.Known(newest, facts.File("/boot/vmlinuz-"+newest, 0))
}

var debianBuild = regexp.MustCompile(`Debian (\S+)`)

// rebuiltKernel: an upgrade may keep the release and replace the image. Debian's kernels tell their package's version.
func rebuiltKernel(ctx context.Context, r *facts.Reader, release string) facts.V[bool] {
	v := kernelText(r, "/proc/sys/kernel/version")
	build := debianBuild.FindStringSubmatch(v.Or(""))
	db, err := packagesOf(ctx, r)
	if build == nil || err != nil {
		return facts.Known(false, facts.File("/boot/vmlinuz-"+release, 0))
	}
	for _, name := range []string{"linux-image-" + release, "linux-image-" + release + "-unsigned"} {
		for _, p := range db.find(name, "") {
			if p.State != "config-files" && aptlists.Compare(p.Version, build[1]) > 0 && !strings.HasPrefix(p.Version, build[1]+"+b") {
				return facts.Known(true, db.origin(p))
			}
		}
	}
	return facts.Known(false, v.Origin())
}
