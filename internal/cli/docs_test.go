package cli

import (
	"bytes"
	"os"
	"testing"
)

func TestThePageOfAllFactsIsCurrent(t *testing.T) {
	var out bytes.Buffer
	p := &program{out: stream{Writer: &out}, err: stream{Writer: os.Stderr}, env: os.Getenv, sources: sources}
	if code := p.main([]string{"facts", "--docs"}); code != exitOK {
		t.Fatalf("exit code %d", code)
	}
	page, err := os.ReadFile("../../docs/facts.md")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(page, out.Bytes()) {
		t.Error("docs/facts.md does not say what the facts are: run make docs")
	}
}
