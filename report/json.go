package report

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"io"

	"github.com/holdfast-agent/holdfast/internal/printable"
)

// JSONSchema is the JSON Schema of the json format.
//
//go:embed schema/report.v1.json
var JSONSchema []byte

func init() {
	register(func(View) Format {
		return Format{Name: "json", Doc: "The whole report, for machines (" + Schema + ").", Write: WriteJSON}
	})
}

// WriteJSON writes the report as indented JSON. Characters that would act on a terminal are written as \u escapes,
// which any JSON reader takes for the same string.
func WriteJSON(w io.Writer, r *Report) error {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(r); err != nil {
		return err
	}
	_, err := w.Write(printable.JSON(b.Bytes()))
	return err
}
