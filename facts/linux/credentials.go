package linux

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/holdfast-agent/holdfast/facts"
	"golang.org/x/sys/unix"
)

// A database server that wants a password is given the one that the machine's configuration names: a file, or a systemd
// credential of the service that this program runs in. What is read here goes to the server and nowhere else: no fact,
// reason, error or log has a part of it.

// credentialLimit is the most bytes of such a file.
const credentialLimit = 64 << 10

// login is a user of a server with the password.
type login struct {
	user, password string
	from           string // the file, for people
}

// credential reads what the configuration names for a kind of server; name is empty when it names nothing.
func credential(r *facts.Reader, kind string) (text, name string, err error) {
	name = r.Host().Credentials[kind]
	if name == "" {
		return "", "", nil
	}
	file := name
	if !path.IsAbs(name) {
		dir := os.Getenv("CREDENTIALS_DIRECTORY")
		if !path.IsAbs(dir) {
			return "", name, fmt.Errorf("the systemd credential %s is not there: this program does not run in a service that has credentials", name)
		}
		file = filepath.Join(dir, name)
	}
	text, err = readSecret(file)
	if err != nil {
		return "", name, fmt.Errorf("the credentials in %s are not used: %w", name, err)
	}
	return text, name, nil
}

// readSecret reads a file that nobody else may read: a regular one under that one name, owned by root or by the user that
// this program runs as, without any right for group and others. A symbolic link is not followed.
func readSecret(name string) (string, error) {
	f, err := os.OpenFile(name, os.O_RDONLY|unix.O_NOFOLLOW|unix.O_NONBLOCK|unix.O_CLOEXEC|unix.O_NOCTTY, 0) // #nosec G304 G703 -- root's configuration names it
	var wrong *os.PathError
	switch {
	case errors.Is(err, unix.ELOOP):
		return "", errors.New("it is a symbolic link")
	case errors.As(err, &wrong):
		return "", wrong.Err
	case err != nil:
		return "", err
	}
	defer f.Close()
	var st unix.Stat_t
	if err := unix.Fstat(int(f.Fd()), &st); err != nil { // #nosec G115 -- a descriptor
		return "", err
	}
	switch {
	case st.Mode&unix.S_IFMT != unix.S_IFREG:
		return "", errors.New("it is not a regular file")
	case st.Nlink != 1:
		return "", fmt.Errorf("it has %d names (hard links)", st.Nlink)
	case st.Uid != 0 && int(st.Uid) != os.Geteuid():
		return "", fmt.Errorf("it belongs to user id %d; it must belong to root", st.Uid)
	case st.Mode&0o077 != 0:
		return "", fmt.Errorf("its mode is %04o; it must be 0600 or stricter", st.Mode&0o7777)
	}
	b, err := io.ReadAll(io.LimitReader(f, credentialLimit+1))
	switch {
	case err != nil:
		return "", errors.New("it can't be read")
	case len(b) > credentialLimit:
		return "", fmt.Errorf("it is larger than %d bytes", credentialLimit)
	case strings.IndexByte(string(b), 0) >= 0:
		return "", errors.New("there is a NUL byte in it")
	}
	return string(b), nil
}

// loginOf is the login for one instance out of a file of lines "INSTANCE USER PASSWORD", where the instance is its name in
// the fact, or * for those that have no line of their own. The password goes on to the end of the line. It is nil where
// nothing is configured.
func loginOf(r *facts.Reader, kind, instance string) (*login, error) {
	text, name, err := credential(r, kind)
	if err != nil || name == "" {
		return nil, err
	}
	var found *login
	n := 0
	for line := range strings.Lines(text) {
		n++
		line = strings.TrimRight(line, "\r\n")
		if strings.TrimSpace(line) == "" || strings.HasPrefix(line, "#") {
			continue
		}
		words := strings.SplitN(line, " ", 3)
		if len(words) != 3 || words[0] == "" || words[1] == "" || words[2] == "" {
			return nil, fmt.Errorf("the credentials in %s are not used: line %d is not INSTANCE USER PASSWORD with one blank between", name, n)
		}
		if words[0] == instance || words[0] == "*" && found == nil {
			found = &login{words[1], words[2], name}
		}
		if words[0] == instance {
			break
		}
	}
	if found == nil {
		return nil, fmt.Errorf("%s has no line for %s", name, instance)
	}
	return found, nil
}

// trusted is why a server is given no password: any account may start a program of that name, and listen. One that root
// started is trusted, by itself or by a unit of the system.
func (f *foundServer) trusted() error {
	uid, known := f.process.UID.Get()
	switch {
	case !known:
		return errors.New(f.process.UID.Reason())
	case uid != 0 && f.command == nil:
		return fmt.Errorf("no password is sent to process %d, which neither runs as root nor was started by a unit of the system", f.process.PID)
	}
	return nil
}
