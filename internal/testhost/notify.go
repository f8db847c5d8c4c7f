package testhost

import (
	"errors"
	"fmt"
	"net"
	"os"
	"strconv"
	"strings"
	"time"
)

// notifySocket receives what systemd-nspawn tells by sd_notify(3): the leader's PID, and that the host is up.
type notifySocket struct {
	path string
	conn *net.UnixConn
}

func listen(path string) (*notifySocket, error) {
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	conn, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: path, Net: "unixgram"})
	if err != nil {
		return nil, err
	}
	return &notifySocket{path, conn}, nil
}

func (n *notifySocket) Close() { _ = n.conn.Close() }

// wait gives the PID of the host's init once it has reached its default target.
func (n *notifySocket) wait(gone <-chan struct{}, timeout time.Duration) (leader int, err error) {
	if err := n.conn.SetReadDeadline(time.Now().Add(timeout)); err != nil {
		return 0, err
	}
	up := make(chan struct{})
	defer close(up)
	go func() {
		select {
		case <-gone:
			_ = n.conn.SetReadDeadline(time.Now())
		case <-up:
		}
	}()
	buf := make([]byte, 4096)
	for ready := false; !ready || leader == 0; {
		size, err := n.conn.Read(buf)
		if err != nil {
			select {
			case <-gone:
				return 0, errors.New("systemd-nspawn ended before the host was up")
			default:
				return 0, fmt.Errorf("the host is not up after %s: %w", timeout, err)
			}
		}
		for line := range strings.SplitSeq(string(buf[:size]), "\n") {
			if pid, ok := strings.CutPrefix(line, "X_NSPAWN_LEADER_PID="); ok {
				if leader, err = strconv.Atoi(pid); err != nil {
					return 0, err
				}
			}
			ready = ready || line == "READY=1"
		}
	}
	return leader, nil
}
