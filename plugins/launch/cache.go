package launch

import (
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/holdfast-agent/holdfast/internal/atomicfile"
	"github.com/holdfast-agent/holdfast/plugins/internal/wire"
	"github.com/holdfast-agent/holdfast/plugins/pluginpb"
	"google.golang.org/protobuf/proto"
)

// cacheFile is where the description of the program with this checksum is kept, for what the plugin may offer.
func (p *Plugin) cacheFile() string {
	if p.o.Cache == "" {
		return ""
	}
	what := ""
	if len(p.Spec.Facts) > 0 {
		what += "f"
	}
	if len(p.Spec.Actions) > 0 {
		what += "a"
	}
	return filepath.Join(p.o.Cache, strings.ToLower(p.Spec.SHA256)+"."+what)
}

// cached is the description of an earlier run; nil when there is none that root alone could have written.
func (p *Plugin) cached() *pluginpb.Description {
	name := p.cacheFile()
	if name == "" {
		return nil
	}
	f, err := open(name, p.o.AnyOwner)
	if err != nil {
		return nil
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, wire.MaxMessage))
	d := &pluginpb.Description{}
	if err != nil || proto.Unmarshal(text, d) != nil {
		return nil
	}
	if _, err := p.describe(d); err != nil {
		return nil
	}
	return d
}

// cache keeps a description. Where that can't be, the plugin is asked again the next time.
func (p *Plugin) cache(d *pluginpb.Description) {
	name := p.cacheFile()
	if name == "" || os.Geteuid() != 0 {
		return
	}
	if _, err := os.Lstat(name); err == nil && !p.o.Fresh {
		return
	}
	text, err := proto.Marshal(d)
	if err != nil || os.MkdirAll(p.o.Cache, 0o755) != nil { // #nosec G301 -- users who are not root read it, too
		return
	}
	_ = atomicfile.Write(name, 0o644, func(w io.Writer) error {
		_, err := w.Write(text)
		return err
	})
}
