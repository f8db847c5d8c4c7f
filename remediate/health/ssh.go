// Package health tells whether a host can still be reached and still does its work, after it was changed.
package health

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"time"

	"golang.org/x/crypto/ssh"
)

// patience bounds one handshake.
const patience = 10 * time.Second

// SSH makes a new connection to an SSH server and goes as far as a stranger can: key exchange, host key, encryption, and
// the refusal of a login without credentials.
func SSH(ctx context.Context, address string) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", address)
	if err != nil {
		return err
	}
	defer conn.Close()
	if deadline, ok := ctx.Deadline(); ok {
		if err := conn.SetDeadline(deadline); err != nil {
			return err
		}
	}
	offered := ssh.SupportedAlgorithms()
	config := &ssh.ClientConfig{
		User: "holdfast-check",
		// It is our own server, of which we ask nothing but whether it is there.
		HostKeyCallback:   ssh.InsecureIgnoreHostKey(), //nolint:gosec // nothing is sent that a pretender could use
		HostKeyAlgorithms: offered.HostKeys,
		Config:            ssh.Config{KeyExchanges: offered.KeyExchanges, Ciphers: offered.Ciphers, MACs: offered.MACs},
	}
	client, _, _, err := ssh.NewClientConn(conn, address, config)
	switch {
	case err == nil:
		_ = client.Close()
		return nil // it lets strangers in, which is for a control to say
	case strings.Contains(err.Error(), "unable to authenticate"):
		return nil
	}
	return fmt.Errorf("SSH on %s: %w", address, err)
}

// restarting is how long a server that reads its configuration again may refuse connections.
const restarting = 5 * time.Second

// Reachable tells which of the addresses an SSH server answers at.
func Reachable(ctx context.Context, addresses []string) []string {
	return slices.DeleteFunc(slices.Clone(addresses), func(a string) bool { return SSH(ctx, a) != nil })
}

// StillReachable is an error when an SSH server does not answer at one of the addresses, given a little time to start
// again.
func StillReachable(ctx context.Context, addresses []string) error {
	deadline := time.Now().Add(restarting)
	var errs []error
	for _, a := range addresses {
		err := SSH(ctx, a)
		for wait := 10 * time.Millisecond; err != nil && ctx.Err() == nil && time.Now().Add(wait).Before(deadline); wait *= 2 {
			time.Sleep(wait)
			err = SSH(ctx, a)
		}
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}
