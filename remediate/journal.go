package remediate

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/holdfast-agent/holdfast/internal/atomicfile"
	"github.com/holdfast-agent/holdfast/remediate/plan"
)

// Event is one kind of record in a journal.
type Event string

// The events, in the order in which they can come.
const (
	Began     Event = "began"    // before-images are on disk
	Armed     Event = "armed"    // the dead man's switch is read back as armed
	Intent    Event = "intent"   // the step is about to be done
	Done      Event = "done"     // the step is done
	Applied   Event = "applied"  // all steps are done, and what follows them
	Checked   Event = "checked"  // the host was found as planned
	Kept      Event = "kept"     // for good: checked, and confirmed where that was asked for
	Undoing   Event = "undoing"  // a roll-back has begun, for the reason
	Undone    Event = "undone"   // the step is as it was before
	Conflict  Event = "conflict" // the step's target is neither as before nor as after, and stays
	RolledOut Event = "rolled_back"
	Rebooting Event = "rebooting" // at the start of a boot, files were restored that this boot has read already
	Failed    Event = "failed"    // something went wrong, with the reason; what follows tells what was done about it
)

// Record is one line of a journal.
type Record struct {
	Time   time.Time `json:"time"`
	Event  Event     `json:"event"`
	Step   int       `json:"step"`             // index; of Intent, Done, Undone, Conflict
	Digest string    `json:"digest,omitempty"` // of Done: the state that was there then
	Reason string    `json:"reason,omitempty"`
	Boot   string    `json:"boot,omitempty"`     // id of the boot, of Began
	Login  string    `json:"session,omitempty"`  // login session that applied, of Began; that confirmed, of Kept
	Logins []string  `json:"sessions,omitempty"` // login sessions that were there already, of Checked
	Number int       `json:"number,omitempty"`   // of the transaction on this host, of Began: clocks can be set back
	Within int64     `json:"within,omitempty"`   // seconds in which it must be confirmed, of Armed; 0: it needs not be
}

// Journal is the record of one transaction: DIR/ID/ with plan.json, steps.json (before-images, so mode 0600) and log,
// one checksummed record a line, each on disk before what it announces is done.
type Journal struct {
	ID      string
	Plan    *plan.Plan
	Steps   []*Step
	Records []Record

	dir  string
	log  *os.File
	size int64 // of its whole records, in bytes
}

// Store is where journals are kept: /var/lib/holdfast.
type Store struct{ Dir string }

func (s Store) journals() string     { return filepath.Join(s.Dir, "journal") }
func (s Store) dir(id string) string { return filepath.Join(s.journals(), id) }
func (s Store) pendingName() string  { return filepath.Join(s.Dir, "pending") }
func (s Store) reserveName() string  { return filepath.Join(s.Dir, "reserve") }
func validID(id string) bool {
	return id != "" && id != "." && id != ".." && !strings.ContainsAny(id, "/\x00")
}
func (s Store) prepare() error { return os.MkdirAll(s.journals(), 0o700) }

// begin makes the journal of a transaction, with all that undoing it needs, before anything is changed.
func (s Store) begin(p *plan.Plan, steps []*Step, now Record) (*Journal, error) {
	// It takes its name when it is whole.
	j := &Journal{ID: p.ID, Plan: p, Steps: steps, dir: s.dir(p.ID) + unfinished}
	if err := s.sweep(); err != nil {
		return nil, err
	}
	if err := os.Mkdir(j.dir, 0o700); err != nil {
		return nil, err
	}
	ok := false
	defer func() {
		if !ok {
			_ = j.close()
			_ = os.RemoveAll(j.dir)
		}
	}()
	for name, v := range map[string]any{"plan.json": p, "steps.json": steps} {
		text, err := json.Marshal(v)
		if err == nil {
			err = fault("journal-" + name)
		}
		if err == nil {
			err = write(filepath.Join(j.dir, name), text)
		}
		if err != nil {
			return nil, fmt.Errorf("writing the journal: %w", err)
		}
	}
	if err := s.reserve(steps); err != nil {
		return nil, fmt.Errorf("reserving space for a roll-back: %w", err)
	}
	if err := j.open(); err != nil {
		return nil, err
	}
	all, _ := s.All() // one that can't be read has no number
	for _, other := range all {
		now.Number = max(now.Number, other.Number())
	}
	now.Number++
	if err := j.append(now); err != nil {
		return nil, err
	}
	if err := os.Rename(j.dir, s.dir(p.ID)); err != nil {
		return nil, err
	}
	j.dir = s.dir(p.ID)
	if err := syncDir(s.journals()); err != nil {
		return nil, err
	}
	if err := write(s.pendingName(), []byte(p.ID+"\n")); err != nil {
		return nil, err
	}
	ok = true
	return j, nil
}

