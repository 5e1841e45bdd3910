// Renders a chart as helm does: the same template language and functions (text/template and sprig, from Debian's packages),
// the same joining of values, the same objects in the templates. What this chart does not use is missing and ends in an
// error: subcharts, .Files, .Capabilities, tpl.
//
//	renderer < {"chart": FOLDER, "name": NAME, "namespace": NAMESPACE, "values": [YAML, …]}
//
// prints {"values": …, "files": {PATH: TEXT}} or, with exit code 1, the error.
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"reflect"
)

type request struct {
	Chart     string   `json:"chart"`
	Name      string   `json:"name"`
	Namespace string   `json:"namespace"`
	Values    []string `json:"values"`
}

type answer struct {
	Values table             `json:"values"`
	Files  map[string]string `json:"files"`
}

func main() {
	given, err := answerTo(os.Stdin)
	if err == nil {
		err = json.NewEncoder(os.Stdout).Encode(given)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// Versions of helm differ in whether a number of values.yaml is a float64 or a json.Number, of which templates can tell.
func answerTo(input *os.File) (answer, error) {
	var asked request
	if err := json.NewDecoder(input).Decode(&asked); err != nil {
		return answer{}, err
	}
	given, err := render(asked, parse)
	if err != nil {
		return answer{}, err
	}
	other, err := render(asked, parseExact)
	if err == nil && !reflect.DeepEqual(given.Files, other.Files) {
		err = errors.New("the chart renders otherwise when numbers are json.Number; use `int`")
	}
	return given, err
}

func render(asked request, parse parser) (answer, error) {
	read, err := readChart(asked.Chart, parse)
	if err != nil {
		return answer{}, err
	}
	given := table{}
	for _, text := range asked.Values {
		later := table{}
		if err := parse([]byte(text), &later); err != nil {
			return answer{}, err
		}
		given = joined(given, later)
	}
	values := withDefaults(given, read.values)
	files, err := execute(read.templates, table{
		"Chart":  read.metadata,
		"Values": values,
		"Release": table{
			"Name":      asked.Name,
			"Namespace": asked.Namespace,
			"Service":   "Helm",
			"Revision":  1,
			"IsInstall": true,
			"IsUpgrade": false,
		},
	})
	return answer{values, files}, err
}
