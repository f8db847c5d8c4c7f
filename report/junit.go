package report

import (
	"encoding/xml"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/holdfast-agent/holdfast/benchmarks"
	"github.com/holdfast-agent/holdfast/internal/printable"
)

func init() {
	register(func(View) Format {
		return Format{Name: "junit", Doc: "JUnit XML, for continuous integration.", Write: writeJUnit}
	})
}

type (
	junitSuites struct {
		XMLName  xml.Name     `xml:"testsuites"`
		Name     string       `xml:"name,attr"`
		Tests    int          `xml:"tests,attr"`
		Failures int          `xml:"failures,attr"`
		Errors   int          `xml:"errors,attr"`
		Suites   []junitSuite `xml:"testsuite"`
	}
	junitSuite struct {
		Name       string          `xml:"name,attr"`
		Tests      int             `xml:"tests,attr"`
		Failures   int             `xml:"failures,attr"`
		Errors     int             `xml:"errors,attr"`
		Skipped    int             `xml:"skipped,attr"`
		Time       string          `xml:"time,attr"`
		Timestamp  string          `xml:"timestamp,attr"`
		Hostname   string          `xml:"hostname,attr"`
		Properties []junitProperty `xml:"properties>property"`
		Cases      []junitCase     `xml:"testcase"`
	}
	junitProperty struct {
		Name  string `xml:"name,attr"`
		Value string `xml:"value,attr"`
	}
	junitCase struct {
		Name      string        `xml:"name,attr"`
		Classname string        `xml:"classname,attr"`
		Time      string        `xml:"time,attr"`
		Skipped   *junitMessage `xml:"skipped"`
		Error     *junitMessage `xml:"error"`
		Failure   *junitMessage `xml:"failure"`
	}
	junitMessage struct {
		Message string `xml:"message,attr"`
		Type    string `xml:"type,attr,omitempty"`
		Text    string `xml:",cdata"`
	}
)

// writeJUnit makes a suite of each benchmark and a case of each control. What is unknown is an error: a pipeline that
// looks at nothing else must not take it for a pass.
func writeJUnit(w io.Writer, r *Report) error {
	all := junitSuites{Name: "holdfast"}
	for _, b := range r.Benchmarks {
		s := junitSuiteOf(r, b)
		all.Tests += s.Tests
		all.Failures += s.Failures
		all.Errors += s.Errors
		all.Suites = append(all.Suites, s)
	}
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	enc := xml.NewEncoder(w)
	enc.Indent("", "  ")
	if err := enc.Encode(all); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}

func junitSuiteOf(r *Report, b Benchmark) junitSuite {
	s := junitSuite{
		Name: printable.Line(b.ID), Timestamp: r.Time.Format("2006-01-02T15:04:05"), Hostname: printable.Line(r.Host.Name),
		Properties: []junitProperty{
			{"title", printable.Line(b.Title)}, {"version", printable.Line(b.Version)}, {"profile", printable.Line(b.Profile)},
		},
	}
	var total float64
	add := func(c junitCase, ms float64) {
		c.Classname, c.Time = s.Name, seconds(ms)
		total += ms
		s.Tests++
		switch {
		case c.Failure != nil:
			s.Failures++
		case c.Error != nil:
			s.Errors++
		case c.Skipped != nil:
			s.Skipped++
		}
		s.Cases = append(s.Cases, c)
	}
	if b.Verdict != benchmarks.Pass {
		c := junitCase{Name: "applies to this host"}
		c.set(b.Verdict, junitMessage{Message: printable.Line(b.Reason)})
		add(c, 0)
	}
	for _, res := range b.Results {
		c := junitCase{Name: printable.Line(res.Control + " " + res.Title)}
		c.set(res.Verdict, junitMessage{
			Message: printable.Line(junitReason(res)), Type: res.Severity.String(), Text: junitText(res),
		})
		add(c, res.DurationMS)
	}
	s.Time = seconds(total)
	return s
}

func (c *junitCase) set(v benchmarks.Verdict, m junitMessage) {
	switch v {
	case benchmarks.Pass:
	case benchmarks.Fail:
		c.Failure = &m
	case benchmarks.Waived, benchmarks.NotApplicable, benchmarks.Manual:
		m.Message = strings.TrimSuffix(verdictWords(v)+": "+m.Message, ": ")
		m.Type, m.Text = "", ""
		c.Skipped = &m
	default:
		m.Message = verdictWords(v) + ": " + m.Message
		c.Error = &m
	}
}

func junitReason(res Result) string {
	if w := res.Waiver; w != nil && !w.Expired {
		return fmt.Sprintf("%s (waiver %s of %s, until %s)", w.Reason, w.Name, w.Owner, w.Expires.UTC().Format("2006-01-02"))
	}
	if res.Reason == "" {
		return res.Title
	}
	return res.Reason
}

// junitText is the explanation, which stands in the element's body.
func junitText(res Result) string {
	var b strings.Builder
	for _, c := range res.Checks {
		if c.Explanation != "" {
			b.WriteString("\n" + printable.Block(strings.TrimSpace(c.Name+"\n"+c.Explanation)) + "\n")
		}
	}
	for _, v := range res.Violations {
		b.WriteString("\n" + printable.Line(violationLine(v)))
	}
	if more := res.ViolationsTotal - len(res.Violations); more > 0 {
		fmt.Fprintf(&b, "\nand %d more", more)
	}
	for _, f := range res.Fixes {
		b.WriteString("\nfix: " + printable.Line(f.Summary))
	}
	if res.Remedy != "" {
		b.WriteString("\nremedy: " + printable.Block(res.Remedy))
	}
	if b.Len() > 0 {
		b.WriteByte('\n')
	}
	return b.String()
}

func seconds(ms float64) string { return strconv.FormatFloat(ms/1000, 'f', 6, 64) }
