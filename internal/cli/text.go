package cli

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
)

// oneLine joins the lines of prose that a policy's author broke.
func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// subjectText is a fact's subject as a policy writes it.
func subjectText(subject string) string {
	if strings.HasPrefix(subject, "[") {
		return strings.TrimSuffix(strings.TrimPrefix(subject, "["), "]")
	}
	return strconv.Quote(subject)
}

// valueText is a value of JSON in one line of bounded length.
func valueText(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprint(v)
	}
	const most = 200
	if r := []rune(string(b)); len(r) > most {
		return string(r[:most]) + "…"
	}
	return string(b)
}