// unfinished ends the name of a journal that is being made.
const unfinished = ".new"

// sweep removes what was left of journals that were never whole: nothing was changed for them.
func (s Store) sweep() error {
	names, err := filepath.Glob(filepath.Join(s.journals(), "*"+unfinished))
	for _, name := range names {
		err = errors.Join(err, os.RemoveAll(name))
	}
	return err
}

// reserve holds as much space as restoring every file takes, so that a disk that is full can't prevent it.
func (s Store) reserve(steps []*Step) error {
	size := int64(1 << 20)
	for _, step := range steps {
		size += int64(len(step.Before.Data)) + 4096
	}
	if err := fault("reserve"); err != nil {
		return err
	}
	f, err := os.OpenFile(s.reserveName(), os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	err = allocate(f, size)
	return errors.Join(err, f.Close())
}

func (s Store) release() { _ = os.Remove(s.reserveName()) }

// end takes the mark of an unfinished transaction away.
func (s Store) end() error {
	s.release()
	if err := os.Remove(s.pendingName()); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return syncDir(s.Dir)
}

// Pending is the transaction that is neither kept nor rolled back; empty when there is none.
func (s Store) Pending() (string, error) {
	text, err := os.ReadFile(s.pendingName())
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	id := strings.TrimSpace(string(text))
	if err == nil && !validID(id) {
		err = fmt.Errorf("%s names no transaction", s.pendingName())
	}
	return id, err
}

// Load reads a journal.
func (s Store) Load(id string) (*Journal, error) {
	if !validID(id) {
		return nil, fmt.Errorf("%q is no id of a transaction", id)
	}
	j := &Journal{ID: id, dir: s.dir(id)}
	for name, v := range map[string]any{"plan.json": &j.Plan, "steps.json": &j.Steps} {
		text, err := os.ReadFile(filepath.Join(j.dir, name))
		if errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("there is no transaction %s (holdfast history lists them)", id)
		}
		if err == nil {
			err = json.Unmarshal(text, v)
		}
		if err != nil {
			return nil, fmt.Errorf("the journal of %s: %s: %w", id, name, err)
		}
	}
	return j, j.read()
}

// All reads every journal, in the order in which they were applied. One that can't be read is left out, and its error is part of the returned
// one.
func (s Store) All() ([]*Journal, error) {
	entries, err := os.ReadDir(s.journals())
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	var out []*Journal
	for _, e := range entries {
		if strings.HasSuffix(e.Name(), unfinished) {
			continue
		}
		j, e := s.Load(e.Name())
		if e != nil {
			err = errors.Join(err, e)
			continue
		}
		out = append(out, j)
	}
	slices.SortFunc(out, func(a, b *Journal) int { return a.Number() - b.Number() })
	return out, err
}

