package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"

	"sigs.k8s.io/yaml"
)

type table = map[string]interface{}

type parser func(text []byte, into interface{}) error

func parse(text []byte, into interface{}) error {
	return yaml.Unmarshal(text, into)
}

func parseExact(text []byte, into interface{}) error {
	return yaml.Unmarshal(text, into, func(decoder *json.Decoder) *json.Decoder {
		decoder.UseNumber()
		return decoder
	})
}

// Names that templates spell with a capital; another one is an error there.
type metadata struct {
	Name, Version, AppVersion, Description, Type, KubeVersion, APIVersion, Icon, Home string

	Sources, Keywords []string
	Annotations       map[string]string
	Maintainers       []struct{ Name, Email, URL string }
}

type chart struct {
	metadata metadata
	values   table
	// By path below the chart's name, as in .Template.Name.
	templates map[string]string
}

func readChart(folder string, parse parser) (chart, error) {
	read := chart{values: table{}, templates: map[string]string{}}
	for name, into := range map[string]interface{}{"Chart.yaml": &read.metadata, "values.yaml": &read.values} {
		text, err := os.ReadFile(filepath.Join(folder, name))
		if err != nil {
			return read, err
		}
		if err := parse(text, into); err != nil {
			return read, err
		}
	}
	err := filepath.Walk(filepath.Join(folder, "templates"), func(path string, info os.FileInfo, err error) error {
		if err != nil || info.IsDir() || strings.HasPrefix(info.Name(), ".") {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		below, err := filepath.Rel(folder, path)
		read.templates[read.metadata.Name+"/"+filepath.ToSlash(below)] = string(text)
		return err
	})
	return read, err
}

// Of several files of values: tables are joined, anything else is replaced, and null stays to remove a default.
func joined(earlier, later table) table {
	result := table{}
	for key, value := range earlier {
		result[key] = value
	}
	for key, value := range later {
		above, isTable := value.(table)
		below, wasTable := result[key].(table)
		if isTable && wasTable {
			result[key] = joined(below, above)
		} else {
			result[key] = value
		}
	}
	return result
}

// A null removes the default. What is a table by default stays one: helm warns of another value and keeps the given one.
func withDefaults(given, defaults table) table {
	result := table{}
	for key, value := range given {
		_, hasDefault := defaults[key]
		if value != nil || !hasDefault {
			result[key] = value
		}
	}
	for key, value := range defaults {
		own, isGiven := given[key]
		below, isTable := value.(table)
		above, givenTable := own.(table)
		if !isGiven {
			result[key] = value
		} else if isTable && givenTable {
			result[key] = withDefaults(above, below)
		}
	}
	return result
}
