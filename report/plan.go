package report

import (
	"bufio"
	_ "embed"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/holdfast-agent/holdfast/remediate/plan"
)

// PlanSchema is the JSON Schema of a plan's JSON.
//
//go:embed schema/plan.v1.json
var PlanSchema []byte

// WritePlan writes a plan for people: what changes, why, what it touches, and what is left to them.
func WritePlan(w io.Writer, p *plan.Plan, v View) error {
	if v.Width <= 0 {
		v.Width = 100
	}
	buf := bufio.NewWriter(w)
	h := &planText{text: text{w: buf, width: v.Width, color: v.Color}, view: v, plan: p}
	h.write()
	if h.err != nil {
		return h.err
	}
	return buf.Flush()
}

type planText struct {
	text
	view View
	plan *plan.Plan
}

func (h *planText) write() {
	p := h.plan
	controls := len(p.Controls())
	if len(p.Changes) == 0 {
		h.para(0, 0, span{text: "Nothing to change.", style: bold})
	} else {
		h.para(0, 2, span{text: counted(len(p.Changes), "change"), style: bold}, span{text: " for " + counted(controls, "control") + " on " + p.Host.Name + ", risk up to "}, riskSpan(p.Risk()))
	}
	if len(p.Sessions) > 0 && p.Risk() >= plan.Lockout {
		h.para(0, 2, span{text: "Logged in: "}, span{text: strings.Join(p.Sessions, ", ")})
	}
	for i := 0; i < len(p.Changes); {
		n := packages(p.Changes[i:])
		if n > 1 {
			h.packages(p.Changes[i : i+n])
		} else {
			n = 1
			h.change(p.Changes[i])
		}
		i += n
	}
	h.restarts()
	h.refused()
	h.byHand()
}

func counted(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

func riskSpan(r plan.Risk) span {
	styles := map[plan.Risk]style{plan.Safe: green, plan.Disruptive: yellow}
	s, ok := styles[r]
	if !ok {
		s = red
	}
	return span{text: r.String(), style: s}
}

// symbol is + for what is new, - for what goes, and ~ for what becomes otherwise.
func symbol(c plan.Change) span {
	switch {
	case strings.HasPrefix(c.Before, "absent"):
		return span{text: "+ ", style: green}
	case strings.HasPrefix(c.After, "absent"):
		return span{text: "- ", style: red}
	}
	return span{text: "~ ", style: yellow}
}

// packages counts the changes at the beginning that are packages of the same kind: a package comes with what it needs.
func packages(list []plan.Change) int {
	n := 0
	for _, c := range list {
		first := list[0]
		if c.Effect != "package" || symbol(c) != symbol(first) || c.Risk != first.Risk || c.Irreversible || c.Undo != first.Undo || len(c.Affects) > 0 {
			break
		}
		n++
	}
	return n
}

// packages shows several on as few lines as they take.
func (h *planText) packages(list []plan.Change) {
	var names, controls []string
	for _, c := range list {
		version := strings.TrimPrefix(c.After, "installed ")
		if strings.HasPrefix(c.After, "absent") {
			version = strings.TrimPrefix(c.Before, "installed ")
		}
		names = append(names, c.Target+" "+version)
		for _, id := range c.Controls {
			if !slices.Contains(controls, id) {
				controls = append(controls, id)
			}
		}
	}
	h.blank()
	h.para(0, 4, symbol(list[0]), span{text: fmt.Sprintf("%d packages", len(list)), style: bold}, span{text: "  "}, riskSpan(list[0].Risk),
		span{text: "  " + strings.Join(controls, ", "), style: dim})
	h.para(4, 4, span{text: strings.Join(names, ", ")})
	if list[0].Undo != "" {
		h.para(4, 6, span{text: "undoing it leaves: " + list[0].Undo, style: yellow})
	}
}

func (h *planText) change(c plan.Change) {
	h.blank()
	h.para(0, 4, symbol(c), span{text: c.Effect + " "}, span{text: c.Target, style: bold, whole: true}, span{text: "  "}, riskSpan(c.Risk),
		span{text: "  " + strings.Join(c.Controls, ", "), style: dim})
	if c.Diff == "" {
		h.para(4, 8, span{text: c.Before}, span{text: " -> ", style: dim}, span{text: c.After})
	} else {
		h.diff(c)
	}
	for _, a := range c.Affects {
		h.para(4, 6, span{text: "used by " + a})
	}
	if c.Later {
		h.para(4, 6, span{text: "goes on in the background: its controls are not expected to pass at once"})
	}
	if c.AtBoot {
		h.para(4, 6, span{text: "has its effect at the next boot"})
	}
	switch {
	case c.Irreversible:
		h.para(4, 6, span{text: "can't be undone: " + c.Undo, style: red})
	case c.Undo != "":
		h.para(4, 6, span{text: "undoing it leaves: " + c.Undo, style: yellow})
	}
}

// diff shows the lines that change, without the names that stand above anyway.
func (h *planText) diff(c plan.Change) {
	for line := range strings.Lines(c.Diff) {
		line = strings.TrimRight(line, "\n")
		if strings.HasPrefix(line, "diff ") || strings.HasPrefix(line, "--- ") || strings.HasPrefix(line, "+++ ") {
			continue
		}
		as := plain
		switch {
		case strings.HasPrefix(line, "+"):
			as = green
		case strings.HasPrefix(line, "-"):
			as = red
		case strings.HasPrefix(line, "@@"):
			as = cyan
		}
		h.line(4, span{text: line, style: as})
	}
}

func (h *planText) restarts() {
	var units []string
	for _, c := range h.plan.Changes {
		units = append(units, c.Restarts...)
	}
	slices.Sort(units)
	units = slices.Compact(units)
	if len(units) > 0 {
		h.blank()
		h.para(0, 2, span{text: "Reloaded or restarted: ", style: bold}, span{text: strings.Join(units, ", ")})
	}
}

func (h *planText) refused() {
	first := true
	for _, r := range h.plan.Refused {
		if r.ByHand {
			continue
		}
		if first {
			h.blank()
			h.line(0, span{text: "Refused", style: bold})
			first = false
		}
		of := ""
		if r.For != "" {
			of = " (" + r.For + ")"
		}
		h.para(2, 4, span{text: r.Control + of, style: bold}, span{text: "  " + r.Reason})
	}
}

func (h *planText) byHand() {
	var hand []plan.Refused
	for _, r := range h.plan.Refused {
		if r.ByHand {
			hand = append(hand, r)
		}
	}
	if len(hand) == 0 {
		return
	}
	h.blank()
	if !h.view.Verbose {
		var ids []string
		for _, r := range hand {
			ids = append(ids, r.Control)
		}
		h.para(0, 2, span{text: "Left to a person (--verbose says what to do): ", style: bold}, span{text: strings.Join(ids, ", ")})
		return
	}
	h.line(0, span{text: "Left to a person", style: bold})
	for _, r := range hand {
		h.para(2, 4, span{text: r.Control, style: bold}, span{text: "  " + r.Reason})
	}
}