func (j *Journal) read() error {
	f, err := os.Open(filepath.Join(j.dir, "log"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		sum, text, _ := bytes.Cut(lines.Bytes(), []byte(" "))
		var r Record
		if string(sum) != checksum(text) || json.Unmarshal(text, &r) != nil || r.Step < 0 || r.Step >= max(1, len(j.Steps)) {
			return nil // the record that was being written when the power went: what it announced was not done
		}
		j.Records = append(j.Records, r)
	}
	return lines.Err()
}

func checksum(text []byte) string { return fmt.Sprintf("%08x", crc32.ChecksumIEEE(text)) }

// open opens the log for more records. A torn last one is cut off.
func (j *Journal) open() error {
	var whole bytes.Buffer
	for _, r := range j.Records {
		line, err := encode(r)
		if err != nil {
			return err
		}
		whole.Write(line)
	}
	name := filepath.Join(j.dir, "log")
	f, err := os.OpenFile(name, os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	if err := f.Truncate(int64(whole.Len())); err != nil {
		return errors.Join(err, f.Close())
	}
	j.log, j.size = f, int64(whole.Len())
	return syncDir(j.dir)
}

func encode(r Record) ([]byte, error) {
	text, err := json.Marshal(r)
	if err != nil {
		return nil, err
	}
	return fmt.Appendf(nil, "%s %s\n", checksum(text), text), nil
}

// append adds a record; when it returns, the record is on disk.
func (j *Journal) append(r Record) error {
	if r.Time.IsZero() {
		r.Time = time.Now().UTC()
	}
	line, err := encode(r)
	if err != nil {
		return err
	}
	if err := fault("journal-" + string(r.Event)); err != nil {
		return fmt.Errorf("writing the journal: %w", err)
	}
	// Half a record, of when the disk was full, must not stay before the next one: nothing behind it would be read.
	if err := j.log.Truncate(j.size); err != nil {
		return fmt.Errorf("writing the journal: %w", err)
	}
	if _, err := j.log.WriteAt(line, j.size); err != nil {
		return fmt.Errorf("writing the journal: %w", err)
	}
	if err := j.log.Sync(); err != nil {
		return fmt.Errorf("writing the journal: %w", err)
	}
	j.Records, j.size = append(j.Records, r), j.size+int64(len(line))
	return fault("journaled-" + string(r.Event))
}

func (j *Journal) close() error {
	if j.log == nil {
		return nil
	}
	return j.log.Close()
}

// Number orders the transactions of a host, whatever its clock did.
func (j *Journal) Number() int {
	if len(j.Records) == 0 {
		return 0
	}
	return j.Records[0].Number
}

// Begun is when the transaction began.
func (j *Journal) Begun() time.Time {
	if len(j.Records) == 0 {
		return j.Plan.Time
	}
	return j.Records[0].Time
}

// Last is the newest record of one of the events.
func (j *Journal) Last(events ...Event) (Record, bool) {
	for _, r := range slices.Backward(j.Records) {
		if slices.Contains(events, r.Event) {
			return r, true
		}
	}
	return Record{}, false
}

// Status is what has become of a transaction.
type Status string

// The statuses.
const (
	StatusUnfinished  Status = "unfinished"   // it was interrupted, and awaits its roll-back
	StatusUnconfirmed Status = "unconfirmed"  // applied and checked; rolled back unless confirmed in time
	StatusKept        Status = "kept"         // applied, checked, and confirmed where that was asked for
	StatusRolledBack  Status = "rolled back"  // all is as it was
	StatusConflict    Status = "conflict"     // rolled back, but for what somebody had changed since
	StatusNothing     Status = "nothing done" // it ended before the first change
)

// Status is what has become of the transaction.
func (j *Journal) Status() Status {
	last, ok := j.Last(Kept, RolledOut, Checked, Undoing)
	_, began := j.Last(Intent)
	switch {
	case ok && last.Event == RolledOut:
		for _, s := range j.progress() {
			if s.conflict {
				return StatusConflict
			}
		}
		if !began {
			return StatusNothing
		}
		return StatusRolledBack
	case ok && last.Event == Kept:
		return StatusKept
	case ok && last.Event == Checked:
		return StatusUnconfirmed
	case !began:
		return StatusNothing
	}
	return StatusUnfinished
}

// progress is how far each step has come, by what the journal says.
type progress struct {
	intent, done, undone, conflict bool
	followed                       bool   // what has to follow its being undone was done, too
	digest                         string // of the state after
	again                          bool   // an earlier attempt to undo it may have been interrupted
}

func (j *Journal) progress() []progress {
	out := make([]progress, len(j.Steps))
	for _, r := range j.Records {
		if r.Event == RolledOut {
			for i := range out {
				out[i].followed = out[i].undone
			}
			continue
		}
		switch p := &out[min(r.Step, max(0, len(out)-1))]; r.Event {
		case Intent:
			*p = progress{intent: true}
		case Done:
			p.done, p.digest = true, r.Digest
		case Undone:
			p.undone, p.conflict = true, false
		case Conflict:
			p.conflict = true
		}
	}
	return out
}

func write(name string, text []byte) error {
	return atomicfile.Write(name, 0o600, func(w io.Writer) error {
		_, err := w.Write(text)
		return err
	})
}

func syncDir(name string) error {
	d, err := os.Open(name)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
