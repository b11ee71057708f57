package main

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"time"
)

// linked is what Cargo said when it built a binary: a line for each part of it, also for those that it did not have to
// build again.
type linked struct {
	Reason    string   `json:"reason"`
	Package   string   `json:"package_id"`
	Features  []string `json:"features"`
	Filenames []string `json:"filenames"`
}

type metadata struct {
	Packages []struct {
		ID, Name, Version, Description, License, Repository string
		Source                                              *string
	}
	Resolve struct {
		Nodes []struct {
			ID   string
			Deps []struct {
				Pkg   string
				Kinds []struct{ Kind *string } `json:"dep_kinds"`
			}
		}
	}
}

type component struct {
	Type        string      `json:"type"`
	Ref         string      `json:"bom-ref"`
	Name        string      `json:"name"`
	Version     string      `json:"version"`
	Description string      `json:"description,omitempty"`
	Hashes      []hash      `json:"hashes,omitempty"`
	Licenses    []license   `json:"licenses,omitempty"`
	PURL        string      `json:"purl"`
	References  []reference `json:"externalReferences,omitempty"`
	Properties  []property  `json:"properties,omitempty"`
}

type hash struct {
	Algorithm string `json:"alg"`
	Content   string `json:"content"`
}

type license struct {
	Expression string `json:"expression"`
}

type reference struct {
	Type string `json:"type"`
	URL  string `json:"url"`
}

type property struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

type dependency struct {
	Ref       string   `json:"ref"`
	DependsOn []string `json:"dependsOn,omitempty"`
}

type bom struct {
	Schema       string       `json:"$schema"`
	Format       string       `json:"bomFormat"`
	Spec         string       `json:"specVersion"`
	Serial       string       `json:"serialNumber,omitempty"`
	Version      int          `json:"version"`
	Metadata     bomMetadata  `json:"metadata"`
	Components   []component  `json:"components"`
	Dependencies []dependency `json:"dependencies"`
}

type bomMetadata struct {
	Timestamp string    `json:"timestamp"`
	Component component `json:"component"`
}

// sbom is a CycloneDX document of what one binary links: each crate that Cargo compiled for its target (no macro, no build
// script, no crate of the tests), as binary.sh noted beside the binary, and what comes with Rust.
func (b build) sbom(triple, binary string) ([]byte, error) {
	parts, err := readLinked(triple, binary+".linked.json")
	if err != nil {
		return nil, err
	}
	program, err := os.ReadFile(binary)
	if err != nil {
		return nil, err
	}
	cargo, err := cargoMetadata(triple)
	if err != nil {
		return nil, err
	}
	checksums, err := lockChecksums()
	if err != nil {
		return nil, err
	}
	refs := map[string]string{}
	var root component
	var components []component
	for _, p := range cargo.Packages {
		features, found := parts[p.ID]
		if !found {
			continue
		}
		c := component{
			Type: "library", Name: p.Name, Version: p.Version, Description: strings.Join(strings.Fields(p.Description), " "),
			PURL: fmt.Sprintf("pkg:cargo/%s@%s", p.Name, url.PathEscape(p.Version)),
		}
		// Our own is not on crates.io.
		if p.Source == nil {
			c.PURL = strings.Replace(c.PURL, "pkg:cargo/", "pkg:generic/", 1)
		}
		c.Ref = c.PURL
		refs[p.ID] = c.Ref
		if p.License != "" {
			c.Licenses = []license{{regexp.MustCompile(` *(/) *`).ReplaceAllString(p.License, " OR ")}}
		}
		if p.Repository != "" {
			c.References = []reference{{"vcs", p.Repository}}
		}
		if len(features) > 0 {
			c.Properties = []property{{"cargo:features", strings.Join(features, ",")}}
		}
		if p.Source == nil {
			sum := sha256.Sum256(program)
			c.Type, c.Hashes = "application", []hash{{"SHA-256", hex.EncodeToString(sum[:])}}
			c.Properties = append(c.Properties, property{"rust:target", triple})
			root = c
			continue
		}
		sum, found := checksums[p.Name+" "+p.Version]
		if !found {
			return nil, fmt.Errorf("Cargo.lock has no checksum of %s %s", p.Name, p.Version)
		}
		c.Hashes = []hash{{"SHA-256", sum}}
		components = append(components, c)
	}
	if root.Ref == "" || len(refs) != len(parts) {
		return nil, fmt.Errorf("%d crates are linked, of which Cargo knows %d", len(parts), len(refs))
	}
	own, err := ofRust(triple)
	if err != nil {
		return nil, err
	}
	components = append(components, own...)
	slices.SortFunc(components, func(a, b component) int { return strings.Compare(a.Ref, b.Ref) })

	var dependencies []dependency
	for _, node := range cargo.Resolve.Nodes {
		ref, found := refs[node.ID]
		if !found {
			continue
		}
		d := dependency{Ref: ref}
		for _, dep := range node.Deps {
			on, found := refs[dep.Pkg]
			// One without a kind is neither of the build nor of the tests.
			normal := slices.ContainsFunc(dep.Kinds, func(k struct{ Kind *string }) bool { return k.Kind == nil })
			if found && normal && on != ref {
				d.DependsOn = append(d.DependsOn, on)
			}
		}
		if ref == root.Ref {
			for _, c := range own {
				d.DependsOn = append(d.DependsOn, c.Ref)
			}
		}
		slices.Sort(d.DependsOn)
		d.DependsOn = slices.Compact(d.DependsOn)
		dependencies = append(dependencies, d)
	}
	for _, c := range own {
		dependencies = append(dependencies, dependency{Ref: c.Ref})
	}
	slices.SortFunc(dependencies, func(a, b dependency) int { return strings.Compare(a.Ref, b.Ref) })

	document := bom{
		Schema: "http://cyclonedx.org/schema/bom-1.6.schema.json", Format: "CycloneDX", Spec: "1.6", Version: 1,
		Metadata:   bomMetadata{b.created.Format(time.RFC3339), root},
		Components: components, Dependencies: dependencies,
	}
	// A serial number that follows from the content, so that the same commit gives the same document.
	content, err := encode(document)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(content)
	id := sum[:16]
	id[6], id[8] = id[6]&0x0f|0x80, id[8]&0x3f|0x80
	document.Serial = fmt.Sprintf("urn:uuid:%x-%x-%x-%x-%x", id[:4], id[4:6], id[6:8], id[8:10], id[10:])
	return encode(document)
}

