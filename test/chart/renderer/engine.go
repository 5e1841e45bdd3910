package main

import (
	"encoding/json"
	"errors"
	"path"
	"strings"
	"text/template"

	"github.com/Masterminds/sprig"
	"sigs.k8s.io/yaml"
)

const deepest = 1000

// Partials, whose names begin with _, are there for the others and give no file.
func execute(templates map[string]string, scope table) (map[string]string, error) {
	all := template.New("chart").Option("missingkey=zero")
	all.Funcs(functions(all))
	for name, text := range templates {
		if _, err := all.New(name).Parse(text); err != nil {
			return nil, err
		}
	}
	files := map[string]string{}
	for name := range templates {
		if strings.HasPrefix(path.Base(name), "_") {
			continue
		}
		basePath := strings.SplitN(name, "/", 2)[0] + "/templates"
		scope["Template"] = table{"Name": name, "BasePath": basePath}
		var text strings.Builder
		if err := all.ExecuteTemplate(&text, name, scope); err != nil {
			return nil, err
		}
		files[name] = strings.ReplaceAll(text.String(), "<no value>", "")
	}
	return files, nil
}

// Those of sprig but what would read the environment, and helm's own.
func functions(all *template.Template) template.FuncMap {
	known := sprig.TxtFuncMap()
	delete(known, "env")
	delete(known, "expandenv")
	depth := 0
	known["include"] = func(name string, data interface{}) (string, error) {
		if depth++; depth > deepest {
			return "", errors.New("templates include each other without end: " + name)
		}
		defer func() { depth-- }()
		var text strings.Builder
		err := all.ExecuteTemplate(&text, name, data)
		return text.String(), err
	}
	known["required"] = func(message string, value interface{}) (interface{}, error) {
		if value == nil || value == "" {
			return nil, errors.New(message)
		}
		return value, nil
	}
	known["toYaml"] = func(value interface{}) string {
		text, err := yaml.Marshal(value)
		if err != nil {
			return ""
		}
		return strings.TrimSuffix(string(text), "\n")
	}
	known["fromYaml"] = func(text string) table {
		value := table{}
		if err := yaml.Unmarshal([]byte(text), &value); err != nil {
			value["Error"] = err.Error()
		}
		return value
	}
	known["toJson"] = func(value interface{}) string {
		text, err := json.Marshal(value)
		if err != nil {
			return ""
		}
		return string(text)
	}
	// There is no cluster, as with `helm template`.
	known["lookup"] = func(version, kind, namespace, name string) table { return table{} }
	return known
}