func encode(document bom) ([]byte, error) {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	err := encoder.Encode(document)
	return out.Bytes(), err
}

// readLinked gives the features of each package that has a part below the target's folder.
func readLinked(triple, messages string) (map[string][]string, error) {
	file, err := os.Open(messages)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	parts := map[string][]string{}
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		var l linked
		if err := json.Unmarshal(lines.Bytes(), &l); err != nil {
			return nil, fmt.Errorf("%s: %w", messages, err)
		}
		ours := func(name string) bool { return strings.Contains(name, "/"+triple+"/release/") }
		if l.Reason == "compiler-artifact" && slices.ContainsFunc(l.Filenames, ours) {
			parts[l.Package] = l.Features
		}
	}
	return parts, lines.Err()
}

func cargoMetadata(triple string) (metadata, error) {
	var m metadata
	cargo := exec.Command("cargo", "metadata", "--format-version=1", "--locked", "--no-default-features", "--filter-platform", triple)
	cargo.Stderr = os.Stderr
	out, err := cargo.Output()
	if err != nil {
		return m, fmt.Errorf("cargo metadata: %w", err)
	}
	return m, json.Unmarshal(out, &m)
}

var locked = regexp.MustCompile(`(?m)^name = "([^"]+)"\nversion = "([^"]+)"\nsource = "[^"]+"\nchecksum = "([0-9a-f]{64})"$`)

func lockChecksums() (map[string]string, error) {
	lock, err := os.ReadFile("Cargo.lock")
	if err != nil {
		return nil, err
	}
	sums := map[string]string{}
	for _, match := range locked.FindAllStringSubmatch(string(lock), -1) {
		sums[match[1]+" "+match[2]] = match[3]
	}
	return sums, nil
}

// ofRust is what every static binary links besides crates: Rust's standard library, and the musl that it brings along.
func ofRust(triple string) ([]component, error) {
	version, err := output("rustc", "--version")
	if err != nil {
		return nil, err
	}
	words := strings.Fields(version)
	if len(words) < 2 {
		return nil, fmt.Errorf("rustc --version says %q", version)
	}
	folder, err := output("rustc", "--print", "target-libdir", "--target", triple)
	if err != nil {
		return nil, err
	}
	libc, err := os.ReadFile(folder + "/self-contained/libc.a")
	if err != nil {
		return nil, err
	}
	musl := regexp.MustCompile(`\x00?(1\.\d+\.\d+)\x00`).FindSubmatch(libc)
	if musl == nil {
		return nil, fmt.Errorf("%s/self-contained/libc.a does not say which musl it is", folder)
	}
	rust := "pkg:generic/rust-std@" + words[1]
	libcRef := "pkg:generic/musl@" + string(musl[1])
	return []component{
		{
			Type: "library", Ref: rust, Name: "rust-std", Version: words[1], PURL: rust,
			Description: "The standard library of Rust", Licenses: []license{{"MIT OR Apache-2.0"}},
			References: []reference{{"vcs", "https://github.com/rust-lang/rust"}},
		},
		{
			Type: "library", Ref: libcRef, Name: "musl", Version: string(musl[1]), PURL: libcRef,
			Description: "The C library, as Rust brings it for this target", Licenses: []license{{"MIT"}},
			References: []reference{{"website", "https://musl.libc.org"}},
		},
	}, nil
}

func output(program string, arguments ...string) (string, error) {
	command := exec.Command(program, arguments...)
	command.Stderr = os.Stderr
	out, err := command.Output()
	if err != nil {
		return "", fmt.Errorf("%s: %w", program, err)
	}
	return strings.TrimSpace(string(out)), nil
}
